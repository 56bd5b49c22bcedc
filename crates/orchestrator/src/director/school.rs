//! What a generation taught: brought from the store, learned, and put where agents find it.

use std::collections::{BTreeMap, BTreeSet};

use decision::Knowledge;
use decision::documents::Library;
use decision::experience::Experience;
use decision::learning::{Lesson, Reflection, reflect};
use decision::{Tactic, record};
use domain::checkpoint::{self, Checkpoint};
use domain::experiment::{EvolutionSpec, Inheritance, LearningSpec};
use domain::file::ContentHash;
use domain::knowledge::{KnowledgeContents, KnowledgeHashes, KnowledgeKind};
use domain::ports::{BlobStore, ExperimentRecord, GenerationRecord, MemberScores, PortError, PortResult};
use domain::{ErrorKind, Violation};

use crate::core::Core;
use crate::learning::{self, Handed, Pupil, REVIEW_ROUNDS, Round};
use crate::planning;
use crate::user_files::start;

/// What the members of the generation after `current` are handed; nothing where nothing is learned, or where they are those of
/// a confirmation.
///
/// # Errors
/// As [`taught`].
pub(super) async fn after(core: &Core, record: &ExperimentRecord, current: &GenerationRecord) -> PortResult<Handed> {
    if !is_round(record, current.index + 1) {
        return Ok(Handed::default());
    }
    let Some(last) = (0..=current.index).rev().find(|&index| is_round(record, index)) else {
        // Baselines teach nothing; what a checkpoint hands on is for the first round after them.
        let start = start(&record.spec, core.files.blobs.as_ref()).await?;
        return Ok(start.map_or_else(Handed::default, |start| planning::handed(&record.spec, &start)));
    };
    // A confirmation teaches nothing; an evolution that goes on after one goes on from the round before it.
    if last == current.index {
        return taught(core, record, current).await;
    }
    taught(core, record, &core.store.generation(record.id, last).await?).await
}

/// What the members of the round after `current`, a complete round, are handed, whether or not there is one; nothing where
/// nothing is learned.
///
/// Doing it again makes the same contents, so it may end anywhere and be done anew.
///
/// # Errors
/// If a store is away, or something in it is not what an agent knows or has recorded.
pub(crate) async fn taught(core: &Core, record: &ExperimentRecord, current: &GenerationRecord) -> PortResult<Handed> {
    let Some(learning) = record.spec.evolution.as_ref().and_then(|evolution| evolution.learning.as_ref()) else {
        return Ok(Handed::default());
    };
    let mut shelf = Shelf::default();
    let pupils = pupils(core, record, learning, current, &mut shelf).await?;
    let blobs = core.files.blobs.as_ref();
    let mut handed = Handed::default();
    let pooled = learning::pooled(&pupils);
    match learning.experience {
        Inheritance::None => {}
        Inheritance::Population => handed.experience = Some(blobs.put(&pooled.encode()).await?),
        Inheritance::Parents => {
            for (agent, experience) in learning::separate(&pupils) {
                handed.of_parent.insert(agent, blobs.put(&experience.encode()).await?);
            }
        }
    }
    if learning.documents {
        let libraries = documents(core, record, current, pupils, &pooled, &mut shelf).await?;
        for library in libraries {
            handed.libraries.push(blobs.put(&library.encode()).await?);
        }
    }
    Ok(handed)
}

