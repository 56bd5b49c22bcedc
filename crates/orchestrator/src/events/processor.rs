//! Takes events from the stream and makes the summaries of them.
//!
//! At least once on the way, once in effect: the inbox of the projection recognises what was taken in before, and an
//! event is answered after the commit of its effect. What can never be understood is put aside at once; what fails for
//! another reason is refused, comes again a little later, and is put aside when it has come too often. Any number of
//! processes may do this on one stream.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{
    EventConsumer, EventDelivery, EventSource, NewParked, ParkedEvents, PortError, PortResult, Projected, Projection,
    ReceivedEvent,
};
use futures::future::join_all;
use messaging::spans;
use runtime::crash::{self, Point};
use runtime::outage::Outage;
use runtime::retry::{Backoff, Waits};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::understand;
use crate::metrics::EventMetrics;

/// How a processor works.
#[derive(Debug, Clone)]
pub struct ProcessorSettings {
    /// Name of the stream, for what is put aside.
    pub stream: String,
    /// Events that are taken in by one transaction at most.
    pub batch: usize,
    /// After how long a refused event comes again.
    pub retry_after: Duration,
    /// With which delivery an event that failed is put aside.
    pub max_deliveries: u32,
    /// Pauses while stream or store are away.
    pub backoff: Backoff,
    /// How long what is there may still be processed at shutdown.
    pub drain: Duration,
}

impl ProcessorSettings {
    /// The settings of a daemon, for a stream.
    pub fn new(stream: impl Into<String>) -> Self {
        Self {
            stream: stream.into(),
            batch: 64,
            retry_after: Duration::from_secs(5),
            max_deliveries: 10,
            backoff: Backoff::default(),
            drain: Duration::from_secs(2),
        }
    }
}

/// After how long without an event nothing more is waited for at shutdown.
const QUIET: Duration = Duration::from_millis(200);

/// Makes summaries of events.
#[derive(Clone)]
pub struct Processor {
    source: Arc<dyn EventSource>,
    projection: Arc<dyn Projection>,
    parked: Arc<dyn ParkedEvents>,
    settings: ProcessorSettings,
    metrics: EventMetrics,
}

type InHand = (Box<dyn EventDelivery>, ReceivedEvent);

/// What a processor keeps from one consumer to the next.
struct Trials {
    waits: Waits,
    /// Apart from the store, because a stream without news is known to be back before anything is stored.
    stream: Outage,
    store: Outage,
}

impl Trials {
    fn new(backoff: Backoff) -> Self {
        let (stream, store) = (Outage::new("the consumer of events"), Outage::new("the store of summaries"));
        Self { waits: Waits::new(backoff), stream, store }
    }
}

impl Processor {
    /// A processor that has not begun.
    #[must_use]
    pub fn new(
        source: Arc<dyn EventSource>,
        projection: Arc<dyn Projection>,
        parked: Arc<dyn ParkedEvents>,
        settings: ProcessorSettings,
    ) -> Self {
        Self { source, projection, parked, settings, metrics: EventMetrics::new() }
    }

