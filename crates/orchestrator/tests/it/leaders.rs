//! Several orchestrators on one database: one plans, another takes over, and nobody plans who leads no more.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::ExperimentId;
use domain::ports::{Candidate, Claim, Election, ExperimentStore, Leader, Leadership, PortResult, Term};
use orchestrator::core::Core;
use orchestrator::leader::{self, Settings};
use store::SqlStore;
use testkit::builder;
use testkit::postgres::TestDatabase;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::daemons::Process;
use crate::support::{orchestrator, succeed};
use crate::system::{PATIENCE, Served, System, connect, core, eventually};

const EXPERIMENT: &str = "name = \"led\"\nseed = 4\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 2\n[evolution]\npopulation = 3\ngenerations = 3\nconfirmation = 2\n";

/// Plays open jobs of an experiment without a game, all or all but the last `left`.
async fn play(store: &SqlStore, id: ExperimentId, left: usize) {
    let open = store.open_jobs(id).await.unwrap();
    for job in &open[..open.len() - left] {
        let Claim::Granted(job) = store.claim(*job, "test", Duration::from_secs(60)).await.unwrap() else { panic!() };
        let kills = |replicate| i32::try_from(replicate).unwrap();
        let score = |episode| builder::score(job.generation, job.member.position, episode, kills(episode.replicate));
        let scores: Vec<_> = job.episodes.iter().map(score).collect();
        store.finish(job.job, job.fence, &scores).await.unwrap();
    }
}

async fn led_by(store: &SqlStore, name: &str) {
    eventually(&format!("{name} leads"), PATIENCE, async || {
        let leader = store.leader().await.unwrap();
        leader.is_some_and(|leader| leader.name == name && !leader.lease_left.is_zero())
    })
    .await;
}

fn name_of(process: &Process) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    format!("{}-{}", host.trim(), process.id())
}

