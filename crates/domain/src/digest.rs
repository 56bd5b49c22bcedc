//! Digests: one number that says whether two runs are the same, bit for bit.

use std::fmt;

use crate::action::Buttons;
use crate::environment::{End, Reading};
use crate::measures::{Measures, Response};
use crate::score::Score;

/// The chain over an episode's ticks: every link is BLAKE3 of the link before and what happened in the tick.
///
/// Counters enter as differences against the first reading: an engine goes on counting from episode to episode, and
/// which episodes it has played before must not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trajectory {
    link: [u8; 32],
    first: Reading,
}

impl Trajectory {
    /// The chain's first link, over the episode's first reading.
    #[must_use]
    pub fn start(first: &Reading) -> Self {
        Self { link: [0; 32], first: *first }.link(Buttons::NONE, first)
    }

    /// The chain after one more tick.
    #[must_use]
    pub fn link(self, buttons: Buttons, now: &Reading) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.link);
        hasher.update(&record(buttons, &self.first, now));
        if let Some(frame) = &now.frame_digest {
            hasher.update(frame);
        }
        Self { link: *hasher.finalize().as_bytes(), ..self }
    }

    /// The last link.
    #[must_use]
    pub fn digest(self) -> [u8; 32] {
        self.link
    }
}

const RECORD_LEN: usize = 8 + 15 * 4 + 9 * 8;

fn record(buttons: Buttons, first: &Reading, now: &Reading) -> [u8; RECORD_LEN] {
    let mut bytes = [0; RECORD_LEN];
    let mut rest = &mut bytes[..];
    put(&mut rest, &buttons.0.to_le_bytes());
    put(&mut rest, &now.tic.to_le_bytes());
    put(&mut rest, &end_code(now.end).to_le_bytes());
    for integer in [
        now.health,
        now.armor,
        now.ammo,
        now.weapon,
        i32::from(now.attack_ready),
        now.kills.wrapping_sub(first.kills),
        now.deaths.wrapping_sub(first.deaths),
        now.items.wrapping_sub(first.items),
        now.secrets.wrapping_sub(first.secrets),
        now.hits.wrapping_sub(first.hits),
        now.hits_taken.wrapping_sub(first.hits_taken),
        now.damage_dealt.wrapping_sub(first.damage_dealt),
        now.damage_taken.wrapping_sub(first.damage_taken),
    ] {
        put(&mut rest, &integer.to_le_bytes());
    }
    for real in now.position.iter().chain(&now.velocity).chain(&[now.angle, now.reward, now.total_reward]) {
        put(&mut rest, &real.to_bits().to_le_bytes());
    }
    bytes
}

fn put(rest: &mut &mut [u8], bytes: &[u8]) {
    let (head, tail) = std::mem::take(rest).split_at_mut(bytes.len());
    head.copy_from_slice(bytes);
    *rest = tail;
}

fn end_code(end: Option<End>) -> u32 {
    match end {
        None => 0,
        Some(End::Death) => 1,
        Some(End::MapEnd) => 2,
        Some(End::Timeout) => 3,
    }
}

/// Every measure as exact bits in the order of [`Response::ALL`], then the reason of the end. An absent measure is
/// all ones, which is a NaN that no measure can be.
#[must_use]
pub fn measure_bits(measures: &Measures) -> [u64; Response::ALL.len() + 1] {
    let mut bits = [u64::MAX; Response::ALL.len() + 1];
    for (slot, response) in bits.iter_mut().zip(Response::ALL) {
        // Adding zero turns -0.0 into 0.0, so equal values have equal bits.
        *slot = measures.get(response).map_or(u64::MAX, |value| (value + 0.0).to_bits());
    }
    bits[Response::ALL.len()] = u64::from(end_code(Some(measures.end)));
    bits
}

/// The digest of an experiment: BLAKE3 over its rows in key order, without ids, attempts, workers or times.
#[derive(Debug, Clone, Default)]
pub struct ExperimentDigest {
    hasher: blake3::Hasher,
    rows: u64,
    last: Option<crate::score::EpisodeKey>,
}

/// Rows that did not come in strictly rising key order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("row {0} of the digest is out of key order")]
pub struct OutOfOrder(pub u64);

impl ExperimentDigest {
    /// Takes in the next row.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless its key (generation, position, replicate) is above the one before.
    pub fn push(&mut self, score: &Score) -> Result<(), OutOfOrder> {
        if self.last.is_some_and(|last| last >= score.key) {
            return Err(OutOfOrder(self.rows));
        }
        self.last = Some(score.key);
        self.rows += 1;
        for number in [score.key.generation, score.key.position, score.key.replicate, score.doom_seed.0] {
            self.hasher.update(&number.to_le_bytes());
        }
        for bits in measure_bits(&score.measures) {
            self.hasher.update(&bits.to_le_bytes());
        }
        self.hasher.update(&score.trajectory);
        Ok(())
    }

    /// How many rows were taken in.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The digest of the rows so far.
    #[must_use]
    pub fn finish(&self) -> Digest {
        Digest(*self.hasher.finalize().as_bytes())
    }
}

/// A finished digest; shown as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::DoomSeed;
    use crate::measures::Gauge;
    use crate::score::EpisodeKey;

    fn score(replicate: u32) -> Score {
        let measures = Gauge::new(Reading::default(), None).measures(End::Death);
        let key = EpisodeKey { generation: 0, position: 0, replicate };
        Score { key, seed: 1, doom_seed: DoomSeed(1), measures, trajectory: [7; 32], action_log: vec![] }
    }

    #[test]
    fn trajectory_depends_on_every_field() {
        let start = Reading::default();
        let base = Trajectory::start(&start);
        let changed = [
            Reading { tic: 1, ..start },
            Reading { health: 1, ..start },
            Reading { damage_taken: 1, ..start },
            Reading { position: [0.0, 0.0, 1.0], ..start },
            Reading { angle: -0.0, ..start },
            Reading { total_reward: 1.0, ..start },
            Reading { end: Some(End::Timeout), ..start },
            Reading { frame_digest: Some([0; 32]), ..start },
        ];
        for reading in changed {
            assert_ne!(
                base.link(Buttons::NONE, &reading).digest(),
                base.link(Buttons::NONE, &start).digest(),
                "{reading:?}"
            );
        }
        assert_ne!(base.link(Buttons(1), &start).digest(), base.link(Buttons(2), &start).digest());
    }

    #[test]
    fn trajectory_does_not_depend_on_what_an_engine_counted_before() {
        let chain = |before: i32| {
            let start = Reading { deaths: before, hits: before, ..Reading::default() };
            let now = Reading { deaths: before + 1, ..start };
            Trajectory::start(&start).link(Buttons::NONE, &now).digest()
        };
        assert_eq!(chain(0), chain(7));
    }

    #[test]
    fn experiment_digest_refuses_rows_out_of_order() {
        let mut digest = ExperimentDigest::default();
        digest.push(&score(1)).unwrap();
        assert_eq!(digest.push(&score(1)), Err(OutOfOrder(1)));
        assert_eq!(digest.push(&score(0)), Err(OutOfOrder(1)));
        digest.push(&score(2)).unwrap();
        assert_eq!(digest.rows(), 2);
    }

    #[test]
    fn experiment_digest_sees_one_changed_bit() {
        let digest_of = |score: &Score| {
            let mut digest = ExperimentDigest::default();
            digest.push(score).unwrap();
            digest.finish()
        };
        let mut other = score(0);
        other.measures.reward = f64::from_bits(1);
        assert_ne!(digest_of(&score(0)), digest_of(&other));
    }
}
