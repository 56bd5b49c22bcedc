//! What the events of an experiment add up to.
//!
//! Every event is taken in once, and the order in which that happens makes no difference: counts are sums, a best is
//! a maximum with a rule for equals, and of statuses the one with the highest number counts. A mean over agents would
//! depend on the order of its terms, so it is the one that `GenerationCompleted` tells.

use crate::event::{Event, EventRecord, Fact};
use crate::ids::{AgentId, ExperimentId};
use crate::status::ExperimentStatus;

/// An experiment as its events tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectedExperiment {
    /// Its id.
    pub id: ExperimentId,
    /// Its name; absent until the event `started` came.
    pub name: Option<String>,
    /// Where it stands; absent until an event told.
    pub status: Option<ExperimentStatus>,
    /// Which event told the status.
    pub status_from: Told,
    /// The latest event that told of an extension, after which a completed experiment runs again.
    pub extended_from: Told,
    /// Why it was paused, resumed, stopped, or failed.
    pub reason: Option<String>,
    /// Digest over its scores, once completed.
    pub digest: Option<String>,
    /// Episodes planned when it was started or extended.
    pub episodes_planned: Option<u64>,
    /// Episodes of all evaluations; where an extension has agents evaluated again, theirs count again.
    pub episodes: u64,
    /// Milliseconds since 1970 when it was started.
    pub started_at_ms: Option<i64>,
    /// Milliseconds since 1970 when it reached a final status.
    pub ended_at_ms: Option<i64>,
    /// How many events there were of each kind.
    pub counts: EventCounts,
    /// The agent of the best evaluation so far.
    pub best: Option<BestAgent>,
    /// The highest number of an event.
    pub last_sequence: i64,
    /// Milliseconds since 1970 when the newest event was recorded.
    pub last_event_at_ms: Option<i64>,
}

/// Which of several events has the last word: the one with the highest number, or without numbers the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Told {
    /// Its number within the experiment; 0 if it is not known.
    pub sequence: i64,
    /// When it was recorded, in milliseconds since 1970.
    pub at_ms: i64,
}

/// How many events of an experiment were taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventCounts {
    /// All of them.
    pub events: u64,
    /// Generations that were started.
    pub generations_started: u64,
    /// Generations that were completed.
    pub generations_completed: u64,
    /// Evaluations of agents.
    pub agents_evaluated: u64,
    /// Attempts that failed.
    pub agent_errors: u64,
    /// Pauses.
    pub pauses: u64,
    /// Resumptions.
    pub resumes: u64,
}

/// An agent that is better than all others.
#[derive(Debug, Clone, PartialEq)]
pub struct BestAgent {
    /// Who.
    pub agent: AgentId,
    /// Its generation.
    pub generation: u32,
    /// Its position in the generation.
    pub position: u32,
    /// Mean fitness over its episodes.
    pub fitness: f64,
}

/// A generation as the events of its experiment tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectedGeneration {
    /// Its number.
    pub index: u32,
    /// Agents that play in it; absent until its event `started` came.
    pub agents: Option<u32>,
    /// Episodes planned in it; absent until its event `started` came.
    pub episodes_planned: Option<u64>,
    /// Evaluations of agents.
    pub agents_evaluated: u64,
    /// Episodes of all evaluations.
    pub episodes: u64,
    /// Attempts that failed.
    pub agent_errors: u64,
    /// The best evaluated agent so far.
    pub best: Option<BestAgent>,
    /// Mean fitness over all agents, once it is completed.
    pub mean_fitness: Option<f64>,
    /// Milliseconds since 1970 when it was started.
    pub started_at_ms: Option<i64>,
    /// Milliseconds since 1970 when it was completed.
    pub completed_at_ms: Option<i64>,
}

impl ProjectedExperiment {
    /// An experiment of which no event is known.
    #[must_use]
    pub fn new(id: ExperimentId) -> Self {
        Self {
            id,
            name: None,
            status: None,
            status_from: Told::default(),
            extended_from: Told::default(),
            reason: None,
            digest: None,
            episodes_planned: None,
            episodes: 0,
            started_at_ms: None,
            ended_at_ms: None,
            counts: EventCounts::default(),
            best: None,
            last_sequence: 0,
            last_event_at_ms: None,
        }
    }

