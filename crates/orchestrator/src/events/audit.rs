//! Notices that a stream has lost events, and has them published again.
//!
//! JetStream may lose what it has acknowledged: with its machine, with its disk, or because somebody deleted it. So
//! ledger and stream are compared when a process starts, when the stream was away, and when it is another one than
//! before. That every `serve` does so does no harm: what was put back already waits.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{PortResult, StreamWindow};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::EventPorts;
use super::history::retained_since;
use super::rebuild::{Reach, put_back_missing};
use super::verify::window;

/// How often the stream is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Looks after the stream until `shutdown`; rings `outbox` when there is something to publish again.
pub async fn run(ports: EventPorts, outbox: Arc<Notify>, shutdown: CancellationToken) {
    let looking = async {
        let mut audit = Audit { last: None };
        loop {
            match audit.look(&ports).await {
                Ok(0) => {}
                Ok(events) => {
                    tracing::warn!(events, "the stream has lost events; they are published again");
                    outbox.notify_one();
                }
                Err(error) => {
                    tracing::debug!(%error, "the stream cannot be compared with the ledger for now");
                    audit.last = None;
                }
            }
            sleep(LOOK).await;
        }
    };
    shutdown.run_until_cancelled(looking).await;
}

struct Audit {
    /// The stream when it was last compared; absent while it was away since.
    last: Option<StreamWindow>,
}

impl Audit {
    /// Compares ledger and stream if that is due; returns how many events were put back.
    async fn look(&mut self, ports: &EventPorts) -> PortResult<u64> {
        let Some(now) = window(ports).await? else {
            // Whoever publishes next makes it anew.
            self.last = None;
            return Ok(0);
        };
        let is_the_same = self.last.as_ref().is_some_and(|last| is_the_same(last, &now));
        let put_back = if is_the_same { 0 } else { compare(ports, &now).await? };
        self.last = Some(now);
        Ok(put_back)
    }
}

/// Whether a stream still is the one that it was, was there all the time, and has nothing cut off at its end.
fn is_the_same(before: &StreamWindow, now: &StreamWindow) -> bool {
    (before.created_at_ms, before.connections) == (now.created_at_ms, now.connections) && before.last <= now.last
}

async fn compare(ports: &EventPorts, window: &StreamWindow) -> PortResult<u64> {
    let since_ms = retained_since(ports.ledger.now_ms().await?, window);
    let recent = ports.ledger.recent_experiments(since_ms).await?;
    Ok(put_back_missing(ports, &recent, Reach::Retained).await?.into_values().sum())
}
