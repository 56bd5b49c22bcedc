//! Asking somebody outside about generations, beside everything else: an answer may take minutes.
//!
//! What was answered is kept before anything is made of it, and of two answers about one generation the first one stays.
//! So whoever asks, is killed and has a successor that asks again, they all make the same of it.

use std::collections::HashMap;
use std::time::Duration;

use decision::learning::Answer;
use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{ExperimentRecord, GenerationRecord, PortError, PortResult};
use runtime::outage::Outage;
use runtime::retry::{Backoff, Waits};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::{checkpoints, school};
use crate::core::Core;
use crate::retrospection::{self, Retrospection};

/// How often somebody is told what is wrong with an answer and asked again, before it is taken without that.
const CORRECTIONS: u32 = 2;
/// How long to wait before asking again somebody who is away.
const WAITS: Backoff = Backoff { first: Duration::from_secs(1), factor: 2.0, cap: Duration::from_secs(60) };

/// Who is being asked about which experiment. Whoever is dropped is asked no more.
#[derive(Default)]
pub(super) struct Asked(HashMap<ExperimentId, AbortOnDropHandle<()>>);

impl Asked {
    /// Asks no more about experiments that are not kept.
    pub(super) fn retain(&mut self, keep: impl Fn(&ExperimentId) -> bool) {
        self.0.retain(|id, _| keep(id));
    }

    /// Whether an answer about an experiment is being waited for.
    pub(super) fn waits(&self, id: ExperimentId) -> bool {
        self.0.get(&id).is_some_and(|asking| !asking.is_finished())
    }

    /// Whether what follows `current` can be planned as far as somebody outside is concerned; if it has to be asked first,
    /// that begins.
    ///
    /// # Errors
    /// If the store is away.
    pub(super) async fn has_answer(
        &mut self,
        core: &Core,
        record: &ExperimentRecord,
        current: &GenerationRecord,
    ) -> PortResult<bool> {
        let Some(round) = needed(record, current.index) else { return Ok(true) };
        if core.store.answer(record.id, round).await?.is_some() {
            self.0.remove(&record.id);
            return Ok(true);
        }
        let (core, record) = (core.clone(), record.clone());
        let id = record.id;
        let asking = async move { until_answered(&core, &record, round).await };
        self.0.insert(id, AbortOnDropHandle::new(tokio::spawn(asking.in_current_span())));
        Ok(false)
    }
}

/// The round about which somebody outside has to have answered before what follows generation `index` is planned.
fn needed(record: &ExperimentRecord, index: u32) -> Option<u32> {
    if !record.spec.asks_outside() {
        return None;
    }
    let is_handed_on = school::is_round(record, index + 1) || checkpoints::is_due(record, index);
    if is_handed_on { school::last_round(record, index) } else { None }
}

/// The answer about a generation that counts.
///
/// # Errors
/// `FailedPrecondition` if nothing was answered; if a store is away or the answer is none.
pub(super) async fn answer(core: &Core, record: &ExperimentRecord, generation: u32) -> PortResult<Answer> {
    let id = record.id;
    let Some(hash) = core.store.answer(id, generation).await? else {
        let message = format!("the retrospection was not asked about generation {generation} of experiment {id}");
        return Err(PortError::new(ErrorKind::FailedPrecondition, message));
    };
    let content = core.files.blobs.get(&hash).await?;
    serde_json::from_slice(&content).map_err(|error| {
        let message = format!("what was answered about generation {generation} of experiment {id} cannot be read");
        PortError::new(ErrorKind::Internal, message).because(error)
    })
}

async fn until_answered(core: &Core, record: &ExperimentRecord, round: u32) {
    let (mut waits, mut outage) = (Waits::new(WAITS), Outage::new("the retrospection"));
    while let Err(error) = ask(core, record, round).await {
        outage.down(&error.message);
        sleep(waits.next_wait()).await;
    }
    outage.up();
    core.progress.notify_one();
}

/// Asks about a round, again if something is wrong with the answer, and keeps the answer.
async fn ask(core: &Core, record: &ExperimentRecord, round: u32) -> PortResult<()> {
    let outside = core.retrospection.as_deref().ok_or_else(nobody)?;
    let generation = core.store.generation(record.id, round).await?;
    let look = school::look_back(core, record, &generation).await?;
    let answer = corrected(outside, record, &look).await?;
    for wrong in &answer.left_out {
        tracing::warn!(experiment = %record.id, generation = round, wrong, "left out of an answer of the retrospection");
    }
    let content = serde_json::to_vec(&answer)
        .map_err(|error| PortError::new(ErrorKind::Internal, "an answer cannot be written").because(error))?;
    let hash = core.files.blobs.put(&content).await?;
    core.store.keep_answer(record.id, round, &hash).await?;
    let (written, given_up) = (answer.documents.len(), answer.give_up.len());
    tracing::info!(experiment = %record.id, generation = round, written, given_up, "the retrospection answered");
    Ok(())
}

async fn corrected(
    outside: &dyn Retrospection,
    record: &ExperimentRecord,
    look: &retrospection::Lookback,
) -> PortResult<Answer> {
    let documents = look.reviewed();
    let mut request = retrospection::request(record, look, &documents);
    let mut corrections = 0;
    loop {
        let answer = retrospection::answer(outside.reflect(request.clone()).await?);
        let (sifted, found) = answer.sifted(&documents, &look.buttons);
        if found.is_empty() || corrections == CORRECTIONS {
            return Ok(sifted);
        }
        request.faults = retrospection::faults(&found);
        corrections += 1;
    }
}

/// The error that this process was told of nobody to ask.
fn nobody() -> PortError {
    PortError::new(ErrorKind::FailedPrecondition, "nobody to ask: start the orchestrator with --retrospection")
}
