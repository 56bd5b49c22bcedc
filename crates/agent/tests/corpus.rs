//! Replays the corpus of the fuzz target `live_session`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "fuzz/live_session.rs"]
mod body;

use std::fs;
use std::path::Path;

#[test]
fn every_session_that_was_found_is_taken_well() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/live_session");
    let files: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 10, "{} files", files.len());
    for file in files {
        body::run(&fs::read(file).unwrap());
    }
}
