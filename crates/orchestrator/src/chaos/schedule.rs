//! Which fault comes when: a pure function of the seed, so that a run can be repeated.
//!
//! The moments are waits between faults, not clock times: how far the experiment is at each of them depends on the
//! machine, and is written down when it happens.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::seed::{Address, Draws};
use serde::{Serialize, Serializer};

use super::services::Service;

/// What can be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An engine of a worker.
    Engine,
    /// An agent daemon.
    Agent,
    /// A worker, one that holds a job if there is one.
    Worker,
    /// The orchestrator that leads.
    Leader,
    /// An orchestrator that stands by.
    Standby,
    /// A private PostgreSQL, with all its processes.
    Postgres,
    /// A private NATS.
    Nats,
    /// A private RabbitMQ.
    RabbitMq,
}

/// What is frozen for longer than its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frozen {
    /// A worker that holds a job.
    Holder,
    /// The orchestrator that leads.
    Leader,
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL.
    Kill(Kind),
    /// SIGSTOP, and SIGCONT once the lease has run out.
    Freeze(Frozen),
}

/// A fault and how long after the one before it comes; zero for a double fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The pause before.
    pub wait: Duration,
    /// The fault.
    pub fault: Fault,
}

/// Shortest and longest pause between two faults that are not double.
const WAIT_MS: (u64, u64) = (150, 1200);
/// One in so many faults comes at once with the one before.
const DOUBLE: u64 = 7;
/// Kills for each freeze.
const FREEZE_AFTER: usize = 5;
/// Kills for each kill of RabbitMQ, which takes long to come back.
const RABBITMQ_SHARE: u32 = 10;
/// Most kills of RabbitMQ.
const RABBITMQ_MOST: u32 = 8;

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Engine,
        Self::Agent,
        Self::Worker,
        Self::Leader,
        Self::Standby,
        Self::Postgres,
        Self::Nats,
        Self::RabbitMq,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Agent => "agent",
            Self::Worker => "worker",
            Self::Leader => "leader",
            Self::Standby => "standby",
            Self::Postgres => "postgres",
            Self::Nats => "nats",
            Self::RabbitMq => "rabbitmq",
        }
    }

    /// The service that it stands for, if it does.
    #[must_use]
    pub fn service(self) -> Option<Service> {
        match self {
            Self::Postgres => Some(Service::Postgres),
            Self::Nats => Some(Service::Nats),
            Self::RabbitMq => Some(Service::RabbitMq),
            _ => None,
        }
    }

    /// How often it is drawn, in comparison with the others.
    fn weight(self) -> u64 {
        match self {
            Self::Worker => 6,
            Self::Leader => 5,
            Self::Engine => 4,
            Self::Agent => 3,
            Self::Postgres | Self::Nats => 2,
            Self::Standby | Self::RabbitMq => 1,
        }
    }
}

impl Frozen {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holder => "worker with a job",
            Self::Leader => "leader",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| format!("`{text}` is none of {}", names()))
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The faults of a run with `kills` kills of these kinds: every kind at least once, if there are enough kills.
#[must_use]
pub fn schedule(seed: u64, kills: u32, kinds: &[Kind]) -> Vec<Step> {
    let address = Address::new(seed, "chaos/v1");
    let kinds = drawn(&mut address.clone().at(0).stream(), kills, kinds);
    let mut waits = address.at(1).stream();
    let mut steps = Vec::new();
    for (index, &kind) in kinds.iter().enumerate() {
        steps.push(Step { wait: wait(&mut waits), fault: Fault::Kill(kind) });
        if let Some(frozen) = freeze_after(index, &kinds) {
            steps.push(Step { wait: wait(&mut waits), fault: Fault::Freeze(frozen) });
        }
    }
    steps
}

fn drawn(draws: &mut Draws, kills: u32, kinds: &[Kind]) -> Vec<Kind> {
    let most = |kind| match kind {
        Kind::RabbitMq => (kills / RABBITMQ_SHARE).clamp(1, RABBITMQ_MOST),
        _ => kills,
    };
    let mut drawn: Vec<Kind> = kinds.iter().copied().take(kills as usize).collect();
    while (drawn.len() as u32) < kills && !kinds.is_empty() {
        let kind = weighted(draws, kinds);
        let so_far = drawn.iter().filter(|&&other| other == kind).count() as u32;
        if so_far < most(kind) {
            drawn.push(kind);
        } else if kinds.len() == 1 {
            break;
        }
    }
    draws.shuffle(&mut drawn);
    drawn
}

fn weighted(draws: &mut Draws, kinds: &[Kind]) -> Kind {
    let mut at = draws.below(kinds.iter().map(|kind| kind.weight()).sum());
    for &kind in kinds {
        match at.checked_sub(kind.weight()) {
            Some(rest) => at = rest,
            None => return kind,
        }
    }
    kinds[0]
}

/// Freezes need somebody else to take over, which workers and orchestrators are for each other.
fn freeze_after(index: usize, kinds: &[Kind]) -> Option<Frozen> {
    let nth = (index + 1) / FREEZE_AFTER;
    let possible = [(Kind::Worker, Frozen::Holder), (Kind::Leader, Frozen::Leader)];
    let possible: Vec<_> = possible.into_iter().filter(|(kind, _)| kinds.contains(kind)).collect();
    let due = (index + 1).is_multiple_of(FREEZE_AFTER) && !possible.is_empty();
    due.then(|| possible[nth % possible.len()].1)
}

fn wait(draws: &mut Draws) -> Duration {
    let (shortest, longest) = WAIT_MS;
    let ms = shortest + draws.below(longest - shortest);
    let double = draws.below(DOUBLE) == 0;
    Duration::from_millis(if double { 0 } else { ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(steps: &[Step], wanted: Kind) -> usize {
        steps.iter().filter(|step| step.fault == Fault::Kill(wanted)).count()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        assert_eq!(schedule(7, 50, &Kind::ALL), schedule(7, 50, &Kind::ALL));
        assert_ne!(schedule(7, 50, &Kind::ALL), schedule(8, 50, &Kind::ALL));
    }

    #[test]
    fn every_kind_is_killed_and_rabbitmq_seldom() {
        for (kills, most) in [(20, 2), (200, 8)] {
            let steps = schedule(3, kills, &Kind::ALL);
            let killed: usize = Kind::ALL.iter().map(|&kind| count(&steps, kind)).sum();
            assert_eq!(killed, kills as usize);
            assert!(Kind::ALL.iter().all(|&kind| count(&steps, kind) > 0));
            assert!(count(&steps, Kind::RabbitMq) <= most);
            assert_eq!(steps.len() - killed, kills as usize / FREEZE_AFTER);
        }
    }

    #[test]
    fn only_what_was_asked_for_is_hit() {
        let steps = schedule(1, 30, &[Kind::Engine, Kind::Nats]);
        assert_eq!(count(&steps, Kind::Engine) + count(&steps, Kind::Nats), steps.len());
        assert!(schedule(1, 0, &Kind::ALL).is_empty() && schedule(1, 5, &[]).is_empty());
        assert_eq!("agent".parse(), Ok(Kind::Agent));
        assert!("agents".parse::<Kind>().is_err());
    }
}
