//! Proves that ledger, stream and summaries say the same.
//!
//! Read in this order, so that what goes on meanwhile is not taken for a fault: the ledger, then the stream, which has
//! everything that the ledger had as published; then how far the consumer is, then the inbox, which has everything that
//! the consumer had answered.

use std::collections::{BTreeMap, HashSet};

use domain::ErrorKind;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{ExperimentRecord, Page, PortResult, StreamWindow, Summary};
use messaging::event_message::ID_HEADER;

use super::EventPorts;
use super::history::{History, retained_since};
use super::report::{ExperimentReport, Report, StreamReport, Verdict};

/// Experiments that are listed at a time.
const PAGE: u32 = 200;

/// Compares the events of one experiment, or of all. Nothing is changed.
///
/// # Errors
/// If the ledger or the stream is away, or reading was interrupted.
pub async fn verify(ports: &EventPorts, only: Option<ExperimentId>) -> PortResult<Report> {
    let window = window(ports).await?;
    let mut report = Report {
        verdict: Verdict::Agree,
        stream: window.as_ref().map(stream_report),
        stream_compared: ports.history.is_some(),
        consumer: backlog(ports).await?,
        experiments: Vec::new(),
        strangers: BTreeMap::new(),
    };
    match only {
        Some(id) => {
            let record = ports.store.experiment(id).await?;
            report.experiments.push(examine(ports, &record, window.as_ref()).await?);
        }
        None => {
            let mut page = Page { after: None, size: PAGE };
            let mut known = HashSet::new();
            loop {
                let (records, next) = ports.store.experiments(&Default::default(), &page).await?;
                for record in &records {
                    known.insert(record.id);
                    report.experiments.push(examine(ports, record, window.as_ref()).await?);
                }
                match next {
                    Some(next) => page.after = Some(next),
                    None => break,
                }
            }
            report.strangers = strangers(ports, &known).await?;
        }
    }
    report.judge();
    Ok(report)
}

/// What the stream keeps now; absent where there is none.
pub(super) async fn window(ports: &EventPorts) -> PortResult<Option<StreamWindow>> {
    match &ports.history {
        Some(history) => history.window().await,
        None => Ok(None),
    }
}

async fn backlog(ports: &EventPorts) -> PortResult<Option<domain::ports::Backlog>> {
    match &ports.source {
        Some(source) => source.backlog().await,
        None => Ok(None),
    }
}

async fn examine(
    ports: &EventPorts,
    record: &ExperimentRecord,
    window: Option<&StreamWindow>,
) -> PortResult<ExperimentReport> {
    let mut report = ExperimentReport {
        id: record.id.to_string(),
        name: record.spec.name.clone(),
        status: record.status.name().to_owned(),
        ..ExperimentReport::default()
    };
    let ledger = ports.ledger.as_ref();
    let mut history = History::read(ledger, record.id).await?;
    let since_ms = match (&ports.history, window) {
        (None, _) => None,
        // A stream that is gone has lost all that it would keep; its age is not known, so all that was published.
        (Some(_), None) => Some(i64::MIN),
        (Some(stream), Some(window)) => {
            history.look_into_stream(ledger, stream.as_ref(), &mut report).await?;
            Some(retained_since(ledger.now_ms().await?, window))
        }
    };
    let backlog = backlog(ports).await?;
    history.look_into_projection(ledger, ports.projection.as_ref(), &mut report).await?;
    let parked = parked(ports, record.id, &mut report).await?;
    compare_summary(ports, record, &history, &mut report).await?;
    history.tell(since_ms, backlog, &parked, &mut report);
    Ok(report)
}

/// The ids of the experiment's events that were put aside.
async fn parked(ports: &EventPorts, id: ExperimentId, report: &mut ExperimentReport) -> PortResult<Vec<EventId>> {
    let mut ids = Vec::new();
    let mut page = Page { after: None, size: PAGE };
    loop {
        let (part, next) = ports.parked.parked(Some(id), &page).await?;
        for one in part {
            ids.extend(one.parked.message.headers.get(ID_HEADER).and_then(|id| id.parse::<EventId>().ok()));
            report.parked.add(format!("{} {}", one.id, one.parked.message.subject));
        }
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(ids),
        }
    }
}

/// Compares the stored summaries with what the ledger's events add up to, and that with the ledger's own row.
async fn compare_summary(
    ports: &EventPorts,
    record: &ExperimentRecord,
    history: &History,
    report: &mut ExperimentReport,
) -> PortResult<()> {
    let told = &history.summary;
    // What has ended stands still, so the row cannot have been overtaken by events.
    if record.status.has_ended() && told.experiment.status != Some(record.status) {
        report
            .summary_faults
            .add(format!("the events end with {:?}, the ledger says {}", told.experiment.status, record.status));
    }
    if record.status.has_ended() && told.experiment.digest != record.digest {
        report.summary_faults.add("the events tell another digest than the ledger".to_owned());
    }
    let Some(mut stored) = ports.projection.summary(record.id).await? else { return Ok(()) };
    // Otherwise it contains what has come since, or lacks what is told of elsewhere.
    let comparable = history.is_projected() && stored.experiment.counts.events == told.experiment.counts.events;
    if !comparable {
        return Ok(());
    }
    if history.unnumbered {
        stored.experiment.last_sequence = told.experiment.last_sequence;
        stored.experiment.status_from = told.experiment.status_from;
        stored.experiment.extended_from = told.experiment.extended_from;
    }
    for difference in differences(&stored, told) {
        report.summary_faults.add(difference);
    }
    Ok(())
}

fn differences(stored: &Summary, told: &Summary) -> Vec<String> {
    let mut found = Vec::new();
    if stored.experiment != told.experiment {
        found.push(format!("of the experiment: {:?} instead of {:?}", stored.experiment, told.experiment));
    }
    for generation in &told.generations {
        let index = generation.index;
        match stored.generations.iter().find(|stored| stored.index == index) {
            Some(stored) if stored == generation => {}
            Some(stored) => found.push(format!("of generation {index}: {stored:?} instead of {generation:?}")),
            None => found.push(format!("of generation {index}: nothing")),
        }
    }
    if stored.generations.len() > told.generations.len() {
        found.push("of generations that there are none".to_owned());
    }
    found
}

/// What stream and summaries have of experiments that the ledger does not know.
async fn strangers(ports: &EventPorts, known: &HashSet<ExperimentId>) -> PortResult<BTreeMap<String, u64>> {
    let mut strangers = BTreeMap::new();
    if let Some(history) = &ports.history {
        for (token, messages) in history.holdings().await? {
            let is_known = match token.parse::<ExperimentId>() {
                Ok(id) => known.contains(&id) || exists(ports, id).await?,
                Err(_) => false,
            };
            if !is_known {
                strangers.insert(token, messages);
            }
        }
    }
    let mut after = None;
    loop {
        let part = ports.projection.projected(after, PAGE).await?;
        let Some(last) = part.last() else { return Ok(strangers) };
        after = Some(*last);
        for id in part {
            if !known.contains(&id) && !exists(ports, id).await? {
                strangers.entry(id.to_string()).or_insert(0);
            }
        }
    }
}

async fn exists(ports: &EventPorts, id: ExperimentId) -> PortResult<bool> {
    match ports.store.experiment(id).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn stream_report(window: &StreamWindow) -> StreamReport {
    StreamReport {
        name: window.stream.clone(),
        messages: window.messages,
        first: window.first,
        last: window.last,
        max_age_seconds: window.max_age.map(|age| age.as_secs()),
        is_full: window.is_full,
    }
}
