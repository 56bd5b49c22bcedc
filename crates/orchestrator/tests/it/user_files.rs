//! Experiments with files of a user's own: the same digest as with the shipped ones they are copies of, wherever they
//! are launched and whoever plays them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use proto::orchestrator::v1::put_artifact_request::Part;
use serde_json::Value;
use tempfile::TempDir;
use tonic::Code;

use crate::daemons::Process;
use crate::support::{engine_dir, fail, folder, json, orchestrator};
use crate::system::System;

/// Two policies on a scenario; what is in the place of `SCENARIO` says which.
const EXPERIMENT: &str = "name = \"mine\"\nseed = 11\n[scenario]\nSCENARIO\n[agent]\nfile = \"agents/aim.toml\"\n\
                          [seeds]\nepisodes = 3\n\
                          [[design.factors]]\nparameter = \"agent.genome.burst\"\nlevels = [2, 9]\n";
const SHIPPED: &str = "name = \"defend_the_line\"";
const OWN: &str = "config = \"maps/line.cfg\"";

fn shipped(name: &str) -> PathBuf {
    engine_dir().join("vizdoom/scenarios").join(name)
}

/// A user's folder: a copy of a shipped scenario under other names, an agent, and experiments on both scenarios.
fn mine() -> TempDir {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("maps")).unwrap();
    fs::create_dir(path.join("agents")).unwrap();
    let config = fs::read_to_string(shipped("defend_the_line.cfg")).unwrap();
    assert!(config.contains("defend_the_line.wad"));
    fs::write(path.join("maps/line.cfg"), config.replace("defend_the_line.wad", "held.wad")).unwrap();
    fs::copy(shipped("defend_the_line.wad"), path.join("maps/held.wad")).unwrap();
    fs::write(path.join("agents/aim.toml"), "policy = \"aim\"\ngenome = { tolerance = 4.0 }\n").unwrap();
    for (name, scenario) in [("shipped.toml", SHIPPED), ("own.toml", OWN)] {
        fs::write(path.join(name), EXPERIMENT.replace("SCENARIO", scenario)).unwrap();
    }
    folder
}

/// Plays an experiment in this process, in a ledger of its own.
fn play(file: &Path) -> Value {
    let data = folder();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let played = json(orchestrator().arg("launch").arg(file).args(["-o", "json", "--pin", "off"]).args(place));
    assert_eq!(played["status"], "completed", "{played:#}");
    played
}

/// Adds a byte to a WAD behind all that is read of it.
fn change(wad: &Path) {
    let mut content = fs::read(wad).unwrap();
    content.push(0);
    fs::write(wad, content).unwrap();
}

/// Launches a file that must be refused with this code, and returns what was told.
fn refused(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    told
}

#[test]
fn copies_of_a_shipped_scenario_are_played_like_it_wherever_they_are() {
    let (here, there) = (mine(), mine());
    let expected = play(&here.path().join("shipped.toml"));

    let own = play(&here.path().join("own.toml"));
    let elsewhere = play(&there.path().join("own.toml"));

    assert_eq!(own["digest"], expected["digest"]);
    assert_ne!(own["id"], expected["id"]);
    assert_eq!((&elsewhere["id"], &elsewhere["digest"]), (&own["id"], &own["digest"]));
    let stored = own.to_string();
    assert!(!stored.contains(here.path().to_str().unwrap()), "{own:#}");
    assert_eq!(own["spec"]["scenario"]["config"]["name"], "maps/line.cfg");
    assert_eq!(own["spec"]["scenario"]["config"]["wad"]["name"], "maps/held.wad");
    assert_eq!(own["spec"]["agent"]["file"]["policy"], "aim");
    let hash = &own["spec"]["scenario"]["config"]["wad"]["blake3"];
    assert_eq!(&own["files"]["own/maps/held.wad"], hash);
    assert_eq!(expected["files"]["defend_the_line.wad"], *hash);
}

#[test]
fn another_content_is_another_experiment_and_the_same_goes_on() {
    let (folder, data) = (mine(), folder());
    let place = ["--embedded", "--data", data.path().to_str().unwrap(), "--pin", "off"];
    let launch = |more: &[&str]| {
        let mut command = orchestrator();
        json(command.arg("launch").arg(folder.path().join("own.toml")).args(["-o", "json"]).args(place).args(more))
    };
    let first = launch(&[]);
    assert_eq!(launch(&[])["id"], first["id"]);

    change(&folder.path().join("maps/held.wad"));
    let second = launch(&[]);

    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["digest"], first["digest"], "nothing that is played has changed");
    assert_eq!(launch(&[])["id"], second["id"]);
    let levels =
        "--set=design.factors=[{ parameter = \"scenario.wad\", levels = [\"maps/held.wad\", \"maps/old.wad\"] }]";
    fs::copy(shipped("defend_the_line.wad"), folder.path().join("maps/old.wad")).unwrap();
    let varied = launch(&[levels]);
    let conditions = varied["conditions"].as_array().unwrap();
    let names: Vec<_> = conditions.iter().map(|condition| condition["agent"].as_str().unwrap()).collect();
    assert_eq!(names, ["wad-maps-held-wad", "wad-maps-old-wad"]);
    assert_eq!(conditions[0]["mean"], conditions[1]["mean"]);
}

