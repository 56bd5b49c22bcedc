//! An evolving population: what its rounds taught the search, and the members that follow from it.

use decision::PolicyInfo;
use domain::Violation;
use domain::checkpoint::{Checkpoint, Player, Round};
use domain::experiment::{ChampionRule, EvolutionSpec, ExperimentSpec};
use domain::genome::Genome;
use domain::ids::AgentId;
use domain::plan::Member;
use domain::ports::{GenerationRecord, MemberScores, Provenance};
use science::evolution::evidence::Scores;
use science::evolution::patience::{self, Limits};
use science::evolution::search::{Algorithm, Search, search};
use science::evolution::{Evaluated, Offspring, Space};

use super::merit::{Merit, block};
use super::start;
use crate::standing::{self, Standing};

/// A population on its way. It is made of the checkpoint from which it goes on, if it does, of the rounds it was told, and of
/// nothing else: told again, it is the same.
#[derive(Debug)]
pub struct Population {
    search: Box<dyn Search>,
    /// Whether the last round knows all that the earlier ones do.
    learns: bool,
    /// Who played the last round, in order of positions.
    names: Vec<AgentId>,
    champion: Option<Champion>,
    /// All that was played, with the generation, where that decides who is the champion.
    merit: Option<Merit<(Member, u32)>>,
    /// What the rounds came to, for those who wait for progress.
    past: Vec<patience::Generation>,
    /// How many of these were played before this experiment.
    recalled: usize,
}

/// Who is confirmed.
#[derive(Debug, Clone)]
struct Champion {
    member: Member,
    fitness: f64,
    generation: u32,
}

impl Population {
    /// The population before its first round, which follows on `start` where that is named; none for a design.
    ///
    /// # Errors
    /// An unknown policy or gene, settings that do not go together or do not go together with the checkpoint.
    pub fn new(spec: &ExperimentSpec, start: Option<&Checkpoint>) -> Result<Option<Self>, Vec<Violation>> {
        let Some(evolution) = &spec.evolution else { return Ok(None) };
        let agent = spec.agent.definition();
        let space = space(&agent.policy, evolution.genes.as_deref(), &agent.genome)?;
        let start = start.filter(|_| evolution.start.is_some());
        let search = match start {
            Some(start) => start::search(spec, evolution, &space, start)?,
            None if evolution.start.is_none() => search(&Algorithm::from(evolution), &space, spec.seed)?,
            None => return Err(vec![Violation::new("evolution.start", "the checkpoint is not here")]),
        };
        let last = start.and_then(Checkpoint::last).map(|(_, round)| &round.agents);
        Ok(Some(Self {
            search,
            learns: evolution.algorithm.learns(),
            names: last.into_iter().flatten().map(|player| player.agent.clone()).collect(),
            champion: None,
            merit: (evolution.champion == ChampionRule::Evidence).then(Merit::default),
            past: Vec::new(),
            recalled: 0,
        }))
    }

    /// Takes in what rounds of the checkpoint say of genomes and of progress, as far as they were of the game that is played
    /// here. Nobody who played in them can be the champion.
    pub fn recall(&mut self, spec: &ExperimentSpec, provenance: &Provenance, start: &Checkpoint) {
        for round in start::recalled(spec, provenance, start) {
            if let Some(merit) = &mut self.merit {
                let add = |player: &Player| merit.add(spec, round.round, &player.genome, &player.fitness, None);
                round.agents.iter().for_each(add);
            }
            self.past.extend(recalled(spec, round));
        }
        self.recalled = self.past.len();
    }

