//! Jobs whose worker is killed, frozen or stuck, and jobs that the queue has lost: another worker plays them, soon, and
//! the digest is that of a calm run.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::experiment::EvolutionSpec;
use domain::ids::ExperimentId;
use domain::ports::{ExperimentStore as _, FenceReport as _, JobQueue as _};
use messaging::memory::MemoryJobQueue;
use orchestrator::core::Core;
use orchestrator::leader::{self, Settings};
use testkit::builder;
use testkit::postgres::TestDatabase;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::daemons::Process;
use crate::embedded::children;
use crate::support::{folder, json, orchestrator};
use crate::system::{PATIENCE, System, connect, core, eventually};

/// One job per agent, of some seconds; many attempts, because here they fail on purpose.
const EXPERIMENT: &str = "name = \"harried\"\nseed = 12\n[scenario]\nname = \"defend_the_line\"\n\
                          [agent]\npolicy = \"aim\"\n[seeds]\nepisodes = 120\n\
                          [limits]\ntick_seconds = 2\njob_episodes = 120\nattempts = 100\n\
                          [evolution]\npopulation = 3\ngenerations = 1\nconfirmation = 2\n";

/// The digest of the calm run.
fn expected() -> String {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let launched = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));
    launched["digest"].as_str().unwrap().to_owned()
}

/// An attempt at a job.
#[derive(Debug, Clone)]
struct Attempt {
    job: String,
    fence: i64,
    worker: String,
    error: String,
}

async fn attempts(database: &TestDatabase) -> Vec<Attempt> {
    let select = "SELECT job_id, fence, worker, error FROM attempts ORDER BY started_at_ms";
    let attempt = |row: Vec<String>| Attempt {
        job: row[0].clone(),
        fence: row[1].parse().unwrap(),
        worker: row[2].clone(),
        error: row[3].clone(),
    };
    database.rows(select).await.into_iter().map(attempt).collect()
}

/// The job that a worker holds and its fence, as soon as it plays.
async fn held_by(database: &TestDatabase, worker: &str, process: &Process) -> (String, i64) {
    let select = format!("SELECT id, fence FROM jobs WHERE status = 'running' AND owner = '{worker}' AND ticks > 10");
    let mut held = Vec::new();
    eventually(&format!("{worker} plays"), PATIENCE, async || {
        held = database.rows(&select).await;
        !held.is_empty() && !children(process.id()).is_empty()
    })
    .await;
    (held[0][0].clone(), held[0][1].parse().unwrap())
}

async fn now(database: &TestDatabase) -> i64 {
    database.rows("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").await[0][0].parse().unwrap()
}

