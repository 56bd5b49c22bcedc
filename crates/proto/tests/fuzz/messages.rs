// What holds for every message, whatever its bytes. Shared by the fuzz target and by the test that replays its corpus.

use domain::action::Decision;
use domain::agent::SessionSetup;
use domain::game::GameState;
use domain::ids::TickNo;
use prost::Message as _;
use proto::agent::v1;
use proto::convert::action::{self, ButtonMap};
use proto::convert::{artifact, game};
use proto::orchestrator::v1 as orchestrator;

/// Reads `bytes` as the message that the first of them chooses.
pub(crate) fn run(bytes: &[u8]) {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    match choice % 5 {
        0 => state(bytes),
        1 => action(bytes),
        2 => config(bytes),
        3 => score(bytes),
        _ => files(bytes),
    }
}

/// A state that is taken in is the same when it is sent and taken in again.
fn state(bytes: &[u8]) {
    let Ok(message) = v1::GameState::decode(bytes) else { return };
    let names: Vec<_> = (0..message.variables.len()).map(|index| format!("V{index}")).collect();
    let mut state = GameState::default();
    if game::fill(message, &names, &mut state).is_err() {
        return;
    }
    let mut again = GameState::default();
    let sent = v1::GameState::decode(v1::GameState::from(&state).encode_to_vec().as_slice()).expect("our own bytes");
    let names: Vec<_> = (0..state.variables.len()).map(|index| format!("V{index}")).collect();
    game::fill(sent, &names, &mut again).expect("a state that was taken in");
    assert_eq!(state, again);
}

/// An action has no more buttons than the game, and says the same when it is made again.
fn action(bytes: &[u8]) {
    let Ok(message) = v1::Action::decode(bytes) else { return };
    let map = ButtonMap::new(&["ATTACK", "MOVE_LEFT", "TURN_RIGHT", "USE"]);
    let tick = action::tick(&message);
    let Ok(buttons) = map.buttons(&message) else { return };
    assert!(buttons.0 < 1 << map.len(), "{buttons:?}");
    let decision = Decision::certain(buttons, "again");
    let made = map.action(tick.unwrap_or(TickNo(0)), &decision, decision.rule);
    assert_eq!(map.buttons(&made).expect("our own action"), buttons);
}

fn config(bytes: &[u8]) {
    let Ok(message) = v1::ConfigUpdate::decode(bytes) else { return };
    let Ok(setup) = SessionSetup::try_from(message) else { return };
    let again = SessionSetup::try_from(v1::ConfigUpdate::from(&setup)).expect("a config that was taken in");
    assert_eq!(setup, again);
}

fn score(bytes: &[u8]) {
    let Ok(message) = orchestrator::ScoreRow::decode(bytes) else { return };
    let with_log = message.action_log.is_some();
    let Ok(row) = domain::ports::ScoreRow::try_from(message) else { return };
    let sent = proto::convert::score::row(&row, with_log);
    // NaN is not equal to itself, but its bytes are.
    let again = domain::ports::ScoreRow::try_from(sent.clone()).expect("a row that was taken in");
    assert_eq!(sent.encode_to_vec(), proto::convert::score::row(&again, with_log).encode_to_vec());
}

fn files(bytes: &[u8]) {
    let Ok(message) = orchestrator::LaunchExperimentRequest::decode(bytes) else { return };
    let Ok(given) = artifact::given(message.files) else { return };
    let sent: Vec<_> = given.iter().map(orchestrator::ArtifactRef::from).collect();
    assert_eq!(artifact::given(sent).expect("files that were taken in"), given);
}
