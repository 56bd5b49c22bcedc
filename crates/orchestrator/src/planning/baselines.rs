//! Whom a search is held against, before it and after it.

use domain::Violation;
use domain::agent::AgentSpec;
use domain::experiment::ExperimentSpec;
use domain::genome::Genome;
use domain::ids::AgentId;
use domain::plan::Member;

/// The name of the agent as it is before the search.
const OWN: &str = "own";

/// The agent before the search and the policies that it is compared with, at positions from `first` on; nobody where there
/// are no statistics.
pub(super) fn baselines(spec: &ExperimentSpec, first: u32) -> Vec<Member> {
    let Some(policies) = policies(spec) else { return Vec::new() };
    let own = Member { label: "before the search".to_owned(), ..super::member(first, AgentId::slug(OWN), spec) };
    let others = policies.iter().zip(first + 1..).map(|(policy, position)| Member {
        label: format!("policy={policy}"),
        spec: AgentSpec::new(policy, Genome::default()),
        ..super::member(position, AgentId::slug(policy), spec)
    });
    std::iter::once(own).chain(others).collect()
}

/// The baselines that are no policies.
pub(super) fn unknown(spec: &ExperimentSpec) -> Vec<Violation> {
    let policies = policies(spec).into_iter().flatten().enumerate();
    let unknown = policies.filter(|(_, policy)| decision::find(policy).is_none());
    unknown
        .map(|(index, policy)| {
            let at = format!("evolution.statistics.baselines[{index}]");
            Violation::unknown(&at, "policy", policy, decision::POLICIES.iter().map(|known| known.name))
        })
        .collect()
}

fn policies(spec: &ExperimentSpec) -> Option<&[String]> {
    Some(&spec.evolution.as_ref()?.statistics.as_ref()?.baselines)
}

#[cfg(test)]
mod tests {
    use domain::experiment::{EvolutionSpec, StatisticsSpec};
    use testkit::builder;

    use super::*;

    fn spec(baselines: &[&str]) -> ExperimentSpec {
        let mut spec = builder::spec(2);
        spec.design = None;
        let baselines = baselines.iter().map(|&policy| policy.to_owned()).collect();
        let statistics = Some(StatisticsSpec { baselines, ..StatisticsSpec::default() });
        spec.evolution = Some(EvolutionSpec { statistics, ..EvolutionSpec::default() });
        spec
    }

    #[test]
    fn the_agent_itself_comes_first() {
        let with = spec(&["random", "sweep_lr"]);
        let members = baselines(&with, 2);
        let named: Vec<_> = members.iter().map(|member| (member.position, member.agent.to_string())).collect();
        assert_eq!(named, [(2, "own".to_owned()), (3, "random".to_owned()), (4, "sweep_lr".to_owned())]);
        assert_eq!(members[0].spec, with.agent.definition());
        let mut without = with;
        without.evolution.as_mut().unwrap().statistics = None;
        assert_eq!(baselines(&without, 2), []);
    }

    #[test]
    fn unknown_policies_are_named_with_their_place() {
        assert_eq!(unknown(&spec(&["random"])), []);
        let found = unknown(&spec(&["random", "radnom"]));
        assert_eq!(
            found.iter().map(|found| found.path.as_str()).collect::<Vec<_>>(),
            ["evolution.statistics.baselines[1]"]
        );
    }
}