    /// How many rounds it was told.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.search.generation()
    }

    /// Takes in the next round, which is `generation`, with all its scores.
    ///
    /// # Errors
    /// If it is not the round that this population plays.
    pub fn tell(&mut self, spec: &ExperimentSpec, generation: &GenerationRecord) -> Result<(), Vec<Violation>> {
        let evaluated = evaluated(spec, generation);
        self.search.tell(&evaluated).map_err(|misfit| {
            vec![Violation::new("evolution", format!("generation {}: {misfit}", generation.index))]
        })?;
        self.names = generation.members.iter().map(|scored| scored.member.agent.clone()).collect();
        self.weigh(spec, generation);
        if let Some(standing) = Standing::of(spec, generation) {
            self.past.push(round(spec, generation, standing.best, self.search.generation() - 1));
            self.crown(&standing, generation.index);
        }
        Ok(())
    }

    /// Adds the scores of the round that was just told to what is known of its genomes.
    fn weigh(&mut self, spec: &ExperimentSpec, generation: &GenerationRecord) {
        let (round, Some(merit)) = (self.search.generation() - 1, &mut self.merit) else { return };
        for scored in &generation.members {
            let (member, fitness) = (&scored.member, standing::fitness(spec, scored));
            merit.add(spec, round, &member.spec.genome, &fitness, Some((member.clone(), generation.index)));
        }
    }

    /// How many rounds ago there was progress beyond noise; of this experiment's rounds, none was there before.
    pub(super) fn waited(&self) -> u32 {
        let own = self.past.len() - self.recalled;
        Limits::default().judge(&self.past).waited.min(own as u32)
    }

    /// The best of a round that has learned is the champion; where nothing is learned, the best of all rounds.
    fn crown(&mut self, standing: &Standing<'_>, generation: u32) {
        let (member, fitness) = (&standing.best.member, standing.best_fitness);
        if self.learns || self.champion.as_ref().is_none_or(|champion| fitness > champion.fitness) {
            self.champion = Some(Champion { member: member.clone(), fitness, generation });
        }
    }

    /// The members of the round that follows, as generation `index`. Their names go on after those of the checkpoint.
    pub(super) fn members(&self, spec: &ExperimentSpec, index: u32) -> Vec<Member> {
        let number = index + spec.evolution.as_ref().map_or(0, EvolutionSpec::first_number);
        let offspring = self.search.ask();
        let width = offspring.len().saturating_sub(1).to_string().len();
        let member = |(position, child): (u32, Offspring)| {
            let agent = AgentId::slug(&format!("g{number}-{position:0width$}"));
            let mut member = super::member(position, agent, spec);
            member.spec.genome = child.genome;
            let parents = child.parents.iter();
            member.parents = parents.filter_map(|&parent| self.names.get(parent as usize).cloned()).collect();
            member.operators = child.operators.iter().map(|&operator| operator.to_owned()).collect();
            member.label = member.operators.join("+");
            member
        };
        (0..).zip(offspring).map(member).collect()
    }

    /// The champion and the best of the first round, which is `opening`.
    pub(super) fn finalists(&self, spec: &ExperimentSpec, opening: &GenerationRecord) -> Vec<Member> {
        let first = Standing::of(spec, opening).map(|standing| (&standing.best.member, best_of(opening.index)));
        let finalists = [("champion", self.chosen()), ("first-best", first)].into_iter().zip(0..);
        finalists
            .filter_map(|((name, origin), position)| {
                let (origin, label) = origin?;
                Some(Member {
                    label,
                    spec: origin.spec.clone(),
                    parents: vec![origin.agent.clone()],
                    ..super::member(position, AgentId::slug(name), spec)
                })
            })
            .collect()
    }

    /// Who is the champion, and for what.
    fn chosen(&self) -> Option<(&Member, String)> {
        if let Some(best) = self.merit.as_ref().and_then(Merit::best) {
            let (member, generation) = best.player;
            return Some((
                member,
                format!("best by evidence, {} episodes up to generation {generation}", best.episodes),
            ));
        }
        self.champion.as_ref().map(|champion| (&champion.member, best_of(champion.generation)))
    }
}

fn best_of(generation: u32) -> String {
    format!("best of generation {generation}")
}

/// What round number `index` came to.
fn round(
    spec: &ExperimentSpec,
    generation: &GenerationRecord,
    best: &MemberScores,
    index: u32,
) -> patience::Generation {
    patience::Generation {
        best: scores(spec, index, standing::fitness(spec, best)),
        members: generation.members.len(),
        episodes: standing::episodes_scored(generation),
    }
}

/// What a round of a checkpoint came to.
fn recalled(spec: &ExperimentSpec, round: &Round) -> Option<patience::Generation> {
    Some(patience::Generation {
        best: scores(spec, round.round, round.best()?.fitness.clone()),
        members: round.agents.len(),
        episodes: round.agents.iter().map(|player| player.fitness.len() as u64).sum(),
    })
}

