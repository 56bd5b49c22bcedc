//! Publishes jobs and waits until the broker has taken responsibility for each.

use std::iter::zip;
use std::sync::Arc;

use domain::error::ErrorKind;
use domain::ports::{JobMessage, PortError, PortResult};
use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation};
use runtime::crash::{self, Point};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::connection::{Link, pause_before, retries};
use super::errors::answered;
use super::silence::Silence;
use super::spans::{self, Route};
use crate::wire::{self, CONTENT_TYPE, SCHEMA_VERSION, SCHEMA_VERSION_HEADER, TRACEPARENT_HEADER};

/// How many messages may wait for their confirmation.
const WINDOW: usize = 256;

/// AMQP's number for messages that survive a restart of the broker.
const PERSISTENT: u8 = 2;

/// The one channel jobs are published on.
#[derive(Debug)]
pub(super) struct Publisher {
    link: Arc<Link>,
    /// Locked while publishing: the broker tells which message it could not route only by its place in the order.
    sending: Mutex<Sending>,
    route: Route,
}

#[derive(Debug, Default)]
struct Sending {
    /// Empty before the first use and after a failure.
    channel: Option<Channel>,
    silence: Silence,
}

impl Publisher {
    pub(super) fn new(link: Arc<Link>) -> Self {
        let route = Route::of(link.config());
        Self { link, sending: Mutex::default(), route }
    }

    /// Publishes all, trying again within the patience of the settings while the broker is away. Jobs whose
    /// confirmation was lost are published twice; the ledger knows them.
    pub(super) async fn publish(&self, jobs: &[JobMessage]) -> PortResult<()> {
        let deadline = Instant::now() + self.link.config().patience;
        let mut waits = retries();
        let mut sending = self.sending.lock().await;
        for window in jobs.chunks(WINDOW) {
            while let Err(error) = self.attempt(&mut sending, window).await {
                if !error.kind.is_retryable() {
                    return Err(error);
                }
                pause_before(deadline, &mut waits, error).await?;
            }
        }
        Ok(())
    }

    /// One try at one window. The channel is put back only after a success: one with lost or late confirmations must
    /// not be used again.
    async fn attempt(&self, sending: &mut Sending, jobs: &[JobMessage]) -> PortResult<()> {
        let channel = match sending.channel.take().filter(|channel| channel.status().connected()) {
            Some(channel) => channel,
            None => self.open().await?,
        };
        self.endure(&mut sending.silence).await?;
        let limit = self.link.config().timeout;
        let spans: Vec<_> = jobs.iter().map(|job| self.route.publish(job)).collect();
        let sent = answered(limit, "publish jobs", self.send(&channel, jobs)).await;
        let published = sent.and_then(|confirmations| {
            zip(confirmations, &spans)
                .try_for_each(|(confirmation, span)| accepted(confirmation).inspect_err(|_| spans::failed(span)))
        });
        if published.is_ok() {
            sending.channel = Some(channel);
            sending.silence.end();
        }
        published
    }

    /// Ends a silence that has lasted too long. After a broker has died a quorum queue of its may be there by name and
    /// serve nobody: it was too young to be found again, or elects no leader (rabbitmq-server issue 10070). The jobs in
    /// it are lost either way, the ledger knows them, and nothing but a new queue helps.
    async fn endure(&self, silence: &mut Silence) -> PortResult<()> {
        if !self.link.takes_messages().await {
            silence.end();
            return Ok(());
        }
        let limit = self.link.config().rebuild_after;
        if silence.tried(Instant::now()) < limit {
            return Ok(());
        }
        let queue = &self.link.config().queue;
        tracing::warn!(
            queue,
            "the queue has confirmed nothing for {limit:?} although the broker answers: making it anew"
        );
        silence.end();
        self.link.rebuild().await
    }

    async fn open(&self) -> PortResult<Channel> {
        let channel = self.link.channel().await?;
        // Without this the broker confirms nothing and the client reports "not requested".
        let selected = channel.confirm_select(ConfirmSelectOptions::default());
        answered(self.link.config().timeout, "ask for confirmations", selected).await?;
        Ok(channel)
    }

    async fn send(&self, channel: &Channel, jobs: &[JobMessage]) -> lapin::Result<Vec<Confirmation>> {
        let config = self.link.config();
        let mandatory = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        let mut waiting = Vec::with_capacity(jobs.len());
        for job in jobs {
            let body = wire::encode_job(job).map_err(std::io::Error::from)?;
            let (exchange, key) = (config.exchange.as_str().into(), config.routing_key.as_str().into());
            waiting.push(channel.basic_publish(exchange, key, mandatory, &body, self.properties(job)).await?);
        }
        crash::reached(Point::JobsSent);
        let mut confirmations = Vec::with_capacity(jobs.len());
        for confirmation in waiting {
            confirmations.push(confirmation.await?);
        }
        Ok(confirmations)
    }

    fn properties(&self, job: &JobMessage) -> BasicProperties {
        let mut headers = FieldTable::default();
        headers.insert(SCHEMA_VERSION_HEADER.into(), AMQPValue::LongString(SCHEMA_VERSION.into()));
        if let Some(traceparent) = self.link.config().trace.current() {
            headers.insert(TRACEPARENT_HEADER.into(), AMQPValue::LongString(traceparent.into()));
        }
        BasicProperties::default()
            .with_message_id(job.job.to_string().into())
            .with_content_type(CONTENT_TYPE.into())
            .with_delivery_mode(PERSISTENT)
            .with_headers(headers)
    }
}

/// What a confirmation is worth: an unroutable message is acknowledged too, and comes back inside.
fn accepted(confirmation: Confirmation) -> PortResult<()> {
    match confirmation {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => Err(unroutable(&returned)),
        Confirmation::Nack(None) => Err(PortError::new(ErrorKind::Unavailable, "RabbitMQ refused a job")),
        Confirmation::NotRequested => Err(PortError::new(ErrorKind::Internal, "the channel does not confirm")),
    }
}

fn unroutable(returned: &BasicReturnMessage) -> PortError {
    let (code, reason) = (returned.reply_code, &returned.reply_text);
    let message = format!("a job reached no queue ({code} {reason}); was the queue or its binding deleted?");
    PortError::new(ErrorKind::FailedPrecondition, message)
}
