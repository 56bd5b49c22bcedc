//! `events`: an experiment's events, what they add up to, and whether ledger, stream and summaries agree.

mod parked;
mod rebuild;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use messaging::jetstream::JetStreamPublisher;
use proto::mask;
use proto::orchestrator::v1 as pb;
use runtime::config::{DatabaseArgs, NatsArgs};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::connect::{Client, Connection, ServiceArgs};
use super::output::{self, Form, Rows};
use super::{Failure, Place, experiments, services};
use crate::events::EventPorts;

/// What can be done with events.
#[derive(Debug, Subcommand)]
pub(super) enum EventsCommand {
    /// List the events of an experiment, as the ledger has them
    List(ListArgs),
    /// Show what the published events of an experiment add up to
    Summary(SummaryArgs),
    /// Prove that ledger, event stream and summaries agree
    Verify(verify::VerifyArgs),
    /// Publish again what the event stream has lost, or make summaries again
    Rebuild(rebuild::RebuildArgs),
    /// Look after events of which nothing could be made
    #[command(subcommand)]
    Parked(parked::ParkedCommand),
}

/// Does what was asked for.
pub(super) async fn run(command: EventsCommand, place: &Place) -> Result<(), Failure> {
    match command {
        EventsCommand::List(args) => list(args, place).await,
        EventsCommand::Summary(args) => summary(args, place).await,
        EventsCommand::Verify(args) => verify::run(args).await,
        EventsCommand::Rebuild(args) => rebuild::run(args).await,
        EventsCommand::Parked(command) => parked::run(command).await,
    }
}

/// Arguments of `events list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Only events with a number above this
    #[arg(long, value_name = "N", default_value_t = 0)]
    after: i64,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

async fn list(args: ListArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let read = read(&mut connection.client, &args).await;
    connection.close().await;
    let events = read?;
    match args.output {
        Rows::Json => output::json(&events.iter().map(event_json).collect::<Vec<_>>()),
        Rows::Jsonl => events.iter().try_for_each(|event| output::line(event_json(event).to_string())),
        Rows::Csv => output::print(&csv(&events)?),
        Rows::Table => {
            let rows = events.iter().map(|event| {
                let time = time(event.time_ms);
                vec![event.sequence.to_string(), time, short_subject(event), said(&event.body)]
            });
            output::line(output::table(&["number", "recorded", "what", "says"], &["number"], rows))
        }
    }
}

async fn read(client: &mut Client, args: &ListArgs) -> Result<Vec<pb::StreamEventsResponse>, Failure> {
    let request = pb::StreamEventsRequest {
        experiment_id: args.experiment.clone(),
        after_sequence: args.after,
        history_only: true,
    };
    let mut stream = client.stream_events(request).await?.into_inner();
    let mut events = Vec::new();
    while let Some(event) = stream.message().await? {
        events.push(event);
    }
    Ok(events)
}

fn event_json(event: &pb::StreamEventsResponse) -> Value {
    let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    json!({
        "sequence": event.sequence,
        "id": event.event_id,
        "time_ms": event.time_ms,
        "subject": event.subject,
        "kind": event.kind,
        "body": body,
    })
}