/// The libraries that the members of the next round play with, by position.
async fn documents(
    core: &Core,
    record: &ExperimentRecord,
    current: &GenerationRecord,
    pupils: Vec<Pupil>,
    experience: &Experience,
    shelf: &mut Shelf,
) -> PortResult<Vec<Library>> {
    let blobs = core.files.blobs.as_ref();
    let rounds = rounds(core, record, current).await?;
    for generation in &rounds {
        for scored in &generation.members {
            shelf.fetch(blobs, &scored.member.spec.knowledge).await?;
        }
    }
    // A document is judged by then, so a checkpoint from before has nothing more to say.
    let start = if rounds.len() < REVIEW_ROUNDS as usize { start(&record.spec, blobs).await? } else { None };
    let before = before(record, start.as_ref(), rounds.len());
    for (_, round) in &before {
        for player in &round.agents {
            shelf.fetch(blobs, &documents_of(&player.knowledge)).await?;
        }
    }
    let known: Vec<_> = current.members.iter().map(|scored| shelf.library(scored)).collect();
    let shared = learning::base(known).map_err(unteachable)?;
    let before = before.into_iter().map(|(number, round)| recalled(number, round, shelf));
    let told: Vec<_> = before.chain(rounds.iter().map(|generation| round(record, generation, shelf))).collect();
    let number = number(record, current.index);
    let mut lesson = Lesson::default();
    pupils.into_iter().for_each(|pupil| lesson.add(pupil.lesson));
    let reflection = Reflection {
        generation: number,
        seed: record.spec.seed,
        tactics: &tactics(core, current)?,
        lesson: &lesson,
        experience,
        judged: &learning::judge(&shared, &told),
    };
    let next = reflect(&shared, &reflection).map_err(unteachable)?;
    let members = record.spec.evolution.as_ref().map_or(0, |evolution| evolution.population);
    learning::variants(&next, record.spec.seed, number + 1, members).map_err(unteachable)
}

/// The rounds in which a document may be under review, `current` the last of them.
async fn rounds(
    core: &Core,
    record: &ExperimentRecord,
    current: &GenerationRecord,
) -> PortResult<Vec<GenerationRecord>> {
    let mut rounds = vec![current.clone()];
    for index in (0..current.index).rev().filter(|&index| is_round(record, index)).take(REVIEW_ROUNDS as usize - 1) {
        rounds.push(core.store.generation(record.id, index).await?);
    }
    rounds.reverse();
    Ok(rounds)
}

/// The rounds of the checkpoint in which a document may be under review, with their numbers, where `own` rounds were played
/// since: those of the same game.
fn before<'a>(
    record: &'a ExperimentRecord,
    start: Option<&'a Checkpoint>,
    own: usize,
) -> Vec<(u32, &'a checkpoint::Round)> {
    let same = |part: &&checkpoint::Part| part.is_same_game(&record.spec, &record.provenance);
    let parts = start.into_iter().flat_map(|start| &start.parts).filter(same);
    let rounds = parts.flat_map(|part| part.rounds.iter().map(|round| (part.number(round), round)));
    let mut rounds: Vec<_> = rounds.collect();
    rounds.drain(..(rounds.len() + own).saturating_sub(REVIEW_ROUNDS as usize).min(rounds.len()));
    rounds
}

/// The number of a generation among all of its search, as in the names of its agents.
fn number(record: &ExperimentRecord, index: u32) -> u32 {
    index + record.spec.evolution.as_ref().map_or(0, EvolutionSpec::first_number)
}

/// Of what an agent knows, where its documents are.
fn documents_of(known: &KnowledgeHashes) -> KnowledgeHashes {
    let is_documents = |kind: &KnowledgeKind| matches!(kind, KnowledgeKind::Documents | KnowledgeKind::Library);
    known.iter().filter(|(kind, _)| is_documents(kind)).map(|(&kind, &hash)| (kind, hash)).collect()
}

fn is_round(record: &ExperimentRecord, index: u32) -> bool {
    record.course().round(index).is_some()
}

