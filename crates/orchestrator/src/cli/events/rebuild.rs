//! `events rebuild`: publishes again what the stream has lost, or makes summaries again.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use domain::ids::ExperimentId;
use domain::ports::{EventPublisher as _, ExperimentStore, Page};
use messaging::jetstream::JetStreamPublisher;
use messaging::relay::{OutboxRelay, RelaySettings};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{Failure, PlaceArgs, output};
use crate::cli::Exit;
use crate::cli::output::Form;
use crate::core::find;
use crate::events::EventPorts;
use crate::events::rebuild::{Reach, put_back_missing, reproject};

/// How long publishing may take without getting anywhere.
const PATIENCE: Duration = Duration::from_secs(30);

/// Arguments of `events rebuild`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RebuildArgs {
    /// Id of the experiment, the beginning of it, or its name; every experiment unless given
    experiment: Option<String>,
    /// Publish also events that are older than the stream's age
    #[arg(long, conflicts_with = "projection")]
    all: bool,
    /// Make the summaries again from the ledger, and leave the stream alone
    #[arg(long)]
    projection: bool,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Brings back what was lost, and says what that was.
pub(super) async fn run(args: RebuildArgs) -> Result<(), Failure> {
    if args.projection {
        let (ports, _) = args.place.ledger().await?;
        return summaries(&ports, &args).await;
    }
    let (ports, store, publisher) = args.place.with_stream().await?;
    // Made here if it is gone: otherwise there is nothing to publish to.
    publisher.ping().await?;
    let reach = if args.all { Reach::Everything } else { Reach::Retained };
    let experiments = experiments(&ports, &args).await?;
    let put_back = put_back_missing(&ports, &experiments, reach).await?;
    let missing: u64 = put_back.values().sum();
    if missing > 0 {
        publish(store, publisher).await?;
    }
    match args.output {
        Form::Json => {
            let experiments: Vec<_> =
                put_back.iter().map(|(id, events)| json!({ "id": id.to_string(), "published": events })).collect();
            output::json(&json!({ "published": missing, "experiments": experiments }))
        }
        Form::Table if missing == 0 => output::line("nothing is missing in the stream"),
        Form::Table => {
            let rows = put_back.iter().map(|(id, events)| vec![id.to_string(), events.to_string()]);
            output::line(output::table(&["experiment", "published again"], &["published again"], rows))
        }
    }
}

async fn summaries(ports: &EventPorts, args: &RebuildArgs) -> Result<(), Failure> {
    let mut made = Vec::new();
    for id in experiments(ports, args).await? {
        made.push((id, reproject(ports, id).await?));
    }
    let unreadable: u64 = made.iter().map(|(_, made)| made.unreadable).sum();
    match args.output {
        Form::Json => {
            let experiments: Vec<_> =
                made.iter().map(|(id, made)| json!({ "id": id.to_string(), "events": made.events })).collect();
            output::json(&json!({ "experiments": experiments, "unreadable": unreadable }))?;
        }
        Form::Table => {
            let rows = made.iter().map(|(id, made)| vec![id.to_string(), made.events.to_string()]);
            output::line(output::table(&["experiment", "events summarised"], &["events summarised"], rows))?;
        }
    }
    match unreadable {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Failed, miette::miette!("{unreadable} events of the ledger cannot be read"))),
    }
}

async fn experiments(ports: &EventPorts, args: &RebuildArgs) -> Result<Vec<ExperimentId>, Failure> {
    if let Some(text) = &args.experiment {
        return Ok(vec![find(ports.store.as_ref(), text).await?]);
    }
    let (mut ids, mut page) = (Vec::new(), Page { after: None, size: 1000 });
    loop {
        let (records, next) = ports.store.experiments(&Default::default(), &page).await?;
        ids.extend(records.iter().map(|record| record.id));
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(ids),
        }
    }
}

/// Relays until the outbox is empty, together with whatever other relays there are.
async fn publish(store: Arc<store::SqlStore>, publisher: JetStreamPublisher) -> Result<(), Failure> {
    let name = format!("rebuild-{}", uuid::Uuid::new_v4());
    let mut relay = OutboxRelay::new(store.clone(), Arc::new(publisher), RelaySettings::new(name));
    let mut left = u64::MAX;
    let mut progress = Instant::now();
    loop {
        let round = relay.run_once().await?;
        let waiting = store.outbox_lag().await?;
        if waiting == 0 {
            return Ok(());
        }
        if waiting < left || round.published > 0 {
            (left, progress) = (waiting, Instant::now());
        }
        if progress.elapsed() > PATIENCE {
            let message =
                format!("{waiting} events are put back into the outbox and not published yet: is the stream full?");
            return Err(Failure::new(Exit::Unavailable, miette::miette!("{message}")));
        }
        if !round.more {
            sleep(Duration::from_millis(100)).await;
        }
    }
}
