//! One job in hand.

use std::sync::Arc;

use async_trait::async_trait;
use domain::error::ErrorKind;
use domain::ports::{Delivery, JobMessage, PortError, PortResult};
use lapin::options::{BasicAckOptions, BasicNackOptions};
use lapin::{Acker, Channel};
use runtime::crash::{self, Point};
use tracing::Instrument as _;

use super::errors::failed;
use super::spans::{self, Route};

/// A message that waits for its answer. Dropped without one it is given back in the background; if there is no runtime
/// to do it in, or the connection is gone, the broker gives it back when the channel closes.
pub(super) struct Unanswered {
    acker: Acker,
    /// Keeps the channel open: an answer must go over the channel the message came by, also when its consumer is gone.
    channel: Channel,
}

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Ack,
    Requeue,
    Reject,
}

impl Answer {
    /// The operation in the words of AMQP.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Requeue => "nack",
            Self::Reject => "reject",
        }
    }
}

impl Unanswered {
    pub(super) fn new(acker: Acker, channel: Channel) -> Self {
        Self { acker, channel }
    }

    /// Answers. A broken connection means that the message comes again, whatever the answer was.
    pub(super) async fn answer(self, answer: Answer) -> PortResult<()> {
        match send(&self.acker, answer).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(PortError::new(ErrorKind::Unavailable, "the connection broke before the job was answered"))
            }
            Err(error) => Err(failed("answer a job", error)),
        }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if !self.acker.usable() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (acker, channel) = (self.acker.clone(), self.channel.clone());
        runtime.spawn(async move {
            if let Err(error) = send(&acker, Answer::Requeue).await {
                tracing::debug!(%error, "a dropped job could not be given back; the broker does it");
            }
            drop(channel);
        });
    }
}

async fn send(acker: &Acker, answer: Answer) -> lapin::Result<bool> {
    let nack = |requeue| acker.nack(BasicNackOptions { requeue, ..BasicNackOptions::default() });
    match answer {
        Answer::Ack => acker.ack(BasicAckOptions::default()).await,
        Answer::Requeue => nack(true).await,
        Answer::Reject => nack(false).await,
    }
}

/// A [`Delivery`] from RabbitMQ.
pub(super) struct RabbitDelivery {
    pub(super) message: JobMessage,
    pub(super) redelivered: bool,
    pub(super) traceparent: Option<String>,
    pub(super) unanswered: Unanswered,
    pub(super) route: Arc<Route>,
}

impl RabbitDelivery {
    async fn settle(self, answer: Answer) -> PortResult<()> {
        let span = self.route.settle(&self.message, answer);
        let settled = self.unanswered.answer(answer).instrument(span.clone()).await;
        if settled.is_err() {
            spans::failed(&span);
        }
        settled
    }
}

#[async_trait]
impl Delivery for RabbitDelivery {
    fn message(&self) -> JobMessage {
        self.message
    }

    fn redelivered(&self) -> bool {
        self.redelivered
    }

    fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    async fn ack(self: Box<Self>) -> PortResult<()> {
        crash::around(Point::AckDue, Point::Acked, self.settle(Answer::Ack)).await
    }

    async fn requeue(self: Box<Self>) -> PortResult<()> {
        self.settle(Answer::Requeue).await
    }

    async fn reject(self: Box<Self>) -> PortResult<()> {
        self.settle(Answer::Reject).await
    }
}