/// Fitness in a round by seeds.
fn scores(spec: &ExperimentSpec, round: u32, fitness: Vec<f64>) -> Scores {
    let block = block(spec, round);
    (0..).map(|replicate| (block, replicate)).zip(fitness).collect()
}

fn evaluated(spec: &ExperimentSpec, generation: &GenerationRecord) -> Vec<Evaluated> {
    let members = generation.members.iter().zip(standing::means(spec, &generation.members));
    let evaluated = |(scored, mean): (&MemberScores, Option<f64>)| Evaluated {
        position: scored.member.position,
        genome: scored.member.spec.genome.clone(),
        fitness: mean.unwrap_or(0.0),
    };
    members.map(evaluated).collect()
}

/// What evolves of agents with this policy: the parameters that `genes` names, or all, above the genome `base`.
///
/// # Errors
/// An unknown policy or gene.
pub(super) fn space(policy: &str, genes: Option<&[String]>, base: &Genome) -> Result<Space<'static>, Vec<Violation>> {
    Space::new(self::policy(policy)?.parameters, genes, base)
}

/// The policy of this name.
///
/// # Errors
/// If there is none.
pub(super) fn policy(name: &str) -> Result<&'static PolicyInfo, Vec<Violation>> {
    let unknown = || vec![Violation::new("agent.policy", format!("unknown policy `{name}`"))];
    decision::find(name).ok_or_else(unknown)
}

#[cfg(test)]
pub(super) mod tests {
    use domain::experiment::SearchMethod;
    use domain::ids::ExperimentId;
    use domain::plan::PlannedEpisode;
    use domain::ports::MemberScores;
    use domain::status::GenerationStatus;
    use science::evolution::genetic;
    use testkit::builder;

    use super::*;

    pub(in super::super) fn spec(algorithm: SearchMethod) -> ExperimentSpec {
        let mut spec = builder::spec(2);
        spec.agent.policy = Some("aim".to_owned());
        spec.design = None;
        let evolution = EvolutionSpec { algorithm, population: 6, generations: 4, ..EvolutionSpec::default() };
        spec.evolution = Some(evolution);
        spec
    }

    /// The round that a population asks for, with kills that follow from positions and rounds.
    pub(in super::super) fn played(spec: &ExperimentSpec, population: &Population) -> GenerationRecord {
        let round = population.rounds();
        let index = round - spec.evolution.as_ref().unwrap().first_round();
        let members = population.members(spec, index);
        let stage = domain::course::Stage::evolution(round);
        let plan = super::super::generation(ExperimentId::derive(&spec.hash(), ""), spec, index, stage, members);
        let episodes: Vec<PlannedEpisode> =
            plan.jobs.iter().filter(|job| job.position == 0).flat_map(|job| job.episodes.clone()).collect();
        let scored = |member: Member| {
            let kills = |replicate: u32| ((member.position * 7 + round * 5 + replicate) % 11) as i32;
            let scores = episodes.iter().map(|e| builder::score(index, member.position, e, kills(e.replicate)));
            MemberScores { scores: scores.collect(), episodes_planned: episodes.len() as u32, member }
        };
        GenerationRecord {
            index,
            purpose: plan.purpose,
            status: GenerationStatus::Completed,
            episodes_per_member: episodes.len() as u32,
            members: plan.members.into_iter().map(scored).collect(),
        }
    }

    fn rounds(spec: &ExperimentSpec, count: u32) -> (Population, Vec<GenerationRecord>) {
        play(spec, Population::new(spec, None).unwrap().unwrap(), count)
    }

    /// A population after so many more rounds, and these.
    pub(in super::super) fn play(
        spec: &ExperimentSpec,
        mut population: Population,
        count: u32,
    ) -> (Population, Vec<GenerationRecord>) {
        let mut told = Vec::new();
        for _ in 0..count {
            let generation = played(spec, &population);
            population.tell(spec, &generation).unwrap();
            told.push(generation);
        }
        (population, told)
    }

