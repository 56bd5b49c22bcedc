//! `finding`: what an experiment shows, and whether it still does.

use clap::{Args, Subcommand};
use domain::ErrorKind;
use domain::finding::{Finding, NewFinding, Standing};
use domain::ids::FindingId;
use domain::journal::Actor;
use domain::ports::{FindingFilter, FindingStore, Page, PortError};
use domain::reason;
use serde_json::{Value, json};
use uuid::Uuid;

use super::events::time;
use super::ledger::LedgerArgs;
use super::output::{self, Form, Rows};
use super::{Failure, Place};
use crate::core::{SHORTEST_ID, find};

/// Findings that are asked for at once.
const PAGE: u32 = 500;

/// What to do with findings.
#[derive(Debug, Subcommand)]
pub(super) enum FindingCommand {
    /// Keep a finding with the digest of the experiment that shows it
    Add(AddArgs),
    /// List findings, newest first
    List(ListArgs),
    /// Show one finding
    Show(ShowArgs),
}

/// Arguments of `finding add`.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// What was found, in a sentence
    statement: String,
    /// The experiment that shows it: its id, the beginning of it, or its name
    #[arg(long, value_name = "EXP")]
    experiment: String,
    /// The term or contrast that shows it, for example "policy" or "policy: aim - random"
    #[arg(long, value_name = "TERM")]
    term: String,
    /// Who found it; you unless given
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Arguments of `finding list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only findings that rest on this experiment, which must be there
    #[arg(long, value_name = "EXP")]
    experiment: Option<String>,
    /// Only findings whose evidence is not what it was
    #[arg(long)]
    stale: bool,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Arguments of `finding show`.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Id of the finding, or the beginning of it
    finding: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// Does what is asked for.
pub(super) async fn run(command: FindingCommand, place: &Place) -> Result<(), Failure> {
    match command {
        FindingCommand::Add(args) => add(args, place).await,
        FindingCommand::List(args) => list(args, place).await,
        FindingCommand::Show(args) => {
            let store = args.ledger.open(place).await?;
            print(&named(&store, &args.finding).await?, args.output)
        }
    }
}

async fn add(args: AddArgs, place: &Place) -> Result<(), Failure> {
    let author = Actor::new(&args.author.unwrap_or_else(|| place.env.whoami()));
    let store = args.ledger.open(place).await?;
    let experiment = find(&store, &args.experiment).await?;
    let new = NewFinding::new(FindingId(Uuid::new_v4()), &args.statement, experiment, &args.term, author);
    let new = new.map_err(|fault| Failure::usage(format!("the {} {}", fault.path, fault.message)))?;
    print(&store.add_finding(&new).await?, args.output)
}

async fn list(args: ListArgs, place: &Place) -> Result<(), Failure> {
    let store = args.ledger.open(place).await?;
    let experiment = match &args.experiment {
        Some(text) => Some(find(&store, text).await?),
        None => None,
    };
    let mut findings = all(&store, &FindingFilter { experiment }).await?;
    findings.retain(|finding| !args.stale || finding.standing.is_stale());
    let heads = ["id", "kept", "author", "experiment", "term", "standing", "statement"];
    output::rows(args.output, &FIELDS, &findings.iter().map(value).collect::<Vec<_>>(), || {
        let rows = findings.iter().map(|finding| {
            vec![
                finding.id.to_string().chars().take(8).collect(),
                time(finding.at_ms),
                finding.author.to_string(),
                finding.evidence.name.clone(),
                finding.evidence.term.clone(),
                finding.standing.name().to_owned(),
                finding.statement.clone(),
            ]
        });
        output::table(&heads, &[], rows)
    })
}

async fn all(store: &dyn FindingStore, filter: &FindingFilter) -> Result<Vec<Finding>, PortError> {
    let (mut findings, mut page) = (Vec::new(), Page { after: None, size: PAGE });
    loop {
        let (part, next) = store.findings(filter, &page).await?;
        findings.extend(part);
        if next.is_none() {
            return Ok(findings);
        }
        page.after = next;
    }
}

/// The finding whose id is or begins with this text.
async fn named(store: &dyn FindingStore, text: &str) -> Result<Finding, PortError> {
    if let Ok(id) = text.parse() {
        return store.finding(id).await;
    }
    let mut fits = all(store, &FindingFilter::default()).await?;
    fits.retain(|finding| text.len() >= SHORTEST_ID && finding.id.to_string().starts_with(text));
    match fits.len() {
        0 | 1 => {
            fits.pop().ok_or_else(|| PortError::of(reason::FINDING_NOT_FOUND, format!("there is no finding `{text}`")))
        }
        many => Err(PortError::new(ErrorKind::Invalid, format!("`{text}` fits {many} findings"))),
    }
}

/// Fields of a finding as JSON and as columns.
const FIELDS: [&str; 10] =
    ["id", "statement", "experiment_id", "experiment", "term", "digest", "author", "time", "standing", "why_stale"];

fn value(finding: &Finding) -> Value {
    let why = match finding.standing {
        Standing::Current => None,
        Standing::Stale(why) => Some(why.to_string()),
    };
    json!({
        "id": finding.id,
        "statement": finding.statement,
        "experiment_id": finding.evidence.experiment,
        "experiment": finding.evidence.name,
        "term": finding.evidence.term,
        "digest": finding.evidence.digest,
        "author": finding.author,
        "time": time(finding.at_ms),
        "standing": finding.standing.name(),
        "why_stale": why,
    })
}

fn print(finding: &Finding, form: Form) -> Result<(), Failure> {
    let value = value(finding);
    if form == Form::Json {
        return output::json(&value);
    }
    for field in FIELDS {
        let text = output::plain(&value[field]);
        if !text.is_empty() {
            output::line(format!("{field:<14} {text}"))?;
        }
    }
    Ok(())
}
