//! The dead-letter queue: what people look at, and how it goes back to work.

use domain::ports::{JobMessage, PortResult};
use lapin::Channel;
use lapin::message::{BasicGetMessage, Delivery as Message};
use lapin::options::BasicGetOptions;

use super::config::AmqpConfig;
use super::connection::Link;
use super::consumer::read;
use super::delivery::{Answer, Unanswered};
use super::errors::answered;
use super::publisher::Publisher;

/// Looks at up to `limit` messages and gives them back; what is not a job is left out.
pub(super) async fn list(link: &Link, limit: usize) -> PortResult<Vec<JobMessage>> {
    let channel = link.channel().await?;
    let mut held = Vec::new();
    let mut jobs = Vec::new();
    // All are held until the end, or the first one would come again and again.
    while held.len() < limit {
        let Some((message, unanswered)) = take(&channel, link.config()).await? else { break };
        jobs.extend(read(&message).ok());
        held.push(unanswered);
    }
    for unanswered in held {
        unanswered.answer(Answer::Requeue).await?;
    }
    Ok(jobs)
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