#[test]
fn files_that_cannot_be_used_are_told_with_their_places_and_nothing_is_stored() {
    let (folder, data) = (mine(), folder());
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    let file = folder.path().join("own.toml");
    let told = |change: &dyn Fn(&Path)| {
        change(folder.path());
        let launched = refused(orchestrator().arg("launch").arg(&file).args(place), 2);
        refused(orchestrator().arg("validate").arg(&file), 2);
        launched
    };
    json(orchestrator().arg("validate").arg(&file).args(["-o", "json"]));

    let gone = told(&|path| fs::rename(path.join("maps/held.wad"), path.join("held.wad")).unwrap());
    assert!(
        gone.contains("scenario.config: `maps/line.cfg` names held.wad") && gone.contains("own.toml:4:10]"),
        "{gone}"
    );
    let none = told(&|path| fs::write(path.join("maps/held.wad"), "a letter").unwrap());
    assert!(none.contains("neither IWAD, PWAD nor PK"), "{none}");
    fs::copy(shipped("defend_the_line.wad"), folder.path().join("maps/held.wad")).unwrap();
    let agent = told(&|path| fs::write(path.join("agents/aim.toml"), "policy = \"aim\"\nspeed = 1\n").unwrap());
    assert!(agent.contains("agent.file") && agent.contains("line 2: unknown field `speed`"), "{agent}");
    let policy = told(&|path| fs::write(path.join("agents/aim.toml"), "policy = \"amI\"\n").unwrap());
    assert!(policy.contains("unknown policy `amI`"), "{policy}");
    assert_eq!(json(orchestrator().args(["list", "-o", "json"]).args(place)), serde_json::json!([]));
}

