//! What agents know besides their genomes: it reaches their decisions, and what is wrong with it is refused.

use agent::Settings;
use domain::ErrorKind;
use domain::file::ContentHash;
use proto::agent::v1::{ConfigUpdate, Entity, GameState, GetActionRequest, Knowledge, KnowledgeKind};
use proto::session::SessionError;

use crate::harness::{Daemon, config, defined, state};

/// Waits where an imp is near, and steps left where one is far.
const DEFINITION: &str = r#"
policy = "cascade"
agent = "knowing"
buttons = ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT"]

[[rules]]
name = "hold_still"
when = { feature = "enemy_distance", below = 300 }
do = "wait"

[[documents]]
id = "far_away"
situation = { shooter_distance = 500, enemy_distance = 500, enemy_offset = 0, in_line = 1, health = 100, ammo = 50 }
do = ["MOVE_LEFT"]
trials = 1000
successes = 1000
"#;

fn told(kind: KnowledgeKind, content: &[u8]) -> (Knowledge, String) {
    (Knowledge { kind: kind.into(), content: content.to_vec().into() }, ContentHash::of(content).to_string())
}

fn knowing(known: impl IntoIterator<Item = (Knowledge, String)>) -> ConfigUpdate {
    let buttons = ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT"].map(String::from).to_vec();
    let (knowledge, snapshot_hashes) = known.into_iter().unzip();
    ConfigUpdate { policy: "cascade".into(), buttons, knowledge, snapshot_hashes, ..config() }
}

fn written() -> [(Knowledge, String); 2] {
    [KnowledgeKind::Rules, KnowledgeKind::Documents].map(|kind| told(kind, DEFINITION.as_bytes()))
}

/// A state with an imp straight ahead.
fn imp(tick: i32, distance: f32) -> GameState {
    let (name, category) = ("DoomImp".to_owned(), "Monster".to_owned());
    let entity = Entity { id: 1, name, category, distance, ..Entity::default() };
    GameState { entities: vec![entity], attack_ready: true, ..state(tick) }
}

#[tokio::test]
async fn actions_say_which_rule_or_document_decided_and_metrics_count_the_levels() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.session().await;
    session.configure(knowing(written())).await.unwrap();
    session.start("e", 1).await.unwrap();

    let mut seen = Vec::new();
    for (tick, distance) in [(0, 200.0), (1, 500.0), (2, 200.0)] {
        let action = session.act(imp(tick, distance)).await.unwrap();
        seen.push((action.level, action.decided_by, action.buttons[3]));
    }
    session.finish(imp(3, 200.0)).await.unwrap();
    let metrics = session.close("").await.unwrap();

    let rule = || ("L0".to_owned(), "hold_still".to_owned(), false);
    assert_eq!(seen, [rule(), ("L2".to_owned(), "far_away".to_owned(), true), rule()]);
    assert_eq!(metrics.decisions_by_level, [("L0".to_owned(), 2), ("L2".to_owned(), 1)].into());
}

#[tokio::test]
async fn a_defined_agent_and_one_of_an_earlier_session_know_what_they_were_given() {
    let daemon = Daemon::start(Settings { definition: Some(defined(DEFINITION)), ..Settings::default() }).await;
    let mut session = daemon.session().await;
    session.configure(knowing(written())).await.unwrap();
    session.close("").await.unwrap();

    for agent in ["knowing", "a"] {
        let state = Some(GameState { agent_id: agent.into(), ..imp(0, 500.0) });
        let answer = daemon.client().get_action(GetActionRequest { state }).await.unwrap().into_inner();
        let action = answer.action.unwrap();
        assert_eq!((action.level.as_str(), action.decided_by.as_str()), ("L2", "far_away"), "{agent}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_place() {
    let daemon = Daemon::start(Settings::default()).await;
    let rule = "[[rules]]\nname = \"a\"\nwhen = { feature = \"helth\", below = 3 }\ndo = \"aim\"";
    let [rules, _] = written();
    let damaged = (Knowledge { content: b"rules = []".to_vec().into(), ..rules.0.clone() }, rules.1.clone());
    for (known, path, message) in [
        (vec![told(KnowledgeKind::Rules, rule.as_bytes())], "rules[0].when.feature", "unknown feature `helth`"),
        (vec![told(KnowledgeKind::Library, b"CLXP")], "library", "these bytes are no snapshot of documents"),
        (vec![told(KnowledgeKind::Network, b"\xff")], "network", "this is no ONNX model"),
        (vec![damaged], "config.knowledge[0]", "the content of kind `rules` has the hash"),
        (vec![(Knowledge::default(), rules.1)], "config.knowledge[0]", "0 is no kind of knowledge"),
    ] {
        let error = daemon.session().await.configure(knowing(known)).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Invalid);
        let SessionError::Agent(error) = error else { panic!("expected the agent's own words, got {error}") };
        let found = &error.violations[0];
        assert_eq!(found.path, path, "{error:?}");
        assert!(found.message.starts_with(message) && error.message.contains(message), "{error:?}");
    }
}
