use domain::course::Stage;
use domain::experiment::{ExperimentSpec, SearchMethod};
use domain::plan::PlannedEpisode;
use domain::seed::{Address, Draws};
use testkit::builder;

use super::*;

const FIRST: u32 = 4;
const MOST: u32 = 12;

fn spec(every: u32) -> ExperimentSpec {
    let mut spec = builder::spec(MOST);
    let racing = Some(RacingSpec { first: FIRST, every, ..RacingSpec::default() });
    let algorithm = SearchMethod::Genetic;
    spec.evolution = Some(EvolutionSpec {
        algorithm,
        population: 8,
        elites: 2,
        parents: Some(2),
        racing,
        ..EvolutionSpec::default()
    });
    spec
}

fn id(spec: &ExperimentSpec) -> ExperimentId {
    ExperimentId::derive(&spec.hash(), "")
}

/// A generation of so many members before its first episode.
fn opened(spec: &ExperimentSpec, members: u32) -> (GenerationRecord, Vec<PlannedEpisode>) {
    let plan = builder::plan(id(spec), spec, 0, members);
    let jobs = plan.jobs.iter().flat_map(|job| job.episodes.iter().map(|episode| (job.position, *episode)));
    let first = jobs.filter(|(position, _)| *position == 0).map(|(_, episode)| episode).collect();
    let unplayed = |member| MemberScores { member, episodes_planned: plan.episodes_per_member, scores: vec![] };
    let generation = GenerationRecord {
        index: 0,
        purpose: plan.purpose,
        status: GenerationStatus::Running,
        episodes_per_member: plan.episodes_per_member,
        members: plan.members.iter().cloned().map(unplayed).collect(),
    };
    (generation, first)
}

/// The kills of a member on a seed: whole numbers around its own mean, moved by how hard the seed is.
fn kills(means: &[i32], position: u32, replicate: u32) -> i32 {
    let draw = |what, indices: [u32; 2]| {
        let address = Address::new(11, what).at(indices[0]).at(indices[1]);
        Draws::below(&mut address.stream(), 7) as i32
    };
    means[position as usize] + 3 * draw("test/seed", [replicate, 0]) + draw("test/noise", [position, replicate])
}

fn score(generation: &mut GenerationRecord, means: &[i32], position: u32, episode: &PlannedEpisode) {
    let kills = kills(means, position, episode.replicate);
    let scored = generation.members.iter_mut().find(|scored| scored.member.position == position).unwrap();
    scored.scores.push(builder::score(0, position, episode, kills));
}

/// Plays a race to its end, as the store has it. Returns the looks, the last one too.
fn played(spec: &ExperimentSpec, means: &[i32]) -> (GenerationRecord, Vec<RaceLook>) {
    let (mut generation, first) = opened(spec, means.len() as u32);
    for position in 0..means.len() as u32 {
        first.iter().for_each(|episode| score(&mut generation, means, position, episode));
    }
    let mut looks = Vec::new();
    loop {
        let look = look(id(spec), &Course::of(spec, &[]), &generation).unwrap();
        for scored in generation.members.iter_mut().filter(|scored| look.out.contains(&scored.member.position)) {
            scored.episodes_planned = scored.scores.len() as u32;
        }
        for job in &look.jobs {
            job.episodes.iter().for_each(|episode| score(&mut generation, means, job.position, episode));
        }
        looks.push(look);
        if looks.last().unwrap().jobs.is_empty() {
            return (generation, looks);
        }
    }
}

fn episodes(generation: &GenerationRecord) -> Vec<usize> {
    generation.members.iter().map(|scored| scored.scores.len()).collect()
}