/// A worker of one game with a cache of its own.
fn worker(system: &System, cache: &Path, name: &str) -> Process {
    let mut command = system.command("worker");
    command.args(["--engines", "1", "--pin", "off", "--file-cache"]).arg(cache);
    Process::start(command, &system.log(name))
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_other_machines_play_files_that_only_their_content_is_known_of() {
    let (folder, caches) = (mine(), folder());
    let expected = play(&folder.path().join("own.toml"));
    let system = System::new().await;
    let served = system.serve(&["--max-file-mb", "1", "--file-cache", caches.path().join("serve").to_str().unwrap()]);
    let launch = |file: &str| {
        let mut command = orchestrator();
        command.arg("launch").arg(folder.path().join(file)).args(["-o", "json", "--server", &served.server]);
        command
    };

    let launched = json(&mut launch("own.toml"));
    assert_eq!(launched["id"], expected["id"]);
    assert_eq!(json(&mut launch("own.toml"))["id"], expected["id"], "nothing has to be put again");
    let large = vec![b'P'; (1 << 20) + 1];
    fs::write(folder.path().join("large.wad"), [b"PWAD", &large[..]].concat()).unwrap();
    fs::write(folder.path().join("large.toml"), EXPERIMENT.replace("SCENARIO", &format!("{OWN}\nwad = \"large.wad\"")))
        .unwrap();
    let told = refused(&mut launch("large.toml"), 2);
    assert!(told.contains("large.toml:5:7]") && told.contains("more than the 1048576"), "{told}");

    // What the workers have is in the ledger, and one of them has a cache that was damaged.
    drop(folder);
    let damaged = caches.path().join("worker-0");
    fs::create_dir(&damaged).unwrap();
    let hash = launched["files"]["own/maps/held.wad"].as_str().unwrap();
    fs::write(damaged.join(hash), "PWAD of something else").unwrap();
    fs::write(damaged.join("tmp-left-by-a-kill"), "PW").unwrap();
    let names = ["worker-0", "worker-1"];
    let workers = names.map(|name| worker(&system, &caches.path().join(name), name));
    let id = launched["id"].as_str().unwrap();
    let watched = orchestrator().args(["watch", id, "-o", "json", "--server", &served.server]).output().unwrap();
    let logs = || names.map(|name| system.logged(name)).concat();
    assert!(watched.status.success(), "{}\n{}", String::from_utf8_lossy(&watched.stderr), logs());
    let watched: Value = serde_json::from_slice(&watched.stdout).unwrap();
    assert_eq!(watched["digest"], expected["digest"]);
    if fs::read_dir(&damaged).unwrap().count() > 3 {
        let content = fs::read(damaged.join(hash)).unwrap();
        assert_eq!(blake3::hash(&content).to_hex().as_str(), hash, "{}", logs());
    }
    for worker in workers {
        assert_eq!(worker.stop(), Some(0), "{}", logs());
    }
    assert_eq!(served.process.stop(), Some(0));
}

/// The parts of a file with this head.
fn parts(head: Option<pb::ArtifactHead>, chunks: &[&[u8]]) -> Vec<pb::PutArtifactRequest> {
    let chunks = chunks.iter().map(|chunk| Part::Chunk(chunk.to_vec().into()));
    head.map(Part::Head).into_iter().chain(chunks).map(|part| pb::PutArtifactRequest { part: Some(part) }).collect()
}

fn head(content: &[u8]) -> pb::ArtifactHead {
    let blake3 = blake3::hash(content).to_hex().to_string();
    pb::ArtifactHead { name: "maze.wad".into(), size: content.len() as u64, blake3 }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_clients_put_files_and_get_them_back() {
    let system = System::new().await;
    let caches = folder();
    let served = system.serve(&["--max-file-mb", "1", "--file-cache", caches.path().to_str().unwrap()]);
    let mut client = OrchestratorServiceClient::connect(served.server.clone()).await.unwrap();
    let content = b"PWAD and so on".to_vec();
    let hash = head(&content).blake3;
    let missing = |blake3: Vec<String>| pb::FindMissingArtifactsRequest { blake3 };

    let before = client.find_missing_artifacts(missing(vec![hash.clone()])).await.unwrap().into_inner();
    assert_eq!((before.missing, before.max_bytes), (vec![hash.clone()], 1 << 20));
    let wrong = [
        ("part", parts(None, &[&content])),
        ("part", parts(None, &[])),
        ("head.blake3", parts(Some(pb::ArtifactHead { blake3: "zz".into(), ..head(&content) }), &[&content])),
        ("head.blake3", parts(Some(head(&content)), &[b"PWAD and so ON"])),
        ("head.size", parts(Some(pb::ArtifactHead { size: (1 << 20) + 1, ..head(&content) }), &[])),
        ("chunk", parts(Some(head(&content)), &[&content, b"!"])),
        ("chunk", parts(Some(head(&content)), &[&content[..5]])),
        ("part", [parts(Some(head(&content)), &[]), parts(Some(head(&content)), &[])].concat()),
    ];
    for (path, parts) in wrong {
        let status = client.put_artifact(tokio_stream::iter(parts.clone())).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert_eq!(proto::status::violations(&status)[0].path, path, "{parts:?}");
    }
    let get = |blake3: &str| pb::GetArtifactRequest { blake3: blake3.to_owned() };
    assert_eq!(client.get_artifact(get(&hash)).await.unwrap_err().code(), Code::NotFound);

    for content in [&content[..], b""] {
        for _ in 0..2 {
            let put = client.put_artifact(tokio_stream::iter(parts(Some(head(content)), &[content]))).await.unwrap();
            assert_eq!(put.into_inner().blake3, head(content).blake3);
        }
        let mut got = client.get_artifact(get(&head(content).blake3)).await.unwrap().into_inner();
        let first = got.message().await.unwrap().unwrap();
        assert_eq!((first.size, &first.chunk[..]), (content.len() as u64, content));
        assert_eq!(got.message().await.unwrap(), None);
    }
    let after = client.find_missing_artifacts(missing(vec![hash.clone()])).await.unwrap().into_inner();
    assert_eq!(after.missing, Vec::<String>::new());

    // A file that was not given can be checked but for what is in it, and not be launched.
    let text = EXPERIMENT.replace("SCENARIO", OWN);
    let validate = pb::ValidateExperimentRequest { content: text.clone().into(), ..Default::default() };
    let validated = client.validate_experiment(validate).await.unwrap().into_inner();
    let told: Vec<_> = validated.violations.iter().map(|v| (v.path.as_str(), v.line, v.severity())).collect();
    let warning = pb::violation::Severity::Warning;
    assert_eq!(told, [("scenario.config", 4, warning), ("agent.file", 6, warning)]);
    assert!(validated.valid && validated.episodes_planned == 6, "{validated:?}");
    let launch = pb::LaunchExperimentRequest { content: text.into(), ..Default::default() };
    let status = client.launch_experiment(launch).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(proto::status::violations(&status)[0].path, "scenario.config");
    assert_eq!(served.process.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_may_be_kept_in_a_folder_instead_of_the_ledger() {
    let (system, mine) = (System::new().await, mine());
    let root = system.data.path().join("contents");
    let served = system.serve(&["--workers", "1", "--blob-fs-root", root.to_str().unwrap()]);

    let file = mine.path().join("own.toml");
    let completed = json(served.client("launch").arg(file).args(["-o", "json", "--watch"]));

    assert_eq!(completed["status"], "completed", "{completed}");
    assert!(fs::read_dir(root.join("blake3")).unwrap().count() > 0);
    let told = fail(system.command("serve").args(["--blob-fs-root", "/proc/nowhere"]), 2);
    assert!(told.contains("--blob-fs-root"), "{told}");
}
