//! Checkpoints of evolutions, and evolutions that go on from them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::checkpoint::lines;
use domain::experiment::ExperimentSpec;
use domain::file::{ContentHash, FileRef, StoredCheckpoint};
use domain::plan::{Member, Purpose};
use domain::ports::{BlobInfo, BlobStore, ExperimentStore, KeptCheckpoint, Page, PortError, PortResult};
use orchestrator::user_files::{FileCache, UserFiles};
use proto::events::Encoder;
use serde_json::{Value, json};
use store::{SqlStore, StoreConfig};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::quiet::Quiet;
use crate::support::{Place, fail, folder, json as json_of, orchestrator, succeed};
use crate::system::{PATIENCE, System, core, eventually};

/// A ledger in a file, which goes with its folder.
async fn in_a_file() -> (Arc<SqlStore>, TempDir) {
    let folder = folder();
    let config = StoreConfig::new(format!("sqlite:{}", folder.path().join("ledger.db").display())).with_migrations();
    (Arc::new(store::connect(&config, Arc::new(Encoder)).await.unwrap()), folder)
}

fn evolution(settings: &Value) -> ExperimentSpec {
    let mut evolution = json!({ "population": 4, "generations": 6, "confirmation": 5 });
    evolution.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    serde_json::from_value(json!({
        "name": "bred", "seed": 8, "scenario": { "name": "basic" }, "agent": { "policy": "aim" },
        "seeds": { "episodes": 3 }, "evolution": evolution,
    }))
    .unwrap()
}

/// The same evolution for so many more generations after a checkpoint.
async fn branch_of(spec: &ExperimentSpec, kept: &KeptCheckpoint, more: u32, blobs: &dyn BlobStore) -> ExperimentSpec {
    let whole = lines::read(&blobs.get(&kept.blake3).await.unwrap()).unwrap();
    let stored = StoredCheckpoint {
        name: "bred.clcp".to_owned(),
        blake3: kept.blake3,
        generation: whole.generation().unwrap(),
        rounds: whole.rounds().count() as u32,
    };
    let mut branch = spec.clone();
    let evolution = branch.evolution.as_mut().unwrap();
    (evolution.start, evolution.generations) = (Some(FileRef::Stored(stored)), more);
    branch
}

/// Who played in each round, and what each of them achieved on which seed.
async fn rounds(quiet: &Quiet) -> Vec<(Vec<Member>, Vec<(u32, i32)>)> {
    let last = quiet.store.experiment(quiet.id).await.unwrap().generation;
    let mut rounds = Vec::new();
    for index in 0..=last {
        let generation = quiet.store.generation(quiet.id, index).await.unwrap();
        if generation.purpose == Purpose::Evolution {
            let members = generation.members.iter().map(|scored| scored.member.clone()).collect();
            let scores = generation.members.iter().flat_map(|scored| &scored.scores);
            rounds.push((members, scores.map(|score| (score.doom_seed.0, score.measures.kills)).collect()));
        }
    }
    rounds
}

