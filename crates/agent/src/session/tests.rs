use super::*;

const BUDGET: Duration = Duration::from_millis(100);

fn config() -> ConfigUpdate {
    ConfigUpdate {
        protocol_version: 1,
        agent_id: "a".into(),
        policy: "random".into(),
        buttons: ["TURN_LEFT", "TURN_RIGHT", "ATTACK"].map(String::from).to_vec(),
        frame_skip: 4,
        ..ConfigUpdate::default()
    }
}

fn say(session: &mut Session, payload: Heard) -> Result<Answer, Breach> {
    session.on(OrchestratorMessage { payload: Some(payload) })
}

fn configured() -> Session {
    let mut session = Session::new(BUDGET);
    let answer = say(&mut session, Heard::Config(config())).unwrap();
    assert!(matches!(answer, Answer::One(Said::Status(status)) if status.phase() == Phase::Ready));
    session
}

fn command(session: &mut Session, command: Command) -> Result<Answer, Breach> {
    say(session, Heard::Control(EpisodeControl { command: command.into(), ..EpisodeControl::default() }))
}

fn start(session: &mut Session, seed: u64) {
    let control = EpisodeControl { command: Command::Start.into(), agent_seed: Some(seed), ..Default::default() };
    assert!(matches!(say(session, Heard::Control(control)), Ok(Answer::Nothing)));
}

fn tick(session: &mut Session, tick: i32) -> v1::Action {
    let state = v1::GameState { tick, health: 100.0, ..v1::GameState::default() };
    match say(session, Heard::State(state)) {
        Ok(Answer::One(Said::Action(action))) => action,
        other => panic!("expected an action, got {other:?}"),
    }
}

fn actions(session: &mut Session, ticks: i32) -> Vec<Vec<bool>> {
    (0..ticks).map(|number| tick(session, number).buttons).collect()
}

#[test]
fn one_seed_gives_one_sequence_of_actions_in_every_episode() {
    let mut session = configured();
    start(&mut session, 7);
    let first = actions(&mut session, 50);
    command(&mut session, Command::Reset).unwrap();
    let again = actions(&mut session, 50);
    command(&mut session, Command::Stop).unwrap();
    start(&mut session, 7);
    let other_episode = actions(&mut session, 50);
    command(&mut session, Command::Stop).unwrap();
    start(&mut session, 8);
    let other_seed = actions(&mut session, 50);

    assert_eq!(first, again);
    assert_eq!(first, other_episode);
    assert_ne!(first, other_seed);
}

#[test]
fn actions_carry_their_tick_their_number_and_true_confidence() {
    let mut session = configured();
    start(&mut session, 1);
    tick(&mut session, 0);
    command(&mut session, Command::Reset).unwrap();

    let action = tick(&mut session, 0);

    assert_eq!((action.tick, action.action_id, action.level.as_str()), (0, 1, "L0"));
    assert!(action.confidence > 0.0 && action.confidence < 1.0, "a random choice is not certain");
    assert_eq!(action.buttons.len(), 3);
}

#[test]
fn a_finished_state_ends_the_episode_without_an_answer() {
    let mut session = configured();
    start(&mut session, 1);
    tick(&mut session, 0);

    let last = v1::GameState { tick: 1, episode_finished: true, ..v1::GameState::default() };

    assert!(matches!(say(&mut session, Heard::State(last)), Ok(Answer::Nothing)));
    assert!(!session.is_playing());
    assert!(say(&mut session, Heard::Config(config())).is_ok(), "another config may follow");
}

#[test]
fn breaches_have_the_kind_that_fits() {
    let kind = |session: &mut Session, payload| say(session, payload).unwrap_err().kind;
    let state = |tick| Heard::State(v1::GameState { tick, ..v1::GameState::default() });
    let with = |config| Heard::Config(config);

    assert_eq!(kind(&mut Session::new(BUDGET), state(0)), ErrorKind::Invalid);
    assert_eq!(kind(&mut configured(), state(0)), ErrorKind::FailedPrecondition);
    let version = ConfigUpdate { protocol_version: 9, ..config() };
    assert_eq!(kind(&mut Session::new(BUDGET), with(version)), ErrorKind::FailedPrecondition);
    let nameless = ConfigUpdate { snapshot_hashes: vec!["ab".into()], ..config() };
    assert_eq!(kind(&mut Session::new(BUDGET), with(nameless)), ErrorKind::Invalid);
    let mut playing = configured();
    start(&mut playing, 1);
    assert_eq!(kind(&mut playing, with(config())), ErrorKind::FailedPrecondition);
    assert_eq!(kind(&mut playing, state(5)), ErrorKind::Fenced);
    assert_eq!(command(&mut configured(), Command::Resume).unwrap_err().kind, ErrorKind::FailedPrecondition);
    assert_eq!(command(&mut configured(), Command::Unspecified).unwrap_err().kind, ErrorKind::Invalid);
    let empty = OrchestratorMessage::default();
    assert_eq!(configured().on(empty).unwrap_err().kind, ErrorKind::Invalid);
}

#[test]
fn pause_and_resume_are_answered_and_hold_the_episode() {
    let phase = |answer| match answer {
        Ok(Answer::One(Said::Status(status))) => status.phase(),
        other => panic!("expected a status, got {other:?}"),
    };
    let mut session = configured();
    start(&mut session, 1);
    tick(&mut session, 0);

    assert_eq!(phase(command(&mut session, Command::Pause)), Phase::Paused);
    assert_eq!(phase(command(&mut session, Command::Resume)), Phase::Playing);
    assert_eq!(tick(&mut session, 1).tick, 1);
}

#[test]
fn metrics_come_on_request_and_at_the_end() {
    let mut session = configured();
    start(&mut session, 1);
    actions(&mut session, 10);

    let Ok(Answer::Two(Said::Status(status), Said::Metrics(metrics))) = command(&mut session, Command::Report) else {
        panic!("a report is a status and metrics")
    };
    assert_eq!((status.phase(), metrics.decisions, metrics.is_final), (Phase::Playing, 10, false));
    command(&mut session, Command::Stop).unwrap();
    let Ok(Answer::Last(Said::Metrics(metrics))) = command(&mut session, Command::Stop) else {
        panic!("the session ends with metrics")
    };
    assert_eq!((metrics.decisions, metrics.episodes, metrics.is_final), (10, 1, true));
}

#[test]
fn a_draining_session_starts_nothing() {
    let mut session = configured();

    let Said::Status(status) = session.drain(Duration::from_secs(2)) else { panic!("draining is a status") };

    assert_eq!((status.phase(), status.drain_deadline_ms), (Phase::Draining, 2000));
    assert_eq!(command(&mut session, Command::Start).unwrap_err().kind, ErrorKind::Unavailable);
}
