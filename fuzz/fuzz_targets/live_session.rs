#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/agent/tests/fuzz/live_session.rs"]
mod body;

fuzz_target!(|bytes: &[u8]| body::run(bytes));
