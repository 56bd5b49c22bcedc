//! Metrics reach whoever listens, once a second at most, and never hold anything up.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::journal::Actor;
use domain::plan::JobPlan;
use domain::ports::{Claim, ExperimentStore, MetricsPublisher, NewExperiment, PortResult};
use futures::StreamExt as _;
use messaging::jetstream::{NatsConfig, NatsMetrics};
use orchestrator::app::{Embedded, EmbeddedSettings};
use orchestrator::broadcast;
use proto::events::Encoder;
use serde_json::{Value, json};
use store::StoreConfig;
use testkit::builder;
use testkit::postgres::TestDatabase;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::daemons::{Forgotten, Process, base, free_port};
use crate::support::{engine_dir, folder, json, orchestrator, succeed};

const EXPERIMENT: &str = "name = \"told\"\nseed = 9\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 20\n[[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [3, 4]\n";

async fn ledger() -> (Arc<dyn ExperimentStore>, TestDatabase) {
    let database = TestDatabase::create().await;
    let config = StoreConfig::new(database.url()).with_migrations();
    (Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap()), database)
}

/// Scores every episode of the first generation, job by job; kills are the replicate's number.
async fn play(store: &dyn ExperimentStore, new: &NewExperiment, pause: Duration) {
    for JobPlan { id, .. } in &new.first.jobs {
        let Claim::Granted(job) = store.claim(*id, "worker", Duration::from_secs(60)).await.unwrap() else { panic!() };
        let kills = |replicate| i32::try_from(replicate).unwrap();
        let score = |episode| builder::score(0, job.member.position, episode, kills(episode.replicate));
        let scores: Vec<_> = job.episodes.iter().map(score).collect();
        store.finish(job.job, job.fence, &scores).await.unwrap();
        sleep(pause).await;
    }
}

