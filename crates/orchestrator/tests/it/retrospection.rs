//! Documents that somebody outside writes, over gRPC.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proto::retrospection::v1::response::How;
use proto::retrospection::v1::retrospection_service_server::{RetrospectionService, RetrospectionServiceServer};
use proto::retrospection::v1::{Life, NewDocument, ReflectRequest, ReflectResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Status};

use crate::daemons::{Process, free_port};
use crate::support::{Place, fail, folder, json, python, root};
use crate::system::{Served, System, eventually};

/// More than anything here takes.
const LONG: Duration = Duration::from_secs(180);

const EXTERNAL: &str = "name = \"told\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\nskill = 5\n\
                        [agent]\npolicy = \"cascade\"\n[agent.genome]\nl2_score = 0.2\nl2_radius = 2\n\
                        [seeds]\nepisodes = 2\n[evolution]\npopulation = 4\ngenerations = 3\nconfirmation = 2\n\
                        genes = [\"near\", \"l1_confidence\"]\n[evolution.learning]\nretrospection = \"external\"\n";

type Asked = Arc<Mutex<Vec<ReflectRequest>>>;

/// Answers as it is told to, and notes what it is asked.
struct Scripted<F> {
    asked: Asked,
    answer: F,
}

#[tonic::async_trait]
impl<F, A> RetrospectionService for Scripted<F>
where
    F: Fn(usize, ReflectRequest) -> A + Send + Sync + 'static,
    A: Future<Output = Result<ReflectResponse, Status>> + Send + 'static,
{
    async fn reflect(&self, request: Request<ReflectRequest>) -> Result<tonic::Response<ReflectResponse>, Status> {
        let request = request.into_inner();
        let number = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() - 1
        };
        (self.answer)(number, request).await.map(tonic::Response::new)
    }
}

/// Serves at an address, or a free one, until it is dropped.
async fn serve<F, A>(address: &str, answer: F) -> (String, Asked, JoinHandle<()>)
where
    F: Fn(usize, ReflectRequest) -> A + Send + Sync + 'static,
    A: Future<Output = Result<ReflectResponse, Status>> + Send + 'static,
{
    let listener = TcpListener::bind(address).await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let asked = Asked::default();
    let service = RetrospectionServiceServer::new(Scripted { asked: asked.clone(), answer });
    let serving = Server::builder().add_service(service).serve_with_incoming(TcpListenerStream::new(listener));
    let serving = tokio::spawn(async move { serving.await.unwrap() });
    (format!("http://{address}"), asked, serving)
}

fn written(id: &str, tactic: &str) -> NewDocument {
    NewDocument {
        id: id.into(),
        situation: [("health".to_owned(), 40.0), ("enemy_distance".to_owned(), 300.0)].into(),
        tags: vec!["hurt".into()],
        response: Some(Response { how: Some(How::Tactic(tactic.into())) }),
        parent: String::new(),
    }
}

fn says(documents: Vec<NewDocument>, give_up: &[&str]) -> ReflectResponse {
    let give_up = give_up.iter().map(|&id| id.to_owned()).collect();
    ReflectResponse { author: "script".into(), documents, give_up }
}

