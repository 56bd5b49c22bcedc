//! The conditions of a design: every combination of levels as an agent and a scenario of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::Violation;
use domain::experiment::{DesignKind, ExperimentSpec};
use domain::ids::AgentId;
use domain::plan::Member;
use serde_json::Value;

/// The members of a design, in the design's standard order.
///
/// # Errors
/// Levels that do not fit their parameter.
pub fn conditions(spec: &ExperimentSpec) -> Result<Vec<Member>, Vec<Violation>> {
    let Some(design) = &spec.design else { return Ok(Vec::new()) };
    let levels: Vec<_> = design.factors.iter().map(|factor| factor.levels.len()).collect();
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    let mut members = Vec::new();
    for (position, choice) in (0..).zip(combinations(design.kind, &levels)) {
        match condition(spec, position, &choice, &mut names) {
            Ok(member) => members.push(member),
            Err(violation) if !found.contains(&violation) => found.push(violation),
            Err(_) => {}
        }
    }
    if found.is_empty() { Ok(members) } else { Err(found) }
}

/// The chosen level of every factor, condition by condition.
pub(super) fn combinations(kind: DesignKind, levels: &[usize]) -> Vec<Vec<usize>> {
    match kind {
        DesignKind::FullFactorial => science::design::full_factorial(levels),
        DesignKind::OneFactorAtATime => science::design::one_factor_at_a_time(levels),
    }
}

fn condition(
    spec: &ExperimentSpec,
    position: u32,
    choice: &[usize],
    names: &mut BTreeSet<String>,
) -> Result<Member, Violation> {
    let factors = spec.design.iter().flat_map(|design| &design.factors).enumerate();
    let mut varied = serde_json::to_value(spec).expect("a specification is valid JSON");
    let mut levels = BTreeMap::new();
    let mut label = Vec::new();
    for ((index, factor), &chosen) in factors.zip(choice) {
        let level = &factor.levels[chosen];
        assign(&mut varied, &factor.parameter, level.clone());
        // Each assignment is read back at once, so that a fault is told with the level that caused it.
        if let Err(error) = serde_json::from_value::<ExperimentSpec>(varied.clone()) {
            let path = format!("design.factors[{index}].levels[{chosen}]");
            return Err(Violation::new(path, format!("{level} does not fit {}: {error}", factor.parameter)));
        }
        label.push(format!("{}={}", factor.label(), plain(level)));
        levels.insert(factor.label().to_owned(), level.clone());
    }
    let varied: ExperimentSpec = serde_json::from_value(varied).expect("read back above");
    let label = label.join(", ");
    let agent = unique_name(&label, position, names);
    Ok(Member { label, factors: levels, ..super::member(position, agent, &varied) })
}

fn assign(spec: &mut Value, parameter: &str, level: Value) {
    let mut place = spec;
    for key in parameter.split('.') {
        place = &mut place[key];
    }
    *place = level;
}

fn plain(level: &Value) -> String {
    match level {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("+"),
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
    fn equal_slugs_are_told_apart() {
        let spec = spec(serde_json::json!({ "factors": [
            { "parameter": "agent.genome.burst", "levels": [0.5, "0-5"] },
        ] }));
        assert_eq!(conditions(&spec).unwrap_err()[0].path, "design.factors[0].levels[1]");
        let mut names = BTreeSet::new();
        assert_eq!(unique_name("a=1.5", 0, &mut names).as_str(), "a-1-5");
        assert_eq!(unique_name("a=1-5", 7, &mut names).as_str(), "a-1-5-7");
    }
}
