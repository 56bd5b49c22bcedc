//! Races within generations: whoever plays them, on whichever ledger, and whoever leads, they come to the same.

use std::sync::Arc;
use std::time::Duration;

use domain::experiment::ExperimentSpec;
use domain::genome::Genome;
use domain::ids::{DoomSeed, ExperimentId};
use domain::plan::Purpose;
use domain::ports::{Claim, ExperimentRecord, ExperimentStore, Leadership as _, NewExperiment};
use domain::seed::Draws;
use domain::status::ExperimentStatus;
use orchestrator::core::Core;
use orchestrator::leader::{self, Settings};
use orchestrator::planning;
use proto::events::Encoder;
use serde_json::{Value, json};
use store::{SqlStore, StoreConfig};
use testkit::builder;
use testkit::postgres::TestDatabase;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::system::{connect, core};

/// So short that whoever leads is followed at once when it is gone.
const LEASE: Duration = Duration::from_millis(300);

fn spec(racing: Value) -> ExperimentSpec {
    let mut spec = json!({
        "name": "raced", "seed": 8, "scenario": { "name": "basic" }, "agent": { "policy": "aim" },
        "seeds": { "episodes": 9 },
        "evolution": { "population": 8, "generations": 3, "elites": 2, "parents": 2, "confirmation": 4 },
    });
    if !racing.is_null() {
        spec["evolution"]["racing"] = racing;
    }
    serde_json::from_value(spec).unwrap()
}

/// What an agent kills on a seed: mostly by what it is, for the rest by how hard the seed is, and by luck.
fn differing(genome: &Genome, seed: DoomSeed) -> i32 {
    let own = genome.0.values().fold(1, |all, gene| Draws::new(all ^ gene.to_bits()).bits());
    let unit = |key: u64| Draws::new(key).unit();
    (200.0 * unit(own) + 60.0 * unit(seed.0.into()) + 30.0 * unit(own ^ u64::from(seed.0))) as i32
}

/// Everybody kills as many.
fn equal(_: &Genome, seed: DoomSeed) -> i32 {
    (seed.0 % 20) as i32
}

/// An experiment without games on a ledger of its own.
struct Field {
    store: Arc<SqlStore>,
    core: Core,
    id: ExperimentId,
    kills: fn(&Genome, DoomSeed) -> i32,
}

impl Field {
    async fn new(store: Arc<SqlStore>, spec: &ExperimentSpec, kills: fn(&Genome, DoomSeed) -> i32) -> Arc<Self> {
        let core = core(&store, store.clone());
        let id = ExperimentId::derive(&spec.hash(), "");
        let new = NewExperiment {
            id,
            spec: spec.clone(),
            provenance: builder::provenance(),
            episodes_planned: planning::planned(spec),
            first: planning::first(id, spec, None).unwrap(),
            launched_by: builder::note("").actor,
        };
        store.create(&new).await.unwrap();
        Arc::new(Self { store, core, id, kills })
    }

    async fn record(&self) -> ExperimentRecord {
        self.store.experiment(self.id).await.unwrap()
    }

    /// Plays one job after another until the experiment is completed.
    async fn play(self: Arc<Self>) {
        while self.record().await.status != ExperimentStatus::Completed {
            for job in self.store.open_jobs(self.id).await.unwrap() {
                let claim = self.store.claim(job, "test", Duration::from_secs(60)).await.unwrap();
                let Claim::Granted(job) = claim else { continue };
                let scores = job.episodes.iter().map(|episode| {
                    let kills = (self.kills)(&job.member.spec.genome, episode.doom_seed);
                    builder::score(job.generation, job.member.position, episode, kills)
                });
                let finished = self.store.finish(job.job, job.fence, &scores.collect::<Vec<_>>()).await.unwrap();
                if finished.generation_done {
                    self.core.progress.notify_one();
                }
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Leads; whoever leads is gone without a word after so much time, and another follows.
    async fn lead(self: Arc<Self>, dies: Option<Duration>) {
        for number in 0.. {
            let settings = Settings::new(format!("leader-{number}"), LEASE);
            let leading = tokio::spawn(leader::run(self.core.clone(), settings, CancellationToken::new()));
            let leading = AbortOnDropHandle::new(leading);
            sleep(dies.unwrap_or(Duration::MAX)).await;
            drop(leading);
        }
    }

    /// The record once it is completed, played by so many.
    async fn complete(self: &Arc<Self>, players: usize, dies: Option<Duration>) -> ExperimentRecord {
        let leading = tokio::spawn(Arc::clone(self).lead(dies));
        let playing: Vec<_> = (0..players).map(|_| tokio::spawn(Arc::clone(self).play())).collect();
        for player in playing {
            timeout(Duration::from_secs(120), player).await.expect("it completes").unwrap();
        }
        leading.abort();
        self.record().await
    }
}

async fn sqlite(folder: &tempfile::TempDir, name: &str) -> Arc<SqlStore> {
    let config = StoreConfig::new(folder.path().join(name).to_str().unwrap()).with_migrations();
    Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_comes_to_the_same_on_every_ledger_by_any_hands_and_under_leaders_that_die() {
    let (folder, database, other) =
        (tempfile::tempdir().unwrap(), TestDatabase::create().await, TestDatabase::create().await);
    let spec = spec(json!({ "first": 3, "every": 1 }));
    let field = async |store| Field::new(store, &spec, differing).await;
    let alone = field(sqlite(&folder, "alone.db").await).await;
    let together = field(sqlite(&folder, "together.db").await).await;
    let (crowd, headless) = (field(connect(&database).await).await, field(connect(&other).await).await);

    let expected = alone.complete(1, None).await;
    let dying = Some(Duration::from_millis(250));
    let others = [together.complete(8, None).await, crowd.complete(8, None).await, headless.complete(2, dying).await];

    let counts = |record: &ExperimentRecord| (record.episodes_planned, record.episodes_due, record.episodes_scored);
    for record in &others {
        assert_eq!((&record.digest, counts(record)), (&expected.digest, counts(&expected)));
    }
    assert!(headless.store.terms(100).await.unwrap().len() > 1, "leaders died");
    let most = planning::planned(&spec);
    assert!(expected.episodes_scored < most * 3 / 4, "{} of {most}", expected.episodes_scored);
    assert_eq!(expected.episodes_planned, expected.episodes_scored);
    for index in 0..=expected.generation {
        let generation = alone.store.generation(alone.id, index).await.unwrap();
        let counts = generation.members.iter().map(|member| (member.episodes_planned as usize, member.scores.len()));
        let counts: Vec<_> = counts.collect();
        assert!(counts.iter().all(|(planned, scored)| planned == scored), "{counts:?}");
        let is_raced = generation.purpose == Purpose::Evolution;
        let expected = if is_raced { 3..=9 } else { 4..=4 };
        assert!(counts.iter().all(|(_, scored)| expected.contains(scored)), "{counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equals_play_on_as_if_nobody_raced() {
    let folder = tempfile::tempdir().unwrap();
    let raced = Field::new(sqlite(&folder, "raced.db").await, &spec(json!({ "first": 3, "every": 4 })), equal).await;
    let plain = Field::new(sqlite(&folder, "plain.db").await, &spec(Value::Null), equal).await;

    let (raced, plain) = (raced.complete(2, None).await, plain.complete(2, None).await);

    assert_eq!((&raced.digest, raced.episodes_scored), (&plain.digest, plain.episodes_scored));
    assert_eq!(raced.episodes_scored, planning::planned(&raced.spec));
}
