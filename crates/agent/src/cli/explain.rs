//! `agent explain`: what an agent would do in a game state, and why.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use decision::situation::Feature;
use decision::{Explanation, Policy};
use domain::action::{Buttons, Decision};
use domain::game::GameState;
use proto::agent::v1;
use proto::convert::action::level_name;
use proto::convert::game;
use serde::Serialize;

use super::check::ScenarioArgs;
use super::output::{self, Form, findings, rows};
use crate::definition::Defined;
use crate::inspection::inspect;

/// Arguments of `agent explain`.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The definition
    file: PathBuf,
    /// The state as JSON, with the names of the fields of `GameState` in agent.proto
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// What an agent would do, and why.
#[derive(Debug, Serialize)]
struct Explained {
    policy: String,
    tick: u32,
    level: &'static str,
    decided_by: String,
    buttons: Vec<String>,
    /// Absent for policies that do not explain themselves.
    explanation: Option<Explanation>,
}

/// Lets the agent answer the state as the first one of an episode.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let defined = match Defined::read(&args.file) {
        Ok(defined) => args.scenario.applied(defined),
        Err(error) => {
            output::complain(&findings("error", &[error.violation()]))?;
            return Ok(output::refused());
        }
    };
    let setup = defined.setup();
    let Ok(mut policy) = decision::build(&setup) else {
        output::complain(&findings("error", &inspect(&defined).violations))?;
        return Ok(output::refused());
    };
    let path = args.state.display();
    let content = fs::read(&args.state).with_context(|| format!("cannot read the state {path}"))?;
    let message: v1::GameState =
        serde_json::from_slice(&content).with_context(|| format!("{path} is no game state"))?;
    let mut state = GameState::default();
    game::fill(message, &setup.variables, &mut state).with_context(|| format!("{path} is no game state"))?;
    policy.start(defined.definition.seed);
    let explained = explained(&setup.spec.policy, policy.as_mut(), &setup.buttons, &state);
    match args.output {
        Form::Json => output::json(&explained)?,
        Form::Table => output::print(&text(&explained))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn explained(name: &str, policy: &mut dyn Policy, buttons: &[String], state: &GameState) -> Explained {
    let explanation = policy.explain(state);
    let decision = policy.decide(state);
    Explained {
        policy: name.to_owned(),
        tick: state.tick.0,
        level: level_name(decision.level),
        decided_by: policy.decided_by().unwrap_or(decision.rule).to_owned(),
        buttons: held(&decision, buttons),
        explanation,
    }
}

fn held(decision: &Decision, names: &[String]) -> Vec<String> {
    let Decision { buttons, .. } = decision;
    let held = names.iter().take(Buttons::MAX).enumerate().filter(|&(index, _)| buttons.contains(index));
    held.map(|(_, name)| name.clone()).collect()
}

fn text(explained: &Explained) -> String {
    let Explained { policy, tick, level, decided_by, buttons, explanation } = explained;
    let pressed = if buttons.is_empty() { "nothing".to_owned() } else { buttons.join(" ") };
    let mut head = vec![
        ["tick".to_owned(), tick.to_string()],
        ["pressed".to_owned(), pressed],
        ["level".to_owned(), (*level).to_owned()],
        ["decided by".to_owned(), decided_by.clone()],
    ];
    let Some(explanation) = explanation else {
        return rows(&head) + &format!("\nthe policy `{policy}` tells no more than this about its decisions\n");
    };
    if let Some(tactic) = explanation.trace.tactic {
        head.insert(1, ["tactic".to_owned(), tactic.name().to_owned()]);
    }
    head.push(["confidence".to_owned(), format!("{:.3}", explanation.trace.confidence)]);
    let parts = [
        ("levels", rows(&levels(explanation))),
        ("rules that hold, in the order in which they are tried", listed(&explanation.rules)),
        ("tags", listed(&explanation.tags)),
        ("documents, best first", documents(explanation)),
    ];
    let parts = parts.into_iter().map(|(title, part)| format!("\n{title}\n{part}"));
    let cell = format!("\nexperience of cell {}\n{}", explanation.experience.cell, cell(explanation));
    let situation = format!("\nsituation\n{}", rows(&situation(explanation)));
    rows(&head) + &parts.collect::<String>() + &cell + &situation
}

fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    format!("  {}\n", if names.is_empty() { "none".to_owned() } else { names.join(", ") })
}

fn levels(explanation: &Explanation) -> Vec<[String; 3]> {
    let row = |report: &decision::LevelReport| {
        let said = if report.decides { "has something to do" } else { "passes" };
        [level_name(report.level).to_owned(), said.to_owned(), report.reason.clone()]
    };
    explanation.levels.iter().map(row).collect()
}

fn documents(explanation: &Explanation) -> String {
    let heads = ["id", "score", "similarity", "confidence", "trials", "successes"].map(str::to_owned);
    let row = |found: &decision::DocumentReport| {
        let [score, similarity, confidence] =
            [found.score, found.similarity, found.confidence].map(|number| format!("{number:.3}"));
        [found.id.clone(), score, similarity, confidence, found.trials.to_string(), found.successes.to_string()]
    };
    table(heads, explanation.documents.iter().map(row))
}

fn cell(explanation: &Explanation) -> String {
    let range = |(name, [low, high]): &(&str, [f32; 2])| [(*name).to_owned(), format!("{low} to {high}")];
    let ranges: Vec<_> = explanation.experience.ranges.iter().map(range).collect();
    let heads = ["tactic", "trials", "successes", "confidence"].map(str::to_owned);
    let row = |tried: &decision::TacticReport| {
        let confidence = format!("{:.3}", tried.confidence);
        [tried.tactic.to_owned(), tried.trials.to_string(), tried.successes.to_string(), confidence]
    };
    rows(&ranges) + &table(heads, explanation.experience.tactics.iter().map(row))
}

/// Rows below their heads, or that there is none.
fn table<const N: usize>(heads: [String; N], lines: impl Iterator<Item = [String; N]>) -> String {
    let lines: Vec<_> = std::iter::once(heads).chain(lines).collect();
    if lines.len() == 1 { "  none\n".to_owned() } else { rows(&lines) }
}

/// The situation in natural units, in the order of its features.
fn situation(explanation: &Explanation) -> Vec<[String; 3]> {
    let row = |feature: Feature| {
        let component = feature.component();
        let value = explanation.situation.get(component.name)?;
        Some([component.name.to_owned(), format!("{value}"), component.unit.to_owned()])
    };
    Feature::all().filter_map(row).collect()
}
