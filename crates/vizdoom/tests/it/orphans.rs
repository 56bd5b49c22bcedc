//! A killed owner leaves no engine, and nothing in /dev/shm.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use vizdoom::{Engine, Refresh, StartOptions, clean_stale};

use crate::support;

/// The owner that is killed: plays for ever when told to, else does nothing.
#[test]
fn owner() {
    let Some(dir) = support::helper_dir("own") else {
        return;
    };
    let options = StartOptions::new(dir);
    let mut engine = Engine::start(&support::install(), &support::scenario("basic"), &options).unwrap();
    println!("engine {}", engine.pid());
    for seed in 0.. {
        engine.new_episode(seed).unwrap();
        while engine.finished().is_none() {
            engine.step(&[1.0], 4, Refresh::Full).unwrap();
        }
    }
}

#[test]
fn a_killed_owner_takes_its_engine_along() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = support::helper("orphans::owner", "own", dir.path());
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let pid = lines.map_while(Result::ok).find_map(|line| line.split_once("engine ")?.1.parse().ok());
    let pid: u32 = pid.expect("the owner starts an engine");
    assert!(support::is_running(pid));

    owner.kill().unwrap();

    assert!(support::holds_within(Duration::from_secs(1), || !support::is_running(pid)));
    assert_eq!(support::leftovers(owner.id()), Vec::<String>::new());
    owner.wait().unwrap();
    assert_eq!(clean_stale(Some(dir.path())).len(), 1);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn what_an_owner_killed_at_start_up_left_is_cleaned() {
    let foreign = "/dev/shm/ViZDoomMQDoomAbCdEfGh1j";
    std::fs::write(foreign, "another program's").unwrap();
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let mut owner = support::helper("orphans::owner", "own", dir.path());
        let pid = owner.id();
        let seen = support::holds_within(Duration::from_secs(30), || !support::leftovers(pid).is_empty());
        owner.kill().unwrap();
        assert!(seen, "the owner starts an engine");
        if support::leftovers(pid).is_empty() {
            // It was up already: another round.
            owner.wait().unwrap();
            continue;
        }
        owner.wait().unwrap();

        let removed = clean_stale(Some(dir.path()));

        assert!(removed.iter().any(|path| path.contains(&format!("x{pid:x}x"))), "{removed:?}");
        assert_eq!(support::leftovers(pid), Vec::<String>::new());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(std::path::Path::new(foreign).exists());
        std::fs::remove_file(foreign).unwrap();
        return;
    }
    panic!("no owner was caught at start-up");
}