    #[test]
    fn a_population_that_is_told_again_is_the_same() {
        for algorithm in [
            SearchMethod::Genetic,
            SearchMethod::CmaEs,
            SearchMethod::SeparableCmaEs,
            SearchMethod::Random,
            SearchMethod::LatinHypercube,
        ] {
            for champion in [ChampionRule::Last, ChampionRule::Evidence] {
                let mut spec = spec(algorithm);
                spec.evolution.as_mut().unwrap().champion = champion;
                let (population, told) = rounds(&spec, 3);
                let mut again = Population::new(&spec, None).unwrap().unwrap();
                told.iter().for_each(|generation| again.tell(&spec, generation).unwrap());
                assert_eq!(again.members(&spec, 3), population.members(&spec, 3), "{algorithm:?}");
                assert_eq!(again.finalists(&spec, &told[0]), population.finalists(&spec, &told[0]));
                assert!(
                    again.tell(&spec, &told[0]).is_err() || algorithm != SearchMethod::CmaEs,
                    "another round's genomes"
                );
            }
        }
    }

    #[test]
    fn evidence_chooses_who_was_good_in_several_rounds() {
        let mut spec = spec(SearchMethod::Genetic);
        spec.seeds.episodes = 5;
        let evolution = spec.evolution.as_mut().unwrap();
        (evolution.champion, evolution.elites) = (ChampionRule::Evidence, 3);
        let mut population = Population::new(&spec, None).unwrap().unwrap();
        let mut opening = None;
        // Everybody else plays as badly as before, but one newcomer of the last round is lucky.
        for round in 0..4 {
            let mut generation = played(&spec, &population);
            for scored in &mut generation.members {
                let is_good = scored.member.operators == ["elite"] || (round, scored.member.position) == (0, 2);
                let is_lucky = (round, scored.member.position) == (3, 5);
                for (replicate, score) in (0..).zip(&mut scored.scores) {
                    score.measures.kills = (replicate * 3 + scored.member.position as i32) % 5
                        + if is_good { 20 } else { 5 }
                        + if is_lucky && replicate == 0 { 80 } else { 0 };
                }
            }
            population.tell(&spec, &generation).unwrap();
            opening.get_or_insert(generation);
        }
        let champion = &population.finalists(&spec, &opening.unwrap())[0];
        assert_eq!(champion.label, "best by evidence, 20 episodes up to generation 3");
        assert_eq!(champion.parents[0].to_string(), "g3-0");
    }

    #[test]
    fn the_default_breeds_what_it_always_bred() {
        let spec = spec(SearchMethod::Genetic);
        let evolution = spec.evolution.clone().unwrap();
        let space = space("aim", None, &spec.agent.definition().genome).unwrap();
        let genomes = |offspring: Vec<Offspring>| offspring.into_iter().map(|child| child.genome).collect::<Vec<_>>();
        let first = genetic::first_generation(&space, &evolution, spec.seed);
        let (_, told) = rounds(&spec, 4);
        let of = |generation: &GenerationRecord| {
            generation.members.iter().map(|scored| scored.member.spec.genome.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(&told[0]), genomes(first));
        for (before, after) in told.iter().zip(&told[1..]) {
            let next = genetic::next_generation(&space, &evaluated(&spec, before), &evolution, spec.seed, after.index);
            assert_eq!(of(after), genomes(next));
        }
    }

    #[test]
    fn a_control_is_confirmed_by_the_best_of_all_rounds() {
        let best = |algorithm| {
            let spec = spec(algorithm);
            let (population, told) = rounds(&spec, 4);
            let champion = population.finalists(&spec, &told[0])[0].clone();
            let fitness = |generation: &GenerationRecord| Standing::of(&spec, generation).unwrap().best_fitness;
            let rounds: Vec<_> = told.iter().map(fitness).collect();
            (champion.parents[0].to_string(), rounds)
        };
        let (champion, rounds) = best(SearchMethod::Random);
        let first_of_best = rounds.iter().position(|fitness| rounds.iter().all(|other| fitness >= other)).unwrap();
        assert!(champion.starts_with(&format!("g{first_of_best}-")), "{champion} {rounds:?}");
        assert!(best(SearchMethod::Genetic).0.starts_with("g3-"));
    }
}
