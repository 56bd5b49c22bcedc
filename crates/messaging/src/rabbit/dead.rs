//! The dead-letter queue: what people look at, and how it goes back to work.

use domain::ports::{DeadLetter, PortResult};
use lapin::Channel;
use lapin::message::{BasicGetMessage, Delivery as Message};
use lapin::options::BasicGetOptions;
use lapin::types::AMQPValue;

use super::config::AmqpConfig;
use super::connection::Link;
use super::consumer::{header, read, text};
use super::delivery::{Answer, Unanswered};
use super::errors::answered;
use super::publisher::Publisher;

/// Looks at up to `limit` messages and gives them back.
pub(super) async fn list(link: &Link, limit: usize) -> PortResult<Vec<DeadLetter>> {
    let channel = link.channel().await?;
    let mut held = Vec::new();
    let mut letters = Vec::new();
    // All are held until the end, or the first one would come again and again.
    while held.len() < limit {
        let Some((message, unanswered)) = take(&channel, link.config()).await? else { break };
        letters.push(letter(&message));
        held.push(unanswered);
    }
    for unanswered in held {
        unanswered.answer(Answer::Requeue).await?;
    }
    Ok(letters)
}

fn letter(message: &Message) -> DeadLetter {
    DeadLetter {
        message: read(message).ok(),
        reason: text(message, "x-first-death-reason").unwrap_or_default(),
        dead_at_ms: died(message),
        bytes: message.data.len(),
    }
}

/// The time of the latest death, which the broker gives in seconds.
fn died(message: &Message) -> Option<i64> {
    let AMQPValue::FieldArray(deaths) = header(message, "x-death")? else { return None };
    let AMQPValue::FieldTable(latest) = deaths.as_slice().first()? else { return None };
    match latest.inner().get("time")? {
        AMQPValue::Timestamp(seconds) => i64::try_from(*seconds).ok()?.checked_mul(1_000),
        _ => None,
    }
}

/// Publishes up to `limit` jobs again; each leaves the dead-letter queue after the job queue has it.
pub(super) async fn redrive(link: &Link, publisher: &Publisher, limit: usize) -> PortResult<usize> {
    let channel = link.channel().await?;
    let mut strangers = Vec::new();
    let mut driven = 0;
    while driven < limit {
        let Some((message, unanswered)) = take(&channel, link.config()).await? else { break };
        match read(&message) {
            Ok(job) => {
                publisher.publish(&[job]).await?;
                unanswered.answer(Answer::Ack).await?;
                driven += 1;
            }
            // Held until the end, for the same reason; dropping gives them back.
            Err(_) => strangers.push(unanswered),
        }
    }
    Ok(driven)
}

async fn take(channel: &Channel, config: &AmqpConfig) -> PortResult<Option<(Message, Unanswered)>> {
    let getting = channel.basic_get(config.dead_queue().as_str().into(), BasicGetOptions::default());
    let Some(got) = answered(config.timeout, "read the dead-letter queue", getting).await? else { return Ok(None) };
    let BasicGetMessage { delivery, .. } = got;
    let unanswered = Unanswered::new(delivery.acker.clone(), channel.clone());
    Ok(Some((delivery, unanswered)))
}
