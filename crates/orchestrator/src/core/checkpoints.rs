//! Checkpoints of evolutions, made from what the ledger has.

use std::collections::BTreeSet;

use domain::ErrorKind;
use domain::checkpoint::{Checkpoint, lines};
use domain::file::ContentHash;
use domain::handed::Handed;
use domain::ids::ExperimentId;
use domain::knowledge::KnowledgeKind;
use domain::ports::{ExperimentRecord, KeptCheckpoint, PortError, PortResult};
use domain::reason;

use super::Core;
use crate::director::{broken, school};
use crate::learning::REVIEW_ROUNDS;
use crate::user_files::start;
use crate::{planner, planning};

impl Core {
    /// Makes a checkpoint of an evolution after one of its generations, the last complete one unless named, and keeps it
    /// among its artifacts. Doing it again makes the same content.
    ///
    /// # Errors
    /// `NotFound` for an experiment or a generation that is not there; `FailedPrecondition` for a generation that is not
    /// complete, a confirmation or a design; `Invalid` if it is too large to be kept.
    pub async fn checkpoint(&self, id: ExperimentId, generation: Option<u32>) -> PortResult<KeptCheckpoint> {
        let record = self.store.experiment(id).await?;
        if record.spec.racing().is_some() {
            let message =
                format!("the agents of experiment {id} race: a checkpoint holds rounds that everybody played whole");
            return Err(PortError::new(ErrorKind::FailedPrecondition, message));
        }
        let index = chosen(&record, generation)?;
        let current = self.store.generation(id, index).await?;
        let handed = school::taught(self, &record, &current).await?;
        self.keep_checkpoint(&record, index, handed).await
    }

    /// Makes the checkpoint after generation `index`, a complete round that hands this on, and keeps it.
    ///
    /// # Errors
    /// If a store is away; `Invalid` if the content is larger than what is taken in.
    pub(crate) async fn keep_checkpoint(
        &self,
        record: &ExperimentRecord,
        index: u32,
        handed: Handed,
    ) -> PortResult<KeptCheckpoint> {
        let checkpoint = self.gather(record, index, handed).await?;
        let content = planner::run(checkpoint.episodes(), move || Ok(lines::write(&checkpoint))).await?;
        let blake3 = self.files.blobs.put(&content).await?;
        self.store.keep_checkpoint(record.id, index, &blake3, content.len() as u64).await
    }

    /// Everything that the search of an experiment was told up to generation `index`.
    async fn gather(&self, record: &ExperimentRecord, index: u32, handed: Handed) -> PortResult<Checkpoint> {
        let blobs = self.files.blobs.as_ref();
        let Checkpoint { mut parts, .. } = start(&record.spec, blobs).await?.unwrap_or_default();
        let mut rounds = Vec::new();
        let course = record.course();
        for (generation, round) in (0..=index).filter_map(|index| Some((index, course.round(index)?))) {
            let generation = self.store.generation(record.id, generation).await?;
            rounds.push(planning::checkpoint::round(record, round, &generation));
        }
        let part = planning::checkpoint::part(record, rounds);
        parts.push(part.map_err(|found| broken("no checkpoint can be made", &found))?);
        let mut checkpoint = Checkpoint { parts, handed, ..Checkpoint::default() };
        for hash in named(&checkpoint) {
            checkpoint.contents.insert(hash, blobs.get(&hash).await?);
        }
        Ok(checkpoint)
    }
}

/// The contents that go with a checkpoint: what is handed on, and the libraries of the rounds in which what is under review
/// then may have been played with.
fn named(checkpoint: &Checkpoint) -> BTreeSet<ContentHash> {
    let handed = &checkpoint.handed;
    let reviewed = if handed.libraries.is_empty() { 0 } else { REVIEW_ROUNDS as usize - 1 };
    let agents = checkpoint.rounds().rev().take(reviewed).flat_map(|(_, round)| &round.agents);
    let libraries = agents.filter_map(|player| player.knowledge.get(&KnowledgeKind::Library));
    handed.contents().chain(libraries).copied().collect()
}

/// The generation whose checkpoint is asked for.
fn chosen(record: &ExperimentRecord, generation: Option<u32>) -> PortResult<u32> {
    let name = &record.spec.name;
    let early = |message: String| PortError::new(ErrorKind::FailedPrecondition, message);
    if record.spec.evolution.is_none() {
        return Err(early(format!("experiment `{name}` is a design: there is no search to go on with")));
    }
    let course = record.course();
    // What is due is all of the latest generation, since nobody races.
    let is_complete = |index: u32| index < record.generation || record.episodes_scored >= record.episodes_due;
    let Some(index) = generation else {
        let mut rounds = (0..=record.generation).rev().filter(|&index| course.round(index).is_some());
        let nothing = || early(format!("no generation of experiment `{name}` is complete yet"));
        return rounds.find(|&index| is_complete(index)).ok_or_else(nothing);
    };
    if index > record.generation {
        let message = format!("experiment `{name}` has no generation {index} yet: the latest is {}", record.generation);
        return Err(PortError::of(reason::GENERATION_NOT_FOUND, message));
    }
    if course.round(index).is_none() {
        let is_first = index < course.opening();
        let what = if is_first { "of baselines" } else { "a confirmation" };
        let message = format!("generation {index} of experiment `{name}` is {what}: no search goes on from it");
        return Err(early(message));
    }
    if !is_complete(index) {
        return Err(early(format!("generation {index} of experiment `{name}` is still being played")));
    }
    Ok(index)
}
