//! LiveSession as one stream adaptor: polls what comes in, decides in place and yields the answer.
//!
//! There is no task and no channel between a state and its action. The clocks (first message, drain) are looked at
//! only when there is nothing to read.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use domain::ErrorKind;
use futures::{Stream, StreamExt as _};
use proto::agent::v1::agent_message::Payload;
use proto::agent::v1::{AgentError, AgentMessage, OrchestratorMessage};
use proto::status;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tracing::debug;

use crate::audience::Audiences;
use crate::roster::Roster;
use crate::session::{Answer, Breach, Session};
use crate::settings::Settings;

/// One LiveSession; `I` is what the orchestrator says.
pub struct LiveStream<I> {
    inbound: I,
    session: Session,
    roster: Arc<Roster>,
    audiences: Arc<Audiences>,
    /// Messages that are ready to go. Actions pass it by.
    ready: VecDeque<Result<AgentMessage, Status>>,
    /// The time limit of the first message, later that of the drain.
    limit: Option<Pin<Box<Sleep>>>,
    /// Resolves when the daemon is to stop; gone once it has.
    drain: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    drain_limit: Duration,
    over: bool,
}

impl<I> LiveStream<I>
where
    I: Stream<Item = Result<OrchestratorMessage, Status>> + Unpin,
{
    /// A session over `inbound` that drains when `drain` is cancelled.
    pub(crate) fn new(
        inbound: I,
        settings: &Settings,
        roster: Arc<Roster>,
        audiences: Arc<Audiences>,
        drain: CancellationToken,
    ) -> Self {
        let session = Session::new(settings.budget);
        let hello = Ok(message(session.hello()));
        Self {
            inbound,
            session,
            roster,
            audiences,
            ready: VecDeque::from([hello]),
            limit: Some(Box::pin(sleep(settings.config_limit))),
            drain: Some(Box::pin(drain.cancelled_owned())),
            drain_limit: settings.drain_limit,
            over: false,
        }
    }

    /// Takes in what was said; an action is returned to be sent at once, everything else waits in `ready`.
    fn hear(&mut self, heard: OrchestratorMessage) -> Option<AgentMessage> {
        let awaited_config = self.session.awaits_config();
        let is_config = matches!(heard.payload, Some(proto::agent::v1::orchestrator_message::Payload::Config(_)));
        match self.session.on(heard) {
            Ok(Answer::One(action @ Payload::Action(_))) => return Some(message(action)),
            Ok(Answer::Nothing) => {}
            Ok(Answer::One(payload)) => self.say(payload),
            Ok(Answer::Two(first, second)) => {
                self.say(first);
                self.say(second);
            }
            Ok(Answer::Last(payload)) => {
                self.say(payload);
                self.over = true;
            }
            Err(breach) => self.end(&breach),
        }
        if is_config && !self.over {
            self.accepted(awaited_config);
        }
        self.leave_if_drained();
        None
    }

    fn accepted(&mut self, first: bool) {
        if first && self.drain.is_some() {
            self.limit = None;
        }
        if let Some((setup, seed)) = self.session.player() {
            self.roster.remember(setup, seed);
            let audience = self.audiences.of(setup.agent.as_str());
            self.session.play_before(audience);
        }
    }

    /// Looks at the clocks; ready if there is something to say.
    fn poll_clocks(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(drain) = &mut self.drain
            && drain.as_mut().poll(cx).is_ready()
        {
            self.drain = None;
            let draining = self.session.drain(self.drain_limit);
            self.say(draining);
            self.limit = Some(Box::pin(sleep(self.drain_limit)));
            self.leave_if_drained();
            return Poll::Ready(());
        }
        if let Some(limit) = &mut self.limit
            && limit.as_mut().poll(cx).is_ready()
        {
            self.limit = None;
            match self.drain {
                Some(_) => self.end(&self.session.breach(ErrorKind::DeadlineExceeded, "no config came in time")),
                None => self.leave(),
            }
            return Poll::Ready(());
        }
        Poll::Pending
    }

    fn leave_if_drained(&mut self) {
        if self.drain.is_none() && !self.over && !self.session.is_playing() {
            self.leave();
        }
    }

    /// Ends the session because the daemon stops.
    fn leave(&mut self) {
        self.say(self.session.stopped());
        self.say(self.session.final_metrics());
        self.ready.push_back(Err(status::status(ErrorKind::Unavailable, "the agent has stopped")));
        self.over = true;
    }

    /// Ends the session because of a failure: said in the stream, for those who read messages, and as the status.
    fn end(&mut self, breach: &Breach) {
        debug!(error = %breach.message, tick = breach.tick.0, "session broken off");
        let status = if breach.violations.is_empty() {
            status::status(breach.kind, &breach.message)
        } else {
            status::invalid(&breach.message, &breach.violations)
        };
        self.say(Payload::Error(AgentError {
            code: status.code().into(),
            message: status.message().to_owned(),
            tick: i32::try_from(breach.tick.0).unwrap_or(i32::MAX),
            retryable: breach.kind.is_retryable(),
            violations: breach.violations.iter().cloned().map(Into::into).collect(),
        }));
        self.ready.push_back(Err(status));
        self.over = true;
    }

    fn say(&mut self, payload: Payload) {
        self.ready.push_back(Ok(message(payload)));
    }
}

fn message(payload: Payload) -> AgentMessage {
    AgentMessage { payload: Some(payload) }
}

impl<I> Stream for LiveStream<I>
where
    I: Stream<Item = Result<OrchestratorMessage, Status>> + Unpin,
{
    type Item = Result<AgentMessage, Status>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            if this.over {
                return Poll::Ready(None);
            }
            match this.inbound.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(heard))) => {
                    if let Some(action) = this.hear(heard) {
                        return Poll::Ready(Some(Ok(action)));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    debug!(%error, "session lost");
                    // A peer that is still there hears what is wrong with its bytes.
                    this.ready.push_back(Err(error));
                    this.over = true;
                }
                Poll::Ready(None) => {
                    this.say(this.session.final_metrics());
                    this.over = true;
                }
                Poll::Pending => {
                    if this.poll_clocks(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}
