//! Commits of scores, beside the same rows written by hand: tokio-postgres, statements prepared once, the same fence
//! check, progress and events in one transaction.
//!
//! The two take turns, so that other work on the machine meets both, and the ratio is told besides criterion's figures.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

mod by_hand;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::ids::{ExperimentId, Fence, JobId};
use domain::journal::Actor;
use domain::plan::JobPlan;
use domain::ports::{ExperimentStore as _, NewExperiment};
use domain::score::Score;
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder};
use testkit::postgres::TestDatabase;
use tokio::runtime::Runtime;
use uuid::Uuid;

use by_hand::ByHand;

/// Jobs of one member; its last one brings the event `evaluated`.
const JOBS: u32 = 4;
/// Members of one experiment.
const MEMBERS: u32 = 16;
/// Bytes of an action log: some hundred ticks.
const LOG: usize = 600;

/// A claimed job and what was measured in it.
struct Work {
    experiment: ExperimentId,
    job: JobId,
    fence: Fence,
    scores: Vec<Score>,
}

/// Claimed jobs, as many as are needed.
struct Supply {
    store: Arc<SqlStore>,
    url: String,
    batch: u32,
    ready: Vec<Work>,
}

impl Supply {
    async fn next(&mut self) -> Work {
        if self.ready.is_empty() {
            self.ready = self.plan().await;
        }
        self.ready.pop().unwrap()
    }

    async fn plan(&self) -> Vec<Work> {
        let mut spec = builder::spec(JOBS * self.batch);
        spec.limits.job_episodes = Some(self.batch);
        let id = ExperimentId::derive(&spec.hash(), &Uuid::new_v4().to_string());
        let first = builder::plan(id, &spec, 0, MEMBERS);
        let (episodes_planned, provenance) = (first.episodes(), builder::provenance());
        let launched_by = Actor::new("bench");
        let new = NewExperiment { id, episodes_planned, spec, provenance, first, launched_by };
        self.store.create(&new).await.unwrap();
        by_hand::claim_all(&self.url, id).await;
        let work = |job: &JobPlan| {
            let score = |episode| Score {
                action_log: (0..LOG).map(|at| at as u8).collect(),
                ..builder::score(0, job.position, episode, 7)
            };
            let scores = job.episodes.iter().map(score).collect();
            Work { experiment: id, job: job.id, fence: Fence(1), scores }
        };
        new.first.jobs.iter().rev().map(work).collect()
    }
}

/// Who commits, in the order of [`NAMES`].
const CONTENDERS: usize = 4;
/// By hand; the store as it is; the store with the logs in the transaction of the scores; with the logs copied before.
const NAMES: [&str; CONTENDERS] = ["by hand", "store", "store, logs inserted", "store, logs copied"];

/// One of each, and what they took so far.
struct Contest {
    supply: Supply,
    by_hand: ByHand,
    stores: [Arc<SqlStore>; CONTENDERS - 1],
    turns: usize,
    took: [Vec<Duration>; CONTENDERS],
}

impl Contest {
    /// Has each commit a batch; who was second is first the next time.
    async fn turn(&mut self) -> [Duration; CONTENDERS] {
        let mut took = [Duration::ZERO; CONTENDERS];
        for place in 0..CONTENDERS {
            let who = (self.turns + place) % CONTENDERS;
            let work = self.supply.next().await;
            let begun = Instant::now();
            if who == 0 {
                self.by_hand.finish(&work).await;
            } else {
                let store = &self.stores[who - 1];
                let finished = store.finish(work.job, work.fence, &work.scores).await.unwrap();
                assert!(finished.job_done);
            }
            took[who] = begun.elapsed();
        }
        self.turns += 1;
        took.iter().zip(&mut self.took).for_each(|(one, all)| all.push(*one));
        took
    }

    fn report(&self, batch: u32) {
        let median = |took: &[Duration]| {
            let mut sorted = took.to_vec();
            sorted.sort_unstable();
            sorted[sorted.len() / 2].as_secs_f64()
        };
        let by_hand = median(&self.took[0]);
        println!("batches of {batch}, medians of {} turns", self.turns);
        for (name, took) in NAMES.iter().zip(&self.took) {
            let rows = f64::from(batch) / median(took);
            println!("  {name:<22} {rows:>8.0} rows/s   {:.2} of by hand", by_hand / median(took));
        }
    }
}

fn commit(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create());
    // By hand there is no encryption either.
    let url = format!("{}?sslmode=disable", database.url());
    let config = StoreConfig::new(&url).with_migrations();
    let connect = |copy_from| {
        let config = StoreConfig { copy_from, ..config.clone() };
        Arc::new(runtime.block_on(store::connect(&config, Arc::new(PlainEncoder))).unwrap())
    };
    let stores = [config.copy_from, usize::MAX, 1].map(connect);
    for batch in [1, 8, 20, 64] {
        let supply = Supply { store: stores[0].clone(), url: database.url(), batch, ready: Vec::new() };
        let by_hand = runtime.block_on(ByHand::prepare(&database.url(), batch as usize));
        let contest = Contest { supply, by_hand, stores: stores.clone(), turns: 0, took: Default::default() };
        let contest = RefCell::new(contest);
        let mut group = criterion.benchmark_group(format!("batches of {batch}"));
        group.throughput(Throughput::Elements(batch.into())).sample_size(20);
        // All of them commit in every turn; what is timed is the first two.
        for (who, name) in NAMES.into_iter().enumerate().take(2) {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|count| {
                    let mut contest = contest.borrow_mut();
                    runtime.block_on(async {
                        let mut took = Duration::ZERO;
                        for _ in 0..count {
                            took += contest.turn().await[who];
                        }
                        took
                    })
                });
            });
        }
        group.finish();
        // A filter on the command line may have left this size out.
        if contest.borrow().turns > 0 {
            contest.borrow().report(batch);
        }
    }
}

criterion_group!(benches, commit);
criterion_main!(benches);
