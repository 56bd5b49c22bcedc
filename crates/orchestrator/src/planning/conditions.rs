//! The conditions of a design: every combination of levels as an agent and a scenario of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::Violation;
use domain::experiment::{DesignKind, DesignSpec, ExperimentSpec, FactorSpec, SeedSpec};
use domain::ids::AgentId;
use domain::plan::Member;
use domain::shape::Misfit;
use serde_json::Value;

/// The members of a design, in the design's standard order.
///
/// # Errors
/// Levels that do not fit their parameter.
pub fn conditions(spec: &ExperimentSpec) -> Result<Vec<Member>, Vec<Violation>> {
    let Some(design) = &spec.design else { return Ok(Vec::new()) };
    // What no factor can change is left out: a design of many levels or seeds would be copied for every condition.
    let base = ExperimentSpec { design: None, seeds: SeedSpec::default(), ..spec.clone() };
    let base = serde_json::to_value(base).expect("a specification is valid JSON");
    let found: Vec<_> = design.factors.iter().enumerate().flat_map(|(at, factor)| unfit(&base, at, factor)).collect();
    if !found.is_empty() {
        return Err(found);
    }
    let levels: Vec<_> = design.factors.iter().map(|factor| factor.levels.len()).collect();
    let mut names = BTreeSet::new();
    (0..)
        .zip(combinations(design.kind, &levels))
        .map(|(position, choice)| condition(design, &base, position, &choice, &mut names))
        .collect()
}

/// The chosen level of every factor, condition by condition.
pub(super) fn combinations(kind: DesignKind, levels: &[usize]) -> Vec<Vec<usize>> {
    match kind {
        DesignKind::FullFactorial => science::design::full_factorial(levels),
        DesignKind::OneFactorAtATime => science::design::one_factor_at_a_time(levels),
    }
}

/// What is wrong with the factor `index`: that its parameter is none, or every level that does not fit.
fn unfit(base: &Value, index: usize, factor: &FactorSpec) -> Vec<Violation> {
    let parameter = &factor.parameter;
    let at = format!("design.factors[{index}]");
    let mut found = Vec::new();
    for (number, level) in factor.levels.iter().enumerate() {
        let mut varied = base.clone();
        if !assign(&mut varied, parameter, level.clone()) {
            let violation = Violation::new(format!("{at}.parameter"), format!("`{parameter}` cannot be varied"));
            return vec![violation.with_help("it is inside of a value that has no fields")];
        }
        for misfit in ExperimentSpec::misfits(&varied) {
            match misfit {
                Misfit::Name(violation) if parameter.starts_with(&violation.path) => {
                    return vec![Violation { path: format!("{at}.parameter"), ..violation }];
                }
                Misfit::Name(violation) | Misfit::Value(violation) => {
                    let message = format!("{}: {}", violation.path, violation.message);
                    found.push(Violation { path: format!("{at}.levels[{number}]"), message, ..violation });
                }
            }
        }
    }
    found
}

fn condition(
    design: &DesignSpec,
    base: &Value,
    position: u32,
    choice: &[usize],
    names: &mut BTreeSet<String>,
) -> Result<Member, Vec<Violation>> {
    let mut varied = base.clone();
    let mut levels = BTreeMap::new();
    let mut label = Vec::new();
    for (factor, &chosen) in design.factors.iter().zip(choice) {
        let level = &factor.levels[chosen];
        assign(&mut varied, &factor.parameter, level.clone());
        label.push(format!("{}={}", factor.label(), plain(level)));
        levels.insert(factor.label().to_owned(), level.clone());
    }
    let label = label.join(", ");
    let varied: ExperimentSpec = serde_json::from_value(varied)
        .map_err(|error| vec![Violation::new("design.factors", format!("{label} do not go together: {error}"))])?;
    let agent = unique_name(&label, position, names);
    Ok(Member { label, factors: levels, ..super::member(position, agent, &varied) })
}

