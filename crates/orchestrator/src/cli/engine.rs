//! Installing and finding the engine.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use vizdoom::Install;
use vizdoom::install::{Options, Progress};

use super::{Exit, Failure, Place, output};

/// What can be done with the engine.
#[derive(Debug, Subcommand)]
pub(super) enum EngineCommand {
    /// Download, check and unpack the engine
    Install(InstallArgs),
    /// Print the folder of the installed engine
    Path,
}

/// Arguments of `engine install`.
#[derive(Debug, Args)]
pub(super) struct InstallArgs {
    /// A wheel that was downloaded before, instead of a download
    #[arg(long, value_name = "FILE")]
    wheel: Option<PathBuf>,
}

/// Does what is asked for.
pub(super) fn run(command: EngineCommand, place: &Place) -> Result<(), Failure> {
    match command {
        EngineCommand::Install(args) => install(place, args.wheel).map(drop),
        EngineCommand::Path => {
            let install = place.engine.open(&place.env)?;
            output::line(install.root().display().to_string())
        }
    }
}

/// Installs the engine, telling every step.
#[allow(clippy::print_stderr, reason = "progress is for people")]
pub(super) fn install(place: &Place, wheel: Option<PathBuf>) -> Result<Install, Failure> {
    let dest = place.engine.folder(&place.env);
    let options = Options { dest: dest.clone(), wheel, python: place.engine.python.clone() };
    let mut tell = |progress: Progress| match progress {
        Progress::Downloading(line) => eprintln!("engine: {line}"),
        Progress::Unpacking { done, total } if done == total => eprintln!("engine: {total} files unpacked"),
        Progress::Verifying { done, total } if done == total => eprintln!("engine: {total} files verified"),
        Progress::AlreadyInstalled => eprintln!("engine: already installed"),
        _ => {}
    };
    let install = Install::install(&options, &mut tell)
        .map_err(|error| Failure::new(Exit::Unavailable, miette::miette!("the engine cannot be installed: {error}")))?;
    eprintln!("engine: ready in {}", dest.display());
    Ok(install)
}
