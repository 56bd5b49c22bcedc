//! Readiness: which conditions hold, and what `grpc.health.v1` says about them.
//!
//! A condition is up or down for a reason, and may have to show progress: one that is up but has not moved for longer
//! than its limit counts as down. A service is SERVING only while all its conditions hold; the whole daemon (the
//! empty service name) only while all services are.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{Stream, stream};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse,
    health_check_response::ServingStatus,
    health_server::{Health, HealthServer},
};

/// How often a watched status is looked at again: lack of progress raises no signal of its own.
const RECHECK: Duration = Duration::from_secs(1);

/// The conditions of a daemon. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Readiness {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    services: BTreeMap<String, Vec<String>>,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    conditions: BTreeMap<String, Condition>,
    draining: bool,
}

#[derive(Clone, Debug)]
struct Condition {
    down_because: Option<String>,
    last_progress: Option<Instant>,
    progress_limit: Option<Duration>,
}

impl Default for Condition {
    fn default() -> Self {
        Self { down_because: Some("starting".to_owned()), last_progress: None, progress_limit: None }
    }
}

impl Condition {
    fn verdict(&self) -> Result<(), String> {
        if let Some(reason) = &self.down_because {
            return Err(reason.clone());
        }
        match (self.progress_limit, self.last_progress) {
            (Some(limit), Some(last)) if last.elapsed() > limit => {
                Err(format!("no progress for {} s", last.elapsed().as_secs()))
            }
            _ => Ok(()),
        }
    }
}

/// One condition as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionStatus {
    /// Name of the condition.
    pub name: String,
    /// Why it does not hold, or `Ok`.
    pub verdict: Result<(), String>,
    /// Time since it last moved; `None` if it never did.
    pub since_progress: Option<Duration>,
}

/// Declares services and conditions.
#[derive(Debug, Default)]
pub struct ReadinessBuilder {
    services: BTreeMap<String, Vec<String>>,
    conditions: BTreeMap<String, Condition>,
}

impl ReadinessBuilder {
    /// Adds a service (its full gRPC name) with the conditions it needs. Every condition is down until it is set.
    #[must_use]
    pub fn service<'a>(mut self, name: &str, conditions: impl IntoIterator<Item = &'a str>) -> Self {
        let conditions: Vec<String> = conditions.into_iter().map(str::to_owned).collect();
        for condition in &conditions {
            self.conditions.entry(condition.clone()).or_default();
        }
        self.services.insert(name.to_owned(), conditions);
        self
    }

    /// Lets a condition count as down after `limit` without [`Readiness::progress`]. A loop without work reports its
    /// idle rounds as progress: it does move.
    #[must_use]
    pub fn progress_limit(mut self, condition: &str, limit: Duration) -> Self {
        self.conditions.entry(condition.to_owned()).or_default().progress_limit = Some(limit);
        self
    }

    /// Returns the readiness, with nothing ready yet.
    pub fn build(self) -> Readiness {
        let state = Mutex::new(State { conditions: self.conditions, draining: false });
        Readiness { inner: Arc::new(Inner { services: self.services, state, changed: watch::Sender::new(()) }) }
    }
}

impl Readiness {
    /// Starts a declaration.
    pub fn builder() -> ReadinessBuilder {
        ReadinessBuilder::default()
    }

    /// Says that a condition holds, or why it does not. `Ok` counts as progress. A name that no service needs is
    /// shown and decides nothing.
    pub fn set(&self, condition: &str, verdict: Result<(), String>) {
        {
            let mut state = self.lock();
            let condition = state.conditions.entry(condition.to_owned()).or_default();
            if verdict.is_ok() {
                condition.last_progress = Some(Instant::now());
            }
            condition.down_because = verdict.err();
        }
        self.inner.changed.send_replace(());
    }

    /// Says that the work behind a condition moved.
    pub fn progress(&self, condition: &str) {
        if let Some(condition) = self.lock().conditions.get_mut(condition) {
            condition.last_progress = Some(Instant::now());
        }
    }

    /// Turns every service NOT_SERVING for good and ends health watches: the first step of stopping.
    pub fn drain(&self) {
        self.lock().draining = true;
        self.inner.changed.send_replace(());
    }

    /// Returns whether the process is stopping.
    pub fn is_draining(&self) -> bool {
        self.lock().draining
    }

    /// Returns whether a service is ready; the empty name stands for all of them. `None` for an unknown service.
    pub fn is_ready(&self, service: &str) -> Option<bool> {
        let state = self.lock();
        let holds = |name: &String| state.conditions.get(name).is_some_and(|condition| condition.verdict().is_ok());
        let ready = match self.inner.services.get(service) {
            Some(conditions) => conditions.iter().all(holds),
            None if service.is_empty() => self.inner.services.values().flatten().all(holds),
            None => return None,
        };
        Some(ready && !state.draining)
    }

    /// Returns every condition, by name.
    pub fn snapshot(&self) -> Vec<ConditionStatus> {
        let state = self.lock();
        let status = |(name, condition): (&String, &Condition)| ConditionStatus {
            name: name.clone(),
            verdict: condition.verdict(),
            since_progress: condition.last_progress.map(|last| last.elapsed()),
        };
        state.conditions.iter().map(status).collect()
    }

