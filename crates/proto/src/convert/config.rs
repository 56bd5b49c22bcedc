//! What an agent is told before it plays.

use domain::Violation;
use domain::action::Buttons;
use domain::agent::{AgentSpec, SessionSetup};
use domain::file::ContentHash;
use domain::genome::Genome;
use domain::ids::AgentId;
use domain::knowledge::{KnowledgeContents, KnowledgeHashes, KnowledgeKind};

use super::BadMessage;
use crate::agent::v1::{ConfigUpdate, Knowledge, KnowledgeKind as Kind};
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
            snapshot_hashes: setup.spec.knowledge.values().map(ContentHash::to_string).collect(),
            knowledge: setup.knowledge.iter().map(|(&kind, content)| knowledge(kind, content)).collect(),
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
        let (hashes, contents) = known(&config, &mut found);
        let agent = AgentId::try_from(config.agent_id)
            .map_err(|error| found.push(Violation::new("config.agent_id", error.to_string())));
        let Some(agent) = agent.ok().filter(|_| found.is_empty()) else {
            return Err(BadMessage(found));
        };
        Ok(Self {
            agent,
            experiment: config.experiment_id,
            generation: config.generation_id,
            spec: AgentSpec { policy: config.policy, genome: Genome(config.genome), knowledge: hashes },
            scenario: config.scenario,
            buttons: config.buttons,
            variables: config.variables,
            frame_skip: config.frame_skip,
            knowledge: contents,
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

fn knowledge(kind: KnowledgeKind, content: &[u8]) -> Knowledge {
    let kind = match kind {
        KnowledgeKind::Rules => Kind::Rules,
        KnowledgeKind::Documents => Kind::Documents,
        KnowledgeKind::Experience => Kind::Experience,
        KnowledgeKind::Library => Kind::Library,
        KnowledgeKind::Network => Kind::Network,
    };
    Knowledge { kind: kind.into(), content: content.to_vec().into() }
}

fn kind_of(message: &Knowledge) -> Option<KnowledgeKind> {
    match message.kind() {
        Kind::Unspecified => None,
        Kind::Rules => Some(KnowledgeKind::Rules),
        Kind::Documents => Some(KnowledgeKind::Documents),
        Kind::Experience => Some(KnowledgeKind::Experience),
        Kind::Library => Some(KnowledgeKind::Library),
        Kind::Network => Some(KnowledgeKind::Network),
    }
}

/// The contents and their hashes. Whatever has another hash than is said of it was damaged, or is something else.
fn known(config: &ConfigUpdate, found: &mut Vec<Violation>) -> (KnowledgeHashes, KnowledgeContents) {
    let (mut hashes, mut contents) = (KnowledgeHashes::new(), KnowledgeContents::new());
    let (said, given) = (config.snapshot_hashes.len(), config.knowledge.len());
    if said != given {
        let message = format!("names {said} contents, but `knowledge` has {given}");
        found.push(Violation::new("config.snapshot_hashes", message));
        return (hashes, contents);
    }
    for (place, (message, said)) in config.knowledge.iter().zip(&config.snapshot_hashes).enumerate() {
        let mut wrong = |text: String| found.push(Violation::new(format!("config.knowledge[{place}]"), text));
        let Some(kind) = kind_of(message) else {
            wrong(format!("{} is no kind of knowledge", message.kind));
            continue;
        };
        let hash = ContentHash::of(&message.content);
        if said.parse() != Ok(hash) {
            wrong(format!("the content of kind `{kind}` has the hash {hash}, `snapshot_hashes` says `{said}`"));
        }
        hashes.insert(kind, hash);
        if contents.insert(kind, message.content.as_ref().into()).is_some() {
            wrong(format!("there is a second content of kind `{kind}`"));
        }
    }
    (hashes, contents)
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

    /// A setup of an agent that knows something of every kind.
    fn knowing() -> SessionSetup {
        let content = |kind: KnowledgeKind| kind.name().as_bytes();
        let knowledge = KnowledgeKind::ALL.map(|kind| (kind, ContentHash::of(content(kind)))).into();
        let contents = KnowledgeKind::ALL.map(|kind| (kind, content(kind).into())).into();
        let setup = setup();
        SessionSetup { spec: AgentSpec { knowledge, ..setup.spec }, knowledge: contents, ..setup }
    }

    #[test]
    fn setups_read_back() {
        for setup in [setup(), knowing()] {
            assert_eq!(SessionSetup::try_from(ConfigUpdate::from(&setup)), Ok(setup));
        }
    }

    #[test]
    fn what_is_known_has_to_be_what_the_hashes_say() {
        let told = |change: &dyn Fn(&mut ConfigUpdate)| {
            let mut config = ConfigUpdate::from(&knowing());
            change(&mut config);
            let found = SessionSetup::try_from(config).unwrap_err().0;
            found.into_iter().map(|violation| format!("{}: {}", violation.path, violation.message)).collect::<Vec<_>>()
        };
        let hash = ContentHash::of(b"rules");
        let damaged = told(&|config| config.knowledge[0].content = b"rulse".to_vec().into());
        assert_eq!(damaged.len(), 1, "{damaged:?}");
        assert!(
            damaged[0].starts_with("config.knowledge[0]: the content of kind `rules` has the hash "),
            "{damaged:?}"
        );
        assert!(damaged[0].ends_with(&format!("`snapshot_hashes` says `{hash}`")), "{damaged:?}");
        let missing = told(&|config| config.knowledge.truncate(2));
        assert_eq!(missing, ["config.snapshot_hashes: names 5 contents, but `knowledge` has 2"]);
        let unknown = told(&|config| config.knowledge[4].kind = 99);
        assert_eq!(unknown, ["config.knowledge[4]: 99 is no kind of knowledge"]);
        let twice = told(&|config| {
            config.knowledge[1] = config.knowledge[0].clone();
            config.snapshot_hashes[1] = config.snapshot_hashes[0].clone();
        });
        assert_eq!(twice, ["config.knowledge[1]: there is a second content of kind `rules`"]);
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
