//! Which policies there are, and how one is made for a session.

use domain::Violation;
use domain::action::Buttons;
use domain::agent::SessionSetup;
use domain::game::ObservationSpec;
use domain::genome::Parameter;
use domain::knowledge::KnowledgeKind;

use crate::controls::Controls;
use crate::policy::{aim, cascade, neural, random, script, study};
use crate::rules::{Findings, Terms};
use crate::{Knowledge, Policy};

/// What a policy is: enough to list it, to check a genome and to know what it looks at.
#[derive(Debug, Clone, Copy)]
pub struct PolicyInfo {
    /// Name, as experiments write it.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// The parameters a genome may set.
    pub parameters: &'static [Parameter<'static>],
    /// What it wants to be shown.
    pub observation: ObservationSpec,
    /// What it has a use for besides its genome.
    pub knowledge: &'static [KnowledgeKind],
    pub(crate) make: Make,
}

/// Makes a policy for a setup whose genome has been checked. Policies that know nothing leave the knowledge alone.
pub(crate) type Make = fn(&SessionSetup, &Controls, &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>>;

/// Every policy, in the order in which they are listed to people.
pub const POLICIES: &[PolicyInfo] = &listed();

/// Policies that look at nothing but numbers, and policies that look around.
const PLAIN: [PolicyInfo; 4] = [random::INFO, script::ATTACK_ONLY, script::SWEEP_LR, script::RULE_ONLY];
const SEEING: [PolicyInfo; 3] = [aim::INFO, cascade::INFO, neural::INFO];

const fn listed() -> [PolicyInfo; PLAIN.len() + study::INFOS.len() + SEEING.len()] {
    let mut all = [random::INFO; PLAIN.len() + study::INFOS.len() + SEEING.len()];
    let (plain, rest) = all.split_at_mut(PLAIN.len());
    let (scripts, seeing) = rest.split_at_mut(study::INFOS.len());
    plain.copy_from_slice(&PLAIN);
    scripts.copy_from_slice(&study::INFOS);
    seeing.copy_from_slice(&SEEING);
    all
}

/// The policy of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static PolicyInfo> {
    POLICIES.iter().find(|policy| policy.name == name)
}

/// Makes the policy that `setup` describes, with what its contents say.
///
/// # Errors
/// As [`Knowledge::read`] and [`build_with`].
pub fn build(setup: &SessionSetup) -> Result<Box<dyn Policy>, Vec<Violation>> {
    build_with(setup, &Knowledge::read(&setup.knowledge)?)
}

/// Makes the policy that `setup` describes with this knowledge. The setup's own contents do not count.
///
/// # Errors
/// All that is wrong at once: an unknown policy at `agent.policy`, unknown or impossible genes at
/// `agent.genome.NAME`, at `scenario.buttons` buttons that the policy needs and the scenario does not have, below `rules`
/// what is wrong with the rules, and at `network` one that does not fit.
pub fn build_with(setup: &SessionSetup, knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let Some(policy) = find(&setup.spec.policy) else { return Err(vec![unknown(&setup.spec.policy)]) };
    let mut violations = setup.spec.genome.violations(policy.parameters, "agent.genome");
    if setup.buttons.len() > Buttons::MAX {
        let message = format!("{} buttons are listed, at most {} are possible", setup.buttons.len(), Buttons::MAX);
        violations.push(Violation::new("scenario.buttons", message));
    }
    match (policy.make)(setup, &Controls::new(&setup.buttons), knowledge) {
        Ok(made) if violations.is_empty() => Ok(made),
        Ok(_) => Err(violations),
        Err(more) => {
            violations.extend(more);
            Err(violations)
        }
    }
}

/// What is wrong with what [`build`] would make, and what is allowed but hardly meant, such as a rule that never
/// decides or knowledge that the policy has no use for. For people who write definitions: a session needs no warnings.
#[must_use]
pub fn check(setup: &SessionSetup) -> Findings {
    let (knowledge, mut violations) = match Knowledge::read(&setup.knowledge) {
        Ok(knowledge) => (knowledge, Vec::new()),
        Err(violations) => (Knowledge::readable(&setup.knowledge), violations),
    };
    violations.extend(build_with(setup, &knowledge).err().unwrap_or_default());
    let Some(policy) = find(&setup.spec.policy) else { return Findings { violations, ..Findings::default() } };
    let mut warnings: Vec<_> = setup.knowledge.keys().filter_map(|&kind| unused(policy, kind)).collect();
    if policy.knowledge.contains(&KnowledgeKind::Rules) {
        let terms = Terms { parameters: policy.parameters, buttons: &setup.buttons };
        warnings.extend(knowledge.rules.iter().flat_map(|rules| rules.check(&terms).warnings));
    }
    Findings { violations, warnings }
}

