//! A slot as its lane sees it: it takes one order at a time, and is asked again only after it has answered.

use std::time::Duration;

use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::play::AttemptError;
use crate::shard::Order;

/// How a slot answers an order.
pub(super) type Answer = Result<(), AttemptError>;

/// How long a slot is waited for before that is told.
const SILENCE: Duration = Duration::from_secs(30);

/// The way to a slot.
pub(super) struct LaneSlot {
    orders: mpsc::Sender<Order>,
    /// What the last order came to, unless it was heard.
    answer: Option<oneshot::Receiver<Answer>>,
}

impl LaneSlot {
    pub(super) fn new(orders: mpsc::Sender<Order>) -> Self {
        Self { orders, answer: None }
    }

    /// Whether the slot has answered all it was given, as far as is known.
    pub(super) fn is_free(&mut self) -> bool {
        if self.answer.as_mut().is_some_and(|answer| !matches!(answer.try_recv(), Err(TryRecvError::Empty))) {
            self.answer = None;
        }
        self.answer.is_none()
    }

    /// Waits until the slot has answered an order that was given up. Its thread may be blocked by an engine that does not
    /// answer; meanwhile the lane must hold no job. Cancel safe.
    pub(super) async fn free(&mut self) {
        while let Some(answer) = &mut self.answer {
            if timeout(SILENCE, answer).await.is_ok() {
                self.answer = None;
            } else {
                tracing::warn!("a slot has not answered for {SILENCE:?}, waiting for it");
            }
        }
    }

    /// Gives the order that `make` completes with where to answer; false if the slot has ended.
    pub(super) async fn order(&mut self, make: impl FnOnce(oneshot::Sender<Answer>) -> Order) -> bool {
        let (done, answer) = oneshot::channel();
        self.answer = Some(answer);
        self.orders.send(make(done)).await.is_ok()
    }

    /// What the order came to; absent if the slot has ended.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        let answer = self.answer.as_mut()?.await.ok();
        self.answer = None;
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::Fence;
    use domain::ports::Assignment;
    use testkit::builder;
    use tokio_util::sync::CancellationToken;
    use tracing::Span;

    use super::*;
    use crate::shard::Progress;

    fn order(done: oneshot::Sender<Answer>) -> Order {
        let mut new = builder::experiment(1, 1);
        let job = new.first.jobs.remove(0);
        let assignment = Assignment {
            job: job.id,
            fence: Fence(1),
            experiment: new.id,
            spec: new.spec,
            provenance: new.provenance,
            generation: 0,
            member: new.first.members.remove(0),
            episodes: job.episodes,
            failed_attempts: 0,
        };
        Order {
            knowledge: Default::default(),
            assignment: Box::new(assignment),
            results: mpsc::channel(1).0,
            progress: Arc::new(Progress::default()),
            cancelled: CancellationToken::new(),
            span: Span::none(),
            done,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_free_again_only_when_it_has_answered_what_was_given_up() {
        let (orders, mut taken) = mpsc::channel(1);
        let mut slot = LaneSlot::new(orders);
        slot.free().await;
        assert!(slot.order(order).await);
        let blocked = taken.recv().await.unwrap();

        assert!(timeout(SILENCE * 3, slot.free()).await.is_err(), "it has not answered");
        assert!(!slot.is_free());
        blocked.done.send(Err(AttemptError::Cancelled)).unwrap();

        slot.free().await;
        assert!(slot.is_free() && slot.order(order).await);
        taken.recv().await.unwrap().done.send(Ok(())).unwrap();
        assert!(matches!(slot.answer().await, Some(Ok(()))));
        drop(taken);
        assert!(!slot.order(order).await);
        assert!(slot.answer().await.is_none());
    }
}
