//! Engines that are killed or stopped are noticed, and the game goes on.

use std::thread;
use std::time::{Duration, Instant};

use vizdoom::{Engine, Error, Game, GameOptions, Refresh};

use crate::support;

const ROUNDS: u32 = 50;

#[test]
fn fifty_killed_engines_are_noticed_and_replaced() {
    let (_dir, options) = support::options();
    let work_root = options.work_root.clone();
    let mut config = support::scenario("defend_the_line");
    config.resolution = vizdoom::Resolution::new(160, 120).unwrap();
    let mut game = Game::new(support::install(), config, GameOptions::new(options));
    let mut delays = Vec::new();

    for round in 0..ROUNDS {
        game.new_episode(round).unwrap();
        let pid = game.engine().unwrap().pid();
        // Spread over the tic's phases.
        let killer = thread::spawn(move || {
            thread::sleep(Duration::from_micros(1500 + 137 * u64::from(round)));
            let at = Instant::now();
            support::signal(pid, libc::SIGKILL);
            at
        });
        let error = play_until_error(&mut game);
        delays.push(killer.join().unwrap().elapsed());

        assert!(matches!(error, Error::EngineDied { .. }), "round {round}: {error}");
        assert!(!support::is_running(pid));
        assert!(game.engine().is_none());
        assert_eq!(support::leftovers(std::process::id()), Vec::<String>::new());
    }

    game.new_episode(1).unwrap();
    delays.sort_unstable();
    let (median, p90) = (delays[delays.len() / 2], delays[delays.len() * 9 / 10]);
    println!("death noticed after: median {median:?}, p90 {p90:?}, most {:?}", delays.last().unwrap());
    assert!(*delays.last().unwrap() < Duration::from_secs(1));
    assert!(median < Duration::from_millis(100));
    game.close().unwrap();
    assert_eq!(std::fs::read_dir(work_root).unwrap().count(), 0);
}

fn play_until_error(game: &mut Game) -> Error {
    let mut seed = 1000;
    loop {
        match game.step(&[0.0, 0.0, 1.0], 1, Refresh::Full) {
            Ok(step) if step.finished.is_some() => {
                seed += 1;
                if let Err(error) = game.new_episode(seed) {
                    return error;
                }
            }
            Ok(_) => {}
            Err(error) => return error,
        }
    }
}

#[test]
fn a_stopped_engine_is_killed_after_the_limit() {
    let (_dir, mut options) = support::options();
    options.step_timeout = Duration::from_millis(300);
    let mut engine = Engine::start(&support::install(), &support::scenario("basic"), &options).unwrap();
    engine.new_episode(1).unwrap();
    let pid = engine.pid();
    support::signal(pid, libc::SIGSTOP);

    let since = Instant::now();
    let error = engine.step(&[1.0], 1, Refresh::Full).unwrap_err();

    assert!(matches!(error, Error::EngineHung { .. }), "{error}");
    assert!(since.elapsed() >= Duration::from_millis(300) && since.elapsed() < Duration::from_secs(2));
    assert!(!support::is_running(pid));
    assert!(matches!(engine.step(&[], 1, Refresh::Full), Err(Error::EngineGone)));
    assert!(matches!(engine.new_episode(1), Err(Error::EngineGone)));
}

#[test]
fn an_engine_that_does_not_come_up_is_killed_after_the_limit() {
    let (_dir, mut options) = support::options();
    options.start_timeout = Duration::from_millis(10);
    let error = Engine::start(&support::install(), &support::scenario("basic"), &options).unwrap_err();
    assert!(matches!(error, Error::EngineHung { .. }), "{error}");
    assert_eq!(support::leftovers(std::process::id()), Vec::<String>::new());
}

#[test]
fn a_closed_and_a_dropped_engine_leave_nothing() {
    let (_dir, options) = support::options();
    for close in [true, false] {
        let engine = Engine::start(&support::install(), &support::scenario("basic"), &options).unwrap();
        let pid = engine.pid();
        assert_eq!(support::leftovers(std::process::id()), Vec::<String>::new());
        if close {
            engine.close().unwrap();
        } else {
            drop(engine);
        }
        assert!(!support::is_running(pid));
        assert_eq!(std::fs::read_dir(&options.work_root).unwrap().count(), 0);
    }
}

#[test]
fn an_engine_outlives_the_thread_that_started_it() {
    let (_dir, options) = support::options();
    let start = move || {
        let engine = Engine::start(&support::install(), &support::scenario("basic"), &options).unwrap();
        (engine, options)
    };
    let (mut engine, _options) = thread::spawn(start).join().unwrap();
    engine.new_episode(1).unwrap();
    engine.step(&[1.0], 4, Refresh::Full).unwrap();
}
