//! Counts rows, events and ends.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{EventHistory, ExperimentFilter, Page, PortError, PortResult};
use messaging::event_message::MESSAGE_ID_HEADER;
use runtime::retry::{RetryPolicy, retry};
use tokio::time::{Instant, sleep};

use super::harass::Field;
use super::summaries::{self, CATCH_UP};
use crate::app::witness;
use crate::chaos::certificate::{Events, Rows, Summaries};
use crate::chaos::supervisor::{Cause, End, Supervisor};
use crate::chaos::witness::Witness;

/// How long the outbox may take to drain after the last lap.
const DRAIN: Duration = Duration::from_secs(60);
/// How long the stream may take to be read.
const ANSWER: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// What was counted on the services.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) rows: Rows,
    pub(super) events: Events,
    pub(super) summaries: Summaries,
}

/// Counts the rows and events of all experiments, once their outbox has drained or does not.
pub(super) async fn count(field: &Field) -> anyhow::Result<Counted> {
    let until = Instant::now() + DRAIN;
    let mut counted = Counted::default();
    let Counted { rows, events, summaries } = &mut counted;
    let plan = field.fleet.plan();
    let ports = witness::with_stream(&field.witness.events, &plan.urls, &plan.names).await?;
    let stream = ports.history.as_deref().context("the services have no stream")?;
    let ids: HashSet<ExperimentId> = field.laps.launched().into_iter().map(|(_, id)| id).collect();
    for &id in &ids {
        let audit = loop {
            match field.witness.audit.audit(id).await {
                Ok(audit) if audit.unpublished == 0 || Instant::now() > until => break audit,
                Err(error) if !error.kind.is_retryable() || Instant::now() > until => return Err(error.into()),
                // Not all is published, or the database is slow: neither says anything about the rows.
                Ok(_) | Err(_) => sleep(LOOK).await,
            }
        };
        rows.add(&audit);
        events.unpublished += audit.unpublished;
        compare(&field.witness, stream, id, events).await?;
    }
    let until = Instant::now() + CATCH_UP;
    for &id in &ids {
        summaries::compare(&ports, id, until, summaries).await?;
    }
    Ok(counted)
}

/// The events of one experiment, in the ledger and in the stream.
async fn compare(
    witness: &Witness,
    stream: &dyn EventHistory,
    id: ExperimentId,
    events: &mut Events,
) -> anyhow::Result<()> {
    let recorded: HashSet<EventId> = witness.audit.event_ids(id).await?.into_iter().collect();
    let published = message_ids(stream, id).await?;
    let distinct: HashSet<&String> = published.iter().collect();
    let known = recorded.iter().filter(|id| distinct.contains(&id.to_string())).count();
    events.recorded += recorded.len() as u64;
    events.published += published.len() as u64;
    events.missing += (recorded.len() - known) as u64;
    events.repeated += (published.len() - distinct.len()) as u64;
    events.strange += (distinct.len() - known) as u64;
    Ok(())
}

/// Ids of the messages of an experiment in the stream, as often as they are there. NATS may be back from an outage only
/// a moment ago.
async fn message_ids(stream: &dyn EventHistory, id: ExperimentId) -> anyhow::Result<Vec<String>> {
    let policy = RetryPolicy { retries: u32::MAX, deadline: Some(ANSWER), ..RetryPolicy::default() };
    Ok(retry(&policy, |error: &PortError| error.kind.is_retryable(), || read_ids(stream, id)).await?)
}

async fn read_ids(stream: &dyn EventHistory, id: ExperimentId) -> PortResult<Vec<String>> {
    let mut walk = stream.walk(id).await?;
    let mut ids = Vec::new();
    loop {
        let part = walk.next().await?;
        if part.is_empty() {
            return Ok(ids);
        }
        // One without an id is none of ours; it still counts.
        ids.extend(part.into_iter().map(|mut message| message.headers.remove(MESSAGE_ID_HEADER).unwrap_or_default()));
    }
}

/// Who ended although nobody killed it, and how, with how often.
pub(super) async fn unexpected_ends(supervisor: &Supervisor) -> BTreeMap<String, u32> {
    let mut ends = BTreeMap::new();
    for end in supervisor.ends().await.iter().filter(|end| is_unexpected(end)) {
        let how = match end.cause {
            Cause::Exit(code) => format!("{} with exit code {code}", end.name),
            Cause::Signal(signal) => format!("{} by signal {signal}", end.name),
            Cause::Ours => continue,
        };
        *ends.entry(how).or_default() += 1;
    }
    ends
}

/// Who was told to kill itself has done so, and an embedded system ends with its experiment.
fn is_unexpected(end: &End) -> bool {
    let as_told = !end.with.is_empty() && end.cause == Cause::Signal(9);
    end.cause != Cause::Ours && !as_told && end.name != "embedded"
}

/// The digest and the planned episodes of the one experiment of an embedded system, whose summaries are compared.
pub(super) async fn of_folder(data: &Path, summaries: &mut Summaries) -> anyhow::Result<(Option<String>, u64)> {
    let witness = witness::of_folder(data).await?;
    let page = Page { after: None, size: 1 };
    let (records, _) = witness.store.experiments(&ExperimentFilter::default(), &page).await?;
    let Some(record) = records.into_iter().next() else { return Ok((None, 0)) };
    // Nobody is there any more who could take in what has not come.
    summaries::compare(&witness.events, record.id, Instant::now(), summaries).await?;
    Ok((record.digest, record.episodes_planned))
}
