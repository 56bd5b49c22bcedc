//! Own experience: the second level of the cascade.
//!
//! A situation is sorted into one of a few thousand cells by [`grid::cell`]. For every cell and tactic a snapshot
//! counts how often the tactic was tried there and how often that went well. A tactic is as good as the lower bound of
//! its success rate ([`wilson_lower`]), so a rate of 3 in 3 does not beat one of 90 in 100.
//!
//! A snapshot never changes while it is played with. When a generation closes, [`Experience::fold`] makes the next one
//! from it and from what was [`tried`](Trial). Counts are added up, so the order of episodes does not matter, but a
//! trial that is folded twice counts twice.

pub mod grid;
mod outcome;

use std::collections::BTreeMap;

use domain::file::ContentHash;

use crate::confidence::wilson_lower;
use crate::snapshot::{self, Reader, SnapshotError};
use crate::tactic::Tactic;
pub(crate) use outcome::tries;
pub use outcome::{Moment, trials};

const LETTERS: [u8; 4] = *b"CLXP";
const VERSION: u32 = 1;
const WHAT: &str = "experience";

/// How often something was tried and how often that went well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it was tried.
    pub trials: u32,
    /// How often that went well, at most `trials`.
    pub successes: u32,
}

impl Tally {
    /// Both counts together; counts stop at the largest number.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let trials = self.trials.saturating_add(other.trials);
        Self { trials, successes: self.successes.saturating_add(other.successes).min(trials) }
    }

    /// The one with more trials; of equals, with more successes.
    fn max_by_trials(self, other: Self) -> Self {
        if (other.trials, other.successes) > (self.trials, self.successes) { other } else { self }
    }

    /// The lower bound of the success rate, in [0, 1].
    #[must_use]
    pub fn confidence(self) -> f64 {
        wilson_lower(self.successes, self.trials)
    }
}

/// One try of a tactic in a cell of the grid, and whether it went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Where, below [`grid::CELLS`].
    pub cell: u32,
    /// What was tried.
    pub tactic: Tactic,
    /// Whether it went well.
    pub success: bool,
}

/// The best that experience has to say about a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Advice {
    /// What to do.
    pub tactic: Tactic,
    /// What it rests on.
    pub tally: Tally,
    /// The lower bound of its success rate, in [0, 1].
    pub confidence: f32,
}

/// A snapshot of experience.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Experience(BTreeMap<(u32, Tactic), Tally>);

impl Experience {
    /// The name of this snapshot.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.encode())
    }

    /// How many pairs of a cell and a tactic have been tried.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing has been tried.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What has been tried in a cell, in the order of tactics.
    pub fn of_cell(&self, cell: u32) -> impl Iterator<Item = (Tactic, Tally)> {
        let tactics = Tactic::ALL.into_iter();
        tactics.filter_map(move |tactic| self.0.get(&(cell, tactic)).map(|&tally| (tactic, tally)))
    }

    /// The snapshot after these trials. A trial in a cell that does not exist is left out.
    #[must_use]
    pub fn fold(&self, trials: impl IntoIterator<Item = Trial>) -> Self {
        let mut next = self.clone();
        for trial in trials.into_iter().filter(|trial| trial.cell < grid::CELLS) {
            let tally = next.0.entry((trial.cell, trial.tactic)).or_default();
            *tally = tally.plus(Tally { trials: 1, successes: u32::from(trial.success) });
        }
        next
    }

    /// What is known together where lineages have gone apart: of every pair of a cell and a tactic, what the lineage knows
    /// that tried it most. Sums would count the trials of common ancestors once for each.
    #[must_use]
    pub fn joined<'a>(lineages: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut known = Self::default();
        for (&pair, &tally) in lineages.into_iter().flat_map(|lineage| &lineage.0) {
            let most = known.0.entry(pair).or_insert(tally);
            *most = (*most).max_by_trials(tally);
        }
        known
    }

    /// The best tactic of every cell among those tried at least `least` times and possible as `allowed` says, in order of
    /// cells; a tie goes to the tactic that is listed first.
    #[must_use]
    pub fn advice(&self, least: u32, allowed: impl Fn(Tactic) -> bool) -> Vec<(u32, Advice)> {
        let mut best: Vec<(u32, Advice)> = Vec::new();
        for (&(cell, tactic), &tally) in &self.0 {
            if tally.trials < least.max(1) || !allowed(tactic) {
                continue;
            }
            let advice = Advice { tactic, tally, confidence: tally.confidence() as f32 };
            match best.last_mut() {
                Some((known, other)) if *known == cell => {
                    if advice.confidence > other.confidence {
                        *other = advice;
                    }
                }
                _ => best.push((cell, advice)),
            }
        }
        best
    }

    /// The snapshot as bytes: letters, version, count, and in order of cells and tactics each pair with its counts.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = snapshot::begin(LETTERS, VERSION, self.0.len());
        for (&(cell, tactic), tally) in &self.0 {
            bytes.extend(cell.to_le_bytes());
            bytes.push(tactic.code());
            bytes.extend(tally.trials.to_le_bytes());
            bytes.extend(tally.successes.to_le_bytes());
        }
        bytes
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`SnapshotError`] if the bytes are not what [`Self::encode`] makes.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (mut reader, count) = Reader::new(bytes, WHAT, LETTERS, VERSION)?;
        let mut pairs = BTreeMap::new();
        for _ in 0..count {
            let (pair, tally) = read(&mut reader)?;
            if pairs.last_key_value().is_some_and(|(&last, _)| last >= pair) {
                return Err(reader.wrong("cells and tactics are not in order"));
            }
            pairs.insert(pair, tally);
        }
        reader.end()?;
        Ok(Self(pairs))
    }
}

fn read(reader: &mut Reader<'_>) -> Result<((u32, Tactic), Tally), SnapshotError> {
    let cell = reader.u32()?;
    if cell >= grid::CELLS {
        return Err(reader.wrong(format!("there is no cell {cell}")));
    }
    let code = reader.u8()?;
    let tactic = Tactic::of_code(code).ok_or_else(|| reader.wrong(format!("there is no tactic {code}")))?;
    let tally = Tally { trials: reader.u32()?, successes: reader.u32()? };
    if tally.trials == 0 || tally.successes > tally.trials {
        return Err(reader.wrong(format!("{} successes in {} trials", tally.successes, tally.trials)));
    }
    Ok(((cell, tactic), tally))
}

#[cfg(test)]
mod tests;
