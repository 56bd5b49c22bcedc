//! How a relay works.

use std::time::Duration;

use runtime::retry::{Backoff, Jitter};

/// Settings of an [`OutboxRelay`](super::OutboxRelay).
#[derive(Debug, Clone)]
pub struct RelaySettings {
    /// Who it is, for the lease; unique among the relays of a store.
    pub name: String,
    /// How many events are taken at a time.
    pub batch: u32,
    /// For how long they are taken.
    pub lease: Duration,
    /// How often to look without being woken.
    pub poll: Duration,
    /// Pauses after failures.
    pub backoff: Backoff,
    /// What makes these pauses differ from those of other relays.
    pub jitter: Jitter,
    /// How long the last round may take at shutdown.
    pub drain: Duration,
}

impl RelaySettings {
    /// Settings fit for a daemon, under the name `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            // Large enough that taking, publishing and marking overlap most of the time.
            batch: 256,
            // What a relay held that was killed is taken over by another one within five seconds.
            lease: Duration::from_secs(4),
            poll: Duration::from_secs(1),
            backoff: Backoff { first: Duration::from_millis(200), ..Backoff::default() },
            jitter: Jitter::random(),
            drain: Duration::from_secs(5),
        }
    }
}