    /// Waits until a service is ready; the empty name stands for all of them. Never ends for an unknown service.
    pub async fn ready(&self, service: &str) {
        let mut changed = self.inner.changed.subscribe();
        while self.is_ready(service) != Some(true) {
            // The sender lives as long as `self`; an error cannot happen and would only be one more look.
            let _ = changed.changed().await;
        }
    }

    /// Returns the `grpc.health.v1` service.
    pub fn server(&self) -> HealthServer<Self> {
        HealthServer::new(self.clone())
    }

    fn status(&self, service: &str) -> ServingStatus {
        match self.is_ready(service) {
            Some(true) => ServingStatus::Serving,
            Some(false) => ServingStatus::NotServing,
            None => ServingStatus::ServiceUnknown,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl Health for Readiness {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        match self.status(&request.get_ref().service) {
            ServingStatus::ServiceUnknown => Err(Status::not_found("service not registered")),
            status => Ok(Response::new(HealthCheckResponse { status: status.into() })),
        }
    }

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let service = request.into_inner().service;
        let start = (self.clone(), self.inner.changed.subscribe(), None);
        let updates = stream::unfold(start, move |(readiness, mut changed, told)| {
            let service = service.clone();
            async move {
                loop {
                    let draining = readiness.is_draining();
                    let status = readiness.status(&service);
                    if told != Some(status) {
                        let update = HealthCheckResponse { status: status.into() };
                        return Some((Ok(update), (readiness, changed, Some(status))));
                    }
                    if draining {
                        return None;
                    }
                    // A change and a second without one lead to the same: another look.
                    let _ = timeout(RECHECK, changed.changed()).await;
                }
            }
        });
        Ok(Response::new(Box::pin(updates)))
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    fn readiness() -> Readiness {
        Readiness::builder()
            .service("game.v1.Play", ["store", "engine"])
            .service("game.v1.Admin", ["store"])
            .progress_limit("engine", Duration::from_secs(10))
            .build()
    }

    fn request(service: &str) -> Request<HealthCheckRequest> {
        Request::new(HealthCheckRequest { service: service.to_owned() })
    }

    #[tokio::test(start_paused = true)]
    async fn service_is_ready_when_all_its_conditions_hold() {
        let readiness = readiness();

        readiness.set("store", Ok(()));

        assert_eq!(readiness.is_ready("game.v1.Admin"), Some(true));
        assert_eq!(readiness.is_ready("game.v1.Play"), Some(false));
        assert_eq!(readiness.is_ready(""), Some(false));
        assert_eq!(readiness.is_ready("game.v1.Other"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn lack_of_progress_counts_as_down() {
        let readiness = readiness();
        readiness.set("store", Ok(()));
        readiness.set("engine", Ok(()));

        tokio::time::advance(Duration::from_secs(9)).await;
        readiness.progress("engine");
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(readiness.is_ready("game.v1.Play"), Some(true));

        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(readiness.is_ready("game.v1.Play"), Some(false));
        let engine = readiness.snapshot().into_iter().find(|status| status.name == "engine").unwrap();
        assert_eq!(engine.verdict, Err("no progress for 11 s".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn snapshot_says_why() {
        let readiness = readiness();
        readiness.set("store", Err("connection refused".to_owned()));

        let verdicts: Vec<_> = readiness.snapshot().into_iter().map(|status| (status.name, status.verdict)).collect();

        let expected = [("engine", "starting"), ("store", "connection refused")];
        assert_eq!(verdicts, expected.map(|(name, why)| (name.to_owned(), Err(why.to_owned()))));
    }

    #[tokio::test(start_paused = true)]
    async fn check_answers_not_found_for_unknown_services() {
        let readiness = readiness();

        let unknown = readiness.check(request("nobody")).await.unwrap_err();
        let known = readiness.check(request("game.v1.Play")).await.unwrap().into_inner();

        assert_eq!(unknown.code(), tonic::Code::NotFound);
        assert_eq!(known.status(), ServingStatus::NotServing);
    }

    #[tokio::test(start_paused = true)]
    async fn watch_follows_changes_and_staleness_and_ends_at_drain() {
        let readiness = readiness();
        let mut updates = readiness.watch(request("game.v1.Play")).await.unwrap().into_inner();
        let mut next = async || updates.next().await.map(|update| update.unwrap().status());

        assert_eq!(next().await, Some(ServingStatus::NotServing));
        readiness.set("store", Ok(()));
        readiness.set("engine", Ok(()));
        assert_eq!(next().await, Some(ServingStatus::Serving));
        // Paused time runs on while everybody waits: the engine's limit passes.
        assert_eq!(next().await, Some(ServingStatus::NotServing));
        readiness.set("engine", Ok(()));
        assert_eq!(next().await, Some(ServingStatus::Serving));
        readiness.drain();
        assert_eq!(next().await, Some(ServingStatus::NotServing));
        assert_eq!(next().await, None);
    }
}
