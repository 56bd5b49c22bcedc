//! Whether measures come from the right game variables, scenario by scenario: the reward is counted by the scenario's own
//! script, past the variables that measures are read from, so what its author says it is made of must come out.

use std::collections::BTreeMap;

use domain::environment::End;
use domain::experiment::ScenarioSpec;
use domain::measures::Measures;
use domain::ports::{GenerationRecord, MemberScores};
use science::study::gate::{Check, State};

const NAME: &str = "mapping";

/// What a shipped scenario's reward is made of.
struct Rule {
    scenario: &'static str,
    words: &'static str,
    reward: fn(&Measures) -> f64,
}

/// From the scenarios' .cfg files (`living_reward`, `death_penalty`) and the rewards of their scripts as ViZDoom's page of
/// scenarios gives them. The reward of `deadly_corridor` is a distance that no measure has, that of `basic` counts shots,
/// which are a lower bound.
const RULES: [Rule; 7] = [
    Rule { scenario: "defend_the_center", words: "kills - deaths", reward: |m| kills(m) - deaths(m) },
    Rule { scenario: "defend_the_line", words: "kills - deaths", reward: |m| kills(m) - deaths(m) },
    Rule { scenario: "health_gathering", words: "tics - 100 deaths", reward: |m| tics(m) - 100.0 * deaths(m) },
    Rule { scenario: "health_gathering_supreme", words: "tics - 100 deaths", reward: |m| tics(m) - 100.0 * deaths(m) },
    Rule {
        scenario: "my_way_home",
        words: "1 at the end of the map - 0.0001 tics",
        reward: |m| f64::from(m.end == End::MapEnd) - 0.0001 * tics(m),
    },
    Rule { scenario: "predict_position", words: "kills - 0.001 tics", reward: |m| kills(m) - 0.001 * tics(m) },
    Rule { scenario: "take_cover", words: "tics", reward: tics },
];

fn kills(measures: &Measures) -> f64 {
    f64::from(measures.kills)
}

fn deaths(measures: &Measures) -> f64 {
    f64::from(measures.deaths)
}

fn tics(measures: &Measures) -> f64 {
    f64::from(measures.tics)
}

/// The check of a generation's episodes.
pub(super) fn mapping(generation: &GenerationRecord) -> Check {
    check(
        generation.members.iter().flat_map(|MemberScores { member, scores, .. }| {
            scores.iter().map(|score| (&member.scenario, &score.measures))
        }),
    )
}

fn check<'a>(episodes: impl Iterator<Item = (&'a ScenarioSpec, &'a Measures)>) -> Check {
    let mut by_scenario: BTreeMap<&str, (&Rule, Vec<&Measures>)> = BTreeMap::new();
    for (scenario, measures) in episodes {
        let Some(rule) = rule(scenario) else { continue };
        by_scenario.entry(rule.scenario).or_insert_with(|| (rule, Vec::new())).1.push(measures);
    }
    let found: Vec<_> = by_scenario.into_values().map(|(rule, measures)| compare(rule, &measures)).collect();
    if found.is_empty() {
        let finding = "no rule is known of what the reward of this scenario is made of, so no measure is checked by it";
        return Check::new(NAME, State::Skipped, finding);
    }
    let state = if found.iter().all(|(fits, _)| *fits) { State::Passed } else { State::Failed };
    Check::new(NAME, state, found.into_iter().map(|(_, finding)| finding).collect::<Vec<_>>().join("; "))
}

/// The rule of a shipped scenario that is played as it is.
fn rule(scenario: &ScenarioSpec) -> Option<&'static Rule> {
    let is_as_shipped = scenario.wad.is_none() && scenario.map.is_none() && scenario.rewards.is_empty();
    let name = scenario.name.as_deref().filter(|_| is_as_shipped)?;
    RULES.iter().find(|rule| rule.scenario == name)
}

/// Whether the rule holds in all episodes, and what to say of it.
fn compare(rule: &Rule, measures: &[&Measures]) -> (bool, String) {
    let Rule { scenario, words, reward } = rule;
    // Rewards are summed tic by tic, so the last bits differ from a product.
    let differs = |m: &&&Measures| (m.reward - reward(m)).abs() > 1e-6 * (1.0 + m.reward.abs());
    let all = measures.len();
    match (measures.iter().filter(differs).count(), measures.iter().find(differs)) {
        (count, Some(first)) => {
            let (is, told) = (first.reward, reward(first));
            let told =
                format!("in {count} of {all} episodes of {scenario} the reward is not {words}, once {is} for {told}");
            (false, told)
        }
        (_, None) => (true, format!("in all {all} episodes of {scenario} the reward is {words}")),
    }
}

#[cfg(test)]
mod tests {
    use testkit::builder;

    use super::*;

    fn measures(kills: i32, deaths: i32, tics: u32, reward: f64) -> Measures {
        Measures { deaths, tics, reward, end: End::Death, ..builder::measures(kills) }
    }

    fn told(scenario: &ScenarioSpec, measures: &[Measures]) -> (State, String) {
        let check = check(measures.iter().map(|measures| (scenario, measures)));
        (check.state, check.finding)
    }

    #[test]
    fn a_reward_that_its_parts_do_not_give_is_told_with_an_example() {
        let line = ScenarioSpec::shipped("defend_the_line");
        let fits = [measures(11, 1, 900, 10.0), measures(4, 0, 300, 4.0)];
        let kills_are_shots = [measures(11, 1, 900, 10.0), measures(26, 1, 300, 4.0)];

        let passed = "in all 2 episodes of defend_the_line the reward is kills - deaths";
        assert_eq!(told(&line, &fits), (State::Passed, passed.to_owned()));
        let failed = "in 1 of 2 episodes of defend_the_line the reward is not kills - deaths, once 4 for 25";
        assert_eq!(told(&line, &kills_are_shots), (State::Failed, failed.to_owned()));
    }

    #[test]
    fn sums_of_small_rewards_may_differ_in_their_last_bits() {
        let home = ScenarioSpec::shipped("my_way_home");
        let summed = (0..2100).fold(0.0, |sum, _| sum - 0.0001);

        assert_eq!(told(&home, &[measures(0, 0, 2100, summed)]).0, State::Passed);
        assert_eq!(told(&home, &[measures(0, 0, 2099, summed)]).0, State::Failed);
    }

    #[test]
    fn nothing_is_said_of_a_reward_that_nobody_knows() {
        let own = ScenarioSpec {
            rewards: BTreeMap::from([("kill_reward".to_owned(), 5.0)]),
            ..ScenarioSpec::shipped("defend_the_line")
        };
        for scenario in [ScenarioSpec::shipped("basic"), own] {
            assert_eq!(told(&scenario, &[measures(1, 0, 9, 1.0)]).0, State::Skipped);
        }
    }
}
