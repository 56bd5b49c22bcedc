//! The conditions of a design: every combination of levels as an agent and a scenario of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::Violation;
use domain::experiment::{DesignSpec, ExperimentSpec, FactorSpec, SeedSpec};
use domain::genome::Domain;
use domain::ids::AgentId;
use domain::plan::Member;
use domain::shape::Misfit;
use serde_json::Value;

use super::design::Design;

/// The members of a design, in the order in which they are played.
///
/// # Errors
/// Levels that do not fit their parameter, or that there is no such design.
pub fn conditions(spec: &ExperimentSpec) -> Result<Vec<Member>, Vec<Violation>> {
    let Some(given) = &spec.design else { return Ok(Vec::new()) };
    // What no factor can change is left out: a design of many levels or seeds would be copied for every condition.
    let base = ExperimentSpec { design: None, seeds: SeedSpec::default(), ..spec.clone() };
    let base = serde_json::to_value(base).expect("a specification is valid JSON");
    let listed = |(at, factor): (usize, &FactorSpec)| unfit(&base, at, factor, &factor.levels);
    none_of(given.factors.iter().enumerate().flat_map(listed))?;
    let design = made(spec, given, &base)?;
    let computed = |(at, factor): (usize, &FactorSpec)| match factor.levels.is_empty() {
        true => unfit(&base, at, factor, &extremes(design.conditions.iter().map(|levels| &levels[at]))),
        false => vec![],
    };
    none_of(given.factors.iter().enumerate().flat_map(computed))?;
    let mut names = BTreeSet::new();
    (0..)
        .zip(&design.order)
        .map(|(position, &index)| condition(given, &base, position, &design.conditions[index], &mut names))
        .collect()
}

/// The design of an experiment.
///
/// # Errors
/// If there is no such design.
pub fn design(spec: &ExperimentSpec) -> Result<Option<Design>, Vec<Violation>> {
    let Some(given) = &spec.design else { return Ok(None) };
    let base = ExperimentSpec { design: None, seeds: SeedSpec::default(), ..spec.clone() };
    let base = serde_json::to_value(base).expect("a specification is valid JSON");
    made(spec, given, &base).map(Some)
}

fn made(spec: &ExperimentSpec, given: &DesignSpec, base: &Value) -> Result<Design, Vec<Violation>> {
    super::design::design(given, spec.seed, |factor| is_whole(spec, base, &factor.parameter))
}

fn none_of(found: impl Iterator<Item = Violation>) -> Result<(), Vec<Violation>> {
    let found: Vec<_> = found.collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// The smallest and the largest of the levels that were computed: what fits a parameter is a range of numbers.
fn extremes<'a>(levels: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let numbers = levels.filter_map(|level| Some((level, level.as_f64()?)));
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_by(|a, b| a.1.total_cmp(&b.1));
    [numbers.first(), numbers.last()].into_iter().flatten().map(|(level, _)| (*level).clone()).collect()
}

/// Whether only whole numbers fit the parameter: those of a genome by the policies that play, others by their shape.
fn is_whole(spec: &ExperimentSpec, base: &Value, parameter: &str) -> bool {
    if let Some(gene) = parameter.strip_prefix("agent.genome.") {
        let policies = policies(spec);
        let mut parameters = policies.iter().filter_map(|policy| decision::find(policy)).flat_map(|p| p.parameters);
        return parameters.any(|known| known.name == gene && !matches!(known.domain, Domain::Real { .. }));
    }
    let is_refused = |level: f64| {
        let mut varied = base.clone();
        assign(&mut varied, parameter, level.into())
            && ExperimentSpec::misfits(&varied).iter().any(|misfit| matches!(misfit, Misfit::Value(_)))
    };
    is_refused(0.5) && is_refused(1.5)
}

/// Every policy that plays in a design.
fn policies(spec: &ExperimentSpec) -> Vec<String> {
    let factors = spec.design.iter().flat_map(|design| &design.factors);
    let varied = factors.filter(|factor| ["agent.policy", "agent.file"].contains(&factor.parameter.as_str()));
    let policy = |level: &Value| level.as_str().or_else(|| level["policy"].as_str()).map(str::to_owned);
    let varied = varied.flat_map(|factor| factor.levels.iter().filter_map(policy));
    std::iter::once(spec.agent.definition().policy).chain(varied).collect()
}

