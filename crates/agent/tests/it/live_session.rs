//! The session protocol on the wire.

use std::time::Duration;

use agent::Settings;
use domain::ErrorKind;
use proto::agent::v1::agent_message::Payload as Heard;
use proto::agent::v1::agent_status::Phase;
use proto::agent::v1::episode_control::Command;
use proto::agent::v1::orchestrator_message::Payload as Said;
use proto::agent::v1::{AgentError, ConfigUpdate};
use proto::session::{Session, SessionError};
use tonic::Code;

use crate::harness::{Daemon, config, state};

async fn play(session: &mut Session, seed: u64, ticks: i32) -> Vec<u64> {
    session.start("e", seed).await.unwrap();
    let mut buttons = Vec::new();
    for tick in 0..ticks {
        buttons.push(session.decide(state(tick)).await.unwrap().0);
    }
    session.finish(state(ticks)).await.unwrap();
    buttons
}

/// The error message and the code that the stream then ends with.
async fn breach(session: &mut Session) -> (AgentError, Code) {
    let error = loop {
        match session.receive().await.unwrap() {
            Heard::Error(error) => break error,
            Heard::Action(_) | Heard::Status(_) | Heard::Metrics(_) => {}
        }
    };
    match session.receive().await.unwrap_err() {
        SessionError::Status(status) => (error, status.code()),
        other => panic!("expected a status, got {other}"),
    }
}

#[tokio::test]
async fn handshake_then_a_hundred_ticks_then_final_metrics() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.session().await;
    assert_eq!((session.hello().protocol_min, session.hello().behaviour.as_str()), (1, decision::BEHAVIOUR));
    session.configure(config()).await.unwrap();

    let buttons = play(&mut session, 3, 100).await;
    let metrics = session.close("done").await.unwrap();

    assert_eq!(buttons.len(), 100);
    assert_eq!((metrics.decisions, metrics.episodes, metrics.is_final), (100, 1, true));
    assert_eq!(metrics.decisions_by_level["L0"], 100);
    assert!(metrics.latency_p50_us > 0.0 && metrics.latency_p50_us <= metrics.latency_p99_us);
}

#[tokio::test]
async fn one_session_plays_many_episodes_and_each_is_its_seed_alone() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;

    let first = play(&mut session, 3, 40).await;
    let other = play(&mut session, 4, 40).await;
    session.configure(config()).await.unwrap();
    let again = play(&mut session, 3, 40).await;

    assert_eq!(first, again);
    assert_ne!(first, other);
    assert_eq!(session.close("").await.unwrap().episodes, 3);
}

#[tokio::test]
async fn broken_off_episode_gives_metrics_and_the_session_goes_on() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    session.start("e", 1).await.unwrap();
    session.decide(state(0)).await.unwrap();

    let metrics = session.abandon("engine died").await.unwrap();

    assert_eq!((metrics.decisions, metrics.is_final), (1, false));
    assert_eq!(play(&mut session, 1, 5).await.len(), 5);
}

#[tokio::test]
async fn a_reset_begins_the_episode_again() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    let whole = play(&mut session, 3, 20).await;
    session.start("e", 3).await.unwrap();
    for tick in 0..7 {
        session.decide(state(tick)).await.unwrap();
    }

    session.command(Command::Reset, "the engine died").await.unwrap();

    let mut again = Vec::new();
    for tick in 0..20 {
        again.push(session.decide(state(tick)).await.unwrap().0);
    }
    assert_eq!(again, whole);
}

#[tokio::test]
async fn what_decisions_rest_on_is_told_where_it_is_asked_for() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.session().await;
    let buttons = ["TURN_LEFT", "TURN_RIGHT", "ATTACK"].map(str::to_owned).to_vec();
    for trace in [true, false] {
        session
            .configure(ConfigUpdate { policy: "cascade".into(), buttons: buttons.clone(), trace, ..config() })
            .await
            .unwrap();
        session.start("e", 1).await.unwrap();
        let mut record = Vec::new();
        for tick in 0..5 {
            session.decide_on_record(state(tick), &mut record).await.unwrap();
        }
        session.finish(state(5)).await.unwrap();
        let steps = decision::record::read(&record).unwrap();
        let ticks: Vec<_> = steps.iter().map(|step| step.trace.tick).collect();
        assert_eq!(ticks, if trace { vec![0, 1, 2, 3, 4] } else { vec![] });
        assert!(steps.first().is_none_or(|step| step.situation.is_some()));
    }
}

