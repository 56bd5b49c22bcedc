// What holds in a session, whatever is said. Shared by the fuzz target and by the test that replays its corpus.

use std::time::Duration;

use agent::session::{Answer, Session};
use prost::Message as _;
use proto::agent::v1::OrchestratorMessage;
use proto::agent::v1::agent_message::Payload as Said;
use proto::agent::v1::orchestrator_message::Payload as Heard;

/// Reads `bytes` as messages, each with its length in two bytes before it, and says them until the session breaks.
pub(crate) fn run(mut bytes: &[u8]) {
    let mut session = Session::new(Duration::from_secs(1));
    let _ = session.hello();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let length = usize::from(u16::from_le_bytes(*length)).min(rest.len());
        let (message, rest) = rest.split_at(length);
        bytes = rest;
        let Ok(message) = OrchestratorMessage::decode(message) else { continue };
        let tick = match &message.payload {
            Some(Heard::State(state)) => Some((state.tick, state.episode_finished)),
            _ => None,
        };
        let (playing, configured) = (session.is_playing(), !session.awaits_config());
        match session.on(message) {
            Ok(answer) => {
                check(&answer, tick);
                assert!(!configured || !session.awaits_config(), "what is configured stays so");
                if let Some((_, false)) = tick {
                    assert!(playing, "only who plays is shown a state");
                }
            }
            Err(breach) => {
                assert!(!breach.message.is_empty());
                break;
            }
        }
    }
    assert!(matches!(session.final_metrics(), Said::Metrics(metrics) if metrics.is_final));
}

/// An action answers the tick that was shown, and nothing else is answered by one.
fn check(answer: &Answer, tick: Option<(i32, bool)>) {
    match (answer, tick) {
        (Answer::One(Said::Action(action)), Some((tick, false))) => {
            assert_eq!(action.tick, tick);
            assert!(action.confidence > 0.0 && action.confidence <= 1.0, "{action:?}");
        }
        (Answer::One(Said::Action(action)), _) => panic!("nobody asked for {action:?}"),
        _ => {}
    }
}
