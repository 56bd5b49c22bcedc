//! `agent check`: what a definition makes, and what is wrong with it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use domain::series;
use serde_json::json;

use super::output::{self, Form, findings, rows};
use crate::definition::Defined;
use crate::inspection::{Description, Gene, Inspection, inspect};

/// Arguments of `agent check`.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// The definition
    file: PathBuf,
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// For which scenario a definition is looked at.
#[derive(Args, Debug)]
pub(super) struct ScenarioArgs {
    /// The scenario's buttons in the order of actions, in place of those that the definition lists
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    buttons: Vec<String>,
}

impl ScenarioArgs {
    /// The definition as it is in this scenario.
    pub(super) fn applied(&self, mut defined: Defined) -> Defined {
        if !self.buttons.is_empty() {
            defined.definition.buttons.clone_from(&self.buttons);
        }
        defined
    }
}

/// Tells what the definition makes. The code says whether it makes an agent.
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let inspection = match Defined::read(&args.file) {
        Ok(defined) => inspect(&args.scenario.applied(defined)),
        Err(error) => {
            let violations = [error.violation()];
            match args.output {
                Form::Json => output::json(&json!({
                    "valid": false, "agent": null, "violations": violations, "warnings": [],
                }))?,
                Form::Table => output::print(&findings("error", &violations))?,
            }
            return Ok(output::refused());
        }
    };
    match args.output {
        Form::Json => output::json(&inspection)?,
        Form::Table => output::print(&text(&inspection))?,
    }
    Ok(if inspection.valid { ExitCode::SUCCESS } else { output::refused() })
}

fn text(inspection: &Inspection) -> String {
    let Inspection { agent, violations, warnings, .. } = inspection;
    let about = if agent.about.is_empty() { String::new() } else { format!(": {}", agent.about) };
    let mut text = rows(&[
        ["agent".to_owned(), agent.name.clone()],
        ["policy".to_owned(), agent.policy.clone() + &about],
        ["buttons".to_owned(), agent.buttons.join(" ")],
        ["frame skip".to_owned(), agent.frame_skip.to_string()],
    ]);
    if !agent.genome.is_empty() {
        text += &format!("\ngenome\n{}", rows(&genes(agent)));
    }
    if !agent.knowledge.is_empty() {
        text += &format!("\nknowledge\n{}", rows(&knowledge(agent)));
    }
    text += &format!("\n{}{}", findings("error", violations), findings("warning", warnings));
    text + &verdict(violations.len(), warnings.len()) + "\n"
}

/// Genes that are given, and the others by their series.
fn genes(agent: &Description) -> Vec<[String; 3]> {
    let given = |gene: &Gene| {
        let default = gene.default.map_or_else(|| "unknown".to_owned(), |default| format!("default {default}"));
        [gene.name.clone(), gene.value.to_string(), default]
    };
    let parameters = decision::find(&agent.policy).map_or(&[][..], |policy| policy.parameters);
    let is_given = |name: &str| agent.genome.iter().any(|gene| gene.given && gene.name == name);
    let left: Vec<_> = parameters.iter().filter(|parameter| !is_given(parameter.name)).cloned().collect();
    let left = series::of_parameters(&left).into_iter();
    let left = left.map(|(name, parameter)| [name, parameter.default.to_string(), "default".to_owned()]);
    agent.genome.iter().filter(|gene| gene.given).map(given).chain(left).collect()
}

fn knowledge(agent: &Description) -> Vec<[String; 3]> {
    let row = |known: &crate::inspection::Known| {
        let content = known.content.as_ref().map_or_else(|| "cannot be read".to_owned(), ToString::to_string);
        let place = match &known.file {
            None => "in the definition".to_owned(),
            Some(file) => format!("{file}, {} bytes, {}", known.bytes, &known.blake3.to_string()[..12]),
        };
        [known.kind.to_string(), content, place]
    };
    agent.knowledge.iter().map(row).collect()
}

fn verdict(errors: usize, warnings: usize) -> String {
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "valid".to_owned(),
        (0, _) => format!("valid, with {}", counted(warnings, "warning")),
        (_, 0) => format!("not valid: {}", counted(errors, "error")),
        _ => format!("not valid: {} and {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}