/// How long it takes until the last job of the experiment's generation has led to the next one and all is published.
async fn next_generation(store: &SqlStore, id: ExperimentId, limit: Duration) -> Duration {
    let generation = store.experiment(id).await.unwrap().generation;
    play(store, id, 0).await;
    eventually("the next generation is planned and published", limit, async || {
        store.experiment(id).await.unwrap().generation > generation && store.outbox_lag().await.unwrap() == 0
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_goes_on_within_seconds_when_the_leader_is_killed_or_frozen() {
    let system = System::new().await;
    let store = system.store().await;
    let Served { process: first, server } = system.serve_as("first", &[]);
    led_by(&store, &name_of(&first)).await;
    let other = system.serve_as("second", &[]);
    // Whoever stands by takes calls too.
    let id = other.launch(&system.data, EXPERIMENT).parse().unwrap();
    succeed(orchestrator().args(["pause", "led", "--server", &other.server]));
    succeed(orchestrator().args(["resume", "led", "--server", &server]));
    let second = other.process;
    play(&store, id, 1).await;

    first.signal("KILL");
    let after_kill = next_generation(&store, id, Duration::from_secs(5)).await;

    let third = system.serve_as("third", &[]).process;
    led_by(&store, &name_of(&second)).await;
    play(&store, id, 1).await;
    second.signal("STOP");
    let after_freeze = next_generation(&store, id, Duration::from_secs(10)).await;
    println!("planned and published after: SIGKILL {after_kill:?}, SIGSTOP {after_freeze:?}");

    led_by(&store, &name_of(&third)).await;
    second.signal("CONT");
    eventually("the frozen one notices", PATIENCE, async || system.logged("second").contains("leads no more")).await;
    let leaders: Vec<_> = store.terms(10).await.unwrap().into_iter().map(|term| term.leader).collect();
    assert_eq!(leaders, [name_of(&third), name_of(&second), name_of(&first)]);
    let doctor = orchestrator().args(["doctor", "--database-url", &system.database.url()]).output().unwrap();
    let told = String::from_utf8_lossy(&doctor.stdout);
    assert!(told.contains(&format!("{} leads, in term 3", name_of(&third))), "{told}");

    // Told to stop, a leader resigns: the other one does not wait for the lease.
    assert_eq!(third.stop(), Some(0));
    led_by(&store, &name_of(&second)).await;
    next_generation(&store, id, PATIENCE).await;
    assert_eq!(second.stop(), Some(0));
    assert!(store.leader().await.unwrap().is_none_or(|leader| leader.lease_left.is_zero()));
}

fn start(core: Core, name: &str, lease: Duration) -> (JoinHandle<()>, CancellationToken) {
    let stop = CancellationToken::new();
    (tokio::spawn(leader::run(core, Settings::new(name, lease), stop.clone())), stop)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_to_stop_is_followed_at_once() {
    let database = TestDatabase::create().await;
    let (store, other) = (connect(&database).await, connect(&database).await);
    // So long that the test would not wait for it to run out.
    let lease = Duration::from_secs(600);
    let settings = |name| Settings { renewal: Duration::from_millis(200), ..Settings::new(name, lease) };
    let run = |store: &Arc<SqlStore>, name| {
        let stop = CancellationToken::new();
        (tokio::spawn(leader::run(core(store, store.clone()), settings(name), stop.clone())), stop)
    };
    let (one, stop_one) = run(&store, "one");
    led_by(&store, "one").await;
    let (two, stop_two) = run(&other, "two");
    sleep(Duration::from_millis(500)).await;
    led_by(&store, "one").await;

    stop_one.cancel();
    one.await.unwrap();

    led_by(&store, "two").await;
    stop_two.cancel();
    two.await.unwrap();
}

/// Says that the lease goes on, whatever the store says: a leader that cannot know that it leads no more.
struct Deluded(Arc<SqlStore>, std::sync::Mutex<Option<Election>>);

#[async_trait]
impl Leadership for Deluded {
    async fn stand(&self, candidate: &Candidate, lease: Duration) -> PortResult<Election> {
        let known = self.1.lock().unwrap().clone();
        match known {
            Some(election) => Ok(election),
            None => {
                let election = self.0.stand(candidate, lease).await?;
                Ok(self.1.lock().unwrap().insert(election).clone())
            }
        }
    }

    async fn resign(&self, _: &Candidate) -> PortResult<()> {
        Ok(())
    }

    async fn leader(&self) -> PortResult<Option<Leader>> {
        self.0.leader().await
    }

    async fn terms(&self, limit: u32) -> PortResult<Vec<Term>> {
        self.0.terms(limit).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_does_not_know_of_its_end_plans_nothing() {
    let database = TestDatabase::create().await;
    let store = connect(&database).await;
    let new = builder::experiment(2, 2);
    store.create(&new).await.unwrap();
    let deluded = core(&store, Arc::new(Deluded(store.clone(), Default::default())));
    let (past, stop_past) = start(deluded, "past", Duration::from_millis(600));
    led_by(&store, "past").await;
    // The lease is not renewed, so another takes over; it does not plan either for now.
    let present = Candidate::new("present");
    eventually("another takes over", PATIENCE, async || {
        matches!(store.stand(&present, Duration::from_secs(600)).await.unwrap(), Election::Elected(_))
    })
    .await;

    play(&store, new.id, 0).await;
    let fenced = async || store.terms(2).await.unwrap()[1].fenced_writes;
    eventually("its planning is refused and counted", PATIENCE, async || fenced().await > 0).await;

    assert!(store.experiment(new.id).await.unwrap().digest.is_none());
    store.resign(&present).await.unwrap();
    let (future, stop_future) = start(core(&store, store.clone()), "future", Duration::from_secs(3));
    eventually("the experiment is completed", PATIENCE, async || {
        store.experiment(new.id).await.unwrap().digest.is_some()
    })
    .await;
    for stop in [stop_past, stop_future] {
        stop.cancel();
    }
    past.await.unwrap();
    future.await.unwrap();
}