#[test]
fn clear_losers_save_episodes_and_rank_behind_those_that_went_on() {
    let spec = spec(1);
    let means = [60, 10, 50, 5, 0, 15, 20, 2];

    let (generation, looks) = played(&spec, &means);

    // The two best are known before all seeds are played.
    assert_eq!(episodes(&generation), [4, 4, 4, 4, 4, 4, 4, 4]);
    let last = looks.last().unwrap();
    assert_eq!((looks.len(), &last.out), (1, &(0..8).collect()));
    let close = [25, 10, 20, 5, 0, 15, 24, 2];
    let (generation, looks) = played(&spec, &close);
    let counts = episodes(&generation);
    assert!(counts.iter().sum::<usize>() < 8 * MOST as usize, "{counts:?}");
    assert!(looks.len() > 1 && looks.iter().all(|look| look.jobs.iter().all(|job| job.episodes.len() == 1)));
    let means = standing::means(&spec, &generation.members);
    let most = counts.iter().max().unwrap();
    let of = |went_on: bool| means.iter().zip(&counts).filter(move |(_, count)| (*count == most) == went_on);
    let lowest = of(true).map(|(mean, _)| mean.unwrap()).reduce(f64::min).unwrap();
    assert!(of(false).all(|(mean, _)| mean.unwrap() < lowest), "{means:?} {counts:?}");
    assert!(of(true).count() >= 2 && of(false).count() > 2, "{counts:?}");
}

#[test]
fn equals_play_all_seeds_as_without_a_race() {
    for every in [1, 3, 5] {
        let spec = spec(every);
        // The same kills on every seed: nothing tells anybody from anybody else.
        let (mut generation, first) = opened(&spec, 8);
        let mut from = 0;
        let mut episodes: Vec<_> = (0..8).flat_map(|position| first.iter().map(move |e| (position, *e))).collect();
        loop {
            for (position, episode) in &episodes {
                let scored = &mut generation.members[*position as usize];
                scored.scores.push(builder::score(0, *position, episode, 3 + (episode.replicate % 4) as i32));
            }
            let look = look(id(&spec), &Course::of(&spec, &[]), &generation).unwrap();
            assert_eq!(look.out, [0; 0]);
            from += 1;
            if look == RaceLook::default() {
                break;
            }
            episodes = look.jobs.iter().flat_map(|job| job.episodes.iter().map(|e| (job.position, *e))).collect();
        }
        assert_eq!(from, 1 + (MOST - FIRST).div_ceil(every));
        let mut unraced = spec.clone();
        unraced.evolution.as_mut().unwrap().racing = None;
        let whole = domain::plan::episodes(&unraced, Stage::evolution(0), vizdoom_seed);
        for scored in &generation.members {
            let seeds = scored.scores.iter().map(|score| (score.key.replicate, score.seed, score.doom_seed));
            assert!(seeds.eq(whole.iter().map(|e| (e.replicate, e.seed, e.doom_seed))));
        }
        assert_eq!(standing::means(&spec, &generation.members), standing::means(&unraced, &generation.members));
    }
}

#[test]
fn a_look_is_the_same_however_often_it_is_made() {
    let spec = spec(2);
    let means = [25, 10, 20, 5, 0, 15, 24, 2];
    let (generation, looks) = played(&spec, &means);
    let over = looks.last().unwrap();
    let again = look(id(&spec), &Course::of(&spec, &[]), &generation).unwrap();
    assert_eq!((&again, again.jobs.len()), (over, 0), "what was stored of it changes nothing");
    assert!(!over.fitness.is_empty());
    let values = standing::means(&spec, &generation.members);
    for (position, fitness) in &over.fitness {
        assert_eq!(values[*position as usize], Some(*fitness), "what is told is what is shown");
    }
    let closed = GenerationRecord { status: GenerationStatus::Completed, ..generation.clone() };
    assert_eq!(look(id(&spec), &Course::of(&spec, &[]), &closed), None);
    let mut unraced = spec;
    unraced.evolution.as_mut().unwrap().racing = None;
    assert_eq!(look(id(&unraced), &Course::of(&unraced, &[]), &generation), None);
}

#[test]
fn what_is_no_usable_number_ends_no_race() {
    let mut spec = spec(1);
    spec.fitness = domain::experiment::FitnessSpec::Measure(domain::measures::Response::Reward);
    let (mut generation, first) = opened(&spec, 8);
    for position in 0..8 {
        first.iter().for_each(|episode| score(&mut generation, &[0; 8], position, episode));
    }
    generation.members[3].scores[1].measures.reward = f64::INFINITY;
    let look = look(id(&spec), &Course::of(&spec, &[]), &generation).unwrap();
    let added: usize = look.jobs.iter().map(|job| job.episodes.len()).sum();
    assert_eq!((look.out.len(), added), (0, 8 * (MOST - FIRST) as usize));
}
