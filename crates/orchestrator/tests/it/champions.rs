//! The champions of `docs/results.md` play what they played, bit for bit.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{embedded, folder, json, root};

/// The tasks whose agents are stored, with the digest of the first episodes of each.
fn tasks() -> Vec<(PathBuf, String)> {
    let tasks = std::fs::read_dir(root().join("experiments/results")).unwrap().map(|entry| entry.unwrap().path());
    let stored = |task: PathBuf| Some((task.clone(), std::fs::read_to_string(task.join("replay.txt")).ok()?));
    let mut tasks: Vec<_> = tasks.filter_map(stored).collect();
    tasks.sort();
    tasks
}

#[test]
fn stored_champions_play_as_they_did() {
    let data = folder();
    let tasks = tasks();
    assert!(!tasks.is_empty());
    for (task, digest) in tasks {
        let mut launch = embedded(&data, "launch");
        launch.arg(task.join("final.toml")).args(["--set", "seeds.episodes=5", "-o", "json"]);
        let played: Value = json(&mut launch);
        assert_eq!(played["digest"].as_str(), Some(digest.trim()), "{}", task.display());
    }
}