async fn digest(store: &store::SqlStore, id: ExperimentId) -> String {
    let mut digest = None;
    eventually("the experiment is completed", Duration::from_secs(120), async || {
        // A machine with too much to do may not hand out a connection in time; the next look will do.
        match store.experiment(id).await {
            Err(error) if error.kind == ErrorKind::Unavailable => {}
            looked => digest = looked.unwrap().digest,
        }
        digest.is_some()
    })
    .await;
    digest.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_killed_worker_and_one_of_a_frozen_worker_are_soon_played_by_others() {
    let (system, expected) = (System::new().await, expected());
    let (store, database) = (connect(&system.database).await, &system.database);
    let served = system.serve(&[]);
    let lease = ["--engines", "1", "--job-lease-ms", "2000"];
    let killed = system.work_as("killed", &lease);
    let id = served.launch(&system.data, EXPERIMENT).parse().unwrap();

    let (job, fence) = held_by(database, "killed", &killed).await;
    let at = now(database).await;
    killed.signal("KILL");
    let frozen = system.work_as("frozen", &lease);
    // When the lease has run out, the leader queues the job again, unless somebody who is given the message of the dead
    // connection has claimed it before.
    let free = format!(
        "SELECT queued_at_ms AS at FROM jobs WHERE id = '{job}' AND queued_at_ms > {at} \
         UNION ALL SELECT started_at_ms FROM attempts WHERE job_id = '{job}' AND fence > {fence} ORDER BY at"
    );
    eventually("the job is queued or claimed again", PATIENCE, async || !database.rows(&free).await.is_empty()).await;
    let after = database.rows(&free).await[0][0].parse::<i64>().unwrap() - at;
    println!("free again {after} ms after the kill");
    // The lease, the leader's look, and time to spare; no lack of scores has to be noticed.
    assert!(after < 2_000 + 6_000, "{after} ms");
    eventually("the job is claimed again", PATIENCE, async || {
        attempts(database).await.iter().any(|attempt| attempt.job == job && attempt.fence > fence)
    })
    .await;

    let (job, fence) = held_by(database, "frozen", &frozen).await;
    frozen.signal("STOP");
    let last = system.work_as("last", &lease);
    assert_eq!(digest(&store, id).await, expected);
    let taken_over = attempts(database).await.into_iter().find(|a| a.job == job && a.fence == fence + 1).unwrap();
    assert_eq!(taken_over.worker, "last");
    let before = store.fence_counts().await.unwrap();
    frozen.signal("CONT");
    eventually("what the frozen one still sends is refused", PATIENCE, async || {
        store.fence_counts().await.unwrap().fenced_writes > before.fenced_writes
    })
    .await;
    assert_eq!(digest(&store, id).await, expected);
    assert_eq!((frozen.stop(), last.stop()), (Some(0), Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_engine_is_stopped_is_finished_elsewhere() {
    let (system, expected) = (System::new().await, expected());
    let (store, database) = (connect(&system.database).await, &system.database);
    let served = system.serve(&[]);
    // Below the ten seconds after which an engine that does not answer is killed.
    let limits = |engines| ["--engines", engines, "--job-lease-ms", "3000", "--job-stuck-ms", "4000"];
    let stuck = system.work_as("stuck", &limits("1"));
    let id = served.launch(&system.data, EXPERIMENT).parse().unwrap();

    let (job, fence) = held_by(database, "stuck", &stuck).await;
    for engine in children(stuck.id()) {
        let stop = std::process::Command::new("kill").arg("-STOP").arg(engine.to_string()).status();
        assert!(stop.unwrap().success());
    }
    let other = system.work_as("other", &limits("3"));

    assert_eq!(digest(&store, id).await, expected);
    let attempts = attempts(database).await;
    let at = |fence| attempts.iter().find(|attempt| attempt.job == job && attempt.fence == fence).unwrap();
    assert_eq!(at(fence).worker, "stuck");
    assert!(at(fence).error.starts_with("no progress for"), "{attempts:?}");
    assert_eq!(at(fence + 1).worker, "other", "{attempts:?}");
    assert_eq!((stuck.stop(), other.stop()), (Some(0), Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_the_queue_has_lost_are_queued_again_once() {
    let database = TestDatabase::create().await;
    let store = connect(&database).await;
    let queue = Arc::new(MemoryJobQueue::default());
    let core = Core { queue: queue.clone(), ..core(&store, store.clone()) };
    let mut new = builder::experiment(3, 4);
    // What the director expects to be played before it plans on.
    let population = EvolutionSpec { population: 3, generations: 1, confirmation: 0, ..EvolutionSpec::default() };
    new.spec.evolution = Some(population);
    store.create(&new).await.unwrap();
    let stop = CancellationToken::new();
    let leading = tokio::spawn(leader::run(core, Settings::new("one", Duration::from_secs(3)), stop.clone()));
    let jobs = new.first.jobs.len();
    eventually("every job is queued", PATIENCE, async || queue.waiting() == jobs).await;

    // A queue that forgets all but one, and a worker that takes that one.
    let mut consumer = queue.consume(100).await.unwrap();
    for _ in 0..jobs {
        consumer.next().await.unwrap().ack().await.unwrap();
    }
    store.claim(new.first.jobs[0].id, "worker", Duration::from_secs(600)).await.unwrap();

    eventually("the others come again", PATIENCE, async || queue.waiting() == jobs - 1).await;
    // They wait, so they are not lost.
    sleep(Duration::from_secs(12)).await;
    assert_eq!(queue.waiting(), jobs - 1);
    stop.cancel();
    leading.await.unwrap();
}
