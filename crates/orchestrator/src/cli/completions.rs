//! Completions for shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Failure, output};

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the completions.
pub(super) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "orchestrator", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