/// The warning that a policy does not look at what it is given.
fn unused(policy: &PolicyInfo, kind: KnowledgeKind) -> Option<Violation> {
    if policy.knowledge.contains(&kind) {
        return None;
    }
    let users = POLICIES.iter().filter(|policy| policy.knowledge.contains(&kind)).map(|policy| policy.name);
    let help = format!("leave it out, or choose a policy that looks at it: {}", users.collect::<Vec<_>>().join(", "));
    Some(Violation::new(kind.name(), format!("the policy `{}` does not look at it", policy.name)).with_help(help))
}

fn unknown(name: &str) -> Violation {
    Violation::unknown("agent.policy", "policy", name, POLICIES.iter().map(|policy| policy.name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::agent::AgentSpec;
    use domain::genome::Genome;
    use domain::ids::AgentId;

    use super::*;

    fn setup(policy: &str, genes: &[(&str, f64)], buttons: &[&str]) -> SessionSetup {
        SessionSetup {
            agent: AgentId::slug("a"),
            experiment: String::new(),
            generation: 0,
            spec: AgentSpec::new(policy, Genome(genes.iter().map(|&(name, value)| (name.into(), value)).collect())),
            scenario: "defend_the_line".into(),
            buttons: buttons.iter().map(|&name| name.into()).collect(),
            variables: vec![],
            frame_skip: 4,
            knowledge: Default::default(),
        }
    }

    const BUTTONS: [&str; 7] =
        ["MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "MOVE_FORWARD", "MOVE_BACKWARD", "TURN_LEFT", "TURN_RIGHT"];

    fn paths(setup: &SessionSetup) -> Vec<String> {
        build(setup).err().unwrap_or_default().into_iter().map(|violation| violation.path).collect()
    }

    #[test]
    fn every_policy_is_well_described_and_can_be_built() {
        for policy in POLICIES {
            let names: BTreeSet<_> = policy.parameters.iter().map(|parameter| parameter.name).collect();
            assert_eq!(names.len(), policy.parameters.len(), "{}", policy.name);
            for parameter in policy.parameters {
                assert!(parameter.domain.contains(parameter.default), "{}.{}", policy.name, parameter.name);
                assert!(!parameter.about.is_empty());
            }
            let made = build(&setup(policy.name, &[], &BUTTONS)).ok().unwrap();
            assert_eq!(made.observation(), policy.observation, "{}", policy.name);
        }
    }

    #[test]
    fn everything_wrong_is_reported_at_its_place() {
        assert_eq!(paths(&setup("aimm", &[], &["ATTACK"])), ["agent.policy"]);
        let bad = setup("aim", &[("tolerance", 1e9), ("colour", 1.0)], &["TURN_LEFT"]);
        assert_eq!(paths(&bad), ["agent.genome.colour", "agent.genome.tolerance", "scenario.buttons"]);
        assert_eq!(paths(&setup("random", &[], &[])), ["scenario.buttons"]);
        assert_eq!(paths(&setup("sweep_lr", &[], &["ATTACK"])), ["scenario.buttons", "scenario.buttons"]);
    }

    #[test]
    fn a_check_tells_mistakes_and_warnings() {
        let found = |policy, when: &str| {
            let text = format!("[[rules]]\nname = \"a\"\nwhen = {when}\ndo = \"aim\"");
            let knowledge = [(KnowledgeKind::Rules, text.into_bytes().into())].into();
            check(&SessionSetup { knowledge, ..setup(policy, &[], &BUTTONS) })
        };
        assert_eq!(found("cascade", "{ all = [] }").warnings[0].path, "rules");
        assert_eq!(found("cascade", "{ feature = \"x\" }").violations[0].path, "rules[0].when.feature");
        assert_eq!(found("cascade", "{ feature = 1 }").violations[0].path, "rules");
        let unused = found("aim", "{ all = [] }");
        assert_eq!((unused.violations.len(), unused.warnings.len()), (0, 1), "{unused:?}");
        assert_eq!(unused.warnings[0].message, "the policy `aim` does not look at it");
    }

    #[test]
    fn an_unknown_policy_comes_with_the_list_of_known_ones() {
        let violation = build(&setup("x", &[], &[])).err().unwrap().remove(0);
        let help = violation.help.unwrap();
        assert!(help.starts_with("there are random, attack_only, sweep_lr, rule_only, burst, "), "{help}");
        assert!(help.ends_with("burst_advance, aim, cascade, neural"), "{help}");
    }
}