fn csv(events: &[pb::StreamEventsResponse]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::internal(error.to_string());
    writer.write_record(["sequence", "id", "time_ms", "subject", "kind", "body"]).map_err(failed)?;
    for event in events {
        let (sequence, time) = (event.sequence.to_string(), event.time_ms.to_string());
        let row = [&sequence, &event.event_id, &time, &event.subject, &event.kind, &event.body];
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::internal(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The subject without the experiment's id.
fn short_subject(event: &pb::StreamEventsResponse) -> String {
    event.subject.split_once('.').map_or_else(String::new, |(_, tail)| tail.to_owned())
}

/// The body without what is in the other columns.
fn said(body: &str) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap_or_default();
    let Some(fields) = body.as_object_mut() else { return String::new() };
    let told = ["metadata", "generation", "agent"];
    let said = fields.iter().filter(|(name, _)| !told.contains(&name.as_str()));
    said.map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => output::number(number.as_f64()),
        other => other.to_string(),
    }
}

/// A moment in UTC, such as `2026-03-01T12:00:00.123Z`.
pub(super) fn time(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Arguments of `events summary`.
#[derive(Debug, Args)]
pub(super) struct SummaryArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

async fn summary(args: SummaryArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let read_mask = Some(mask::only(&["experiment", "summary"]));
    let request = pb::GetExperimentRequest { experiment_id: args.experiment, read_mask };
    let response = connection.client.get_experiment(request).await;
    connection.close().await;
    let response = response?.into_inner();
    let experiment = response.experiment.unwrap_or_default();
    let Some(summary) = response.summary else {
        let message = format!("no event of `{}` was processed yet", experiment.name);
        return Err(Failure::not_found(message));
    };
    match args.output {
        Form::Json => output::json(&summary_json(&experiment, &summary)),
        Form::Table => print_summary(&experiment, &summary),
    }
}

fn print_summary(experiment: &pb::Experiment, summary: &pb::EventSummary) -> Result<(), Failure> {
    let best = summary
        .best
        .as_ref()
        .map(|best| format!("{} of generation {}, fitness {:.2}", best.agent, best.generation, best.fitness));
    let facts = [
        ("id", experiment.id.clone()),
        ("name", experiment.name.clone()),
        ("status", experiments::status_word(summary.status())),
        ("reason", summary.reason.clone()),
        ("started", summary.started_at_ms.map(time).unwrap_or_default()),
        ("ended", summary.ended_at_ms.map(time).unwrap_or_default()),
        ("events", format!("{}, the last has number {}", summary.events, summary.last_sequence)),
        ("evaluated", format!("{} agents in {} episodes", summary.agents_evaluated, summary.episodes)),
        ("errors", summary.agent_errors.to_string()),
        ("best", best.unwrap_or_default()),
        ("digest", summary.digest.clone()),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        output::line(format!("{name:<10} {value}"))?;
    }
    let count = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
    let rows = summary.generations.iter().map(|generation| {
        let best = generation.best.as_ref();
        vec![
            generation.index.to_string(),
            if generation.completed_at_ms.is_some() { "completed" } else { "running" }.to_owned(),
            format!("{}/{}", generation.agents_evaluated, count(generation.agents)),
            generation.episodes.to_string(),
            generation.agent_errors.to_string(),
            output::number(best.map(|best| best.fitness)),
            best.map(|best| best.agent.clone()).unwrap_or_default(),
            output::number(generation.mean_fitness),
        ]
    });
    let heads = ["generation", "status", "evaluated", "episodes", "errors", "best", "best agent", "mean"];
    output::line(output::table(&heads, &["generation", "evaluated", "episodes", "errors", "best", "mean"], rows))
}

fn summary_json(experiment: &pb::Experiment, summary: &pb::EventSummary) -> Value {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let best = |best: &Option<pb::BestAgent>| {
        best.as_ref().map(|best| {
            json!({
                "agent": best.agent,
                "generation": best.generation,
                "position": best.position,
                "fitness": best.fitness,
            })
        })
    };
    let generations: Vec<_> = summary
        .generations
        .iter()
        .map(|generation| {
            json!({
                "index": generation.index,
                "agents": generation.agents,
                "episodes_planned": generation.episodes_planned,
                "agents_evaluated": generation.agents_evaluated,
                "episodes": generation.episodes,
                "agent_errors": generation.agent_errors,
                "best": best(&generation.best),
                "mean": generation.mean_fitness,
                "started_at_ms": generation.started_at_ms,
                "completed_at_ms": generation.completed_at_ms,
            })
        })
        .collect();
    json!({
        "id": experiment.id,
        "name": experiment.name,
        "status": experiments::status_word(summary.status()),
        "reason": some(&summary.reason),
        "digest": some(&summary.digest),
        "started_at_ms": summary.started_at_ms,
        "ended_at_ms": summary.ended_at_ms,
        "events": summary.events,
        "last_sequence": summary.last_sequence,
        "last_event_at_ms": summary.last_event_at_ms,
        "generations_started": summary.generations_started,
        "generations_completed": summary.generations_completed,
        "agents_evaluated": summary.agents_evaluated,
        "agent_errors": summary.agent_errors,
        "pauses": summary.pauses,
        "resumes": summary.resumes,
        "episodes": summary.episodes,
        "best": best(&summary.best),
        "generations": generations,
    })
}

/// Where ledger and stream are. These commands talk to both directly, so they work without a daemon.
#[derive(Debug, Clone, Args)]
pub(super) struct PlaceArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    nats: NatsArgs,
}

/// How long a command waits for the connection to NATS.
const CONNECTING: Duration = Duration::from_secs(5);

impl PlaceArgs {
    /// The ledger alone.
    async fn ledger(&self) -> Result<(EventPorts, Arc<store::SqlStore>), Failure> {
        let config = services::store_config(&self.database)?;
        let store = Arc::new(store::connect(&config, Arc::new(proto::events::Encoder)).await?);
        Ok((EventPorts::of(store.clone()), store))
    }

    /// Ledger and stream, and what publishes to it. The stream is neither created nor changed by looking at it.
    async fn with_stream(&self) -> Result<(EventPorts, Arc<store::SqlStore>, JetStreamPublisher), Failure> {
        let (ports, store) = self.ledger().await?;
        let publisher = JetStreamPublisher::connect(&services::nats_config(&self.nats)?).await?;
        let history = Arc::new(publisher.history());
        let deadline = tokio::time::Instant::now() + CONNECTING;
        loop {
            use domain::ports::EventHistory as _;
            match history.window().await {
                Err(error) if tokio::time::Instant::now() >= deadline => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                Ok(_) => break,
            }
        }
        Ok((ports.with_stream(Arc::new(publisher.source()), history), store, publisher))
    }
}
