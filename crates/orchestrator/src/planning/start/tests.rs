use domain::checkpoint::lines;
use domain::experiment::{ChampionRule, MutationKind, SearchMethod};
use domain::extension::Extent;
use domain::file::{ContentHash, FileRef, StoredCheckpoint};
use domain::plan::Member;
use domain::ports::{ExperimentRecord, GenerationRecord};
use proptest::prelude::*;
use testkit::builder;

use super::super::population::Population;
use super::super::population::tests::{play, played, spec};
use super::super::{checkpoint, ending};
use super::*;

const METHODS: [SearchMethod; 5] = [
    SearchMethod::Genetic,
    SearchMethod::CmaEs,
    SearchMethod::SeparableCmaEs,
    SearchMethod::Random,
    SearchMethod::LatinHypercube,
];

fn record(spec: &ExperimentSpec) -> ExperimentRecord {
    builder::record(spec.clone())
}

/// The checkpoint after these rounds of an experiment, and after those that it went on from.
fn taken(before: &[Part], spec: &ExperimentSpec, told: &[GenerationRecord]) -> Checkpoint {
    let record = record(spec);
    let first = spec.evolution.as_ref().unwrap().first_round();
    let rounds = (first..).zip(told).map(|(round, generation)| checkpoint::round(&record, round, generation));
    let part = checkpoint::part(&record, rounds.collect()).unwrap();
    let parts = before.iter().cloned().chain([part]).collect();
    let made = Checkpoint { parts, ..Checkpoint::default() };
    assert_eq!(lines::read(&lines::write(&made)).as_ref(), Ok(&made));
    made
}

/// The same experiment, gone on with from a checkpoint.
fn branch(spec: &ExperimentSpec, start: &Checkpoint) -> ExperimentSpec {
    let stored = StoredCheckpoint {
        name: "start.clcp".to_owned(),
        blake3: ContentHash::of(&lines::write(start)),
        generation: start.generation().unwrap(),
        rounds: start.rounds().count() as u32,
    };
    let mut branch = spec.clone();
    branch.evolution.as_mut().unwrap().start = Some(FileRef::Stored(stored));
    branch
}

fn begun(spec: &ExperimentSpec, start: &Checkpoint) -> Population {
    let mut population = Population::new(spec, Some(start)).unwrap().unwrap();
    population.recall(spec, &builder::provenance(), start);
    population
}

fn members(told: &[GenerationRecord]) -> Vec<Vec<Member>> {
    let members = |generation: &GenerationRecord| generation.members.iter().map(|s| s.member.clone()).collect();
    told.iter().map(members).collect()
}

fn whole(spec: &ExperimentSpec, rounds: u32) -> (Population, Vec<GenerationRecord>) {
    play(spec, Population::new(spec, None).unwrap().unwrap(), rounds)
}

fn refusal(spec: &ExperimentSpec, start: &Checkpoint) -> (String, String) {
    let found = Population::new(spec, Some(start)).unwrap_err().remove(0);
    (found.path, found.message)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_branch_breeds_what_would_have_been_bred(seed: u64, adapts: bool, at in 1usize..5) {
        for method in METHODS {
            let mut spec = spec(method);
            spec.seed = seed;
            if adapts && method == SearchMethod::Genetic {
                spec.evolution.as_mut().unwrap().mutation = MutationKind::SelfAdaptive;
            }
            let (_, told) = whole(&spec, 6);
            let start = taken(&[], &spec, &told[..at]);
            let branch = branch(&spec, &start);
            let (_, rest) = play(&branch, begun(&branch, &start), 6 - at as u32);
            prop_assert_eq!(members(&rest), members(&told[at..]), "{:?} from {}", method, at);
            for (mine, theirs) in rest.iter().zip(&told[at..]) {
                let seeds = |g: &GenerationRecord| g.members[0].scores.iter().map(|s| s.doom_seed).collect::<Vec<_>>();
                prop_assert_eq!(seeds(mine), seeds(theirs));
            }
        }
    }
}

