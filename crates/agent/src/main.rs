//! The program `agent`.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    agent::cli::Cli::load().run()
}
