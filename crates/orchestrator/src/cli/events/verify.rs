//! `events verify`: prints what a comparison found, and says what to do.

use std::time::Duration;

use clap::Args;
use tokio::time::{Instant, sleep};

use super::{Failure, PlaceArgs, output};
use crate::cli::Exit;
use crate::cli::output::Form;
use crate::core::find;
use crate::events::report::{ExperimentReport, Named, Report, Verdict};
use crate::events::verify::verify;

/// How often a comparison is repeated while events are on their way.
const AGAIN: Duration = Duration::from_millis(500);

/// Arguments of `events verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Id of the experiment, the beginning of it, or its name; every experiment unless given
    experiment: Option<String>,
    /// Do not look at the event stream
    #[arg(long)]
    no_stream: bool,
    /// Wait this many seconds for events that are on their way
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=3600))]
    wait: u32,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Compares, prints, and fails unless all agree.
pub(super) async fn run(args: VerifyArgs) -> Result<(), Failure> {
    let ports = match args.no_stream {
        true => args.place.ledger().await?.0,
        false => args.place.with_stream().await?.0,
    };
    let only = match &args.experiment {
        Some(text) => Some(find(ports.store.as_ref(), text).await?),
        None => None,
    };
    let deadline = Instant::now() + Duration::from_secs(args.wait.into());
    let report = loop {
        let report = verify(&ports, only).await?;
        if report.verdict == Verdict::Agree || Instant::now() >= deadline {
            break report;
        }
        sleep(AGAIN).await;
    };
    match args.output {
        Form::Json => output::json(&report)?,
        Form::Table => print(&report)?,
    }
    match report.verdict {
        Verdict::Agree => Ok(()),
        Verdict::Waiting => Err(failed("events are on their way: verify again, or wait for them with --wait")),
        Verdict::Differ => Err(failed("ledger, stream and summaries do not agree")),
    }
}

fn failed(message: &str) -> Failure {
    Failure::new(Exit::Failed, miette::miette!("{message}"))
}

fn print(report: &Report) -> Result<(), Failure> {
    output::line(stream_line(report))?;
    if let Some(consumer) = &report.consumer {
        let (waiting, unanswered) = (consumer.waiting, consumer.unanswered);
        output::line(format!("consumer: {waiting} events wait for it, {unanswered} are in its hands"))?;
    }
    output::line(table(&report.experiments))?;
    for experiment in &report.experiments {
        for (what, found) in experiment.faults() {
            tell(&format!("{} `{}`: {what}", short(&experiment.id), experiment.name), found)?;
        }
    }
    for (name, messages) in &report.strangers {
        output::line(format!("not in the ledger: {name} ({messages} messages in the stream)"))?;
    }
    advice(report).iter().try_for_each(output::line)
}

fn stream_line(report: &Report) -> String {
    match &report.stream {
        Some(stream) => {
            let age = stream.max_age_seconds.map_or_else(String::new, |age| format!(", kept for {age} s"));
            let full = if stream.is_full { "; IT IS FULL and refuses events" } else { "" };
            let (name, messages) = (&stream.name, stream.messages);
            format!("stream {name}: {messages} messages, positions {} to {}{age}{full}", stream.first, stream.last)
        }
        None if report.stream_compared => "stream: there is none".to_owned(),
        None => "stream: not looked at".to_owned(),
    }
}

fn table(experiments: &[ExperimentReport]) -> String {
    let heads = [
        "experiment",
        "name",
        "events",
        "waiting",
        "in stream",
        "aged out",
        "missing",
        "summarised",
        "on the way",
        "chain",
        "verdict",
    ];
    let rows = experiments.iter().map(|report| {
        vec![
            short(&report.id),
            report.name.clone(),
            report.events.to_string(),
            report.waiting.to_string(),
            report.in_stream.to_string(),
            report.aged_out.to_string(),
            report.missing_in_stream.count.to_string(),
            report.projected.to_string(),
            report.to_be_projected.to_string(),
            report.ledger_chain.chars().take(12).collect(),
            match report.verdict() {
                Verdict::Agree => "agree",
                Verdict::Waiting => "waiting",
                Verdict::Differ => "DIFFER",
            }
            .to_owned(),
        ]
    });
    let numbers = ["events", "waiting", "in stream", "aged out", "missing", "summarised", "on the way"];
    output::table(&heads, &numbers, rows)
}

fn tell(what: &str, found: &Named) -> Result<(), Failure> {
    if found.count == 0 {
        return Ok(());
    }
    output::line(format!("{what}: {}", found.count))?;
    for name in &found.first {
        output::line(format!("  {name}"))?;
    }
    let more = found.count - found.first.len() as u64;
    if more > 0 { output::line(format!("  and {more} more")) } else { Ok(()) }
}

/// What to do about what was found.
fn advice(report: &Report) -> Vec<String> {
    let any = |of: fn(&ExperimentReport) -> &Named| report.experiments.iter().any(|one| of(one).count > 0);
    let advice = [
        (any(|one| &one.missing_in_stream), "publish again what the stream has lost: orchestrator events rebuild"),
        (any(|one| &one.parked), "look at what was put aside: orchestrator events parked list"),
        (
            any(|one| &one.missing_in_projection)
                || any(|one| &one.summary_faults)
                || any(|one| &one.projection_strangers),
            "make the summaries again from the ledger: orchestrator events rebuild --projection",
        ),
        (
            any(|one| &one.strangers) || !report.strangers.is_empty(),
            "somebody else writes to this stream, or the ledger is older than it: see docs/operations.md",
        ),
    ];
    advice.into_iter().filter(|(applies, _)| *applies).map(|(_, line)| line.to_owned()).collect()
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}