#[test]
fn a_branch_of_a_branch_goes_on_from_all_rounds_before_it() {
    for method in METHODS {
        let spec = spec(method);
        let (_, told) = whole(&spec, 6);
        let first = taken(&[], &spec, &told[..2]);
        let second = branch(&spec, &first);
        let (_, more) = play(&second, begun(&second, &first), 2);
        let all = taken(&first.parts, &second, &more);
        assert_eq!((all.generation(), all.rounds().count()), (Some(3), 4));
        let third = branch(&spec, &all);
        let (_, rest) = play(&third, begun(&third, &all), 2);
        assert_eq!(members(&rest), members(&told[4..]), "{method:?}");
        let cut = all.through(1).unwrap();
        assert_eq!(cut.parts, first.parts);
    }
}

#[test]
fn other_settings_lead_elsewhere_from_the_same_parents() {
    let spec = spec(SearchMethod::Genetic);
    let (_, told) = whole(&spec, 3);
    let start = taken(&[], &spec, &told);
    let of = |change: fn(&mut ExperimentSpec)| {
        let mut branch = branch(&spec, &start);
        change(&mut branch);
        begun(&branch, &start).members(&branch, 0)
    };
    let same = of(|_| {});
    let genomes = |members: &[Member]| members.iter().map(|member| member.spec.genome.clone()).collect::<Vec<_>>();
    let changes: [fn(&mut ExperimentSpec); 3] = [
        |spec| spec.seed = 99,
        |spec| spec.evolution.as_mut().unwrap().mutation_scale = 0.4,
        |spec| spec.evolution.as_mut().unwrap().mutation = MutationKind::SelfAdaptive,
    ];
    for change in changes {
        let other = of(change);
        assert_ne!(genomes(&other), genomes(&same));
        assert_eq!(other[0].spec.genome, same[0].spec.genome, "the best passes");
    }
    let larger = of(|spec| spec.evolution.as_mut().unwrap().population = 9);
    assert_eq!((larger.len(), larger[8].agent.as_str()), (9, "g3-8"));
    let known: Vec<_> = told[2].members.iter().map(|scored| &scored.member.agent).collect();
    assert!(larger.iter().all(|member| member.parents.iter().all(|parent| known.contains(&parent))));
    let control = of(|spec| spec.evolution.as_mut().unwrap().algorithm = SearchMethod::Random);
    assert!(control.iter().all(|member| member.parents.is_empty()));
}

#[test]
fn what_does_not_go_together_with_a_checkpoint_is_named() {
    let genetic = spec(SearchMethod::Genetic);
    let start = taken(&[], &genetic, &whole(&genetic, 2).1);
    let of = |spec: &ExperimentSpec, start: &Checkpoint, change: fn(&mut ExperimentSpec)| {
        let mut branch = branch(spec, start);
        change(&mut branch);
        refusal(&branch, start)
    };
    let told = of(&genetic, &start, |spec| spec.agent.policy = Some("cascade".to_owned()));
    assert_eq!(told, ("agent.policy".into(), "`cascade` is not the policy of the checkpoint, which is `aim`".into()));
    let told = of(&genetic, &start, |spec| spec.evolution.as_mut().unwrap().genes = Some(vec!["burst".to_owned()]));
    assert!(told.0 == "evolution.genes" && told.1.contains("it has evolved `") && told.1.contains(" more"), "{told:?}");
    let told = of(&genetic, &start, |spec| spec.evolution.as_mut().unwrap().algorithm = SearchMethod::CmaEs);
    assert_eq!(told.0, "evolution.algorithm");

    let normal = spec(SearchMethod::CmaEs);
    let start = taken(&[], &normal, &whole(&normal, 2).1);
    let told = of(&normal, &start, |spec| spec.evolution.as_mut().unwrap().population = 8);
    assert_eq!(told.0, "evolution.population");
    assert!(told.1.ends_with("makes 6 agents in a generation"), "{told:?}");
    let told = of(&normal, &start, |spec| spec.evolution.as_mut().unwrap().algorithm = SearchMethod::SeparableCmaEs);
    assert_eq!(told.0, "evolution");

    let mut other = start.clone();
    other.parts[0].rounds[0].agents[0].genome.0.values_mut().for_each(|value| *value += 1e-3);
    let told = refusal(&branch(&normal, &other), &other);
    assert!(told.0 == "evolution.start" && told.1.starts_with("round 0: the genome of member 0"), "{told:?}");
    other.parts[0].rounds[1].agents[2].genome.0.insert("unheard".to_owned(), 1.0);
    let told = refusal(&branch(&normal, &other), &other);
    assert!(told.1.starts_with("an agent of the checkpoint is none of this policy: g1-2.unheard"), "{told:?}");
    assert_eq!(Population::new(&branch(&normal, &start), None).unwrap_err()[0].message, "the checkpoint is not here");
}