async fn goes_on_as_if_it_had_never_been_left(store: &Arc<SqlStore>) {
    for settings in [
        json!({}),
        json!({ "mutation": "self_adaptive", "champion": "evidence" }),
        json!({ "algorithm": "cma_es" }),
        json!({ "algorithm": "separable_cma_es" }),
        json!({ "algorithm": "random" }),
        json!({ "algorithm": "latin_hypercube" }),
    ] {
        let spec = evolution(&settings);
        let original = Quiet::in_store(store, &spec).await;
        original.finish().await;
        let kept = original.core.checkpoint(original.id, Some(3)).await.unwrap();
        let expected = rounds(&original).await;

        let branch = branch_of(&spec, &kept, 2, store.as_ref()).await;
        let branch = Quiet::in_store(store, &branch).await;
        branch.finish().await;

        let played = rounds(&branch).await;
        assert_eq!(played, expected[4..], "{settings}");
        assert_eq!(played[0].0[0].agent.as_str(), "g4-0");

        // And once more, from a generation of the branch.
        let again = branch.core.checkpoint(branch.id, Some(0)).await.unwrap();
        let last = branch_of(&spec, &again, 1, store.as_ref()).await;
        let last = Quiet::in_store(store, &last).await;
        last.finish().await;
        assert_eq!(rounds(&last).await, expected[5..], "{settings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_in_postgres_goes_on_as_if_it_had_never_been_left() {
    let system = System::new().await;
    goes_on_as_if_it_had_never_been_left(&system.store().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_in_sqlite_goes_on_as_if_it_had_never_been_left() {
    let (store, _folder) = in_a_file().await;
    goes_on_as_if_it_had_never_been_left(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_are_kept_where_they_are_due_and_made_again_alike() {
    let (store, _folder) = in_a_file().await;
    let quiet = Quiet::in_store(&store, &evolution(&json!({ "checkpoint": 2, "generations": 5 }))).await;
    let early = quiet.core.checkpoint(quiet.id, None).await.unwrap_err();
    assert_eq!(early.kind, ErrorKind::FailedPrecondition);
    assert!(early.message.contains("no generation"), "{early}");
    quiet.finish().await;

    let kept = store.checkpoints(quiet.id).await.unwrap();
    assert_eq!(kept.iter().map(|kept| kept.generation).collect::<Vec<_>>(), [4, 3, 1]);
    for kept in &kept {
        assert_eq!(&quiet.core.checkpoint(quiet.id, Some(kept.generation)).await.unwrap(), kept);
        let content = store.get(&kept.blake3).await.unwrap();
        assert_eq!((content.len() as u64, ContentHash::of(&content)), (kept.size, kept.blake3));
        let whole = lines::read(&content).unwrap();
        assert_eq!(whole.generation(), Some(kept.generation));
        assert_eq!(lines::write(&whole), content);
        assert_eq!(whole.parts[0].provenance, testkit::builder::provenance());
    }
    assert_eq!(quiet.core.checkpoint(quiet.id, None).await.unwrap(), kept[0], "the last one that is no confirmation");
    let confirmation = quiet.core.checkpoint(quiet.id, Some(5)).await.unwrap_err();
    assert!(confirmation.message.contains("is a confirmation"), "{confirmation}");
    let beyond = quiet.core.checkpoint(quiet.id, Some(6)).await.unwrap_err();
    assert_eq!((beyond.kind, beyond.message.contains("the latest is 5")), (ErrorKind::NotFound, true), "{beyond}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_leader_goes_on_with_a_branch_in_its_middle() {
    let (store, _folder) = in_a_file().await;
    let spec = evolution(&json!({ "champion": "evidence", "elites": 2, "checkpoint": 1 }));
    let original = Quiet::in_store(&store, &spec).await;
    original.finish().await;
    let kept = original.core.checkpoint(original.id, Some(1)).await.unwrap();
    let branch = branch_of(&spec, &kept, 4, store.as_ref()).await;
    let (calm, restless) = (Quiet::in_store(&store, &branch).await, Quiet::in_store(&store, &branch).await);
    let expected = calm.finish().await;

    for generation in 1..=3 {
        let led = restless.led();
        restless.play(usize::MAX).await;
        eventually("the next generation is planned", PATIENCE, async || {
            store.experiment(restless.id).await.unwrap().generation >= generation
        })
        .await;
        led.stop().await;
    }

    assert_eq!(restless.finish().await, expected);
    assert_eq!(rounds(&restless).await, rounds(&original).await[2..]);
    let of = async |quiet: &Quiet| {
        let kept = store.checkpoints(quiet.id).await.unwrap();
        let mut whole = lines::read(&store.get(&kept[0].blake3).await.unwrap()).unwrap();
        // They differ in which experiment played them.
        whole.parts.iter_mut().for_each(|part| part.experiment = original.id);
        whole
    };
    assert_eq!(of(&restless).await, of(&calm).await);
}

/// A store of contents that can be away.
struct Away {
    inner: Arc<SqlStore>,
    is_away: AtomicBool,
    refused: AtomicBool,
}

impl Away {
    fn there(&self) -> PortResult<()> {
        if !self.is_away.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.refused.store(true, Ordering::SeqCst);
        Err(PortError::new(ErrorKind::Unavailable, "the contents are away"))
    }
}

#[async_trait]
impl BlobStore for Away {
    fn limit(&self) -> u64 {
        self.inner.limit()
    }

    async fn put(&self, content: &[u8]) -> PortResult<ContentHash> {
        self.there()?;
        self.inner.put(content).await
    }

    async fn get(&self, hash: &ContentHash) -> PortResult<Vec<u8>> {
        self.there()?;
        self.inner.get(hash).await
    }

    async fn has(&self, hashes: &[ContentHash]) -> PortResult<BTreeSet<ContentHash>> {
        self.there()?;
        self.inner.has(hashes).await
    }

    async fn list(&self, page: &Page) -> PortResult<(Vec<BlobInfo>, Option<String>)> {
        self.inner.list(page).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_experiment_waits_while_contents_are_away_and_does_not_wait_for_what_is_too_large() {
    let (store, _folder) = in_a_file().await;
    let spec = evolution(&json!({ "checkpoint": 1, "generations": 2 }));
    let away = Arc::new(Away { inner: store.clone(), is_away: AtomicBool::new(true), refused: AtomicBool::new(false) });
    let mut core = core(&store, store.clone());
    core.files = UserFiles::new(away.clone(), FileCache::new("unused", 0));
    let quiet = Quiet::with(core, &store, &spec).await;
    let led = quiet.led();
    quiet.play(usize::MAX).await;
    eventually("a checkpoint is due", PATIENCE, async || away.refused.load(Ordering::SeqCst)).await;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(store.experiment(quiet.id).await.unwrap().generation, 0, "it waits");
    away.is_away.store(false, Ordering::SeqCst);
    led.stop().await;
    quiet.finish().await;
    assert_eq!(store.checkpoints(quiet.id).await.unwrap().len(), 2);

    let mut core = crate::system::core(&store, store.clone());
    core.files = UserFiles::new(Arc::new(testkit::blobs::MemoryBlobs::new(100)), FileCache::new("unused", 0));
    let small = Quiet::with(core, &store, &spec).await;
    small.finish().await;
    assert_eq!(store.checkpoints(small.id).await.unwrap(), []);
    assert_eq!(small.core.checkpoint(small.id, None).await.unwrap_err().kind, ErrorKind::Invalid);
}

const EVOLUTION: &str = "name = \"bred\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                         [seeds]\nepisodes = 2\n[evolution]\npopulation = 4\ngenerations = 4\nconfirmation = 3\n";

/// The file of an evolution that goes on from a checkpoint.
fn file_of_branch(folder: &Path, text: &str, generations: u32, more: &str) -> std::path::PathBuf {
    let branch = text
        .replace("name = \"bred\"", "name = \"branch\"")
        .replace("generations = 4", &format!("generations = {generations}\nstart = \"bred.clcp\"\n{more}"));
    let path = folder.join("branch.toml");
    fs::write(&path, branch).unwrap();
    path
}

fn agents(place: &Place, experiment: &str, generation: u64) -> Vec<Value> {
    let all = json_of(place.command("evolve lineage").args([experiment, "--all", "-o", "json"]));
    let all = all.as_array().unwrap().iter();
    let here = all.filter(|agent| agent["generation"] == generation && agent.get("experiment").is_none());
    here.cloned()
        .map(|mut agent| {
            agent["generation"] = Value::Null;
            agent
        })
        .collect()
}

#[test]
fn a_branch_of_the_real_game_is_the_same_with_one_worker_and_with_two() {
    let place = Place::new(EVOLUTION);
    place.launch(&["--set", "evolution.checkpoint=2"]);
    let kept = json_of(place.command("artifacts").args(["bred", "-o", "json"]));
    let names: Vec<_> = kept.as_array().unwrap().iter().map(|kept| kept["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["generation-3.clcp", "generation-1.clcp"]);
    let out = place.path().join("bred.clcp");
    let told = place.run("evolve checkpoint", &["bred", "--generation", "1", "--out", out.to_str().unwrap()]);
    assert!(told.contains("generation 1, ") && told.contains(kept[1]["blake3"].as_str().unwrap()), "{told}");
    assert_eq!(ContentHash::of(&fs::read(&out).unwrap()).to_string(), kept[1]["blake3"]);
    assert!(place.run("artifacts", &[]).contains(kept[0]["blake3"].as_str().unwrap()));

    let file = file_of_branch(place.path(), EVOLUTION, 2, "");
    let launch = |more: &[&str]| json_of(place.command("launch").arg(&file).args(["-o", "json"]).args(more));
    let branch = launch(&["--engines", "2"]);
    assert_eq!(
        (&branch["status"], &branch["spec"]["evolution"]["start"]["generation"]),
        (&"completed".into(), &1.into())
    );
    let again = launch(&["--new", "--engines", "1"]);
    assert_ne!(again["id"], branch["id"]);
    assert_eq!(again["digest"], branch["digest"]);

    for round in [0, 1] {
        assert_eq!(agents(&place, "branch", round), agents(&place, "bred", round + 2), "round {}", round + 2);
    }
    let lineage = json_of(place.command("evolve lineage").args(["branch", "-o", "json"]));
    let lineage = lineage.as_array().unwrap();
    assert!(lineage.iter().any(|agent| agent["experiment"] == "bred"), "{lineage:#?}");
    assert_eq!(lineage.last().unwrap()["agent"], "champion");
    let table = place.run("evolve lineage", &["branch"]);
    assert!(table.contains("played in") && table.contains("g1-"), "{table}");
    let status = place.run("evolve status", &["branch"]);
    assert!(status.contains("goes on     from generation 1 of `bred.clcp`"), "{status}");

    // In another scenario the same parents have other children's scores, and nothing that was played before counts.
    let elsewhere =
        launch(&["--set", "name=elsewhere", "--set", "scenario.skill=5", "--set", "evolution.population=6"]);
    assert_eq!(elsewhere["status"], "completed");
    assert_eq!(agents(&place, "elsewhere", 0).len(), 6);
}

#[test]
fn what_cannot_be_gone_on_from_is_told_with_its_place() {
    let place = Place::new(EVOLUTION);
    place.launch(&["--set", "evolution.generations=2"]);
    let refused = |command: &str, args: &[&str], code: i32| fail(place.command(command).args(args), code);
    let out = place.path().join("bred.clcp");
    let to = out.to_str().unwrap();

    assert!(refused("evolve checkpoint", &["bred", "--generation", "2", "--out", to], 1).contains("is a confirmation"));
    assert!(refused("evolve checkpoint", &["bred", "--generation", "9", "--out", to], 3).contains("the latest is 2"));
    assert!(refused("evolve checkpoint", &["nobody", "--out", to], 3).contains("nobody"));
    assert!(!out.exists());
    succeed(place.command("evolve checkpoint").args(["bred", "--out", to]));
    assert!(refused("evolve checkpoint", &["bred", "--out", to], 2).contains("is there already"));

    let launch = |text: &str, more: &str| {
        let file = file_of_branch(place.path(), text, 2, more);
        let told = fail(place.command("launch").arg(&file), 2);
        let validated = fail(orchestrator().arg("validate").arg(&file), 2);
        assert_eq!(told.lines().next(), validated.lines().next());
        told
    };
    let of = |change: &dyn Fn(String) -> String, more: &str| launch(&change(EVOLUTION.to_owned()), more);
    let same = |text: String| text;

    let told = of(&same, "start_generation = 2");
    assert!(told.contains("`bred.clcp` has the generations 0 to 1, and not generation 2"), "{told}");
    assert!(told.contains("branch.toml:13:20]"), "{told}");
    let told = of(&|text| text.replace("\"aim\"", "\"cascade\""), "");
    assert!(told.contains("is not the policy of the checkpoint, which is `aim`"), "{told}");
    let told = of(&same, "genes = [\"burst\"]");
    assert!(told.contains("these are not the genes of the checkpoint"), "{told}");
    let told = of(&same, "algorithm = \"cma_es\"");
    assert!(told.contains("a normal distribution cannot go on from members"), "{told}");
    let told =
        launch(&EVOLUTION.replace("[evolution]", "[evolution]\nelites = 3"), "start_generation = 0\ntournament = 9");
    assert!(told.contains("evolution.tournament"), "{told}");

    let content = fs::read(&out).unwrap();
    fs::write(&out, &content[..content.len() / 2]).unwrap();
    let told = of(&same, "");
    assert!(
        told.contains("`bred.clcp` is not a checkpoint that can be used: it is damaged: its end is missing"),
        "{told}"
    );
    fs::write(&out, EVOLUTION).unwrap();
    assert!(of(&same, "").contains("it does not begin as a checkpoint does"));
    fs::remove_file(&out).unwrap();
    assert!(of(&same, "").contains("does not exist"));
    let only = EVOLUTION.replace("[evolution]", "[evolution]\nstart_generation = 1");
    fs::write(place.path().join("only.toml"), only).unwrap();
    let told = fail(place.command("launch").arg(place.path().join("only.toml")), 2);
    assert!(told.contains("has no effect without `start`"), "{told}");
}

const LEARNING: &str = "name = \"bred\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\nskill = 5\n\
                        [agent]\npolicy = \"cascade\"\n[agent.genome]\nl2_score = 0.2\nl2_radius = 2\n\
                        [seeds]\nepisodes = 3\n[evolution]\npopulation = 4\ngenerations = 4\nconfirmation = 3\n\
                        genes = [\"near\", \"l1_confidence\"]\n[evolution.learning]\nexperience = \"parents\"\n";

#[test]
fn what_was_learned_goes_with_a_checkpoint_to_another_place() {
    let (here, there) = (Place::new(LEARNING), Place::new(LEARNING));
    here.launch(&[]);
    let out = there.path().join("bred.clcp");
    here.run("evolve checkpoint", &["bred", "--generation", "1", "--out", out.to_str().unwrap()]);
    let file = file_of_branch(there.path(), LEARNING, 2, "");
    let branch = json_of(there.command("launch").arg(&file).args(["-o", "json"]));
    assert_eq!(branch["status"], "completed");

    for round in [0, 1] {
        assert_eq!(agents(&there, "branch", round), agents(&here, "bred", round + 2), "round {}", round + 2);
    }
    let knowledge = |place: &Place, experiment: &str, generation: &str| {
        let mut known =
            json_of(place.command("evolve knowledge").args([experiment, "--generation", generation, "-o", "json"]));
        known["generation"] = Value::Null;
        known
    };
    for (round, generation) in [("0", "2"), ("1", "3")] {
        assert_eq!(knowledge(&there, "branch", round), knowledge(&here, "bred", generation), "generation {generation}");
    }
    let earlier = file_of_branch(there.path(), LEARNING, 2, "start_generation = 0");
    let told = fail(there.command("launch").arg(&earlier), 2);
    assert!(told.contains("what was learned is in `bred.clcp` for its last generation only, which is 1"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_is_launched_from_another_machine() {
    let place = Place::new(EVOLUTION);
    place.launch(&["--set", "evolution.generations=3"]);
    let out = place.path().join("bred.clcp");
    place.run("evolve checkpoint", &["bred", "--generation", "1", "--out", out.to_str().unwrap()]);
    let file = file_of_branch(place.path(), EVOLUTION, 1, "checkpoint = 1");
    let expected = json_of(place.command("launch").arg(&file).args(["-o", "json"]));

    let system = System::new().await;
    let served = system.serve(&["--workers", "2"]);
    let mut launch = served.client("launch");
    let played = json_of(launch.arg(&file).args(["--watch", "-o", "json"]));

    assert_eq!((&played["id"], &played["digest"]), (&expected["id"], &expected["digest"]));
    let hashes = |kept: &Value| {
        let kept = kept.as_array().unwrap().iter();
        kept.map(|kept| (kept["name"].clone(), kept["blake3"].clone())).collect::<Vec<_>>()
    };
    let embedded = json_of(place.command("artifacts").args(["branch", "-o", "json"]));
    assert_eq!(hashes(&served.json("artifacts", "branch")), hashes(&embedded));
    assert_eq!(hashes(&embedded).len(), 1);
    assert_eq!(served.process.stop(), Some(0));
}
