//! Designs for people: what is played, what it can tell, and a file to begin with.

mod new;
mod prompt;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, Place, files, output};
use crate::design_report::{self, Effect, Report, level};
use crate::document;

/// Arguments of `design`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct DesignArgs {
    #[command(subcommand)]
    command: Option<DesignCommand>,
    #[command(flatten)]
    show: ShowArgs,
}

#[derive(Debug, Subcommand)]
enum DesignCommand {
    /// Ask what is to be found out, and write an experiment file that does it
    New(Box<new::NewArgs>),
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The experiment file
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Change a field of the file: path=value; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// The difference that is to be found, in units of the fitness; needs --sd
    #[arg(long, value_name = "DIFFERENCE", requires = "sd", allow_negative_numbers = true)]
    effect: Option<f64>,
    /// Standard deviation of the fitness between episodes of one condition, as of a pilot; needs --effect
    #[arg(long, value_name = "SD", requires = "effect")]
    sd: Option<f64>,
    /// Significance level of the test whose power is told
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = DesignForm::Table)]
    output: DesignForm,
}

/// The form of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DesignForm {
    /// For people.
    Table,
    /// One JSON value, with all aliases.
    Json,
    /// The conditions as comma-separated values with a header.
    Csv,
    /// For documents.
    Markdown,
}

/// Prints a design with its audit, or writes a new file.
pub(super) async fn run(args: DesignArgs, place: &Place) -> Result<(), Failure> {
    match args.command {
        Some(DesignCommand::New(args)) => new::run(*args, place),
        None => show(args.show).await,
    }
}

async fn show(args: ShowArgs) -> Result<(), Failure> {
    let path = args.file.unwrap_or_default();
    let name = path.display().to_string();
    let (document, _) = files::read_with_files(&path, &args.set, &name).await??;
    let effect = args.effect.zip(args.sd).map(|(effect, sd)| Effect { effect, sd, alpha: args.alpha });
    let made = Report::of(&document.spec, effect).map_err(|found| Failure::from(Box::new(document.faults(found))))?;
    let report =
        made.ok_or_else(|| Failure::usage(format!("{name} has no [design]: an evolution makes its own agents")))?;
    let report = report.map_err(|error| Failure::usage(error.to_string()))?;
    match args.output {
        DesignForm::Json => output::json(&report),
        DesignForm::Csv => output::print(&csv(&report)?),
        DesignForm::Table => output::print(&document::text(&design_report::content(&report))),
        DesignForm::Markdown => output::print(&document::markdown(&design_report::content(&report))),
    }
}

/// The conditions, one per line.
fn csv(report: &Report) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::internal(error.to_string());
    let names = report.factors.iter().map(|factor| factor.name.as_str());
    writer.write_record(["position", "standard", "agent", "centre"].into_iter().chain(names)).map_err(failed)?;
    for condition in &report.matrix {
        let head = [
            condition.position.to_string(),
            condition.standard.to_string(),
            condition.agent.clone(),
            condition.centre.to_string(),
        ];
        let levels = report.factors.iter().map(|factor| level(condition.levels.get(&factor.name)));
        writer.write_record(head.into_iter().chain(levels)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::internal(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