#[test]
fn a_parameter_that_does_not_evolve_is_the_same() {
    let mut spec = spec(SearchMethod::Genetic);
    spec.evolution.as_mut().unwrap().genes = Some(vec!["tolerance".to_owned()]);
    spec.agent.genome.0.insert("burst".to_owned(), 3.0);
    let start = taken(&[], &spec, &whole(&spec, 2).1);
    let mut branch = branch(&spec, &start);
    branch.agent.genome.0.insert("tolerance".to_owned(), 5.0);
    assert!(Population::new(&branch, Some(&start)).is_ok(), "it evolves, so where it began makes no difference");
    branch.agent.genome.0.insert("burst".to_owned(), 4.0);
    let told = refusal(&branch, &start);
    assert_eq!(told, ("agent.genome.burst".into(), "does not evolve, and is 3 in the checkpoint".into()));
    branch.agent.genome.0.remove("burst");
    assert_eq!(refusal(&branch, &start).0, "agent.genome.burst");
}

#[test]
fn evidence_of_rounds_before_counts_where_the_game_is_the_same() {
    let mut spec = spec(SearchMethod::Genetic);
    let evolution = spec.evolution.as_mut().unwrap();
    (evolution.champion, evolution.elites) = (ChampionRule::Evidence, 3);
    let (_, told) = whole(&spec, 3);
    let start = taken(&[], &spec, &told);
    let label = |change: fn(&mut ExperimentSpec)| {
        let mut branch = branch(&spec, &start);
        change(&mut branch);
        let mut population = begun(&branch, &start);
        let generation = played(&branch, &population);
        population.tell(&branch, &generation).unwrap();
        population.finalists(&branch, &generation)[0].clone()
    };
    let same = label(|_| {});
    let episodes = |label: &str| label.split(&[' ', ','][..]).find_map(|word| word.parse::<u32>().ok()).unwrap();
    assert!(same.label.starts_with("best by evidence, ") && same.parents[0].as_str().starts_with("g3-"), "{same:?}");
    let elsewhere = label(|spec| spec.scenario.skill = Some(5));
    assert_eq!(episodes(&elsewhere.label), 2, "what was played elsewhere says nothing: {elsewhere:?}");
    assert!(episodes(&same.label) >= 2);
}

#[test]
fn patience_counts_what_was_played_since() {
    let mut spec = spec(SearchMethod::Genetic);
    spec.seeds.episodes = 3;
    spec.evolution.as_mut().unwrap().patience = Some(2);
    let (_, told) = whole(&spec, 6);
    let start = taken(&[], &spec, &told);
    let mut branch = branch(&spec, &start);
    branch.evolution.as_mut().unwrap().generations = 9;
    let mut population = begun(&branch, &start);
    assert_eq!(population.waited(), 0);
    let mut record = record(&branch);
    let mut ended = Vec::new();
    for index in 0..3 {
        let generation = played(&branch, &population);
        population.tell(&branch, &generation).unwrap();
        assert!(population.waited() <= index + 1);
        record.generation = index;
        ended.push(ending(&record, &population, 0).map(|ending| ending.extent));
    }
    // Kills follow the same pattern in every round, so there is no progress after the checkpoint.
    assert_eq!(ended[..2], [None, Some(Extent::Generations(2))]);
}
