//! Checks of a specification against what is there: policies, genes, scenarios, buttons.

use std::collections::BTreeMap;

use decision::Knowledge;
use domain::Violation;
use domain::agent::{AgentSpec, SessionSetup};
use domain::experiment::{ExperimentSpec, FileKind, Inheritance, ScenarioSpec};
use domain::ids::ExperimentId;
use domain::knowledge::{KnowledgeContents, KnowledgeHashes, KnowledgeKind};
use domain::plan::{Member, Purpose};

use crate::games::{Games, ScenarioFacts};
use crate::planning;
use crate::user_files::Known;

/// Everything that is wrong with a specification that is valid by itself, whose agents know what is `known` and whose search
/// goes on from the checkpoint there.
pub fn violations(spec: &ExperimentSpec, games: &dyn Games, known: &Known) -> Vec<Violation> {
    let mut found = Vec::new();
    if planning::planned(spec) > domain::experiment::MAX_EPISODES {
        let message = format!("plans more than {} episodes", domain::experiment::MAX_EPISODES);
        found.push(Violation::new("", message));
        return found;
    }
    // What a file says that is not here, nobody knows: whoever needs it says that it is missing.
    let base = if spec.scenario.path().is_none() { games.facts(&spec.scenario).err() } else { None };
    found.extend(base.iter().flatten().cloned());
    let is_begun = spec.evolution.as_ref().is_none_or(|evolution| evolution.start.is_none()) || known.start().is_some();
    if !is_begun || (spec.evolution.is_some() && is_unknown(&spec.agent.definition())) {
        return found;
    }
    found.extend(unteachable(spec));
    let plan = planning::first(ExperimentId::derive(&[0; 32], ""), spec, known.start());
    match plan.and_then(|plan| planning::check_claims(spec).map(|()| plan)) {
        Err(violations) => found.extend(violations),
        Ok(plan) if base.is_none() => {
            let mut members = plan.members;
            if plan.purpose == Purpose::Statistics {
                // Baselines play first, and whoever evolves has to be able to play as well.
                members.extend(planning::first_round(spec, known.start()).ok().flatten().unwrap_or_default());
            }
            found.extend(member_violations(spec, &members, games, known));
        }
        Ok(_) => {}
    }
    found.dedup();
    found
}

/// The violation of a policy that has no use for what is learned.
fn unteachable(spec: &ExperimentSpec) -> Option<Violation> {
    let learning = spec.evolution.as_ref()?.learning.as_ref()?;
    let policy = decision::find(&spec.agent.definition().policy)?;
    let experience = learning.experience != Inheritance::None;
    let learned = [(experience, KnowledgeKind::Experience), (learning.documents, KnowledgeKind::Library)];
    let (_, unused) = learned.into_iter().find(|(is_learned, kind)| *is_learned && !policy.knowledge.contains(kind))?;
    let message = format!("the policy `{}` does not look at what is learned ({unused})", policy.name);
    let learners =
        decision::POLICIES.iter().filter(|policy| policy.knowledge.contains(&unused)).map(|policy| policy.name);
    let help = format!("leave it out, or choose a policy that does: {}", learners.collect::<Vec<_>>().join(", "));
    Some(Violation::new("evolution.learning", message).with_help(help))
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

/// What a member's agent is told before it plays, but for the contents that it knows.
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
        knowledge: KnowledgeContents::new(),
    }
}

/// What agents know, read once for all that know the same.
struct Reader<'a> {
    known: &'a Known,
    read: BTreeMap<KnowledgeHashes, Result<Knowledge, Vec<Violation>>>,
}

impl Reader<'_> {
    fn read(&mut self, hashes: &KnowledgeHashes) -> &Result<Knowledge, Vec<Violation>> {
        let known = self.known;
        self.read.entry(hashes.clone()).or_insert_with(|| Knowledge::read(&known.contents(hashes)))
    }
}