/// What is heard below the prefix of metrics, by subject, until the last of `episodes` is told of.
async fn listen(config: &NatsConfig, episodes: u64) -> JoinHandle<BTreeMap<String, Vec<Value>>> {
    let client = async_nats::connect(&config.url).await.unwrap();
    let mut messages = client.subscribe(config.metric_subject(">")).await.unwrap();
    // A message of its own over the same connection shows that the server knows of the subscription.
    client.publish(config.metric_subject("own"), "".into()).await.unwrap();
    timeout(Duration::from_secs(5), messages.next()).await.unwrap().unwrap();
    let prefix = config.metric_subject("");
    tokio::spawn(async move {
        let mut heard = BTreeMap::<_, Vec<_>>::new();
        while let Some(message) = messages.next().await {
            let subject = message.subject.strip_prefix(&prefix).unwrap().to_owned();
            let body: Value = serde_json::from_slice(&message.payload).unwrap();
            let last = subject == "generation.0" && body["episodesScored"] == episodes;
            heard.entry(subject).or_default().push(body);
            if last {
                break;
            }
        }
        heard
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_and_generations_are_told_of_once_a_second_at_most() {
    let ((store, _database), stop) = (ledger().await, CancellationToken::new());
    let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
    let config = NatsConfig { prefix, ..NatsConfig::new(base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222")) };
    let heard = listen(&config, 160).await;
    let metrics = Arc::new(NatsMetrics::connect(&config).await.unwrap());
    let begun = Instant::now();
    let telling = tokio::spawn(broadcast::run(store.clone(), metrics, stop.clone()));

    let new = builder::experiment(2, 80);
    store.create(&new).await.unwrap();
    play(store.as_ref(), &new, Duration::from_millis(30)).await;
    let heard = timeout(Duration::from_secs(30), heard).await.unwrap().unwrap();
    let seconds = begun.elapsed().as_secs() as usize;
    stop.cancel();
    telling.await.unwrap();

    assert_eq!(heard.keys().collect::<Vec<_>>(), ["agent.agent-0", "agent.agent-1", "generation.0"]);
    for (subject, messages) in &heard {
        assert!((2..=seconds + 2).contains(&messages.len()), "{subject}: {} in {seconds} s", messages.len());
        let scored = messages.iter().map(|message| message["episodesScored"].as_u64().unwrap());
        assert!(scored.is_sorted_by(|one, next| one < next), "{messages:?}");
    }
    let experiment = new.id.to_string();
    let agent = json!({
        "experimentId": experiment, "generation": 0, "agent": "agent-1", "position": 1,
        "episodesScored": 80, "episodesPlanned": 80, "fitness": 39.5, "kills": 39.5, "ticks": 80 * 13, "purpose": "design",
    });
    assert_eq!(heard["agent.agent-1"].last(), Some(&agent));
    let generation = json!({
        "experimentId": experiment, "generation": 0, "agents": 2, "agentsEvaluated": 2,
        "episodesScored": 160, "episodesPlanned": 160, "bestAgent": "agent-0", "bestFitness": 39.5,
        "meanFitness": 39.5, "ticks": 160 * 13, "purpose": "design",
    });
    assert_eq!(heard["generation.0"].last(), Some(&generation));
}

/// A connection that takes what is sent and never lets go.
struct Stuck;

#[async_trait]
impl MetricsPublisher for Stuck {
    fn is_heard(&self) -> bool {
        true
    }

    async fn send(&self, _: &str, _: String) -> PortResult<()> {
        std::future::pending().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_stuck_holds_up_neither_scores_nor_the_end() {
    let ((store, _database), stop) = (ledger().await, CancellationToken::new());
    let new = builder::experiment(1, 20);
    store.create(&new).await.unwrap();
    let telling = tokio::spawn(broadcast::run(store.clone(), Arc::new(Stuck), stop.clone()));

    timeout(Duration::from_secs(10), play(store.as_ref(), &new, Duration::from_millis(100))).await.unwrap();
    stop.cancel();

    timeout(Duration::from_secs(1), telling).await.unwrap().unwrap();
    assert_eq!(store.experiment(new.id).await.unwrap().episodes_scored, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twin_tells_what_is_played_in_this_process() {
    let data = folder();
    let engine = Some((vizdoom::Install::open(engine_dir()).unwrap(), Some(2)));
    let embedded =
        Embedded::start(EmbeddedSettings { engine, ..EmbeddedSettings::idle(data.path().to_owned()) }).await.unwrap();
    let mut metrics = embedded.metrics.subscribe();

    let by = Actor::new("ada");
    let id = embedded.core.launch("told.toml", EXPERIMENT.as_bytes(), &[], &[], false, by).await.unwrap().id;

    let mut subjects = Vec::new();
    while !subjects.iter().any(|subject: &String| subject == "generation.0") {
        let metric = timeout(Duration::from_secs(30), metrics.recv()).await.unwrap().unwrap();
        let body: Value = serde_json::from_str(&metric.body).unwrap();
        assert_eq!(body["experimentId"], id.to_string());
        assert!(body["episodesScored"].as_u64() > Some(0), "{body}");
        subjects.push(metric.subject);
    }
    assert!(subjects[0].starts_with("agent."), "{subjects:?}");
    embedded.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn play_goes_on_where_there_is_no_nats() {
    let (data, database) = (folder(), TestDatabase::create().await);
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT.replace("episodes = 20", "episodes = 4")).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let embedded = json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));
    let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
    let amqp = base("CLAUDOOM_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672");
    let nats = base("CLAUDOOM_TEST_NATS", "nats://127.0.0.1:4222");
    let _forgotten = Forgotten([nats, "NONE".to_owned(), amqp.clone(), prefix.clone()]);
    succeed(orchestrator().args(["migrate", "--database-url", &database.url()]));
    let address = format!("127.0.0.1:{}", free_port());
    let server = format!("http://{address}");
    let mut serve: Command = orchestrator();
    serve.args(["serve", "--workers", "2", "--grpc-addr", &address, "--database-url", &database.url()]);
    // Nobody listens on this port.
    serve.args(["--nats-url", "nats://127.0.0.1:1", "--amqp-url", &amqp]);
    serve.args(["--amqp-exchange", &prefix, "--amqp-queue", &format!("{prefix}.jobs")]);
    let serve = Process::start(serve, &data.path().join("serve.log"));
    let deadline = Instant::now() + Duration::from_secs(30);
    while !orchestrator().args(["list", "--server", &server]).output().unwrap().status.success() {
        assert!(Instant::now() < deadline, "the daemon does not answer");
        sleep(Duration::from_millis(100)).await;
    }

    let launched = json(orchestrator().arg("launch").arg(&file).args(["--watch", "-o", "json", "--server", &server]));

    assert_eq!((&launched["status"], &launched["digest"]), (&embedded["status"], &embedded["digest"]));
    assert_eq!(launched["status"], "completed");
    assert_eq!(serve.stop(), Some(0));
}
