//! The connection to NATS: made in the background, remade for ever, and talked about in the log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event};
use domain::error::ErrorKind;
use domain::ports::{PortError, PortResult};
use runtime::config::NatsLogin;
use runtime::outage::Outage;
use runtime::retry::{Backoff, Jitter};

use super::config::NatsConfig;

/// Waits between attempts to connect.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(50), factor: 2.0, cap: Duration::from_secs(4) };

/// A half-open connection is noticed after two pings without an answer.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// Longest time of one attempt to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Messages of one subscription that wait to be read, unless a caller wants fewer.
const BUFFERED: usize = 65_536;

/// Begins to connect; returns at once also if no server is there.
pub(super) async fn connect(config: &NatsConfig) -> PortResult<Client> {
    connect_buffering(config, BUFFERED).await
}

/// As [`connect`]; of each subscription, at most `buffered` messages wait to be read, and what comes beyond that is lost.
pub(super) async fn connect_buffering(config: &NatsConfig, buffered: usize) -> PortResult<Client> {
    let reporter = Arc::new(Reporter { server: config.shown(), outage: Mutex::new(Outage::new("NATS")) });
    let connected = options(config)?
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(delay)
        .ping_interval(PING_INTERVAL)
        .subscription_capacity(buffered)
        .event_callback(move |event| {
            reporter.report(&event);
            std::future::ready(())
        })
        .connect(config.servers().collect::<Vec<_>>())
        .await;
    connected.map_err(|cause| {
        PortError::new(ErrorKind::Invalid, format!("cannot use `{}` as address of NATS", config.shown())).because(cause)
    })
}

/// Fails at once while there is no connection, rather than filling the client's buffer with what is sent again later.
pub(super) fn ensure_connected(client: &Client) -> PortResult<()> {
    match client.connection_state() {
        State::Connected => Ok(()),
        State::Pending | State::Disconnected => Err(PortError::new(ErrorKind::Unavailable, "NATS is not connected")),
    }
}

/// Connects once more, for the reason alone: the client that tries again for ever keeps it to itself.
pub(super) async fn why_not(config: &NatsConfig) -> PortError {
    let options = match options(config) {
        Ok(options) => options,
        Err(error) => return error,
    };
    let connecting = options.connection_timeout(CONNECT_LIMIT).connect(config.servers().collect::<Vec<_>>());
    let server = config.shown();
    match connecting.await {
        Ok(_) => PortError::new(ErrorKind::Unavailable, format!("NATS at {server} is back a moment ago")),
        Err(error) => {
            let message = format!("cannot connect to NATS at {server}: {error}{}", advice(&error.to_string()));
            PortError::new(ErrorKind::Unavailable, message).because(error)
        }
    }
}

/// What a TLS library's words for "this is no TLS" mean.
fn advice(reason: &str) -> &'static str {
    if reason.contains("InvalidContentType") { "; TLS is demanded, and the server offers none" } else { "" }
}

fn options(config: &NatsConfig) -> PortResult<ConnectOptions> {
    let mut options = ConnectOptions::new().name("claudoom").connection_timeout(CONNECT_LIMIT);
    options = match &config.login {
        None => options,
        Some(NatsLogin::User(user, password)) => options.user_and_password(user.clone(), password.expose().to_owned()),
        Some(NatsLogin::Token(token)) => options.token(token.expose().to_owned()),
        // The parser's error is left out because it may quote the file.
        Some(NatsLogin::Credentials(text)) => options
            .credentials(text.expose())
            .map_err(|_| PortError::new(ErrorKind::Invalid, "the credentials file for NATS cannot be read"))?,
    };
    if config.tls.any() {
        options = options.require_tls(true);
    }
    if let Some(ca) = &config.tls.ca {
        options = options.add_root_certificates(ca.clone());
    }
    if let (Some(cert), Some(key)) = (&config.tls.cert, &config.tls.key) {
        options = options.add_client_certificate(cert.clone(), key.clone());
    }
    Ok(options)
}

/// The wait before attempt number `attempt`, counted from 1.
fn delay(attempt: usize) -> Duration {
    let failures = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    BACKOFF.delay(failures, Jitter::random().next_unit())
}

/// Tells of the connection, and not at every attempt.
struct Reporter {
    server: String,
    outage: Mutex<Outage>,
}

impl Reporter {
    fn report(&self, event: &Event) {
        let server = &self.server;
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Connected => {
                if outage.up().is_none() {
                    tracing::info!(server, "connected to NATS");
                }
            }
            Event::Disconnected => outage.down("the connection was lost"),
            Event::ClientError(error) => outage.down(&error.to_string()),
            // Only the last user of a connection closes it: one that is lost is made again for ever.
            Event::Draining | Event::Closed => tracing::debug!(server, %event, "NATS connection ended by us"),
            Event::LameDuckMode | Event::SlowConsumer(_) | Event::ServerError(_) => {
                tracing::warn!(server, %event, "NATS reports a problem");
            }
        }
    }
}