    /// Processes events until `shutdown`, then what is there, within the deadline of the settings. Failures of stream and
    /// store are logged and tried again, so this ends only with `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut trials = Trials::new(self.settings.backoff);
        while !shutdown.is_cancelled() && self.consume(&shutdown, &mut trials).await.is_err() {
            shutdown.run_until_cancelled(sleep(trials.waits.next_wait())).await;
        }
    }

    /// Processes what one consumer delivers, until `shutdown` or the first failure of stream or store. The consumer ends
    /// with it: while the store is away nothing must be taken, because every delivery is counted.
    async fn consume(&self, shutdown: &CancellationToken, trials: &mut Trials) -> PortResult<()> {
        let Trials { waits, stream, store } = trials;
        let opening = shutdown.run_until_cancelled(self.source.consume());
        let Some(opened) = opening.await else { return Ok(()) };
        let mut consumer = told(stream, opened)?;
        while let Some(taken) = shutdown.run_until_cancelled(consumer.next(self.settings.batch)).await {
            let taken = told(stream, taken)?;
            told(store, self.process(taken).await)?;
            waits.reset();
        }
        if timeout(self.settings.drain, self.drain(consumer.as_mut())).await.is_err() {
            tracing::info!("stopped with events left in the stream; they come again");
        }
        Ok(())
    }

    async fn drain(&self, consumer: &mut dyn EventConsumer) {
        while let Ok(Ok(taken)) = timeout(QUIET, consumer.next(self.settings.batch)).await {
            if self.process(taken).await.is_err() {
                return;
            }
        }
    }

    /// Processes some events; every one of them is answered, if only with a refusal.
    ///
    /// # Errors
    /// If the store is away.
    async fn process(&self, taken: Vec<Box<dyn EventDelivery>>) -> PortResult<()> {
        let mut understood = Vec::with_capacity(taken.len());
        let mut away = Ok(());
        for delivery in taken {
            match understand(delivery.message()) {
                Ok(received) => understood.push((delivery, received)),
                Err(why) => away = away.and(self.put_aside(delivery, &why.to_string()).await),
            }
        }
        away.and(self.project(understood).await)
    }

    async fn project(&self, in_hand: Vec<InHand>) -> PortResult<()> {
        if in_hand.is_empty() {
            return Ok(());
        }
        match self.take_in(&in_hand).await {
            Ok(outcomes) => self.settle(in_hand, outcomes).await,
            Err(error) if error.kind.is_retryable() => {
                self.refuse_all(in_hand, &error).await;
                Err(error)
            }
            // One of them may be to blame: the others must not suffer for it.
            Err(_) => {
                let mut away = Ok(());
                for one in in_hand {
                    away = away.and(self.project_alone(one).await);
                }
                away
            }
        }
    }

    async fn project_alone(&self, one: InHand) -> PortResult<()> {
        match self.take_in(std::slice::from_ref(&one)).await {
            Ok(outcomes) => self.settle(vec![one], outcomes).await,
            Err(error) => {
                let is_away = error.kind.is_retryable();
                self.refuse_all(vec![one], &error).await;
                if is_away { Err(error) } else { Ok(()) }
            }
        }
    }

    async fn take_in(&self, in_hand: &[InHand]) -> PortResult<Vec<Projected>> {
        let events: Vec<_> = in_hand.iter().map(|(_, received)| received.clone()).collect();
        let span = |event: &ReceivedEvent| spans::processing(&self.settings.stream, &event.record);
        let spans: Vec<_> = events.iter().map(span).collect();
        self.projection.project(&events).await.inspect_err(|_| spans.iter().for_each(spans::failed))
    }

    /// Answers what was taken in, all at once.
    async fn settle(&self, in_hand: Vec<InHand>, outcomes: Vec<Projected>) -> PortResult<()> {
        let mut away = Ok(());
        let mut done = Vec::with_capacity(in_hand.len());
        for ((delivery, received), outcome) in in_hand.into_iter().zip(outcomes) {
            if outcome == Projected::Conflict {
                let why = format!("another event with the id {} was taken in before", received.record.id);
                away = away.and(self.put_aside(delivery, &why).await);
                continue;
            }
            self.metrics.processed(if outcome == Projected::New { "projected" } else { "known" });
            done.push(delivery.ack());
        }
        for error in join_all(done).await.into_iter().filter_map(Result::err) {
            // It comes again and is recognised.
            tracing::debug!(%error, "an event could not be answered");
        }
        crash::reached(Point::ProjectionAcked);
        away
    }

    /// Refuses events, or puts those aside that have come too often.
    async fn refuse_all(&self, in_hand: Vec<InHand>, error: &PortError) {
        for (delivery, received) in in_hand {
            if delivery.deliveries() < self.settings.max_deliveries {
                self.give_back(delivery).await;
                continue;
            }
            let why = format!("failed {} times, last because: {}", delivery.deliveries(), whole(error));
            if let Err(error) = self.put_aside(delivery, &why).await {
                tracing::debug!(event = %received.record.id, %error, "an event could not be put aside either");
            }
        }
    }

    /// Puts an event aside and has the stream forget it; refuses it if that fails.
    async fn put_aside(&self, delivery: Box<dyn EventDelivery>, why: &str) -> PortResult<()> {
        let parked = NewParked {
            stream: self.settings.stream.clone(),
            message: delivery.message().clone(),
            error: why.to_owned(),
            deliveries: delivery.deliveries(),
        };
        match self.parked.park(&parked).await {
            Ok(()) => {
                let (id, subject, position) = (parked.id(), &parked.message.subject, parked.message.position);
                tracing::error!(%id, subject, position, why, "an event was put aside: `orchestrator events parked`");
                self.metrics.processed("parked");
                if let Err(error) = delivery.term().await {
                    tracing::debug!(%error, "an event could not be answered");
                }
                Ok(())
            }
            Err(error) => {
                self.give_back(delivery).await;
                if error.kind == ErrorKind::Internal {
                    tracing::warn!(error = &error as &dyn std::error::Error, why, "an event cannot be put aside");
                }
                Err(error)
            }
        }
    }

    async fn give_back(&self, delivery: Box<dyn EventDelivery>) {
        self.metrics.processed("refused");
        if let Err(error) = delivery.nak(self.settings.retry_after).await {
            // Without an answer it comes again as well, later.
            tracing::debug!(%error, "an event could not be given back");
        }
    }
}

/// Tells of what is away or there again, if that is news.
fn told<T>(outage: &mut Outage, result: PortResult<T>) -> PortResult<T> {
    match &result {
        Ok(_) => {
            outage.up();
        }
        Err(error) => outage.down(&whole(error)),
    }
    result
}

/// An error with its causes, for people.
fn whole(error: &PortError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(below) = cause {
        text = format!("{text}: {below}");
        cause = below.source();
    }
    text
}
