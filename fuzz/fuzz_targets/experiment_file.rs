#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/orchestrator/tests/fuzz/experiment_file.rs"]
mod body;

fuzz_target!(|bytes: &[u8]| body::run(bytes));