#[tokio::test]
async fn many_sessions_share_a_connection_and_none_hears_of_another() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut alone = daemon.configured().await;
    let mut sessions = Vec::new();
    for seed in 0..40 {
        let mut session = daemon.configured().await;
        session.start("e", seed).await.unwrap();
        sessions.push((seed, session, Vec::new()));
    }

    for tick in 0..30 {
        for (_, session, buttons) in &mut sessions {
            buttons.push(session.decide(state(tick)).await.unwrap().0);
        }
    }

    for (seed, mut session, buttons) in sessions {
        session.finish(state(30)).await.unwrap();
        assert_eq!(buttons, play(&mut alone, seed, 30).await);
        session.close("").await.unwrap();
    }
}

#[tokio::test]
async fn pause_holds_the_episode() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    session.start("e", 1).await.unwrap();
    session.decide(state(0)).await.unwrap();

    session.command(Command::Pause, "operator").await.unwrap();
    assert!(matches!(session.receive().await, Ok(Heard::Status(status)) if status.phase() == Phase::Paused));
    session.command(Command::Resume, "operator").await.unwrap();

    assert_eq!(session.act(state(1)).await.unwrap().tick, 1);
}

#[tokio::test]
async fn wrong_first_message_is_invalid() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.session().await;

    session.send(Said::State(state(0))).await.unwrap();

    let (error, code) = breach(&mut session).await;
    assert_eq!((error.code, code), (Code::InvalidArgument as i32, Code::InvalidArgument));
}

#[tokio::test]
async fn silence_instead_of_a_config_has_a_deadline() {
    let settings = Settings { config_limit: Duration::from_millis(50), ..Settings::default() };
    let daemon = Daemon::start(settings).await;
    let mut session = daemon.session().await;

    let (error, code) = breach(&mut session).await;

    assert_eq!((code, error.retryable), (Code::DeadlineExceeded, true));
}

#[tokio::test]
async fn wrong_tick_aborts_and_names_both_ticks() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut session = daemon.configured().await;
    session.start("e", 1).await.unwrap();
    session.decide(state(0)).await.unwrap();

    session.send(Said::State(state(2))).await.unwrap();

    let (error, code) = breach(&mut session).await;
    assert_eq!((code, error.tick), (Code::Aborted, 1));
    assert_eq!(error.message, "got the state of tick 2, expected tick 1");
}

#[tokio::test]
async fn unknown_policies_and_bad_genes_come_with_violations() {
    let daemon = Daemon::start(Settings::default()).await;
    let unknown = ConfigUpdate { policy: "oracle".into(), ..config() };
    let gene = ConfigUpdate { genome: [("nonsense".to_owned(), 1.0)].into(), ..config() };
    for (config, path) in [(unknown, "agent.policy"), (gene, "agent.genome.nonsense")] {
        let error = daemon.session().await.configure(config).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Invalid);
        let SessionError::Agent(error) = error else { panic!("expected the agent's own words, got {error}") };
        assert_eq!(error.violations[0].path, path);
    }
}

#[tokio::test]
async fn unknown_protocol_versions_are_refused() {
    let daemon = Daemon::start(Settings::default()).await;
    let config = ConfigUpdate { protocol_version: 99, ..config() };

    let error = daemon.session().await.configure(config).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::FailedPrecondition);
}

#[tokio::test]
async fn end_of_the_orchestrators_stream_ends_the_session_with_metrics() {
    let daemon = Daemon::start(Settings::default()).await;
    let outbound = tokio_stream::iter(Vec::new());

    let mut inbound = daemon.client().live_session(outbound).await.unwrap().into_inner();

    let mut heard = Vec::new();
    while let Some(message) = inbound.message().await.unwrap() {
        heard.extend(message.payload);
    }
    assert!(matches!(&heard[..], [Heard::Status(_), Heard::Metrics(metrics)] if metrics.is_final), "{heard:?}");
}
