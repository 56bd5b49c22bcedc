//! The champions of `docs/results.md` play what they played, bit for bit.

use std::path::{Path, PathBuf};

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
        let played = play(&data, &task.join("final.toml"), "seeds.episodes=5");
        assert_eq!(played["digest"].as_str(), Some(digest.trim()), "{}", task.display());
    }
}

#[test]
fn what_a_cascade_has_learned_plays_as_it_did() {
    let ablation = root().join("experiments/ablation");
    let digest = std::fs::read_to_string(ablation.join("replay.txt")).unwrap();
    let played = play(&folder(), &ablation.join("levels.toml"), "seeds.episodes=2");
    assert_eq!((&played["episodes_scored"], played["digest"].as_str()), (&16.into(), Some(digest.trim())));
}

fn play(data: &tempfile::TempDir, file: &Path, setting: &str) -> Value {
    json(embedded(data, "launch").arg(file).args(["--set", setting, "-o", "json"]))
}
