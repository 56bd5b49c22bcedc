#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/proto/tests/fuzz/messages.rs"]
mod body;

fuzz_target!(|bytes: &[u8]| body::run(bytes));
