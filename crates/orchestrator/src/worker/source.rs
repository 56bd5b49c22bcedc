//! Where the lanes of a worker take their jobs.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::ports::{Delivery, JobConsumer, PortResult};
use tokio::sync::Mutex;

use crate::core::Core;

/// The consumer that the lanes share; renewed when it dies.
pub(super) struct Source {
    core: Core,
    prefetch: u16,
    consumer: Mutex<Option<Box<dyn JobConsumer>>>,
    /// Lanes that can take a job, or play one.
    able: AtomicUsize,
}

impl Source {
    pub(super) fn new(core: Core, prefetch: u16, lanes: usize) -> Self {
        Self { core, prefetch, consumer: Mutex::new(None), able: AtomicUsize::new(lanes) }
    }

    /// The next job for one of the lanes. Cancel safe.
    pub(super) async fn next(&self) -> PortResult<Box<dyn Delivery>> {
        let mut consumer = self.consumer.lock().await;
        let taking = match &mut *consumer {
            Some(consumer) => consumer,
            none => none.insert(self.core.queue.consume(self.prefetch).await?),
        };
        let next = taking.next().await;
        if next.is_err() {
            *consumer = None;
        }
        next
    }

    /// Notes that a lane can take no job until what this returns is dropped. What was taken ahead is given back when no
    /// lane is left to play it.
    pub(super) async fn unable(&self) -> Unable<'_> {
        let unable = Unable(&self.able);
        if self.able.fetch_sub(1, Ordering::AcqRel) == 1 {
            *self.consumer.lock().await = None;
        }
        unable
    }
}

/// A lane that can take no job.
pub(super) struct Unable<'a>(&'a AtomicUsize);

impl Drop for Unable<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}
