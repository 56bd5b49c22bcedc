//! What it costs that jobs go through the ledger and the queue, beside the same jobs handed over directly.
//!
//! Two slots play for two seconds a job, which is four episodes; playing is sleeping, so that only what is between the
//! jobs differs. Bare: a slot is given its next job when it has answered. Distributed: a leader plans and queues them in
//! RabbitMQ, a worker claims them in PostgreSQL, commits the score of each episode and acknowledges, and a relay
//! publishes to NATS, all in this process. Timed from the launch to the digest.
//!
//! Starts services of its own; `JOBS` and `ROUNDS` as arguments, 20 and 3 unless given.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::Fence;
use domain::plan::JobPlan;
use domain::ports::{Assignment, NewExperiment};
use domain::status::ExperimentStatus;
use messaging::jetstream::NatsConfig;
use messaging::rabbit::AmqpConfig;
use orchestrator::app::{Dependencies, Remote};
use orchestrator::core::Core;
use orchestrator::games::absent::NoGames;
use orchestrator::shard::{Order, Played, Progress};
use orchestrator::user_files::FileCache;
use orchestrator::{leader, planning, worker};
use serde_json::json;
use store::StoreConfig;
use testkit::builder;
use testkit::services::Service;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::Span;

const SLOTS: usize = 2;
const EPISODES: u32 = 4;
const EPISODE: Duration = Duration::from_millis(500);

/// A slot that takes its time.
fn slot() -> mpsc::Sender<Order> {
    let (orders, mut taken) = mpsc::channel::<Order>(1);
    tokio::spawn(async move {
        while let Some(Order { assignment, results, progress, done, .. }) = taken.recv().await {
            for episode in &assignment.episodes {
                sleep(EPISODE).await;
                progress.advance();
                let score = builder::score(assignment.generation, assignment.member.position, episode, 1);
                results.send(Played { score, ticks: None, decisions: None }).await.unwrap();
            }
            drop(results);
            done.send(Ok(())).unwrap();
        }
    });
    orders
}

/// An experiment of one condition with this many jobs.
fn experiment(jobs: u32) -> NewExperiment {
    let mut spec = builder::spec(jobs * EPISODES);
    spec.limits.job_episodes = Some(EPISODES);
    let design = json!({ "factors": [{ "parameter": "agent.policy", "levels": ["random"] }] });
    spec.design = Some(serde_json::from_value(design).unwrap());
    let mut new = builder::experiment_of(spec, 1);
    new.first = planning::first(new.id, &new.spec, None).unwrap();
    new
}

/// Hands the jobs to the slots directly.
async fn bare(jobs: u32) -> f64 {
    let new = Arc::new(experiment(jobs));
    let begun = Instant::now();
    let slots: Vec<_> = (0..SLOTS)
        .map(|index| {
            let (orders, new) = (slot(), new.clone());
            tokio::spawn(async move {
                for job in new.first.jobs.iter().skip(index).step_by(SLOTS) {
                    hand_over(&orders, assignment(&new, job)).await;
                }
            })
        })
        .collect();
    for slot in slots {
        slot.await.unwrap();
    }
    begun.elapsed().as_secs_f64()
}

async fn hand_over(orders: &mpsc::Sender<Order>, assignment: Assignment) {
    let (results, mut played) = mpsc::channel(64);
    let (done, answer) = oneshot::channel();
    let (progress, cancelled) = (Arc::new(Progress::default()), CancellationToken::new());
    let assignment = Box::new(assignment);
    let (knowledge, span) = (Default::default(), Span::none());
    orders.send(Order { assignment, knowledge, results, progress, cancelled, span, done }).await.unwrap();
    while played.recv().await.is_some() {}
    answer.await.unwrap().unwrap();
}

fn assignment(new: &NewExperiment, job: &JobPlan) -> Assignment {
    Assignment {
        job: job.id,
        fence: Fence(1),
        experiment: new.id,
        spec: new.spec.clone(),
        provenance: new.provenance.clone(),
        generation: 0,
        member: new.first.members[0].clone(),
        episodes: job.episodes.clone(),
        failed_attempts: 0,
    }
}

/// Launches the experiment and waits for its digest.
async fn distributed(core: &Core, jobs: u32) -> f64 {
    let new = experiment(jobs);
    let begun = Instant::now();
    core.store.create(&new).await.unwrap();
    core.events.notify_one();
    core.progress.notify_one();
    loop {
        let record = core.store.experiment(new.id).await.unwrap();
        if record.status == ExperimentStatus::Completed {
            return begun.elapsed().as_secs_f64();
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// A leader, a worker and a relay over these services.
async fn system(services: &[Service; 3], cache: &std::path::Path) -> Core {
    let [postgres, nats, rabbitmq] = services;
    let dependencies = Dependencies {
        store: StoreConfig::new(format!("{}/postgres", postgres.url())),
        nats: NatsConfig::new(nats.url()),
        amqp: AmqpConfig::new(rabbitmq.url()),
        blobs: orchestrator::app::BlobPlace::Ledger,
    };
    store::migrate(&dependencies.store).await.unwrap();
    let cache = FileCache::new(cache, u64::MAX);
    let remote = Remote::connect(dependencies, Arc::new(NoGames), cache, "bench").await.unwrap();
    let Remote { core, relay, keeper, .. } = remote;
    let for_ever = CancellationToken::new();
    tokio::spawn(keeper.run(std::future::pending()));
    while core.store.ping().await.is_err() {
        sleep(Duration::from_millis(100)).await;
    }
    tokio::spawn(relay.run(for_ever.clone().cancelled_owned()));
    let leading = leader::Settings::new("bench", Duration::from_secs(3));
    tokio::spawn(leader::run(core.clone(), leading, for_ever.clone()));
    let slots = (0..SLOTS).map(|_| slot()).collect();
    tokio::spawn(worker::run(core.clone(), worker::Settings::new("bench"), slots, for_ever));
    core
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::main]
async fn main() {
    let numbers: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (jobs, rounds) = (*numbers.first().unwrap_or(&20), *numbers.get(1).unwrap_or(&3));
    let services = [Service::postgres(None), Service::nats(&[]), Service::rabbitmq(None)];
    let cache = tempfile::tempdir().unwrap();
    let core = system(&services, cache.path()).await;
    // Connects everything.
    distributed(&core, 2).await;
    println!("{jobs} jobs of {:?} on {SLOTS} slots, {rounds} rounds", EPISODE * EPISODES);
    println!("{:>10} {:>14} {:>10}", "bare", "distributed", "overhead");
    let mut overheads = Vec::new();
    for _ in 0..rounds {
        let (bare, distributed) = (bare(jobs).await, distributed(&core, jobs).await);
        let overhead = 100.0 * (distributed / bare - 1.0);
        println!("{bare:>8.3} s {distributed:>12.3} s {overhead:>8.2} %");
        overheads.push(overhead);
    }
    println!("median overhead {:.2} %", median(overheads));
}
