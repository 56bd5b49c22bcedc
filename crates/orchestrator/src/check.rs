//! Checks of a specification against what is there: policies, genes, scenarios, buttons.

use domain::Violation;
use domain::agent::SessionSetup;
use domain::experiment::{ExperimentSpec, ScenarioSpec};
use domain::ids::{AgentId, ExperimentId};
use domain::plan::Member;

use crate::games::{Games, ScenarioFacts};
use crate::planning;

/// Everything that is wrong with a specification that is valid by itself.
pub fn violations(spec: &ExperimentSpec, games: &dyn Games) -> Vec<Violation> {
    let mut found = Vec::new();
    if planning::planned(spec) > domain::experiment::MAX_EPISODES {
        let message = format!("plans more than {} episodes", domain::experiment::MAX_EPISODES);
        found.push(Violation::new("", message));
        return found;
    }
    let base = games.facts(&spec.scenario);
    if let Err(violations) = &base {
        found.extend(violations.iter().cloned());
    }
    match planning::first(ExperimentId::derive(&[0; 32], ""), spec) {
        Err(violations) => found.extend(violations),
        Ok(plan) if base.is_ok() => found.extend(member_violations(&plan.members, games)),
        Ok(_) => {}
    }
    found.dedup();
    found
}

/// The different scenarios of these members.
pub fn scenarios(members: &[Member]) -> Vec<&ScenarioSpec> {
    let mut scenarios: Vec<&ScenarioSpec> = Vec::new();
    for member in members {
        if !scenarios.contains(&&member.scenario) {
            scenarios.push(&member.scenario);
        }
    }
    scenarios
}

/// What a member's agent is told before it plays.
pub fn setup(member: &Member, experiment: &str, generation: u32, facts: &ScenarioFacts) -> SessionSetup {
    SessionSetup {
        agent: member.agent.clone(),
        experiment: experiment.to_owned(),
        generation,
        spec: member.spec.clone(),
        scenario: facts.name.clone(),
        buttons: facts.buttons.clone(),
        variables: facts.variables.clone(),
        frame_skip: member.scenario.frame_skip,
    }
}

fn member_violations(members: &[Member], games: &dyn Games) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    for scenario in scenarios(members) {
        match games.facts(scenario) {
            Err(violations) => found.extend(violations),
            Ok(facts) => {
                for member in members.iter().filter(|member| &member.scenario == scenario) {
                    if let Err(violations) = decision::build(&setup(member, "", 0, &facts)) {
                        found.extend(violations.into_iter().map(|violation| named(violation, &member.agent)));
                    }
                }
            }
        }
        if found.len() > 20 {
            break;
        }
    }
    found
}

/// Says which condition a violation is about: its path alone points at the agent that all conditions start from.
fn named(mut violation: Violation, agent: &AgentId) -> Violation {
    violation.message = format!("{} (condition {agent})", violation.message);
    violation
}
