//! The connection to NATS: made in the background, remade for ever, and talked about in the log.

use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event};
use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use runtime::retry::{Backoff, Jitter};

use crate::wire::without_credentials;

/// Waits between attempts to connect.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(50), factor: 2.0, cap: Duration::from_secs(4) };

/// A half-open connection is noticed after two pings without an answer.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// Messages of one subscription that wait to be read, unless a caller wants fewer.
const BUFFERED: usize = 65_536;

/// Begins to connect; returns at once also if no server is there.
pub(super) async fn connect(url: &str) -> PortResult<Client> {
    connect_buffering(url, BUFFERED).await
}

/// As [`connect`]; of each subscription, at most `buffered` messages wait to be read, and what comes beyond that is lost.
pub(super) async fn connect_buffering(url: &str, buffered: usize) -> PortResult<Client> {
    let servers: Vec<&str> = url.split(',').map(str::trim).collect();
    let shown = shown(&servers);
    let connected = ConnectOptions::new()
        .name("claudoom")
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(delay)
        .ping_interval(PING_INTERVAL)
        .subscription_capacity(buffered)
        .event_callback({
            let shown = shown.clone();
            move |event| {
                report(&event, &shown);
                std::future::ready(())
            }
        })
        .connect(servers)
        .await;
    connected.map_err(|cause| {
        PortError::new(ErrorKind::Invalid, format!("cannot use `{shown}` as address of NATS")).because(cause)
    })
}

/// Fails at once while there is no connection, rather than filling the client's buffer with what is sent again later.
pub(super) fn ensure_connected(client: &Client) -> PortResult<()> {
    match client.connection_state() {
        State::Connected => Ok(()),
        State::Pending | State::Disconnected => Err(PortError::new(ErrorKind::Unavailable, "NATS is not connected")),
    }
}

/// The wait before attempt number `attempt`, counted from 1.
fn delay(attempt: usize) -> Duration {
    let failures = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    BACKOFF.delay(failures, Jitter::random().next_unit())
}

fn shown(servers: &[&str]) -> String {
    servers.iter().map(|server| without_credentials(server)).collect::<Vec<_>>().join(",")
}

fn report(event: &Event, server: &str) {
    match event {
        Event::Connected => tracing::info!(server, "connected to NATS"),
        Event::Disconnected => tracing::warn!(server, "lost the connection to NATS"),
        Event::LameDuckMode | Event::Draining | Event::Closed => tracing::warn!(server, %event, "NATS connection"),
        Event::SlowConsumer(_) | Event::ServerError(_) | Event::ClientError(_) => {
            tracing::warn!(server, %event, "NATS reports a problem");
        }
    }
}
