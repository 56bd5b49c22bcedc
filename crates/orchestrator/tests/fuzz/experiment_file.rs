// What holds for every experiment file, whatever its bytes. Shared by the fuzz target and by the test that replays its
// corpus.

use domain::experiment::ExperimentSpec;
use domain::ids::ExperimentId;
use miette::Diagnostic;
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
        Err(faults) => placed(&faults),
        Ok(document) => read(&document),
    }
}

/// Every fault has words, and a place within the text it is shown with: the file as the overrides change it.
fn placed(faults: &Faults) {
    assert!(!faults.faults.is_empty());
    for fault in &faults.faults {
        assert!(!fault.violation.message.is_empty() && fault.line > 0 && fault.column > 0, "{fault:?}");
        let text = fault.source_code().expect("a fault has its text");
        assert!(text.read_span(&fault.span.clone().into(), 0, 0).is_ok(), "{fault:?}");
    }
}

/// A specification is the same when it is written and read again, and what is valid can be planned.
fn read(document: &Document) {
    let spec = &document.spec;
    let again: ExperimentSpec = serde_json::from_str(&spec.canonical()).expect("our own JSON");
    assert_eq!(again.canonical(), spec.canonical());
    let found = spec.violations();
    if !found.is_empty() {
        return placed(&document.faults(found));
    }
    if planning::planned(spec) <= PLANNED {
        let id = ExperimentId::derive(&spec.hash(), "");
        if let Err(found) = planning::first(id, spec, None) {
            assert!(!found.is_empty());
        }
    }
}
