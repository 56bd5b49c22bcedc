//! The event stream of an experiment: its history from a sequence number, then what happens, until it has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::ExperimentId;
use domain::ports::{ExperimentStore, StoredEvent};
use futures::Stream;
use proto::orchestrator::v1::StreamEventsResponse;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// Events that are read at once; also the most that wait for a slow reader.
const BATCH: u32 = 256;
/// How often the store is asked for news.
const LOOK: Duration = Duration::from_millis(200);

/// A stream of events.
pub(super) type EventStream = Pin<Box<dyn Stream<Item = Result<StreamEventsResponse, Status>> + Send>>;

/// Streams the events of an experiment after `after`. Memory is bounded however long the history is and however slow
/// the reader; the stream ends with the experiment, its last message marked final, or with what is there now if
/// `history_only`.
pub(super) fn stream(store: Arc<dyn ExperimentStore>, id: ExperimentId, after: i64, history_only: bool) -> EventStream {
    let (sender, receiver) = mpsc::channel(BATCH as usize);
    // The task ends with the stream: sending to a reader that has gone fails.
    tokio::spawn(async move {
        if let Err(status) = follow(store.as_ref(), id, after, history_only, &sender).await {
            let _ = sender.send(Err(status)).await;
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

async fn follow(
    store: &dyn ExperimentStore,
    id: ExperimentId,
    mut after: i64,
    history_only: bool,
    sender: &mpsc::Sender<Result<StreamEventsResponse, Status>>,
) -> Result<(), Status> {
    let mut held: Option<StoredEvent> = None;
    loop {
        // The status is read before the events, so that a final status proves that no event is missed.
        let ended = store.experiment(id).await.map_err(super::status)?.status.has_ended();
        let events = store.events_after(id, after, BATCH).await.map_err(super::status)?;
        let drained = events.len() < BATCH as usize;
        for event in events {
            after = event.sequence;
            if let Some(previous) = held.replace(event)
                && !send(sender, previous, false).await
            {
                return Ok(());
            }
        }
        // The newest event is held back for as long as it may turn out to be the last.
        if ended && drained {
            if let Some(last) = held.take() {
                send(sender, last, true).await;
            }
            return Ok(());
        }
        if drained {
            // Had it ended between the two reads, the newest event would be the last: look again before sending it.
            if held.is_some() && store.experiment(id).await.map_err(super::status)?.status.has_ended() {
                continue;
            }
            if let Some(newest) = held.take()
                && !send(sender, newest, false).await
            {
                return Ok(());
            }
            if history_only {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = sender.closed() => return Ok(()),
            }
        }
    }
}

async fn send(sender: &mpsc::Sender<Result<StreamEventsResponse, Status>>, event: StoredEvent, is_final: bool) -> bool {
    sender.send(Ok(proto::convert::experiment::event(event, is_final))).await.is_ok()
}
