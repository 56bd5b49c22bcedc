//! An episode is the same whatever engine plays it and whatever it played before.

use vizdoom::{Engine, Game, GameOptions, Refresh};

use crate::support;
use crate::trace::{Job, assert_same};

fn job() -> Job {
    let settings = "screen_resolution = RES_160X120\nlabels_buffer_enabled = true\nobjects_info_enabled = true";
    Job { scenario: "defend_the_line", settings, seeds: vec![42], skips: vec![2], tics: 200 }
}

#[test]
fn first_later_fresh_and_recycled_are_equal() {
    let (_dir, options) = support::options();
    let job = job();
    let mut engine = Engine::start(&support::install(), &job.config(), &options).unwrap();

    let first = job.play(&mut engine);
    Job { seeds: vec![1, 2, 3], ..job.clone() }.play(&mut engine);
    assert_same("after others", &first, &job.play(&mut engine));
    assert_same("fresh engine", &first, &job.rust());

    let options = GameOptions { recycle_after: 1, ..GameOptions::new(options) };
    let mut game = Game::new(support::install(), job.config(), options);
    for round in 1..=3 {
        let trace = job.play(game.new_episode(round).unwrap());
        assert_same("recycled engine", &first, &trace);
        assert_eq!(game.engines_started(), u64::from(round));
    }
}

#[test]
fn skipping_the_refresh_changes_nothing_but_the_work() {
    let (_dir, options) = support::options();
    let mut engine = Engine::start(&support::install(), &job().config(), &options).unwrap();
    let play = |engine: &mut Engine, refresh| {
        engine.new_episode(5).unwrap();
        let mut tics = 0;
        while engine.finished().is_none() {
            tics += engine.step(&[0.0, 0.0, 1.0], 3, refresh).unwrap().tics;
        }
        (tics, engine.total_reward(), engine.state().screen().to_vec(), engine.finished())
    };

    let full = play(&mut engine, Refresh::Full);
    let cheap = play(&mut engine, Refresh::TicFields);

    assert_eq!(full, cheap);
}

#[test]
fn an_engine_is_replaced_after_its_episodes_only() {
    let (_dir, options) = support::options();
    let options = GameOptions { recycle_after: 3, ..GameOptions::new(options) };
    let mut game = Game::new(support::install(), job().config(), options);
    let engines = (1..=7).map(|seed| {
        game.new_episode(seed).unwrap();
        game.step(&[1.0], 1, Refresh::Full).unwrap();
        game.engines_started()
    });
    assert_eq!(engines.collect::<Vec<_>>(), [1, 1, 1, 2, 2, 2, 3]);
    assert!(game.engine().unwrap().resident_bytes() > 5 << 20);
    game.close().unwrap();
    assert!(game.engine().is_none());
}
