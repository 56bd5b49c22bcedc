//! What people want to know of the broker and its queues.

use std::time::Duration;

use domain::ports::PortResult;
use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use lapin::tcp::AMQPUriTcpExt as _;
use lapin::uri::AMQPScheme;
use tokio::time::timeout;

use super::connection::Link;

/// How a client begins to speak AMQP 0-9-1.
const GREETING: &[u8] = b"AMQP\x00\x00\x09\x01";

/// Longest time to learn the version, which nothing depends on.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is known of RabbitMQ and of the queue of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmqpFacts {
    /// Where it is, without credentials.
    pub broker: String,
    /// Version of the broker, if it told.
    pub version: Option<String>,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Name of the queue.
    pub queue: String,
    /// Jobs that wait in it.
    pub waiting: u32,
    /// Consumers that take from it.
    pub consumers: u32,
    /// Messages in the dead-letter queue.
    pub dead: u32,
}

/// Looks at the broker; the queues are declared if they are not there.
pub(super) async fn of(link: &Link) -> PortResult<AmqpFacts> {
    let channel = link.channel().await?;
    let jobs = link.see(&channel, &link.config().queue).await?;
    let dead = link.see(&channel, &link.config().dead_queue()).await?;
    Ok(AmqpFacts {
        broker: link.broker(),
        version: timeout(PATIENCE, version(link)).await.ok().flatten(),
        tls: link.uri().scheme == AMQPScheme::AMQPS,
        queue: link.config().queue.clone(),
        waiting: jobs.message_count(),
        consumers: jobs.consumer_count(),
        dead: dead.message_count(),
    })
}

/// The version, from the first frame of a connection of its own: the client keeps that frame to itself.
async fn version(link: &Link) -> Option<String> {
    let runtime = lapin::runtime::default_runtime().ok()?;
    let mut stream = link.uri().connect_with_config_async(link.tls().as_ref(), &runtime).await.ok()?;
    stream.write_all(GREETING).await.ok()?;
    stream.flush().await.ok()?;
    let mut frame = [0; 4096];
    let mut read = 0;
    while find(&frame[..read]).is_none() && read < frame.len() {
        match stream.read(&mut frame[read..]).await.ok()? {
            0 => return None,
            more => read += more,
        }
    }
    find(&frame[..read])
}

/// The value of `version` in a table of properties: its name, `S`, four bytes of length, the text.
fn find(frame: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"\x07versionS";
    let at = frame.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
    let length = u32::from_be_bytes(frame.get(at..at + 4)?.try_into().ok()?);
    let text = frame.get(at + 4..)?.get(..length as usize)?;
    String::from_utf8(text.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_once_it_is_there() {
        let frame = b"\x01...\x07productS\x00\x00\x00\x08RabbitMQ\x07versionS\x00\x00\x00\x063.10.8\x08platform";
        assert_eq!(find(frame).as_deref(), Some("3.10.8"));
        for cut in 0..frame.len() - 9 {
            assert_eq!(find(&frame[..cut]), None, "{cut}");
        }
        assert_eq!(find(b"\x07versionS\xff\xff\xff\xff"), None);
    }
}
