//! Whether episodes were measured: what the game was asked for has to be there, and has to fit together.

use domain::environment::End;
use domain::experiment::ExperimentSpec;
use domain::measures::{Measures, Response};
use domain::ports::GenerationRecord;
use science::study::gate::{Check, State};

/// What holds, and whether it does.
type Rule = (&'static str, fn(&Measures) -> bool);

/// What holds for the measures of every episode, in any scenario, if the game's variables are what they are taken for.
const RULES: [Rule; 5] = [
    ("nothing that is counted is below 0", |m| {
        [m.kills, m.deaths, m.items, m.secrets, m.hits, m.hits_taken, m.shots_fired].iter().all(|count| *count >= 0)
    }),
    ("who died has no health left", |m| m.end != End::Death || m.health <= 0),
    ("no decision takes less than a tic", |m| m.ticks <= m.tics),
    ("shots have an efficiency, and without shots there is none", |m| {
        m.ammo_efficiency.is_some() == (m.shots_fired > 0)
    }),
    ("explored is a share", |m| m.exploration_coverage.is_none_or(|share| (0.0..=1.0).contains(&share))),
];

/// The check of a generation's episodes.
pub(super) fn measured(spec: &ExperimentSpec, generation: &GenerationRecord) -> Check {
    let scores = generation.members.iter().flat_map(|scored| &scored.scores);
    let counted: Vec<_> = spec.fitness.weights().into_keys().collect();
    check(&counted, &scores.map(|score| &score.measures).collect::<Vec<_>>())
}

fn check(counted: &[Response], measures: &[&Measures]) -> Check {
    let failed = |finding: String| Check::new("measures", State::Failed, finding);
    let all = measures.len();
    for response in counted {
        let absent = measures.iter().filter(|measures| measures.get(*response).is_none()).count();
        if absent > 0 {
            let name = response.name();
            return failed(format!("{name} is absent in {absent} of {all} episodes, and counts as 0 there"));
        }
    }
    for (rule, holds) in RULES {
        let broken = measures.iter().filter(|measures| !holds(measures)).count();
        if broken > 0 {
            return failed(format!("in {broken} of {all} episodes it does not hold that {rule}"));
        }
    }
    let names = counted.iter().map(|response| response.name()).collect::<Vec<_>>().join(", ");
    Check::new(
        "measures",
        State::Passed,
        format!("{names} is there in all {all} episodes, and all measures fit together"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measures() -> Measures {
        Measures {
            kills: 3,
            deaths: 1,
            items: 0,
            secrets: 0,
            hits: 5,
            hits_taken: 9,
            damage_dealt: 60,
            damage_taken: 100,
            shots_fired: 8,
            health: 0,
            armor: 0,
            ammo: 12,
            tics: 400,
            ticks: 100,
            reward: 2.0,
            path: 0.0,
            cells_visited: 1,
            exploration_coverage: None,
            ammo_efficiency: Some(0.625),
            end: End::Death,
        }
    }

    fn state(counted: Response, change: impl Fn(&mut Measures)) -> State {
        let mut other = measures();
        change(&mut other);
        check(&[counted], &[&measures(), &other]).state
    }

    #[test]
    fn what_counts_has_to_be_there_and_fit_together() {
        assert_eq!(state(Response::Kills, |_| {}), State::Passed);
        assert_eq!(state(Response::ExplorationCoverage, |_| {}), State::Failed);
        assert_eq!(state(Response::Kills, |m| m.health = 40), State::Failed);
        assert_eq!(state(Response::Kills, |m| m.hits = -1), State::Failed);
        assert_eq!(state(Response::Kills, |m| m.ticks = 401), State::Failed);
        assert_eq!(state(Response::Kills, |m| m.ammo_efficiency = None), State::Failed);
        assert_eq!(state(Response::Kills, |m| m.exploration_coverage = Some(1.5)), State::Failed);
    }
}
