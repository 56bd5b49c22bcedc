//! Following an experiment until it ends.

use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::ExperimentStatus;
use tokio::time::Instant;
use tonic::Streaming;

use super::connect::{Client, Connection, ServiceArgs};
use super::output::{self, Form};
use super::{Failure, Place, experiments};

/// How often progress is asked for.
const LOOK: Duration = Duration::from_millis(500);

/// How long a daemon that has gone is waited for, and the result when the store is away at the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Follows an experiment.
pub(super) async fn run(args: WatchArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let outcome = follow(&mut connection.client, &args.experiment, args.output).await;
    connection.close().await;
    outcome
}

/// Shows events and progress until the experiment ends, then its result. An experiment that did not complete is a
/// failure.
pub(super) async fn follow(client: &mut Client, experiment: &str, form: Form) -> Result<(), Failure> {
    // A name is looked up once: what it means must not change while somebody watches.
    let id = experiments::plain(client, experiment.to_owned()).await?.id;
    let bar = bar();
    let followed = tokio::select! {
        followed = show_events(client.clone(), &id, &bar) => followed,
        failed = show_progress(client.clone(), &id, &bar) => failed,
        _ = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
    };
    bar.finish_and_clear();
    followed?;
    let request = pb::GetExperimentRequest { experiment_id: id, read_mask: None };
    let response = patiently(client, request).await?;
    experiments::print(&response, form)?;
    let experiment = response.experiment.unwrap_or_default();
    match experiment.status() {
        ExperimentStatus::Completed => Ok(()),
        _ => {
            let status = experiments::status_name(&experiment);
            Err(Failure::experiment(format!("the experiment is {status}: {}", experiment.reason)))
        }
    }
}

/// The result, also if the daemon's store is away for a moment.
async fn patiently(
    client: &mut Client,
    request: pb::GetExperimentRequest,
) -> Result<pb::GetExperimentResponse, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match client.get_experiment(request.clone()).await.map_err(Failure::from) {
            Ok(response) => return Ok(response.into_inner()),
            Err(failure) if failure.is_away() && Instant::now() < deadline => tokio::time::sleep(LOOK).await,
            Err(failure) => return Err(failure),
        }
    }
}

/// Shows every event once. A stream that is lost is opened again behind the last event, for as long as [`PATIENCE`].
async fn show_events(mut client: Client, id: &str, bar: &ProgressBar) -> Result<(), Failure> {
    let mut last = 0;
    let mut deadline = Instant::now();
    loop {
        let request =
            pb::StreamEventsRequest { experiment_id: id.to_owned(), after_sequence: last, history_only: false };
        let failure = match client.stream_events(request).await {
            Ok(events) => match show_until_lost(events.into_inner(), &mut last, bar).await {
                Ok(()) => return Ok(()),
                Err(failure) => {
                    deadline = Instant::now() + PATIENCE;
                    failure
                }
            },
            Err(status) => status.into(),
        };
        if !failure.is_away() || Instant::now() >= deadline {
            return Err(failure);
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn show_until_lost(
    mut events: Streaming<pb::StreamEventsResponse>,
    last: &mut i64,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    while let Some(event) = events.message().await? {
        *last = event.sequence;
        let subject = event.subject.split_once('.').map_or("", |(_, tail)| tail);
        // One line per generation is news; one per agent is noise.
        if !subject.contains(".agent.") || subject.ends_with(".error") {
            tell(bar, &format!("{:>6}  {subject}  {}", event.sequence, event.body));
        }
        if event.is_final {
            return Ok(());
        }
    }
    Ok(())
}

/// Moves the bar for ever; returns only when the service fails. While its store is away the bar stands still: that the
/// daemon itself is gone is told by the stream of events.
async fn show_progress(mut client: Client, id: &str, bar: &ProgressBar) -> Result<(), Failure> {
    loop {
        let experiment = match experiments::plain(&mut client, id.to_owned()).await {
            Ok(experiment) => experiment,
            Err(failure) if failure.is_away() => {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        bar.set_length(experiment.episodes_planned);
        bar.set_position(experiment.episodes_scored);
        bar.set_message(format!("generation {}", experiment.generation));
        tokio::time::sleep(LOOK).await;
    }
}

/// Prints a line above the bar, or without one where nobody looks at it.
#[allow(clippy::print_stderr, reason = "a hidden bar prints nothing")]
fn tell(bar: &ProgressBar, line: &str) {
    if bar.is_hidden() { eprintln!("{line}") } else { bar.println(line) }
}

fn bar() -> ProgressBar {
    let target = if output::is_watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} episodes  {per_sec}  ETA {eta}  {msg}");
    ProgressBar::with_draw_target(None, target).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
