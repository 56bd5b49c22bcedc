//! Checkpoints of an evolution: all that its search was told, so that another experiment goes on from there.
//!
//! A checkpoint is a value that depends on nothing but the experiments and rounds in it, and it is written in one way only
//! ([`lines`]), so the hash of what is written is a function of them too.

mod fitness;
pub mod lines;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::experiment::{ExperimentSpec, SeedSpec};
use crate::file::ContentHash;
use crate::genome::Genome;
use crate::handed::Handed;
use crate::ids::{AgentId, DoomSeed, ExperimentId};
use crate::knowledge::KnowledgeHashes;
use crate::ports::Provenance;

/// The rounds of a search up to one of them, with those of the experiments before that it went on from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkpoint {
    /// What each experiment played, oldest first.
    pub parts: Vec<Part>,
    /// What the agents of the round after the last one are handed of what was learned.
    pub handed: Handed,
    /// The contents that `handed` names, and the libraries of the last rounds, by which documents under review are judged.
    pub contents: BTreeMap<ContentHash, Vec<u8>>,
}

/// The rounds that one experiment played.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The experiment.
    pub experiment: ExperimentId,
    /// What was launched.
    pub spec: ExperimentSpec,
    /// What its results depend on besides.
    pub provenance: Provenance,
    /// The policy of its agents.
    pub policy: String,
    /// The parameters that evolved, in the order of the policy's.
    pub genes: Vec<String>,
    /// Its rounds, in order.
    pub rounds: Vec<Round>,
}

/// A round that was played to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Number among all rounds of the search, from 0.
    pub round: u32,
    /// Number of the generation in its experiment, from 0.
    pub generation: u32,
    /// The seeds that the engine played, by replicate.
    pub seeds: Vec<DoomSeed>,
    /// Who played, in order of positions.
    pub agents: Vec<Player>,
}

/// An agent of a round with what it achieved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Player {
    /// Its name.
    pub agent: AgentId,
    /// Its parameters.
    pub genome: Genome,
    /// The names of its parents in the round before.
    pub parents: Vec<AgentId>,
    /// The operators that made it.
    pub operators: Vec<String>,
    /// What it knew besides, by content; left out where that is nothing.
    #[serde(default, skip_serializing_if = "KnowledgeHashes::is_empty")]
    pub knowledge: KnowledgeHashes,
    /// Its fitness on every seed.
    #[serde(with = "fitness")]
    pub fitness: Vec<f64>,
}

impl Checkpoint {
    /// Every round with the part that it is in, in order.
    pub fn rounds(&self) -> impl DoubleEndedIterator<Item = (&Part, &Round)> {
        self.parts.iter().flat_map(|part| part.rounds.iter().map(move |round| (part, round)))
    }

    /// The last round.
    #[must_use]
    pub fn last(&self) -> Option<(&Part, &Round)> {
        self.rounds().next_back()
    }

    /// Number of the last generation, as in the names of its agents.
    #[must_use]
    pub fn generation(&self) -> Option<u32> {
        self.last().map(|(part, round)| part.number(round))
    }

    /// The checkpoint of an earlier generation, by the number in the names of its agents; none if that is not in it. What is
    /// handed on is known of the last generation only.
    #[must_use]
    pub fn through(mut self, generation: u32) -> Option<Self> {
        if self.generation() == Some(generation) {
            return Some(self);
        }
        let is_there = self.rounds().any(|(part, round)| part.number(round) == generation);
        for part in &mut self.parts {
            let first = part.first_number();
            part.rounds.retain(|round| first.saturating_add(round.generation) <= generation);
        }
        self.parts.retain(|part| !part.rounds.is_empty());
        is_there.then_some(Self { parts: self.parts, ..Self::default() })
    }

    /// Episodes over all rounds.
    #[must_use]
    pub fn episodes(&self) -> u64 {
        let agents = self.rounds().flat_map(|(_, round)| &round.agents);
        agents.map(|player| player.fitness.len() as u64).sum()
    }
}

impl Part {
    /// Number of one of its rounds in the names of that round's agents.
    #[must_use]
    pub fn number(&self, round: &Round) -> u32 {
        self.first_number().saturating_add(round.generation)
    }

    fn first_number(&self) -> u32 {
        self.spec.evolution.as_ref().map_or(0, |evolution| evolution.first_number())
    }

    /// Whether its agents would score the same in an experiment of this specification and provenance: the game, the seeds of
    /// a round, what is maximised and what agents are besides their genomes are the same.
    #[must_use]
    pub fn is_same_game(&self, spec: &ExperimentSpec, provenance: &Provenance) -> bool {
        // A replicate has its seed however many there are.
        let seeds = |spec: &ExperimentSpec| SeedSpec { episodes: 0, ..spec.seeds.clone() };
        let (own, other) = (self.spec.agent.definition(), spec.agent.definition());
        self.provenance == *provenance
            && self.spec.scenario == spec.scenario
            && self.spec.seed == spec.seed
            && seeds(&self.spec) == seeds(spec)
            && self.spec.fitness == spec.fitness
            && (own.policy, own.knowledge) == (other.policy, other.knowledge)
    }
}