fn round<'a>(record: &ExperimentRecord, generation: &GenerationRecord, shelf: &'a Shelf) -> Round<'a> {
    // Who plays on after a look of a race is no longer drawn, so only what everybody plays tells what a document does.
    let common = record.spec.racing().map_or(u32::MAX, |racing| racing.first);
    let fitness = |scored: &MemberScores| -> BTreeMap<u32, f64> {
        let scores = scored.scores.iter().filter(|score| score.key.replicate < common);
        scores.map(|score| (score.key.replicate, record.spec.fitness.of(&score.measures))).collect()
    };
    let members = generation.members.iter().map(|scored| (shelf.library(scored), fitness(scored)));
    Round { generation: number(record, generation.index), members: members.collect() }
}

fn recalled<'a>(number: u32, round: &checkpoint::Round, shelf: &'a Shelf) -> Round<'a> {
    let members = round.agents.iter().map(|player| {
        let fitness = (0..).zip(player.fitness.iter().copied()).collect();
        (&*shelf.by(&documents_of(&player.knowledge)).documents, fitness)
    });
    Round { generation: number, members: members.collect() }
}

/// What the game that a generation played has the buttons for.
fn tactics(core: &Core, generation: &GenerationRecord) -> PortResult<Vec<Tactic>> {
    let Some(scored) = generation.members.first() else { return Ok(Vec::new()) };
    let facts = core.games.facts(&scored.member.scenario).map_err(unteachable)?;
    Ok(Tactic::possible(&facts.buttons))
}

/// The members of a generation with what they knew and what their episodes teach.
async fn pupils(
    core: &Core,
    record: &ExperimentRecord,
    learning: &LearningSpec,
    generation: &GenerationRecord,
    shelf: &mut Shelf,
) -> PortResult<Vec<Pupil>> {
    let mut pupils = Vec::with_capacity(generation.members.len());
    for scored in &generation.members {
        let member = &scored.member;
        shelf.fetch(core.files.blobs.as_ref(), &member.spec.knowledge).await?;
        let horizon = learning.ticks(member.scenario.frame_skip);
        let mut lesson = Lesson::default();
        for (replicate, record) in core.store.decisions(record.id, generation.index, member.position).await? {
            let steps = record::read(&record).map_err(|error| {
                let message = format!("the decisions of {} in its episode {replicate} are none", member.agent);
                PortError::new(ErrorKind::Internal, message).because(error)
            })?;
            lesson.add(Lesson::of(&steps, horizon));
        }
        let experience = Experience::clone(&shelf.of(scored).experience);
        pupils.push(Pupil { agent: member.agent.clone(), experience, lesson });
    }
    Ok(pupils)
}

/// What agents know, read once for all that know the same.
#[derive(Default)]
struct Shelf {
    contents: BTreeMap<ContentHash, std::sync::Arc<[u8]>>,
    known: BTreeMap<KnowledgeHashes, Knowledge>,
    nothing: Knowledge,
}

impl Shelf {
    async fn fetch(&mut self, blobs: &dyn BlobStore, hashes: &KnowledgeHashes) -> PortResult<()> {
        if self.known.contains_key(hashes) {
            return Ok(());
        }
        let wanted: BTreeSet<_> = hashes.values().filter(|hash| !self.contents.contains_key(hash)).collect();
        for hash in wanted {
            self.contents.insert(*hash, blobs.get(hash).await?.into());
        }
        let contents = hashes.iter().filter_map(|(&kind, hash)| Some((kind, self.contents.get(hash)?.clone())));
        let knowledge = Knowledge::read(&contents.collect::<KnowledgeContents>()).map_err(unteachable)?;
        self.known.insert(hashes.clone(), knowledge);
        Ok(())
    }

    fn of(&self, scored: &MemberScores) -> &Knowledge {
        self.by(&scored.member.spec.knowledge)
    }

    fn by(&self, hashes: &KnowledgeHashes) -> &Knowledge {
        self.known.get(hashes).unwrap_or(&self.nothing)
    }

    fn library(&self, scored: &MemberScores) -> &Library {
        &self.of(scored).documents
    }
}

fn unteachable(found: Vec<Violation>) -> PortError {
    super::broken("nothing can be learned from a generation", &found)
}
