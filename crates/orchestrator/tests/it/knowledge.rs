//! Agents that know something besides their genomes: it is part of what is asked for, and reaches whoever decides.

use std::fs;
use std::path::Path;
use std::process::Command;

use decision::Knowledge;
use decision::documents::DocumentSpec;
use decision::experience::{Experience, Trial};
use decision::{Tactic, experience::grid};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use serde_json::Value;
use tempfile::TempDir;

use crate::daemons::{Process, agent, free_port};
use crate::support::{embedded, fail, folder, json, orchestrator, root};
use crate::system::{Served, System};

const EXPERIMENT: &str = "name = \"knowing\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\ntimeout = 400\n\
                          [agent]\n[seeds]\nepisodes = 2\n[[design.factors]]\nparameter = \"agent.file\"\n\
                          levels = [\"plain.toml\", \"ruled.toml\", \"learned.toml\", \"wired.toml\", \
                          \"walled.toml\"]\n";

const RULED: &str = "policy = \"cascade\"\n[[rules]]\nname = \"spin\"\npriority = 100\n\
                     when = { feature = \"in_line\", at_most = 0 }\ndo = [\"TURN_LEFT\"]\n\
                     [[documents]]\nid = \"fire\"\nsituation = { in_line = 1 }\ndo = [\"ATTACK\"]\n";

/// What they look at is switched on for them alone.
const WALLED: &str = "policy = \"cascade\"\n[[rules]]\nname = \"turn\"\n\
                      when = { feature = \"wall_ahead\", above = 200 }\ndo = [\"TURN_RIGHT\"]\n";

/// Definitions of agents that know nothing, rules, snapshots, a network, and rules about walls.
fn mine() -> TempDir {
    let folder = folder();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    write("experiment.toml", EXPERIMENT.as_bytes());
    write("plain.toml", b"policy = \"cascade\"\n");
    write("ruled.toml", RULED.as_bytes());
    write("walled.toml", WALLED.as_bytes());
    write(
        "learned.toml",
        b"policy = \"cascade\"\ngenome = { l2_score = 0.1 }\nexperience = \"seen/a.clxp\"\nlibrary = \"seen/a.cldc\"\n",
    );
    write("wired.toml", b"policy = \"neural\"\nnetwork = \"gemm.onnx\"\n");
    fs::create_dir(folder.path().join("seen")).unwrap();
    let waiting = (0..grid::CELLS).step_by(3).map(|cell| Trial { cell, tactic: Tactic::Wait, success: true });
    write("seen/a.clxp", &Experience::default().fold(waiting.flat_map(|trial| [trial; 30])).encode());
    let document: DocumentSpec = serde_json::from_str("{ \"id\": \"left\", \"do\": \"turn_left\" }").unwrap();
    write("seen/a.cldc", &Knowledge::written(None, &[document]).unwrap().documents.encode());
    let network = root().join("crates/decision/tests/networks/gemm.onnx");
    fs::copy(network, folder.path().join("gemm.onnx")).unwrap();
    folder
}

/// Plays the experiment in this process with so many games side by side.
fn play(mine: &Path, engines: &str) -> (Value, Value) {
    let data = folder();
    let file = mine.join("experiment.toml");
    let played = json(embedded(&data, &format!("launch -o json --pin off --engines {engines}")).arg(file));
    assert_eq!(played["status"], "completed", "{played:#}");
    (played, json(&mut embedded(&data, "scores knowing -o json")))
}

fn trajectories(scores: &Value, agent: &str) -> Vec<String> {
    let rows = scores.as_array().unwrap().iter().filter(|row| row["agent"] == agent);
    rows.map(|row| row["trajectory"].as_str().unwrap().to_owned()).collect()
}

fn launch(served: &Served, file: &Path) -> Command {
    let mut launch = served.client("launch");
    launch.arg(file).args(["-o", "json", "--watch"]);
    launch
}