fn documents(place: &Place, generation: &str) -> Vec<(String, String)> {
    let known = json(place.command("evolve knowledge").args(["told", "--generation", generation, "-o", "json"]));
    let documents = known["documents"].as_array().unwrap().iter();
    let told = |document: &Value| (document["id"].as_str().unwrap().into(), document["stage"].as_str().unwrap().into());
    documents.map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_outside_writes_documents_and_gives_them_up() {
    // The first answer has a fault and is corrected; the second gives up what it wrote.
    let (server, asked, serving) = serve("127.0.0.1:0", async |number, _| {
        Ok(match number {
            0 => says(vec![written("step-aside", "dance")], &[]),
            1 => says(vec![written("step-aside", "turn_left"), written("hold", "aim")], &[]),
            _ => says(vec![], &["hold"]),
        })
    })
    .await;
    let place = Place::new(EXTERNAL);
    let told = fail(place.command("launch").arg(place.path().join("experiment.toml")), 2);
    assert!(told.contains("nobody to ask") && told.contains("--retrospection"), "{told}");

    let played = place.launch(&["--retrospection", &server]);
    assert_eq!(played["status"], "completed", "{played:#}");
    let questions = asked.lock().unwrap().clone();
    let [wrong, corrected, last] = &questions[..] else { panic!("{} questions", questions.len()) };
    assert_eq!((wrong.generation, corrected.generation, last.generation), (0, 0, 1));
    assert_eq!((wrong.features.len(), wrong.agents.len(), wrong.room, wrong.documents.len()), (48, 4, 32, 0));
    assert_eq!(wrong.scenario, "defend_the_line");
    assert!(wrong.tactics.contains(&"turn_left".to_owned()) && wrong.agents[0].fitness >= wrong.agents[3].fitness);
    let scene = &wrong.scenes[0];
    assert!(scene.hurt >= wrong.scenes[1].hurt && scene.begun >= scene.hurt && !scene.tried.is_empty(), "{scene:?}");
    assert!(wrong.scenes.iter().any(|scene| scene.died > 0) && wrong.scenes.iter().any(|scene| scene.killed > 0));
    assert!(scene.situation["health"] > 0.0 && scene.situation["health"] <= 200.0, "{scene:?}");
    assert_eq!(corrected.faults[0].path, "documents[0].response");
    assert!(corrected.faults[0].message.contains("unknown tactic `dance`"), "{:?}", corrected.faults);
    assert_eq!(ReflectRequest { faults: vec![], ..corrected.clone() }, *wrong);
    let known: Vec<_> =
        last.documents.iter().map(|known| (known.id.as_str(), known.life(), known.author.as_str())).collect();
    assert_eq!(known[0], ("hold", known[0].1, "external:script"));
    assert_eq!(known.len(), 2);
    assert!(known.iter().all(|(_, life, _)| *life != Life::Retired), "{known:?}");
    let playing = last.agents.iter().filter(|agent| agent.documents.iter().any(|id| id == "hold"));
    assert_eq!(playing.count(), 2, "half of the agents have what is under review");

    let under_review = |id: &str| (id.to_owned(), "under_review".to_owned());
    assert_eq!(documents(&place, "1"), [under_review("hold"), under_review("step-aside")]);
    let after = documents(&place, "2");
    assert_ne!(after[0].1, "under_review", "{after:?}");

    let shown = json(place.command("show").args(["told", "-o", "json"]));
    assert!(shown["not_reproducible"].as_str().unwrap().contains("external"), "{shown:#}");
    assert!(place.run("report", &["told"]).contains("not reproducible"));
    // What was answered is kept, so the experiment is what it is.
    assert_eq!(place.launch(&["--retrospection", &server])["digest"], played["digest"]);
    assert_eq!(asked.lock().unwrap().len(), 3);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stays_wrong_is_taken_without_what_is_wrong() {
    let (server, asked, serving) = serve("127.0.0.1:0", async |_, request: ReflectRequest| {
        let good = format!("g{}", request.generation);
        Ok(says(vec![written("no name", "aim"), written(&good, "aim")], &["nobody"]))
    })
    .await;
    let place = Place::new(EXTERNAL);
    let played = place.launch(&["--retrospection", &server, "--set", "evolution.generations=2"]);
    assert_eq!(played["status"], "completed", "{played:#}");
    assert_eq!(asked.lock().unwrap().len(), 3, "asked, and corrected twice");
    assert_eq!(documents(&place, "1"), [("g0".to_owned(), "under_review".to_owned())]);
    serving.abort();
}

/// Whoever waits for an answer holds up no other experiment, and may be killed: its successor asks again.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_waited_for_through_outages_and_kills() {
    let system = System::new().await;
    let address = format!("127.0.0.1:{}", free_port());
    let arguments = ["--workers", "1", "--leader-lease-ms", "1000", "--retrospection", &address];
    let served = system.serve(&arguments);
    let data = folder();
    let text = EXTERNAL.replace("generations = 3\nconfirmation = 2", "generations = 2\nconfirmation = 0");
    let waiting = served.launch(&data, &text);
    let is_scored = async || served.json("show", &waiting)["episodes_scored"] == 8;
    eventually("the first generation is played", LONG, is_scored).await;

    // Nobody is there: others go on.
    let other = "name = \"other\"\nseed = 1\n[scenario]\nname = \"basic\"\n[agent]\n[seeds]\nepisodes = 2\n\
                 [[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"random\", \"aim\"]\n";
    let other = served.launch(&data, other);
    let is_completed = |served: &Served, id: &str| served.json("show", id)["status"] == "completed";
    eventually("the other experiment ends", LONG, async || is_completed(&served, &other)).await;
    assert_eq!(served.json("show", &waiting)["episodes_scored"], 8);

    // Somebody is there who never answers; whoever waits for that is killed.
    let (_, asked, serving) = serve(&address, async |number, _| {
        if number == 0 {
            std::future::pending::<()>().await;
        }
        Ok(says(vec![written("late", "aim")], &[]))
    })
    .await;
    eventually("it is asked", LONG, async || asked.lock().unwrap().len() == 1).await;
    served.process.signal("KILL");
    assert_eq!(served.process.ended(), None);

    let served = system.serve_as("second", &arguments);
    eventually("the experiment ends", LONG, async || is_completed(&served, &waiting)).await;
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], asked[1], "the same is told whenever it is asked about");
    assert_eq!(served.process.stop(), Some(0));
    serving.abort();
}

#[test]
fn a_python_process_writes_documents() {
    let address = format!("127.0.0.1:{}", free_port());
    let place = Place::new(EXTERNAL);
    let package = root().join("clients/python");
    let mut example = Command::new(python());
    example.arg(package.join("examples/retrospection.py")).arg(&address);
    example.env("PYTHONPATH", package.join("src")).env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::null());
    let example = Process::start(example, &place.path().join("example.log"));
    let played = place.launch(&["--retrospection", &format!("http://{address}"), "--set", "seeds.episodes=4"]);
    assert_eq!(played["status"], "completed", "{played:#}");
    let known = documents(&place, "2");
    assert!(!known.is_empty());
    example.signal("TERM");
    example.ended();
}
