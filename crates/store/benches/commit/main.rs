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
use domain::ports::{Claim, ExperimentStore as _, NewExperiment};
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
        let new = NewExperiment { id, episodes_planned, spec, provenance, first };
        self.store.create(&new).await.unwrap();
        let mut work = Vec::new();
        for job in new.first.jobs.iter().rev() {
            let lease = Duration::from_secs(3600);
            let Claim::Granted(held) = self.store.claim(job.id, "bench", lease).await.unwrap() else { panic!() };
            let score = |episode| Score {
                action_log: (0..LOG).map(|at| at as u8).collect(),
                ..builder::score(0, held.member.position, episode, 7)
            };
            let scores = held.episodes.iter().map(score).collect();
            work.push(Work { experiment: id, job: job.id, fence: held.fence, scores });
        }
        work
    }
}

/// One of each, and what they took so far.
struct Pair {
    supply: Supply,
    by_hand: ByHand,
    turns: u64,
    took: [Vec<Duration>; 2],
}

impl Pair {
    /// Has both commit a batch; whoever was second is first the next time.
    async fn turn(&mut self) -> [Duration; 2] {
        let mut took = [Duration::ZERO; 2];
        let first = usize::from(self.turns.is_multiple_of(2));
        for who in [first, 1 - first] {
            let work = self.supply.next().await;
            let begun = Instant::now();
            if who == 0 {
                self.by_hand.finish(&work).await;
            } else {
                let finished = self.supply.store.finish(work.job, work.fence, &work.scores).await.unwrap();
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
        let mean = |took: &[Duration]| took.iter().sum::<Duration>().as_secs_f64() / took.len() as f64;
        let rows = |seconds: f64| f64::from(batch) / seconds;
        let [hand, store] = &self.took;
        println!(
            "batches of {batch}: by hand {:.0} rows/s, store {:.0} rows/s (medians of {} turns); ratio {:.2}, of means {:.2}",
            rows(median(hand)),
            rows(median(store)),
            self.turns,
            median(hand) / median(store),
            mean(hand) / mean(store),
        );
    }
}

fn commit(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create());
    let config = StoreConfig::new(database.url()).with_migrations();
    let store = Arc::new(runtime.block_on(store::connect(&config, Arc::new(PlainEncoder))).unwrap());
    for batch in [1, 8, 20, 64] {
        let supply = Supply { store: store.clone(), batch, ready: Vec::new() };
        let by_hand = runtime.block_on(ByHand::prepare(&database.url(), batch as usize));
        let pair = RefCell::new(Pair { supply, by_hand, turns: 0, took: Default::default() });
        let mut group = criterion.benchmark_group(format!("batches of {batch}"));
        group.throughput(Throughput::Elements(batch.into())).sample_size(20);
        for (who, name) in ["by hand", "store"].into_iter().enumerate() {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|count| {
                    let mut pair = pair.borrow_mut();
                    runtime.block_on(async {
                        let mut took = Duration::ZERO;
                        for _ in 0..count {
                            took += pair.turn().await[who];
                        }
                        took
                    })
                });
            });
        }
        group.finish();
        // A filter on the command line may have left this size out.
        if pair.borrow().turns > 0 {
            pair.borrow().report(batch);
        }
    }
}

criterion_group!(benches, commit);
criterion_main!(benches);