#[tokio::test(flavor = "multi_thread")]
async fn what_agents_know_changes_their_play_and_is_the_same_everywhere() {
    let mine = mine();
    let (one, scores) = play(mine.path(), "1");
    let (two, _) = play(mine.path(), "2");
    assert_eq!((&two["id"], &two["digest"]), (&one["id"], &one["digest"]));
    let levels = ["plain", "ruled", "learned", "wired", "walled"]
        .map(|name| trajectories(&scores, &format!("file-{name}-toml")));
    assert!(levels.iter().all(|level| level.len() == 2), "{scores:#}");
    for (place, level) in levels.iter().enumerate() {
        let differs = |other: &Vec<String>| other.iter().zip(level).all(|(other, own)| other != own);
        assert!(levels[..place].iter().all(differs), "conditions {place} and one before it play alike");
    }
    let learned = &one["spec"]["design"]["factors"][0]["levels"][2];
    let hash = |name: &str| blake3::hash(&fs::read(mine.path().join(name)).unwrap()).to_hex().to_string();
    assert_eq!(learned["knowledge"]["library"]["name"], "seen/a.cldc");
    assert_eq!(learned["knowledge"]["library"]["blake3"], hash("seen/a.cldc"));

    let system = System::new().await;
    let address = format!("127.0.0.1:{}", free_port());
    let mut remote = Command::new(agent());
    remote.args(["serve", "--grpc-addr", &address]);
    let remote = Process::start(remote, &system.log("agent"));
    let cache = folder();
    let caches = ["serve", "worker"].map(|name| cache.path().join(name).to_str().unwrap().to_owned());
    let served = system.serve(&["--file-cache", &caches[0]]);
    let worker = system.work_as(
        "worker",
        &["--engines", "1", "--pin", "off", "--file-cache", &caches[1], "--agent-endpoints", &address],
    );
    let played = json(&mut launch(&served, &mine.path().join("experiment.toml")));
    assert_eq!((&played["id"], &played["digest"]), (&one["id"], &one["digest"]), "{}", system.logged("worker"));
    let experiment_id = played["id"].as_str().unwrap().to_owned();
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();
    let ask = pb::GetGenomeRequest { experiment_id, agent: "file-wired-toml".into(), ..Default::default() };
    let genome = client.get_genome(ask).await.unwrap().into_inner().genome.unwrap();
    assert_eq!(genome.knowledge, [("network".to_owned(), hash("gemm.onnx"))].into());
    for process in [worker, served.process, remote] {
        assert_eq!(process.stop(), Some(0), "{}", system.logged("worker"));
    }
}

#[test]
fn other_rules_are_another_experiment_and_bad_ones_are_refused_at_their_place() {
    let (mine, data) = (mine(), folder());
    let file = mine.path().join("experiment.toml");
    let validated = |code| match code {
        0 => json(orchestrator().arg("validate").arg(&file).args(["-o", "json"])).to_string(),
        code => fail(orchestrator().arg("validate").arg(&file), code),
    };
    let before = validated(0);
    let rewrite = |name: &str, content: &[u8]| fs::write(mine.path().join(name), content).unwrap();

    rewrite("ruled.toml", RULED.replace("TURN_LEFT", "TURN_RIGHT").as_bytes());
    assert_ne!(validated(0), before);
    rewrite("ruled.toml", RULED.replace("in_line\", at_most", "in_lime\", at_most").as_bytes());
    let told = fail(embedded(&data, "launch").arg(&file), 2);
    assert!(told.contains("rules[0].when.feature: unknown feature `in_lime`"), "{told}");
    assert!(told.contains("design.factors[0].levels[1]"), "{told}");
    rewrite("ruled.toml", RULED.as_bytes());
    assert_eq!(validated(0), before);

    rewrite("gemm.onnx", b"a letter");
    let told = validated(2);
    assert!(told.contains("wired.toml") && told.contains("gemm.onnx as its network: this is no ONNX model"), "{told}");
    fs::remove_file(mine.path().join("seen/a.cldc")).unwrap();
    assert!(validated(2).contains("as its library, which does not exist"), "{told}");
    assert_eq!(json(&mut embedded(&data, "list -o json")), serde_json::json!([]));
}
