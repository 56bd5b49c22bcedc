//! Hashes over events: by them two histories of an experiment are compared without keeping either.

use std::fmt;

use crate::digest::Digest;
use crate::event::EventRecord;

/// BLAKE3 over what an event is and says: id, subject, kind and body. When it was recorded, by whom it was traced and
/// how often it was published are not part of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of an event.
    #[must_use]
    pub fn of(record: &EventRecord) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"event/v1");
        hasher.update(record.id.0.as_bytes());
        for text in [&record.subject, &record.kind, &record.body] {
            // With its length in front, so that no text can take over the end of the one before.
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({})", Digest(self.0))
    }
}

/// The chain over an experiment's events: every link is BLAKE3 of the link before, an event's number and its
/// fingerprint. Whoever has the same events under the same numbers has the same chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventChain {
    link: [u8; 32],
    length: u64,
}

impl EventChain {
    /// Takes in the next event; callers do so in order of the numbers.
    pub fn push(&mut self, sequence: i64, fingerprint: &Fingerprint) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.link);
        hasher.update(&sequence.to_le_bytes());
        hasher.update(&fingerprint.0);
        self.link = *hasher.finalize().as_bytes();
        self.length += 1;
    }

    /// How many events were taken in.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The last link.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(self.link)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{EventId, ExperimentId};

    fn record() -> EventRecord {
        EventRecord {
            id: EventId(Uuid::from_u128(1)),
            experiment: ExperimentId(Uuid::from_u128(2)),
            sequence: Some(1),
            subject: "x.started".to_owned(),
            kind: "claudoom.events.v1.ExperimentStarted".to_owned(),
            body: "{}".to_owned(),
            recorded_at_ms: 0,
            traceparent: None,
            republished: 0,
        }
    }

    #[test]
    fn a_fingerprint_depends_on_what_an_event_says_and_on_nothing_else() {
        let base = record();
        let others = [
            EventRecord { id: EventId(Uuid::from_u128(3)), ..base.clone() },
            EventRecord { subject: "x.starte".to_owned(), kind: format!("d{}", base.kind), ..base.clone() },
            EventRecord { body: "{ }".to_owned(), ..base.clone() },
        ];
        for other in others {
            assert_ne!(Fingerprint::of(&other), Fingerprint::of(&base), "{other:?}");
        }
        let told_otherwise = EventRecord {
            recorded_at_ms: 7,
            republished: 1,
            sequence: None,
            traceparent: Some("t".into()),
            ..record()
        };
        assert_eq!(Fingerprint::of(&told_otherwise), Fingerprint::of(&base));
    }

    #[test]
    fn a_chain_depends_on_numbers_and_order() {
        let (one, other) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        let chain = |events: &[(i64, Fingerprint)]| {
            let mut chain = EventChain::default();
            events.iter().for_each(|(sequence, fingerprint)| chain.push(*sequence, fingerprint));
            chain
        };
        let base = chain(&[(1, one), (2, other)]);
        assert_eq!((base, base.length()), (chain(&[(1, one), (2, other)]), 2));
        for changed in [chain(&[(1, other), (2, one)]), chain(&[(1, one), (3, other)]), chain(&[(1, one)])] {
            assert_ne!(changed.digest(), base.digest());
        }
    }

    #[test]
    fn a_publication_anew_has_an_id_of_its_own() {
        let first = record();
        let again = EventRecord { republished: 2, ..record() };
        assert_eq!(first.message_id(), first.id.to_string());
        assert_eq!(again.message_id(), format!("{}.2", first.id));
    }
}