fn member_violations(spec: &ExperimentSpec, members: &[Member], games: &dyn Games, known: &Known) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    let mut reader = Reader { known, read: BTreeMap::new() };
    for scenario in scenarios(members).into_iter().filter(|scenario| scenario.path().is_none()) {
        let known = members.iter().filter(|member| !is_unknown(&member.spec));
        let players = known.filter(|member| &member.scenario == scenario);
        let violations: Vec<_> = match games.facts(scenario) {
            Err(violations) => violations.into_iter().zip(players.take(1).cycle()).collect(),
            Ok(facts) => players.flat_map(|member| setup_violations(member, &facts, &mut reader)).collect(),
        };
        for (violation, member) in violations {
            let violation = pointed(violation, spec, member);
            if !found.contains(&violation) {
                found.push(violation);
            }
        }
        if found.len() > 20 {
            break;
        }
    }
    found
}

/// Whether an agent is in a file that is not here.
fn is_unknown(agent: &AgentSpec) -> bool {
    agent.policy.is_empty()
}

fn setup_violations<'a>(
    member: &'a Member,
    facts: &ScenarioFacts,
    reader: &mut Reader<'_>,
) -> Vec<(Violation, &'a Member)> {
    let violations = match reader.read(&member.spec.knowledge) {
        Ok(knowledge) => decision::build_with(&setup(member, "", 0, facts), knowledge).err().unwrap_or_default(),
        Err(violations) => violations.clone(),
    };
    violations.into_iter().map(|violation| (in_specification(violation), member)).collect()
}

/// The same with a path of the specification: what an agent knows is in the file that defines it.
fn in_specification(violation: Violation) -> Violation {
    let field = violation.path.split(['.', '[']).next().unwrap_or_default();
    if KnowledgeKind::ALL.iter().all(|kind| kind.name() != field) {
        return violation;
    }
    let message = format!("{}: {}", violation.path, violation.message);
    Violation { path: FileKind::Agent.field().to_owned(), message, ..violation }
}

/// Points at the level that a violation comes from. Where none does, it says which condition it is about: its path alone
/// is that of the agent that all conditions start from.
fn pointed(mut violation: Violation, spec: &ExperimentSpec, member: &Member) -> Violation {
    match level(spec, member, &violation.path) {
        Some(path) => {
            violation.message = format!("{}: {}", violation.path, violation.message);
            violation.path = path;
        }
        None => violation.message = format!("{} (condition {})", violation.message, member.agent),
    }
    violation
}

