//! Retrospection by a process of somebody's own: what it is told of a generation, and how it is asked.
//!
//! When it is asked, and what is made of its answer, is the director's.

mod message;
mod remote;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use decision::Tactic;
use decision::documents::{Document, Library};
use decision::experience::Experience;
use decision::learning::{Judgement, Lesson, Reflection};
use domain::ids::AgentId;
use domain::ports::PortResult;
use proto::retrospection::v1 as pb;

pub use message::{answer, faults, request};
pub use remote::{RemoteRetrospection, Settings};

/// Somebody who looks back on generations.
#[async_trait]
pub trait Retrospection: Send + Sync {
    /// What it makes of a generation. Asking again may bring another answer.
    ///
    /// # Errors
    /// If it is away, takes too long or refuses.
    async fn reflect(&self, request: pb::ReflectRequest) -> PortResult<pb::ReflectResponse>;
}

/// The process that these settings name; it need not be there yet.
///
/// # Errors
/// If its address cannot be dialled, or its token would travel in the clear.
pub fn connected(settings: &Settings) -> anyhow::Result<Arc<dyn Retrospection>> {
    let dialled = RemoteRetrospection::new(settings);
    Ok(Arc::new(dialled.with_context(|| format!("the retrospection at {}", settings.address))?))
}

/// A generation that was played, as retrospections see it.
#[derive(Debug)]
pub struct Lookback {
    /// Its number among all of its search.
    pub generation: u32,
    /// The seed of draws about it.
    pub seed: u64,
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's buttons.
    pub buttons: Vec<String>,
    /// What these are enough for.
    pub tactics: Vec<Tactic>,
    /// The documents that its agents share.
    pub library: Library,
    /// What its episodes teach.
    pub lesson: Lesson,
    /// What is known of tactics by now.
    pub experience: Experience,
    /// What became clear of documents under review, by their ids.
    pub judged: BTreeMap<String, Judgement>,
    /// Who played, by position.
    pub agents: Vec<Player>,
}

/// An agent of a generation, as retrospections see it.
#[derive(Debug)]
pub struct Player {
    /// Its name.
    pub agent: AgentId,
    /// Its mean fitness.
    pub fitness: f64,
    /// The documents that it played with.
    pub documents: Vec<String>,
}

impl Lookback {
    /// What the retrospection that is built in rests on.
    #[must_use]
    pub fn reflection(&self) -> Reflection<'_> {
        let Self { generation, seed, tactics, lesson, experience, judged, .. } = self;
        Reflection { generation: *generation, seed: *seed, tactics, lesson, experience, judged }
    }

    /// The documents as the generation left them: credited and judged, and none written.
    #[must_use]
    pub fn reviewed(&self) -> Vec<Document> {
        self.reflection().reviewed(&self.library)
    }
}