impl Round {
    /// The best agent by its mean fitness, of equals the first; none where nobody has any.
    #[must_use]
    pub fn best(&self) -> Option<&Player> {
        let scored = self.agents.iter().filter_map(|player| Some((player, player.mean()?)));
        scored.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(player, _)| player)
    }
}

impl Player {
    /// Its mean fitness, the plain sum over the count as selection has it; absent where it has none.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.fitness.len();
        (count > 0).then(|| self.fitness.iter().sum::<f64>() / count as f64)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A checkpoint of an experiment of three rounds, and of one that went on from there and played two.
    pub(crate) fn checkpoint() -> Checkpoint {
        let first = part("first", None, 0..3);
        let begun = serde_json::json!({
            "name": "first.clcp", "blake3": ContentHash::of(b"first").to_string(), "generation": 2, "rounds": 3,
        });
        let second = part("second", Some(begun), 3..5);
        let (experience, library) = (b"experience".to_vec(), b"library".to_vec());
        let handed = Handed {
            experience: Some(ContentHash::of(&experience)),
            libraries: vec![ContentHash::of(&library)],
            ..Handed::default()
        };
        let contents = [experience, library].map(|content| (ContentHash::of(&content), content)).into();
        Checkpoint { parts: vec![first, second], handed, contents }
    }

    fn part(name: &str, start: Option<serde_json::Value>, rounds: std::ops::Range<u32>) -> Part {
        let mut spec = serde_json::json!({
            "name": name, "seed": 3, "scenario": { "name": "basic" }, "agent": { "policy": "aim" }, "evolution": {},
        });
        if let Some(start) = start {
            spec["evolution"]["start"] = start;
        }
        let spec: ExperimentSpec = serde_json::from_value(spec).unwrap();
        let first = rounds.start;
        Part {
            experiment: ExperimentId::derive(&spec.hash(), ""),
            spec,
            provenance: Provenance { engine: "1".into(), behaviour: "1".into(), files: BTreeMap::new() },
            policy: "aim".to_owned(),
            genes: vec!["burst".to_owned()],
            rounds: rounds.map(|number| round(number, number - first)).collect(),
        }
    }

    fn round(number: u32, generation: u32) -> Round {
        let player = |position: u32| Player {
            agent: AgentId::slug(&format!("g{number}-{position}")),
            genome: Genome([("burst".to_owned(), f64::from(number) + 0.1 * f64::from(position))].into()),
            parents: (number > 0).then(|| AgentId::slug(&format!("g{}-0", number - 1))).into_iter().collect(),
            operators: vec!["copy".to_owned()],
            knowledge: KnowledgeHashes::new(),
            fitness: vec![f64::from(position), 0.1, f64::INFINITY, -0.0],
        };
        Round { round: number, generation, seeds: (0..4).map(DoomSeed).collect(), agents: (0..3).map(player).collect() }
    }

    #[test]
    fn an_earlier_generation_is_cut_off_by_the_names_of_its_agents() {
        let whole = checkpoint();
        assert_eq!((whole.generation(), whole.rounds().count(), whole.episodes()), (Some(4), 5, 5 * 3 * 4));
        assert_eq!(whole.clone().through(4).unwrap(), whole);
        let names = |cut: &Checkpoint| cut.last().unwrap().1.agents[0].agent.to_string();
        let third = whole.clone().through(3).unwrap();
        assert_eq!((names(&third), third.parts.len(), third.contents.len()), ("g3-0".to_owned(), 2, 0));
        assert!(third.handed.is_empty());
        let second = whole.clone().through(2).unwrap();
        assert_eq!((names(&second), second.parts.len()), ("g2-0".to_owned(), 1));
        assert_eq!(whole.through(5), None);
        assert_eq!(Checkpoint::default().generation(), None);
    }

    #[test]
    fn the_best_of_a_round_is_the_first_of_equals() {
        let mut round = round(0, 0);
        round.agents.iter_mut().zip([2.0, 5.0, 5.0]).for_each(|(player, fitness)| player.fitness = vec![fitness, 1.0]);
        assert_eq!(
            round.best().map(|player| (player.agent.to_string(), player.mean())),
            Some(("g0-1".to_owned(), Some(3.0)))
        );
        round.agents.iter_mut().for_each(|player| player.fitness.clear());
        assert_eq!(round.best(), None);
    }

    #[test]
    fn a_game_is_the_same_whatever_the_search_does() {
        let part = checkpoint().parts.remove(0);
        let same = |change: fn(&mut ExperimentSpec, &mut Provenance)| {
            let (mut spec, mut provenance) = (part.spec.clone(), part.provenance.clone());
            change(&mut spec, &mut provenance);
            part.is_same_game(&spec, &provenance)
        };
        assert!(same(|spec, _| spec.evolution.as_mut().unwrap().population = 50));
        assert!(same(|spec, _| spec.seeds.episodes = 99));
        assert!(!same(|spec, _| spec.seeds.fresh = false));
        assert!(!same(|spec, _| spec.seed = 4));
        assert!(!same(|spec, _| spec.scenario.skill = Some(2)));
        assert!(!same(|spec, _| spec.agent.policy = Some("random".to_owned())));
        assert!(!same(|_, provenance| provenance.engine = "2".to_owned()));
    }
}
