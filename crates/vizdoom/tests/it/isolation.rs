//! Engines do not disturb each other, in one process or in several.

use std::thread;

use crate::support;
use crate::trace::{Job, assert_same};

fn job(scenario: &'static str) -> Job {
    let settings = "screen_resolution = RES_160X120\nobjects_info_enabled = true";
    Job { scenario, settings, seeds: vec![4, 5], skips: vec![1], tics: 250 }
}

/// Plays and prints when told to, else does nothing.
#[test]
fn player() {
    if support::helper_dir("play").is_some() {
        println!("{}", job("defend_the_line").rust());
    }
}

#[test]
fn two_threads_play_as_one_alone() {
    let alone = ["defend_the_line", "health_gathering"].map(|scenario| job(scenario).rust());

    let together = thread::scope(|scope| {
        let players = ["defend_the_line", "health_gathering"].map(|name| scope.spawn(move || job(name).rust()));
        players.map(|player| player.join().unwrap())
    });

    for (alone, together) in alone.iter().zip(&together) {
        assert_same("two threads", alone, together);
    }
}

#[test]
fn two_processes_play_as_one_alone() {
    let alone = job("defend_the_line").rust();

    let dir = tempfile::tempdir().unwrap();
    let players = [(); 2].map(|()| support::helper("isolation::player", "play", dir.path()));

    for player in players {
        let output = player.wait_with_output().unwrap();
        assert!(output.status.success());
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.contains(&alone), "another process changed the episodes");
    }
}
