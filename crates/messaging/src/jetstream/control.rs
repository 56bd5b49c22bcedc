//! Control messages over core NATS: taken from `{prefix}.control.*`, answered where an answer is wanted.
//!
//! Nothing is kept: who asks while nobody listens is not heard, which a request with a reply subject notices. What a
//! message means and who may send it is not known here.

use async_nats::{Client, Message, Subscriber};
use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use futures::StreamExt as _;

use super::client::connect_buffering;
use super::config::NatsConfig;

/// Messages that wait to be read. People and scripts send few; a flood is dropped by the client.
const BUFFERED: usize = 64;
/// Of several listeners in this group, one gets each message.
const GROUP: &str = "claudoom-control";

/// Listens to control messages.
#[derive(Debug)]
pub struct NatsControl {
    client: Client,
    messages: Subscriber,
}

/// One control message.
#[derive(Debug)]
pub struct ControlRequest {
    message: Message,
    client: Client,
}

impl NatsControl {
    /// Begins to connect and to listen, on a connection of its own; a NATS that is away is not an error.
    ///
    /// # Errors
    /// `Invalid` if the settings cannot be used.
    pub async fn connect(config: &NatsConfig) -> PortResult<Self> {
        config.check()?;
        let client = connect_buffering(config, BUFFERED).await?;
        let subject = config.control_subject("*");
        let messages = client.queue_subscribe(subject, GROUP.to_owned()).await.map_err(|cause| {
            PortError::new(ErrorKind::Invalid, "cannot listen to control messages over NATS").because(cause)
        })?;
        Ok(Self { client, messages })
    }

    /// The next message; none once the connection is closed for good.
    pub async fn next(&mut self) -> Option<ControlRequest> {
        let message = self.messages.next().await?;
        Some(ControlRequest { message, client: self.client.clone() })
    }
}

impl ControlRequest {
    /// What is asked for: the last token of the subject.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.message.subject.rsplit('.').next().unwrap_or_default()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.message.payload
    }

    /// Answers, if the sender wants to know.
    ///
    /// # Errors
    /// `Unavailable` if the answer could not be sent.
    pub async fn answer(self, body: String) -> PortResult<()> {
        let Some(reply) = self.message.reply else { return Ok(()) };
        self.client.publish(reply, body.into()).await.map_err(|cause| {
            PortError::new(ErrorKind::Unavailable, "cannot answer a control message over NATS").because(cause)
        })
    }
}
