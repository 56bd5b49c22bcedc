//! What a generation taught: brought from the store, learned, and put where agents find it.

use std::collections::{BTreeMap, BTreeSet};

use decision::Knowledge;
use decision::documents::Library;
use decision::experience::Experience;
use decision::learning::{Lesson, reflect};
use decision::{Tactic, record};
use domain::checkpoint::{self, Checkpoint};
use domain::environment::End;
use domain::experiment::{EvolutionSpec, Inheritance, LearningSpec};
use domain::file::ContentHash;
use domain::knowledge::{KnowledgeContents, KnowledgeHashes, KnowledgeKind};
use domain::ports::{BlobStore, ExperimentRecord, GenerationRecord, MemberScores, PortError, PortResult};
use domain::{ErrorKind, Violation};

use super::outside;
use crate::core::Core;
use crate::learning::{self, Handed, Pupil, REVIEW_ROUNDS, Round};
use crate::retrospection::{Lookback, Player};
use crate::user_files::start;
use crate::{planning, standing};

/// What the members of the generation after `current` are handed; nothing where nothing is learned, or where they are those of
/// a confirmation.
///
/// # Errors
/// As [`taught`].
pub(super) async fn after(core: &Core, record: &ExperimentRecord, current: &GenerationRecord) -> PortResult<Handed> {
    if !is_round(record, current.index + 1) {
        return Ok(Handed::default());
    }
    let Some(last) = last_round(record, current.index) else {
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
/// If a store is away, or something in it is not what an agent knows or has recorded; `FailedPrecondition` if somebody outside
/// has to answer first.
pub(crate) async fn taught(core: &Core, record: &ExperimentRecord, current: &GenerationRecord) -> PortResult<Handed> {
    let Some(learning) = record.spec.evolution.as_ref().and_then(|evolution| evolution.learning.as_ref()) else {
        return Ok(Handed::default());
    };
    let class = Class::of(core, record, learning, current).await?;
    let blobs = core.files.blobs.as_ref();
    let mut handed = Handed::default();
    match learning.experience {
        Inheritance::None => {}
        Inheritance::Population => {
            handed.experience = Some(blobs.put(&learning::pooled(&class.pupils).encode()).await?);
        }
        Inheritance::Parents => {
            for (agent, experience) in learning::separate(&class.pupils) {
                handed.of_parent.insert(agent, blobs.put(&experience.encode()).await?);
            }
        }
    }
    if learning.documents {
        for library in documents(core, record, current, class).await? {
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
    class: Class,
) -> PortResult<Vec<Library>> {
    let look = class.looked_back(core, record, current).await?;
    let next = if record.spec.asks_outside() {
        outside::answer(core, record, current.index).await?.obeyed(look.reviewed(), look.generation)
    } else {
        reflect(&look.library, &look.reflection())
    };
    let members = record.spec.evolution.as_ref().map_or(0, |evolution| evolution.population);
    let next = next.map_err(unteachable)?;
    learning::variants(&next, record.spec.seed, look.generation + 1, members).map_err(unteachable)
}

/// What there is to tell of a complete round of an experiment that learns.
///
/// # Errors
/// As [`taught`].
pub(super) async fn look_back(
    core: &Core,
    record: &ExperimentRecord,
    current: &GenerationRecord,
) -> PortResult<Lookback> {
    let learning = record.spec.evolution.as_ref().and_then(|evolution| evolution.learning.clone()).unwrap_or_default();
    Class::of(core, record, &learning, current).await?.looked_back(core, record, current).await
}

/// The members of a round with what they knew and what their episodes teach.
struct Class {
    pupils: Vec<Pupil>,
    shelf: Shelf,
}

impl Class {
    async fn of(
        core: &Core,
        record: &ExperimentRecord,
        learning: &LearningSpec,
        current: &GenerationRecord,
    ) -> PortResult<Self> {
        let mut shelf = Shelf::default();
        let pupils = pupils(core, record, learning, current, &mut shelf).await?;
        Ok(Self { pupils, shelf })
    }

    async fn looked_back(
        self,
        core: &Core,
        record: &ExperimentRecord,
        current: &GenerationRecord,
    ) -> PortResult<Lookback> {
        let Self { pupils, mut shelf } = self;
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
        let shelf = &shelf;
        let library =
            learning::base(current.members.iter().map(|scored| shelf.library(scored))).map_err(unteachable)?;
        let before = before.into_iter().map(|(number, round)| recalled(number, round, shelf));
        let told: Vec<_> = before.chain(rounds.iter().map(|generation| round(record, generation, shelf))).collect();
        let judged = learning::judge(&library, &told);
        let experience = learning::pooled(&pupils);
        let mut lesson = Lesson::default();
        pupils.into_iter().for_each(|pupil| lesson.add(pupil.lesson));
        let (scenario, buttons) = played(core, current)?;
        Ok(Lookback {
            generation: number(record, current.index),
            seed: record.spec.seed,
            scenario,
            tactics: Tactic::possible(&buttons),
            buttons,
            library,
            lesson,
            experience,
            judged,
            agents: players(record, current, shelf),
        })
    }
}

/// Who played a round, by position.
fn players(record: &ExperimentRecord, current: &GenerationRecord, shelf: &Shelf) -> Vec<Player> {
    let means = standing::means(&record.spec, &current.members);
    let players = current.members.iter().zip(means).map(|(scored, mean)| {
        let played = shelf.library(scored).documents().iter().filter(|document| document.life.is_played());
        Player {
            agent: scored.member.agent.clone(),
            fitness: mean.unwrap_or_default(),
            documents: played.map(|document| document.id.clone()).collect(),
        }
    });
    players.collect()
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

pub(super) fn is_round(record: &ExperimentRecord, index: u32) -> bool {
    record.course().round(index).is_some()
}

/// The last round up to a generation, if there is one.
pub(super) fn last_round(record: &ExperimentRecord, index: u32) -> Option<u32> {
    (0..=index).rev().find(|&index| is_round(record, index))
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

/// The scenario that a generation played, and its buttons.
fn played(core: &Core, generation: &GenerationRecord) -> PortResult<(String, Vec<String>)> {
    let Some(scored) = generation.members.first() else { return Ok(Default::default()) };
    let facts = core.games.facts(&scored.member.scenario).map_err(unteachable)?;
    Ok((facts.name, facts.buttons))
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
            let end =
                scored.scores.iter().find(|score| score.key.replicate == replicate).map(|score| score.measures.end);
            lesson.add(Lesson::of(&steps, horizon, end == Some(End::Death)));
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
