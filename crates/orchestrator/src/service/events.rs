//! The event stream of an experiment: its history from a sequence number, then what happens, until it has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::ports::{ExperimentStore, PortError, StoredEvent};
use futures::Stream;
use proto::orchestrator::v1::StreamEventsResponse;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// Events that are read at once; also the most that wait for a slow reader.
const BATCH: u32 = 256;
/// How often the store is asked for news.
const LOOK: Duration = Duration::from_millis(200);
/// Pause while the store is away.
const AWAY: Duration = Duration::from_secs(1);

/// A stream of events.
pub(crate) type EventStream = Pin<Box<dyn Stream<Item = Result<StreamEventsResponse, Status>> + Send>>;

/// Streams the events of an experiment after `after`. Memory is bounded however long the history is and however slow
/// the reader; the stream ends with the experiment, its last message marked final, or with what is there now if
/// `history_only`.
pub(crate) fn stream(store: Arc<dyn ExperimentStore>, id: ExperimentId, after: i64, history_only: bool) -> EventStream {
    let (sender, receiver) = mpsc::channel(BATCH as usize);
    // The task ends with the stream: sending to a reader that has gone fails.
    tokio::spawn(async move {
        let mut after = after;
        while let Err(error) = follow(store.as_ref(), id, &mut after, history_only, &sender).await {
            // A store that is away interrupts nobody who listens: what happened meanwhile is read when it is back.
            if error.kind != ErrorKind::Unavailable {
                let _ = sender.send(Err(super::status(error))).await;
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(AWAY) => {}
                () = sender.closed() => return,
            }
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

async fn follow(
    store: &dyn ExperimentStore,
    id: ExperimentId,
    after: &mut i64,
    history_only: bool,
    sender: &mpsc::Sender<Result<StreamEventsResponse, Status>>,
) -> Result<(), PortError> {
    // Sent last; whoever goes on after an error goes on behind what was sent.
    let mut held: Option<StoredEvent> = None;
    let mut read = *after;
    loop {
        // The status is read before the events, so that a final status proves that no event is missed.
        let ended = store.experiment(id).await?.status.has_ended();
        let events = store.events_after(id, read, BATCH).await?;
        let drained = events.len() < BATCH as usize;
        for event in events {
            read = event.sequence;
            if let Some(previous) = held.replace(event)
                && !send(sender, previous, false, after).await
            {
                return Ok(());
            }
        }
        // The newest event is held back for as long as it may turn out to be the last.
        if ended && drained {
            if let Some(last) = held.take() {
                send(sender, last, true, after).await;
            }
            return Ok(());
        }
        if drained {
            // Had it ended between the two reads, the newest event would be the last: look again before sending it.
            if held.is_some() && store.experiment(id).await?.status.has_ended() {
                continue;
            }
            if let Some(newest) = held.take()
                && !send(sender, newest, false, after).await
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

/// Sends an event and remembers that; false if nobody listens any more.
async fn send(
    sender: &mpsc::Sender<Result<StreamEventsResponse, Status>>,
    event: StoredEvent,
    is_final: bool,
    sent: &mut i64,
) -> bool {
    *sent = event.sequence;
    sender.send(Ok(proto::convert::experiment::event(event, is_final))).await.is_ok()
}
