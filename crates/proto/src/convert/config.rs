//! What an agent is told before it plays.

use domain::Violation;
use domain::action::Buttons;
use domain::agent::{AgentSpec, SessionSetup};
use domain::genome::Genome;
use domain::ids::AgentId;

use super::BadMessage;
use crate::agent::v1::ConfigUpdate;
use crate::session::PROTOCOL_MAX;

/// The message of a setup, in this protocol's newest version and without limits.
impl From<&SessionSetup> for ConfigUpdate {
    fn from(setup: &SessionSetup) -> Self {
        Self {
            protocol_version: PROTOCOL_MAX,
            experiment_id: setup.experiment.clone(),
            generation_id: setup.generation,
            agent_id: setup.agent.to_string(),
            policy: setup.spec.policy.clone(),
            genome: setup.spec.genome.0.clone(),
            scenario: setup.scenario.clone(),
            buttons: setup.buttons.clone(),
            variables: setup.variables.clone(),
            frame_skip: setup.frame_skip,
            ..Self::default()
        }
    }
}

impl TryFrom<ConfigUpdate> for SessionSetup {
    type Error = BadMessage;

    fn try_from(config: ConfigUpdate) -> Result<Self, BadMessage> {
        let mut found = violations(&config);
        let agent = AgentId::try_from(config.agent_id)
            .map_err(|error| found.push(Violation::new("config.agent_id", error.to_string())));
        let Some(agent) = agent.ok().filter(|_| found.is_empty()) else {
            return Err(BadMessage(found));
        };
        Ok(Self {
            agent,
            experiment: config.experiment_id,
            generation: config.generation_id,
            spec: AgentSpec::new(config.policy, Genome(config.genome)),
            scenario: config.scenario,
            buttons: config.buttons,
            variables: config.variables,
            frame_skip: config.frame_skip,
            knowledge: Default::default(),
        })
    }
}

fn violations(config: &ConfigUpdate) -> Vec<Violation> {
    let mut found = Vec::new();
    if config.policy.is_empty() {
        found.push(Violation::new("config.policy", "must name a policy"));
    }
    if !(1..=Buttons::MAX).contains(&config.buttons.len()) {
        found.push(Violation::new("config.buttons", format!("must list 1 to {} buttons", Buttons::MAX)));
    }
    if config.frame_skip == 0 {
        found.push(Violation::new("config.frame_skip", "must be at least 1"));
    }
    let not_finite = config.genome.iter().filter(|(_, value)| !value.is_finite());
    found.extend(not_finite.map(|(name, _)| Violation::new(format!("config.genome.{name}"), "must be finite")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> SessionSetup {
        SessionSetup {
            agent: AgentId::slug("g0-a1"),
            experiment: "e".into(),
            generation: 3,
            spec: AgentSpec::new("rule_only", Genome([("aim".into(), 0.5)].into())),
            scenario: "basic".into(),
            buttons: vec!["ATTACK".into()],
            variables: vec!["AMMO2".into()],
            frame_skip: 4,
            knowledge: Default::default(),
        }
    }

    #[test]
    fn setups_read_back() {
        assert_eq!(SessionSetup::try_from(ConfigUpdate::from(&setup())), Ok(setup()));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let genome = [("aim".to_owned(), f64::NAN)].into();
        let error = SessionSetup::try_from(ConfigUpdate { genome, ..ConfigUpdate::default() }).unwrap_err();
        let paths: Vec<_> = error.0.iter().map(|v| v.path.as_str()).collect();
        let expected = ["config.policy", "config.buttons", "config.frame_skip", "config.genome.aim", "config.agent_id"];
        assert_eq!(paths, expected);
    }
}
