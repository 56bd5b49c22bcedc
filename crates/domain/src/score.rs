//! The measured result of one episode and the key that names it.

use serde::{Deserialize, Serialize};

use crate::ids::DoomSeed;
use crate::measures::Measures;

/// Which episode of an experiment: its natural key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EpisodeKey {
    /// Round of the population; 0 for a design.
    pub generation: u32,
    /// Position of the condition in the design, or of the genome in the population.
    pub position: u32,
    /// Which repetition, from 0.
    pub replicate: u32,
}

/// A score: everything that was measured in one episode, and what proves it.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Which episode.
    pub key: EpisodeKey,
    /// The seed as the experiment names it (an explicit seed, or the replicate's own Doom seed).
    pub seed: u32,
    /// The seed the engine played.
    pub doom_seed: DoomSeed,
    /// What was measured.
    pub measures: Measures,
    /// The last link of the episode's trajectory chain.
    pub trajectory: [u8; 32],
    /// The actions, as in [`crate::action_log`].
    pub action_log: Vec<u8>,
}

impl Score {
    /// The same score without its action log, which is read only where it is asked for.
    #[must_use]
    pub fn without_log(&self) -> Self {
        Self {
            key: self.key,
            seed: self.seed,
            doom_seed: self.doom_seed,
            measures: self.measures.clone(),
            trajectory: self.trajectory,
            action_log: Vec::new(),
        }
    }

    /// Whether two scores of one key agree in everything that is promised to repeat.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.key == other.key
            && self.doom_seed == other.doom_seed
            && self.trajectory == other.trajectory
            && crate::digest::measure_bits(&self.measures) == crate::digest::measure_bits(&other.measures)
    }
}
