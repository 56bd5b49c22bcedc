// What holds for every experiment file, whatever its bytes. Shared by the fuzz target and by the test that replays its
// corpus.

use domain::experiment::ExperimentSpec;
use domain::ids::ExperimentId;
use orchestrator::experiment_file::{Document, Faults, parse};
use orchestrator::planning;

/// Episodes up to which a plan is made.
const PLANNED: u64 = 20_000;

/// Reads `bytes` as a file; what comes after a zero byte is an override of it.
pub(crate) fn run(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == 0);
    let file = parts.next().unwrap_or_default();
    let overrides: Vec<_> = parts.take(4).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    match parse("fuzz.toml", file, &overrides) {
        Err(faults) => placed(&faults, file),
        Ok(document) => read(&document, file),
    }
}

/// Every fault has words and a place within the file.
fn placed(faults: &Faults, file: &[u8]) {
    assert!(!faults.faults.is_empty());
    for fault in &faults.faults {
        assert!(!fault.violation.message.is_empty() && fault.line > 0 && fault.column > 0, "{fault:?}");
        assert!(fault.span.end <= file.len().max(1) + 3, "{fault:?} of {} bytes", file.len());
    }
}

/// A specification is the same when it is written and read again, and what is valid can be planned.
fn read(document: &Document, file: &[u8]) {
    let spec = &document.spec;
    let again: ExperimentSpec = serde_json::from_str(&spec.canonical()).expect("our own JSON");
    assert_eq!(again.canonical(), spec.canonical());
    let found = spec.violations();
    if !found.is_empty() {
        return placed(&document.faults(found), file);
    }
    if planning::planned(spec) <= PLANNED {
        let id = ExperimentId::derive(&spec.hash(), "");
        if let Err(found) = planning::first(id, spec) {
            assert!(!found.is_empty());
        }
    }
}