/// Puts a level where `parameter` points. False if the way there leads through a value that has no fields.
fn assign(spec: &mut Value, parameter: &str, level: Value) -> bool {
    let mut place = spec;
    for key in parameter.split('.') {
        if !(place.is_object() || place.is_null()) {
            return false;
        }
        place = &mut place[key];
    }
    *place = level;
    true
}

fn plain(level: &Value) -> String {
    match level {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("+"),
        // A file that was taken in: people know it by its name.
        Value::Object(fields) if fields.contains_key("blake3") => fields.get("name").map(plain).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// The condition's slug; with its position where the slug alone is not unique.
fn unique_name(label: &str, position: u32, names: &mut BTreeSet<String>) -> AgentId {
    let slug = AgentId::slug(&label.replace(", ", "_").replace('=', "-"));
    if names.insert(slug.to_string()) {
        return slug;
    }
    let suffix = format!("-{position}");
    let kept: String = slug.as_str().chars().take(AgentId::MAX_LEN - suffix.len()).collect();
    let name = AgentId::slug(&(kept + &suffix));
    names.insert(name.to_string());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(design: Value) -> ExperimentSpec {
        serde_json::from_value(serde_json::json!({
            "name": "t", "seed": 1, "scenario": { "name": "basic" }, "agent": { "policy": "aim" }, "design": design,
        }))
        .unwrap()
    }

    #[test]
    fn conditions_carry_their_levels_and_a_name_for_subjects() {
        let spec = spec(serde_json::json!({ "factors": [
            { "parameter": "agent.policy", "levels": ["aim", "random"] },
            { "parameter": "scenario.skill", "levels": [1, 5] },
        ] }));
        let members = conditions(&spec).unwrap();
        let shown: Vec<_> =
            members.iter().map(|m| (m.agent.as_str(), m.spec.policy.as_str(), m.scenario.skill)).collect();
        assert_eq!(
            shown,
            [
                ("policy-aim_skill-1", "aim", Some(1)),
                ("policy-aim_skill-5", "aim", Some(5)),
                ("policy-random_skill-1", "random", Some(1)),
                ("policy-random_skill-5", "random", Some(5)),
            ]
        );
    }

    #[test]
    fn levels_that_do_not_fit_are_told_at_their_place_with_what_is_allowed() {
        let spec = spec(serde_json::json!({ "factors": [
            { "parameter": "agent.genome.burst", "levels": [0.5, "0-5"] },
            { "parameter": "scenario.skill", "levels": [0, 1, 6] },
            { "parameter": "scenario.rewards", "levels": [{ "kill_reward": true }, {}] },
        ] }));
        let told: Vec<_> = conditions(&spec).unwrap_err().into_iter().map(|v| (v.path, v.message)).collect();
        let expected = [
            ("design.factors[0].levels[1]", "agent.genome.burst: \"0-5\" is not a number"),
            ("design.factors[1].levels[0]", "scenario.skill: 0 is not a whole number from 1 to 5"),
            ("design.factors[1].levels[2]", "scenario.skill: 6 is not a whole number from 1 to 5"),
            ("design.factors[2].levels[0]", "scenario.rewards.kill_reward: true is not a number"),
        ];
        assert_eq!(told, expected.map(|(path, message)| (path.to_owned(), message.to_owned())));
    }

    #[test]
    fn a_parameter_that_is_none_is_told_once() {
        for (parameter, message) in [
            ("scenario.skil", "unknown field `skil`"),
            ("scenario.name.first", "`scenario.name.first` cannot be varied"),
        ] {
            let spec = spec(serde_json::json!({ "factors": [{ "parameter": parameter, "levels": [1, 2] }] }));
            let found = conditions(&spec).unwrap_err();
            let [Violation { path, message: told, help: Some(_) }] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!((path.as_str(), told.as_str()), ("design.factors[0].parameter", message));
        }
    }

    #[test]
    fn equal_slugs_are_told_apart() {
        let mut names = BTreeSet::new();
        assert_eq!(unique_name("a=1.5", 0, &mut names).as_str(), "a-1-5");
        assert_eq!(unique_name("a=1-5", 7, &mut names).as_str(), "a-1-5-7");
    }
}
