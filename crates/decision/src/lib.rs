//! The decision engine: a game state in, buttons out.
//!
//! Everything here is synchronous and pure in its inputs: a policy's answer depends on the session's setup, the
//! agent's seed and the states it was shown since [`Policy::start`], and on nothing else. There is no clock, no I/O
//! and no allocation in [`Policy::decide`]. Random draws are addressed by (agent seed, tick), transcendental
//! functions come from `libm`, sums have a fixed order and ties break by entity id, so the same states give the same
//! buttons on every machine.
//!
//! [`POLICIES`] lists what there is, [`build`] makes a policy for one session, [`build_with`] one with [`Knowledge`] of
//! its own. To add one, implement [`Policy`] in a file of its own below `policy` and add its [`PolicyInfo`] to the
//! catalogue.
//!
//! The policy `cascade` asks [`rules`], then [`experience`], then [`documents`], all of them about the [`situation`] of a
//! tick. `docs/decision-engine.md` tells it for people.

mod catalogue;
pub mod confidence;
mod controls;
pub mod documents;
pub mod experience;
mod explanation;
pub mod features;
mod knowledge;
pub mod learning;
mod name;
pub mod network;
mod policy;
pub mod record;
pub mod rules;
pub mod situation;
pub mod snapshot;
mod tactic;
mod trace;

use domain::action::Decision;
use domain::game::{GameState, ObservationSpec};

use situation::Situation;

pub use catalogue::{POLICIES, PolicyInfo, build, build_with, check, find};
pub use explanation::{CellReport, DocumentReport, Explanation, LevelReport, TacticReport};
pub use knowledge::Knowledge;
pub use policy::neural;
pub use tactic::Tactic;
pub use trace::{By, Trace};

/// Version of what the policies do. Scores are comparable only within one version, and a running experiment refuses
/// to go on under another one.
///
/// It must be raised by every change that can alter an action of any policy in any state, however small: a constant,
/// a default, the order of a sum, the address of a draw. A change that only adds a policy or a text leaves it alone.
pub const BEHAVIOUR: &str = "1";

/// Chooses the buttons of every tick of an episode.
pub trait Policy: Send {
    /// What the policy wants to be shown.
    fn observation(&self) -> ObservationSpec;

    /// Forgets the episode before and prepares for a new one.
    fn start(&mut self, agent_seed: u64);

    /// Answers one state. Ticks are shown in order; any state is answered, however odd its values, and only buttons
    /// of the scenario are pressed.
    fn decide(&mut self, state: &GameState) -> Decision;

    /// What the latest decision rests on, for policies that keep a trace.
    fn trace(&self) -> Option<Trace> {
        None
    }

    /// The situation of the latest decision, for policies that keep a trace.
    fn situation(&self) -> Option<&Situation> {
        None
    }

    /// The name of the rule or the id of the document that made the latest decision, where it was one of these.
    fn decided_by(&self) -> Option<&str> {
        None
    }

    /// The name of a rule or the id of a document, as a trace tells its place.
    fn name_of(&self, _by: By, _which: u32) -> Option<&str> {
        None
    }

    /// Why [`Policy::decide`] would answer `state` as it would, if it were the next one. Changes nothing.
    fn explain(&self, _state: &GameState) -> Option<Explanation> {
        None
    }
}