/// The path of the level that gave this member what stands at `path`.
fn level(spec: &ExperimentSpec, member: &Member, path: &str) -> Option<String> {
    let gives =
        |parameter: &str| path.strip_prefix(parameter).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let factors = &spec.design.as_ref()?.factors;
    let (index, factor) = factors.iter().enumerate().find(|(_, factor)| gives(&factor.parameter))?;
    let chosen = member.factors.get(factor.label())?;
    let number = match factor.levels.as_slice() {
        [] => 0,
        levels => levels.iter().position(|level| level == chosen)?,
    };
    Some(format!("design.factors[{index}].{}", planning::field_of(factor, number, chosen)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::game::ObservationSpec;
    use domain::ports::{Environment, EnvironmentError};

    use super::*;

    /// One scenario with these buttons.
    struct OneScenario(&'static [&'static str]);

    const TWO: OneScenario = OneScenario(&["TURN_LEFT", "ATTACK"]);

    impl Games for OneScenario {
        fn version(&self) -> String {
            String::new()
        }

        fn names(&self) -> Vec<String> {
            vec!["basic".to_owned()]
        }

        fn facts(&self, scenario: &ScenarioSpec) -> Result<ScenarioFacts, Vec<Violation>> {
            let name = scenario.name.clone().unwrap_or_default();
            if name != "basic" {
                return Err(vec![Violation::unknown("scenario.name", "scenario", &name, ["basic"])]);
            }
            let buttons = self.0.iter().map(|&button| button.to_owned()).collect();
            Ok(ScenarioFacts { name, buttons, variables: vec![], files: BTreeMap::new() })
        }

        fn open(
            &self,
            _scenario: &ScenarioSpec,
            _observation: ObservationSpec,
            _cpu: Option<usize>,
        ) -> Result<Box<dyn Environment>, EnvironmentError> {
            unreachable!("nothing is played here")
        }
    }

    fn told(factors: serde_json::Value) -> Vec<(String, String)> {
        let mut spec = testkit::builder::spec(1);
        spec.design = Some(serde_json::from_value(serde_json::json!({ "factors": factors })).unwrap());
        violations(&spec, &TWO, &Known::default()).into_iter().map(|found| (found.path, found.message)).collect()
    }

    #[test]
    fn a_policy_that_learns_nothing_is_not_taught() {
        let found = |policy: &str, learning: serde_json::Value| {
            let mut spec = testkit::builder::spec(1);
            (spec.design, spec.agent.policy) = (None, Some(policy.to_owned()));
            spec.evolution = Some(serde_json::from_value(serde_json::json!({ "learning": learning })).unwrap());
            unteachable(&spec).map(|found| found.message)
        };
        let refused = found("aim", serde_json::json!({})).unwrap();
        assert_eq!(refused, "the policy `aim` does not look at what is learned (experience)");
        assert!(found("aim", serde_json::json!({ "experience": "none" })).unwrap().ends_with("(library)"));
        assert_eq!(found("cascade", serde_json::json!({})), None);
    }

    #[test]
    fn baselines_have_to_be_able_to_play_beside_whoever_evolves() {
        let found = |baselines: serde_json::Value, policy: &str| -> Vec<String> {
            let mut spec = testkit::builder::spec(1);
            (spec.design, spec.agent.policy) = (None, Some(policy.to_owned()));
            let evolution = serde_json::json!({ "statistics": { "baselines": baselines } });
            spec.evolution = Some(serde_json::from_value(evolution).unwrap());
            let games = OneScenario(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"]);
            let found = violations(&spec, &games, &Known::default());
            found.into_iter().map(|found| format!("{}: {}", found.path, found.message)).collect()
        };
        assert_eq!(found(serde_json::json!(["random"]), "burst"), [""; 0]);
        let unknown = found(serde_json::json!(["random", "radnom"]), "rule_only");
        assert!(unknown.len() == 1 && unknown[0].starts_with("evolution.statistics.baselines[1]: "), "{unknown:?}");
        let unable = found(serde_json::json!(["dodge_burst_3"]), "rule_only");
        let is_told = |found: &String| found.ends_with("(condition dodge_burst_3)");
        assert!(!unable.is_empty() && unable.iter().all(is_told), "{unable:?}");
        let unable = found(serde_json::json!(["random"]), "dodge_burst_3");
        assert!(unable.iter().any(|found| found.ends_with("(condition g1-00)")), "{unable:?}");
    }

    #[test]
    fn a_level_that_does_not_exist_is_told_once_at_its_place() {
        let found = told(serde_json::json!([
            { "parameter": "agent.policy", "levels": ["random", "radnom"] },
            { "parameter": "scenario.name", "levels": ["basic", "basics"] },
        ]));
        let expected = [
            ("design.factors[0].levels[1]", "agent.policy: unknown policy `radnom`"),
            ("design.factors[1].levels[1]", "scenario.name: unknown scenario `basics`"),
        ];
        assert_eq!(found, expected.map(|(path, message)| (path.to_owned(), message.to_owned())));
    }

    #[test]
    fn a_range_that_leaves_its_parameter_is_told_at_its_end() {
        let found = told(serde_json::json!([{ "parameter": "agent.genome.burst", "low": 1, "high": 2 }]));
        assert!(found[0].0 == "design.factors[0].low" && found[0].1.contains("unknown parameter `burst`"), "{found:?}");
    }

    #[test]
    fn what_no_level_gave_is_told_with_its_condition() {
        let found = told(serde_json::json!([{ "parameter": "agent.policy", "levels": ["random", "sweep_lr"] }]));
        let expected = ("scenario.buttons".to_owned(), "(condition policy-sweep_lr)");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].0 == expected.0 && found[0].1.ends_with(expected.1), "{found:?}");
    }
}