/// What is wrong with the factor `index`: that its parameter is none, or every one of its `levels` that does not fit.
fn unfit(base: &Value, index: usize, factor: &FactorSpec, levels: &[Value]) -> Vec<Violation> {
    let parameter = &factor.parameter;
    let at = format!("design.factors[{index}]");
    let mut found = Vec::new();
    for (number, level) in levels.iter().enumerate() {
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
                    let field = field_of(factor, number, level);
                    found.push(Violation { path: format!("{at}.{field}"), message, ..violation });
                }
            }
        }
    }
    found
}

/// The field of a factor that gives it this level, the one with this number. A computed level comes from the end of the
/// range on its side.
#[must_use]
pub fn field_of(factor: &FactorSpec, number: usize, level: &Value) -> String {
    let middle = factor.low.zip(factor.high).map(|(low, high)| (low + high) / 2.0);
    match (middle, level.as_f64()) {
        (Some(middle), Some(level)) if level > middle => "high".to_owned(),
        (Some(_), _) => "low".to_owned(),
        (None, _) => format!("levels[{number}]"),
    }
}

fn condition(
    design: &DesignSpec,
    base: &Value,
    position: u32,
    chosen: &[Value],
    names: &mut BTreeSet<String>,
) -> Result<Member, Vec<Violation>> {
    let mut varied = base.clone();
    let mut levels = BTreeMap::new();
    let mut label = Vec::new();
    for (factor, level) in design.factors.iter().zip(chosen) {
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
    use domain::ids::ExperimentId;

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
    fn computed_levels_are_whole_where_they_have_to_be() {
        let range = |parameter: &str, low: f64, high: f64| serde_json::json!({ "parameter": parameter, "low": low, "high": high });
        let spec = spec(serde_json::json!({ "type": "latin_hypercube", "runs": 7, "factors": [
            range("agent.genome.burst", 1.0, 100.0),
            range("agent.genome.tolerance", 1.0, 5.0),
            range("scenario.timeout", 100.0, 900.0),
            range("scenario.rewards.kill_reward", 0.0, 1.0),
        ] }));
        for member in conditions(&spec).unwrap() {
            let whole = |name: &str| member.factors[name].as_f64().unwrap().fract() == 0.0;
            assert!(whole("burst") && whole("timeout"), "{member:?}");
        }
        let members = conditions(&spec).unwrap();
        let fractions = |name: &str| members.iter().any(|member| member.factors[name].as_f64().unwrap().fract() != 0.0);
        assert!(fractions("tolerance") && fractions("kill_reward"));
    }

    #[test]
    fn computed_levels_that_do_not_fit_are_told_at_the_end_of_the_range() {
        let spec = spec(serde_json::json!({ "type": "central_composite", "factors": [
            { "parameter": "scenario.skill", "low": 1, "high": 4 },
            { "parameter": "agent.genome.burst", "low": 10, "high": 20 },
        ] }));
        let found = conditions(&spec).unwrap_err();
        let told: Vec<_> = found.iter().map(|v| (v.path.as_str(), v.message.as_str())).collect();
        assert_eq!(told, [("design.factors[0].low", "scenario.skill: 0 is not a whole number from 1 to 5")]);
    }

    /// Ids that the files had before there were other designs.
    #[test]
    fn files_that_were_there_keep_their_ids_and_plans() {
        for (text, id, agents) in [
            (
                include_str!("../../../../experiments/compare-two-policies.toml"),
                "87820047-2942-5c1e-a3de-ffa8dfab8399",
                vec!["policy-aim", "policy-attack_only"],
            ),
            (
                include_str!("../../../../experiments/one-factor-scripted.toml"),
                "45cbb881-86ed-5268-a59c-65652726a62f",
                vec!["health_threshold-0", "health_threshold-30", "health_threshold-60", "health_threshold-90"],
            ),
        ] {
            let spec = crate::experiment_file::parse("test.toml", text.as_bytes(), &[]).unwrap().spec;
            assert_eq!(ExperimentId::derive(&spec.hash(), "").to_string(), id);
            let members = conditions(&spec).unwrap();
            assert_eq!(members.iter().map(|member| member.agent.as_str()).collect::<Vec<_>>(), agents);
        }
    }

    #[test]
    fn equal_slugs_are_told_apart() {
        let mut names = BTreeSet::new();
        assert_eq!(unique_name("a=1.5", 0, &mut names).as_str(), "a-1-5");
        assert_eq!(unique_name("a=1-5", 7, &mut names).as_str(), "a-1-5-7");
    }
}