    /// Takes an event in. Callers see to it that every event comes here once.
    pub fn apply(&mut self, event: &Event, record: &EventRecord) {
        let at_ms = record.recorded_at_ms;
        let told = Told { sequence: record.sequence.unwrap_or_default(), at_ms };
        self.counts.events += 1;
        self.last_sequence = self.last_sequence.max(told.sequence);
        self.last_event_at_ms = self.last_event_at_ms.max(Some(at_ms));
        match &event.fact {
            Fact::ExperimentStarted { name, episodes } => {
                self.name = Some(name.clone());
                self.episodes_planned = self.episodes_planned.max(Some(*episodes));
                self.started_at_ms = Some(at_ms);
                self.stands(ExperimentStatus::Running, told, None);
            }
            Fact::ExperimentExtended { episodes, .. } => {
                self.episodes_planned = self.episodes_planned.max(Some(*episodes));
                self.extended_from = self.extended_from.max(told);
                self.run_again();
            }
            Fact::ExperimentCompleted { digest, .. } => {
                if self.stands(ExperimentStatus::Completed, told, None) {
                    self.digest = Some(digest.clone());
                    self.run_again();
                }
            }
            Fact::ExperimentFailed { reason } => {
                self.stands(ExperimentStatus::Failed, told, Some(reason));
            }
            Fact::ExperimentStopped { reason } => {
                self.stands(ExperimentStatus::Stopped, told, Some(reason));
            }
            Fact::ExperimentPaused { reason } => {
                self.counts.pauses += 1;
                self.stands(ExperimentStatus::Paused, told, Some(reason));
            }
            Fact::ExperimentResumed { reason } => {
                self.counts.resumes += 1;
                self.stands(ExperimentStatus::Running, told, Some(reason));
            }
            Fact::GenerationStarted { .. } => self.counts.generations_started += 1,
            Fact::GenerationCompleted { .. } => self.counts.generations_completed += 1,
            Fact::AgentEvaluated { episodes, .. } => {
                self.counts.agents_evaluated += 1;
                self.episodes += episodes;
                keep_better(&mut self.best, BestAgent::of(event));
            }
            Fact::AgentError { .. } => self.counts.agent_errors += 1,
        }
    }

    /// Takes over a status unless a later event told another; true if it did.
    fn stands(&mut self, status: ExperimentStatus, told: Told, reason: Option<&String>) -> bool {
        if self.status.is_some() && told <= self.status_from {
            return false;
        }
        self.status = Some(status);
        self.status_from = told;
        self.reason = reason.filter(|reason| !reason.is_empty()).cloned();
        self.digest = None;
        self.ended_at_ms = status.has_ended().then_some(told.at_ms);
        true
    }

    /// A completed experiment that was extended afterwards runs. Which of the two events came here first makes no
    /// difference.
    fn run_again(&mut self) {
        if self.status == Some(ExperimentStatus::Completed) && self.extended_from > self.status_from {
            self.status = Some(ExperimentStatus::Running);
            self.digest = None;
            self.ended_at_ms = None;
        }
    }
}

impl ProjectedGeneration {
    /// A generation of which no event is known.
    #[must_use]
    pub fn new(index: u32) -> Self {
        Self {
            index,
            agents: None,
            episodes_planned: None,
            agents_evaluated: 0,
            episodes: 0,
            agent_errors: 0,
            best: None,
            mean_fitness: None,
            started_at_ms: None,
            completed_at_ms: None,
        }
    }

    /// The number of the generation that an event is about, if it is about one.
    #[must_use]
    pub fn of(event: &Event) -> Option<u32> {
        match event.fact {
            Fact::GenerationStarted { generation, .. }
            | Fact::GenerationCompleted { generation, .. }
            | Fact::AgentEvaluated { generation, .. }
            | Fact::AgentError { generation, .. } => Some(generation),
            _ => None,
        }
    }

    /// Takes an event about this generation in. Callers see to it that every event comes here once.
    pub fn apply(&mut self, event: &Event, record: &EventRecord) {
        match &event.fact {
            Fact::GenerationStarted { agents, episodes, .. } => {
                self.agents = self.agents.max(Some(*agents));
                self.episodes_planned = self.episodes_planned.max(Some(*episodes));
                let started = self.started_at_ms.unwrap_or(record.recorded_at_ms);
                self.started_at_ms = Some(started.min(record.recorded_at_ms));
            }
            Fact::GenerationCompleted { mean_fitness, .. } => {
                // More than once where it was extended: the latest counts.
                let mean = mean_fitness + 0.0;
                let (before, now) = (self.completed_at_ms, Some(record.recorded_at_ms));
                let equal = before == now && self.mean_fitness.is_none_or(|before| mean.total_cmp(&before).is_gt());
                if now > before || equal {
                    self.mean_fitness = Some(mean);
                    self.completed_at_ms = now;
                }
            }
            Fact::AgentEvaluated { episodes, .. } => {
                self.agents_evaluated += 1;
                self.episodes += episodes;
                keep_better(&mut self.best, BestAgent::of(event));
            }
            Fact::AgentError { .. } => self.agent_errors += 1,
            _ => {}
        }
    }
}

impl BestAgent {
    /// The agent whose evaluation an event tells.
    fn of(event: &Event) -> Option<Self> {
        match &event.fact {
            Fact::AgentEvaluated { generation, agent, position, fitness, .. } => Some(Self {
                agent: agent.clone(),
                generation: *generation,
                position: *position,
                // Without the sign of zero, which not every database keeps.
                fitness: fitness + 0.0,
            }),
            _ => None,
        }
    }

    /// Higher fitness is better; of equals the one that played first, as for selection.
    fn is_better_than(&self, other: &Self) -> bool {
        let place = |agent: &Self| (agent.generation, agent.position);
        self.fitness.total_cmp(&other.fitness).then_with(|| place(other).cmp(&place(self))).is_gt()
    }
}

fn keep_better(best: &mut Option<BestAgent>, other: Option<BestAgent>) {
    if let Some(other) = other
        && best.as_ref().is_none_or(|best| other.is_better_than(best))
    {
        *best = Some(other);
    }
}

#[cfg(test)]
mod tests;
