//! A session with an agent, with a limit on every wait.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use domain::action::Buttons;
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use proto::agent::v1::agent_service_client::AgentServiceClient;
use proto::agent::v1::{ConfigUpdate, SessionLimits};
use proto::convert::BadMessage;
use proto::session::{Session, SessionError};
use runtime::grpc::{self, Address, ClientConfig};
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::episode::{Assigned, Decider};
use super::{AttemptError, HELLO};

/// How long an agent may take for anything but a decision.
const PATIENCE: Duration = Duration::from_secs(10);

/// An agent that is dialled, configured and ready to play.
pub struct Agent {
    session: Session,
    configured: Option<(SessionSetup, bool, ObservationSpec)>,
    /// What the decisions of the episode rest on, where that is kept.
    record: Option<Vec<u8>>,
    limit: Duration,
    alarm: Alarm,
}

impl Agent {
    /// Dials an agent over a channel of these settings and waits for its HELLO.
    ///
    /// # Errors
    /// If it cannot be reached, stays silent or speaks another protocol.
    pub async fn dial(address: &Address, config: &ClientConfig) -> Result<Self, AttemptError> {
        let client = grpc::Client::new(address, config, proto::methods::OF_AGENTS).map_err(AttemptError::Address)?;
        let mut client = AgentServiceClient::new(client).max_decoding_message_size(grpc::DEFAULT_MAX_MESSAGE_BYTES);
        let mut alarm = Alarm(Box::pin(sleep(PATIENCE)));
        let session = alarm.within(PATIENCE, HELLO, Session::open(&mut client)).await?;
        Ok(Self { session, configured: None, record: None, limit: PATIENCE, alarm })
    }

    /// Tells the agent what it is, unless it is that already, and learns what it wants to be shown. From now on a
    /// decision may take up to `limit`, and with `record` the agent is asked what each of them rests on.
    ///
    /// # Errors
    /// If the agent refuses or fails.
    pub async fn configure(
        &mut self,
        setup: &SessionSetup,
        limit: Duration,
        record: bool,
    ) -> Result<ObservationSpec, AttemptError> {
        self.limit = limit;
        self.record = record.then(Vec::new);
        if let Some((known, recorded, observation)) = &self.configured
            && (known, *recorded) == (setup, record)
        {
            return Ok(*observation);
        }
        let limits = SessionLimits { tick_ms: limit.as_millis() as u64, ..SessionLimits::default() };
        let config = ConfigUpdate { limits: Some(limits), trace: record, ..ConfigUpdate::from(setup) };
        let observation = self.alarm.within(PATIENCE, "READY", self.session.configure(config)).await?;
        self.configured = Some((setup.clone(), record, observation));
        Ok(observation)
    }

    /// What the decisions of the latest episode rest on, if that was asked for; nothing where the agent cannot tell.
    ///
    /// # Errors
    /// If what the agent said is no record.
    pub fn take_record(&mut self) -> Result<Option<Vec<u8>>, AttemptError> {
        let Some(record) = &mut self.record else { return Ok(None) };
        let record = std::mem::take(record);
        decision::record::read(&record).map_err(|error| {
            AttemptError::Session(SessionError::from(BadMessage::new("action.trace", error.to_string())))
        })?;
        Ok(Some(record))
    }

    /// Whether the agent has said that it is about to leave; another one should play the next episode.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.session.draining().is_some()
    }

    /// Ends the session in order, for a second at most.
    pub async fn close(self) {
        // What the agent counted is its own; a session that does not end in order ends with its stream.
        let _ = timeout(Duration::from_secs(1), self.session.close("no more episodes")).await;
    }
}

impl Decider for Agent {
    async fn start(&mut self, assigned: &Assigned<'_>) -> Result<(), AttemptError> {
        self.record.iter_mut().for_each(Vec::clear);
        self.alarm.within(PATIENCE, "the start", self.session.start_with(assigned.into())).await
    }

    async fn decide(&mut self, state: &GameState) -> Result<Buttons, AttemptError> {
        match &mut self.record {
            None => self.alarm.within(self.limit, "an action", self.session.decide(state)).await,
            Some(record) => {
                self.alarm.within(self.limit, "an action", self.session.decide_on_record(state, record)).await
            }
        }
    }

    async fn finish(&mut self, state: &GameState) -> Result<(), AttemptError> {
        self.alarm.within(PATIENCE, "the end", self.session.finish(state)).await
    }
}

/// Ends waits that take too long. One timer serves all of them: it is moved only when it fires, so that a tick does not
/// set and remove one.
struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    async fn within<T>(
        &mut self,
        limit: Duration,
        awaited: &'static str,
        call: impl Future<Output = Result<T, SessionError>>,
    ) -> Result<T, AttemptError> {
        let deadline = Instant::now() + limit;
        if self.0.deadline() > deadline {
            self.0.as_mut().reset(deadline);
        }
        let mut call = pin!(call);
        poll_fn(|cx| {
            if let Poll::Ready(result) = call.as_mut().poll(cx) {
                return Poll::Ready(result.map_err(AttemptError::from));
            }
            while self.0.as_mut().poll(cx).is_ready() {
                if self.0.deadline() >= deadline {
                    return Poll::Ready(Err(AttemptError::Late { awaited, limit }));
                }
                self.0.as_mut().reset(deadline);
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn tick(alarm: &mut Alarm, takes: Duration) -> Result<(), AttemptError> {
        let call = async {
            sleep(takes).await;
            Ok(())
        };
        alarm.within(Duration::from_secs(5), "an action", call).await
    }

    #[tokio::test(start_paused = true)]
    async fn every_wait_has_its_own_limit() {
        let mut alarm = Alarm(Box::pin(sleep(Duration::from_secs(60))));
        for _ in 0..4 {
            tick(&mut alarm, Duration::from_secs(4)).await.unwrap();
        }
        let begun = Instant::now();

        let late = tick(&mut alarm, Duration::from_secs(9)).await;

        assert!(matches!(late, Err(AttemptError::Late { awaited: "an action", .. })));
        assert_eq!(begun.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn an_alarm_that_went_off_long_ago_ends_nothing() {
        let mut alarm = Alarm(Box::pin(sleep(Duration::ZERO)));
        sleep(Duration::from_secs(60)).await;

        tick(&mut alarm, Duration::from_secs(4)).await.unwrap();
    }
}
