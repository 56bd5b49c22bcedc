use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use domain::ErrorKind;
use domain::checkpoint::{Checkpoint, Part, Player, Round, lines};
use domain::experiment::ExperimentSpec;
use domain::file::{ContentHash, GivenFile, StoredFile};
use domain::genome::Genome;
use domain::ids::{AgentId, DoomSeed, ExperimentId};
use domain::knowledge::{KnowledgeHashes, KnowledgeKind};
use domain::ports::BlobStore as _;
use serde_json::{Value, json};
use testkit::blobs::MemoryBlobs;

use super::local::{self, LocalBlobs};
use super::resolve::{ResolveError, resolve};
use super::{FileCache, FilePaths as _, Known, UserFiles, start};

/// A ledger of contents and a cache of up to `max_bytes` in a folder of its own.
struct Fixture {
    blobs: Arc<MemoryBlobs>,
    folder: tempfile::TempDir,
    max_bytes: u64,
}

impl Fixture {
    fn new(max_bytes: u64) -> Self {
        Self { blobs: Arc::new(MemoryBlobs::new(1 << 20)), folder: tempfile::tempdir().unwrap(), max_bytes }
    }

    fn cache(&self) -> FileCache {
        FileCache::new(self.folder.path().join("files"), self.max_bytes)
    }

    /// What one process has: several of them share the folder.
    fn process(&self) -> UserFiles {
        UserFiles::new(self.blobs.clone(), self.cache())
    }

    async fn put(&self, content: &[u8]) -> StoredFile {
        let blake3 = self.blobs.put(content).await.unwrap();
        StoredFile { name: format!("{}.wad", content.len()), blake3 }
    }

    fn at(&self, file: &StoredFile) -> std::path::PathBuf {
        self.cache().path(&file.blake3)
    }

    /// Names in the folder, without the lock.
    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.cache().root()).unwrap().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name != ".lock").collect()
    }
}

#[tokio::test]
async fn a_file_is_brought_once_and_fetched_again_when_it_is_damaged() {
    let fixture = Fixture::new(u64::MAX);
    let file = fixture.put(b"PWAD and so on").await;
    drop(fixture.process().hold(std::slice::from_ref(&file)).await.unwrap());
    assert_eq!(fs::read(fixture.at(&file)).unwrap(), b"PWAD and so on");

    for damage in [&b"PWAD and so no"[..], b"PWAD", b""] {
        fs::write(fixture.at(&file), damage).unwrap();
        let _hold = fixture.process().hold(std::slice::from_ref(&file)).await.unwrap();
        assert_eq!(fs::read(fixture.at(&file)).unwrap(), b"PWAD and so on");
    }
    assert_eq!(fixture.names(), [file.blake3.to_string()].into());
}

#[tokio::test]
async fn damage_is_noticed_by_a_process_that_has_used_the_file_before() {
    let fixture = Fixture::new(u64::MAX);
    let (file, process) = (fixture.put(b"PWAD and so on").await, fixture.process());
    drop(process.hold(std::slice::from_ref(&file)).await.unwrap());

    fs::write(fixture.at(&file), b"PWAD but longer than before").unwrap();

    let _hold = process.hold(std::slice::from_ref(&file)).await.unwrap();
    assert_eq!(fs::read(fixture.at(&file)).unwrap(), b"PWAD and so on");
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed_and_what_another_writes_is_not() {
    let fixture = Fixture::new(u64::MAX);
    let root = fixture.cache().root().to_owned();
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("tmp-of-a-killed-one"), "half").unwrap();
    let writing = File::create(root.join("tmp-of-a-living-one")).unwrap();
    writing.lock().unwrap();
    let file = fixture.put(b"PWAD").await;

    let _hold = fixture.process().hold(std::slice::from_ref(&file)).await.unwrap();

    assert_eq!(fixture.names(), [file.blake3.to_string(), "tmp-of-a-living-one".to_owned()].into());
}

#[tokio::test]
async fn the_folder_stays_within_its_bound_and_what_is_in_use_stays_in_it() {
    let fixture = Fixture::new(250);
    let files = [
        fixture.put(&[1; 100]).await,
        fixture.put(&[2; 101]).await,
        fixture.put(&[3; 102]).await,
        fixture.put(&[4; 103]).await,
    ];
    let [first, second, third, fourth] = &files;
    let process = fixture.process();
    let used = process.hold(std::slice::from_ref(first)).await.unwrap();
    drop(process.hold(std::slice::from_ref(second)).await.unwrap());

    drop(fixture.process().hold(std::slice::from_ref(third)).await.unwrap());
    assert_eq!(fixture.names(), [first, third].map(|file| file.blake3.to_string()).into());

    drop(used);
    drop(process.hold(std::slice::from_ref(first)).await.unwrap());
    drop(fixture.process().hold(std::slice::from_ref(fourth)).await.unwrap());
    assert_eq!(fixture.names(), [first, fourth].map(|file| file.blake3.to_string()).into(), "the oldest went");

    let kept = process.hold(std::slice::from_ref(first)).await.unwrap();
    fixture.cache().clear().unwrap();
    assert_eq!(fixture.names(), [first.blake3.to_string()].into(), "what is in use stays");
    drop(kept);

    // More at once than there is room for: all of it is needed.
    let _all = fixture.process().hold(&files).await.unwrap();
    assert_eq!(fixture.names().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_want_one_file_at_once_all_get_it() {
    let fixture = Fixture::new(u64::MAX);
    let file = fixture.put(&[b'x'; 100_000]).await;
    let processes: Vec<_> = (0..3).map(|_| fixture.process()).collect();
    let hold = |number: usize| {
        let (process, file) = (processes[number % 3].clone(), file.clone());
        tokio::spawn(async move { process.hold(&[file]).await.unwrap() })
    };

    let holds: Vec<_> = futures::future::join_all((0..12).map(hold)).await;

    assert!(holds.iter().all(Result::is_ok));
    assert_eq!(fixture.names(), [file.blake3.to_string()].into());
}

#[tokio::test]
async fn a_content_that_was_never_taken_in_is_not_found_and_an_unusable_folder_is_named() {
    let fixture = Fixture::new(u64::MAX);
    let unknown = StoredFile { name: "maze.wad".into(), blake3: ContentHash::of(b"never") };
    let error = fixture.process().hold(&[unknown]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.starts_with("`maze.wad`: "), "{error}");

    fs::write(fixture.folder.path().join("files"), "no folder").unwrap();
    let file = fixture.put(b"PWAD").await;
    let error = fixture.process().hold(&[file]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Internal);
    assert!(error.message.contains("--file-cache"), "{error}");
}

/// An experiment with these fields, and one factor.
fn spec(scenario: Value, agent: Value, factor: Value) -> ExperimentSpec {
    let spec = json!({
        "name": "t", "seed": 1, "scenario": scenario, "agent": agent, "design": { "factors": [factor] },
    });
    serde_json::from_value(spec).unwrap()
}

fn skill() -> Value {
    json!({ "parameter": "scenario.skill", "levels": [1, 5] })
}

/// A user's folder.
fn mine() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
    fs::create_dir(folder.path().join("maps")).unwrap();
    write("maps/maze.cfg", "doom_scenario_path = maze.wad\navailable_buttons = { ATTACK }\n");
    write("maps/maze.wad", "PWAD of a maze");
    write("other.wad", "PWAD of another");
    write("aim.toml", "policy = \"aim\"\ngenome = { burst = 12 }\n");
    folder
}

fn faults(spec: &ExperimentSpec, folder: &Path) -> Vec<(String, String)> {
    let found = local::collect(spec, folder).unwrap_err();
    found.into_iter().map(|violation| (violation.path, violation.message)).collect()
}

#[tokio::test]
async fn the_same_contents_are_the_same_experiment_wherever_they_are() {
    let named = spec(
        json!({ "config": "maps/maze.cfg" }),
        json!({ "file": "aim.toml", "genome": { "lead": 1.0 } }),
        json!({ "parameter": "scenario.wad", "levels": ["maps/maze.wad", "other.wad"] }),
    );
    let mut taken_in = Vec::new();
    for folder in [mine(), mine()] {
        let files = local::collect(&named, folder.path()).unwrap();
        let given: Vec<_> = files.iter().map(|file| file.given.clone()).collect();
        let resolved = resolve(named.clone(), &given, &LocalBlobs::of(&files)).await.unwrap();
        assert_eq!((resolved.absent, resolved.spec.paths()), (vec![], vec![]));
        assert!(!resolved.spec.canonical().contains(folder.path().to_str().unwrap()));
        taken_in.push(resolved.spec);
    }

    assert_eq!(taken_in[0].hash(), taken_in[1].hash());
    let spec = &taken_in[0];
    assert_eq!(spec.violations(), []);
    let agent = spec.agent.definition();
    assert_eq!((agent.policy.as_str(), agent.genome.0["burst"], agent.genome.0["lead"]), ("aim", 12.0, 1.0));
    let names: BTreeSet<_> = spec.game_files().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["maps/maze.cfg", "maps/maze.wad", "other.wad"].map(str::to_owned).into());
    let members = crate::planning::conditions(spec).unwrap();
    assert_eq!(members[1].label, "wad=other.wad");
    assert_eq!(members[1].agent.as_str(), "wad-other-wad");
    assert_eq!(members[1].scenario.own_files().len(), 2, "the level stands in the place of the config's WAD");

    let changed = mine();
    fs::write(changed.path().join("maps/maze.wad"), "PWAD of a maze with one more wall").unwrap();
    let files = local::collect(&named, changed.path()).unwrap();
    let given: Vec<_> = files.iter().map(|file| file.given.clone()).collect();
    let other = resolve(named, &given, &LocalBlobs::of(&files)).await.unwrap().spec;
    assert_ne!(other.hash(), spec.hash(), "other contents are another experiment");
}

#[test]
fn files_that_cannot_be_used_are_told_at_their_places() {
    let folder = mine();
    let path = folder.path();
    std::os::unix::fs::symlink("nowhere", path.join("link.wad")).unwrap();
    std::os::unix::fs::symlink("other.wad", path.join("good.wad")).unwrap();
    fs::write(path.join("notes.txt"), "not a game").unwrap();
    fs::write(path.join("lost.cfg"), "doom_scenario_path = maps/gone.wad\n").unwrap();
    fs::write(path.join("bad.cfg"), "doom_skill = 9\n").unwrap();
    fs::write(path.join("bad.toml"), "policy = 5\n").unwrap();
    let levels = json!(["good.wad", "gone.wad", "link.wad", "maps", "notes.txt", "/dev/null"]);
    let wads = spec(
        json!({ "name": "basic" }),
        json!({ "policy": "aim" }),
        json!({ "parameter": "scenario.wad", "levels": levels }),
    );
    let told = faults(&wads, path);
    let reasons = [
        "does not exist",
        "is a link to something that does not exist",
        "is a folder",
        "it starts with neither IWAD, PWAD nor PK",
        "is no regular file",
    ];
    assert_eq!(told.len(), reasons.len(), "{told:#?}");
    for ((at, message), (number, reason)) in told.iter().zip((1..).zip(reasons)) {
        assert_eq!(at, &format!("design.factors[0].levels[{number}]"));
        assert!(message.ends_with(reason), "{message}");
    }
    for (config, reason) in [("lost.cfg", "maps/gone.wad, which does not exist"), ("bad.cfg", "line 1: doom_skill")] {
        let told = faults(&spec(json!({ "config": config }), json!({ "policy": "aim" }), skill()), path);
        assert!(told[0].0 == "scenario.config" && told[0].1.contains(reason), "{told:?}");
    }
    let told = faults(&spec(json!({ "name": "basic" }), json!({ "file": "bad.toml" }), skill()), path);
    assert!(told[0].0 == "agent.file" && told[0].1.contains("line 1: invalid type"), "{told:?}");
}

#[tokio::test]
async fn what_was_not_given_or_not_put_is_told_and_what_is_wrong_is_refused() {
    let blobs = MemoryBlobs::new(1 << 20);
    let given = |path: &str, content: &str| GivenFile {
        path: path.to_owned(),
        named_in: None,
        blake3: ContentHash::of(content.as_bytes()),
        size: content.len() as u64,
    };
    let wad = spec(json!({ "name": "basic", "wad": "/secret/a.wad" }), json!({ "policy": "aim" }), skill());
    for (files, reason) in [(vec![], "was not given"), (vec![given("/secret/a.wad", "PWAD")], "was not put")] {
        let resolved = resolve(wad.clone(), &files, &blobs).await.unwrap();
        let [absent] = resolved.absent.as_slice() else { panic!("{resolved:?}") };
        assert!(absent.path == "scenario.wad" && absent.message.contains(reason), "{absent:?}");
        assert!(!absent.message.contains("/secret"), "{absent:?}");
    }

    blobs.put(b"doom_skill = 9").await.unwrap();
    let config = spec(json!({ "config": "a.cfg" }), json!({ "policy": "aim" }), skill());
    let refused = resolve(config, &[given("a.cfg", "doom_skill = 9")], &blobs).await.unwrap_err();
    let ResolveError::Invalid(found) = refused else { panic!("{refused:?}") };
    assert!(found[0].path == "scenario.config" && found[0].message.contains("line 1"), "{found:?}");

    // By content, as somebody writes it who launches a stored experiment again.
    let hash = blobs.put(b"policy = \"aim\"").await.unwrap();
    let named = |policy: &str, blake3: ContentHash| {
        let file = json!({ "name": "a.toml", "blake3": blake3.to_string(), "policy": policy });
        spec(json!({ "name": "basic" }), json!({ "file": file }), skill())
    };
    assert!(resolve(named("aim", hash), &[], &blobs).await.is_ok());
    assert!(matches!(resolve(named("random", hash), &[], &blobs).await, Err(ResolveError::Invalid(_))));
    assert!(matches!(resolve(named("aim", ContentHash::of(b"")), &[], &blobs).await, Err(ResolveError::Invalid(_))));
}

/// A user's folder with an agent that knows rules of its definition, and experience beside it.
fn knowing() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("agents")).unwrap();
    let definition = "policy = \"cascade\"\nexperience = \"seen.clxp\"\nrules = []\n";
    fs::write(folder.path().join("agents/a.toml"), definition).unwrap();
    fs::write(folder.path().join("agents/seen.clxp"), decision::experience::Experience::default().encode()).unwrap();
    folder
}

#[tokio::test]
async fn what_an_agent_knows_goes_with_its_definition() {
    let folder = knowing();
    let named = spec(json!({ "name": "basic" }), json!({ "file": "agents/a.toml" }), skill());
    let files = local::collect(&named, folder.path()).unwrap();
    let given: Vec<_> = files.iter().map(|file| file.given.clone()).collect();
    let blobs = LocalBlobs::of(&files);

    let resolved = resolve(named.clone(), &given, &blobs).await.unwrap();

    assert_eq!((resolved.absent, resolved.spec.violations()), (vec![], vec![]));
    let stored = resolved.spec.stored_files().remove(0).file;
    let names: Vec<_> = stored.files().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["agents/a.toml", "agents/seen.clxp"]);
    let agent = resolved.spec.agent.definition();
    let of = |name: &str| ContentHash::of(&fs::read(folder.path().join(name)).unwrap());
    let expected = [(KnowledgeKind::Rules, of("agents/a.toml")), (KnowledgeKind::Experience, of("agents/seen.clxp"))];
    assert_eq!(agent.knowledge, expected.into());
    let contents = Known::of(&resolved.spec, &blobs).await.unwrap().contents(&agent.knowledge);
    assert_eq!(&contents[&KnowledgeKind::Experience][..4], b"CLXP");
    assert!(resolved.spec.game_files().is_empty(), "no game is made of it");

    let without = resolve(named, &given[..1], &blobs).await.unwrap();
    assert_eq!(without.absent.len(), 1);
    assert!(without.absent[0].message.starts_with("the content of `agents/seen.clxp` was not given"), "{without:?}");
    assert_eq!(without.spec.paths().len(), 1, "half of an agent is none");
}

#[tokio::test]
async fn workers_get_what_an_agent_knows_from_the_cache() {
    let fixture = Fixture::new(u64::MAX);
    let blake3 = fixture.put(b"CLXP and so on").await.blake3;
    let hashes = [(KnowledgeKind::Experience, blake3)].into();
    for _ in 0..2 {
        let contents = fixture.process().knowledge(&hashes).await.unwrap();
        assert_eq!(&contents[&KnowledgeKind::Experience][..], b"CLXP and so on");
    }
    assert_eq!(fixture.names(), [blake3.to_string()].into());
    let unknown = [(KnowledgeKind::Library, ContentHash::of(b"never"))].into();
    let error = fixture.process().knowledge(&unknown).await.unwrap_err();
    assert!(error.kind == ErrorKind::NotFound && error.message.starts_with("`library`: "), "{error}");
}

#[tokio::test]
async fn what_is_said_of_a_definition_has_to_be_what_it_says() {
    let blobs = MemoryBlobs::new(1 << 20);
    let definition = blobs.put(b"policy = \"cascade\"\nrules = []\nnetwork = \"n.onnx\"").await.unwrap();
    let network = blobs.put(b"network").await.unwrap();
    let said = |knowledge: Value| {
        let file =
            json!({ "name": "a.toml", "blake3": definition.to_string(), "policy": "cascade", "knowledge": knowledge });
        spec(json!({ "name": "basic" }), json!({ "file": file }), skill())
    };
    let file = |name: &str, hash: ContentHash| json!({ "name": name, "blake3": hash.to_string() });
    let (rules, net) = (file("a.toml", definition), file("n.onnx", network));
    assert!(resolve(said(json!({ "rules": rules, "network": net })), &[], &blobs).await.is_ok());
    for wrong in [
        json!({ "rules": rules }),
        json!({ "rules": net, "network": net }),
        json!({ "rules": rules, "network": file("other.onnx", network) }),
        json!({ "rules": rules, "network": net, "library": net }),
    ] {
        let refused = resolve(said(wrong.clone()), &[], &blobs).await;
        let Err(ResolveError::Invalid(found)) = refused else { panic!("{wrong}: {refused:?}") };
        assert!(found[0].message.contains("says something else"), "{found:?}");
    }
    let away = said(json!({ "rules": rules, "network": file("n.onnx", ContentHash::of(b"never")) }));
    assert!(matches!(resolve(away, &[], &blobs).await, Err(ResolveError::Invalid(_))));
}

#[test]
fn only_what_an_agent_can_know_is_taken_from_a_users_machine() {
    let folder = knowing();
    let named = spec(json!({ "name": "basic" }), json!({ "file": "agents/a.toml" }), skill());
    fs::write(folder.path().join("agents/seen.clxp"), "a letter").unwrap();
    let told = faults(&named, folder.path());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "agent.file");
    assert!(
        told[0].1.ends_with("these bytes are no snapshot of experience: they do not begin with its letters"),
        "{told:?}"
    );
    fs::remove_file(folder.path().join("agents/seen.clxp")).unwrap();
    assert!(faults(&named, folder.path())[0].1.ends_with("as its experience, which does not exist"));
}

fn evolving(evolution: Value) -> ExperimentSpec {
    let (scenario, agent) = (json!({ "name": "basic" }), json!({ "policy": "aim" }));
    let spec = json!({ "name": "t", "seed": 1, "scenario": scenario, "agent": agent, "evolution": evolution });
    serde_json::from_value(spec).unwrap()
}

/// A checkpoint of so many generations of an evolution.
fn checkpoint(generations: u32) -> Vec<u8> {
    let spec = evolving(json!({}));
    let round = |round: u32| Round {
        round,
        generation: round,
        seeds: vec![DoomSeed(1)],
        agents: vec![Player {
            agent: AgentId::slug(&format!("g{round}-0")),
            genome: Genome::default(),
            parents: vec![],
            operators: vec![],
            knowledge: KnowledgeHashes::new(),
            fitness: vec![f64::from(round)],
        }],
    };
    let part = Part {
        experiment: ExperimentId::derive(&spec.hash(), ""),
        spec,
        provenance: testkit::builder::provenance(),
        policy: "aim".to_owned(),
        genes: vec!["burst".to_owned()],
        rounds: (0..generations).map(round).collect(),
    };
    lines::write(&Checkpoint { parts: vec![part], ..Checkpoint::default() })
}

#[tokio::test]
async fn a_checkpoint_is_taken_in_up_to_the_generation_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.clcp"), checkpoint(3)).unwrap();
    let files = local::collect(&evolving(json!({ "start": "a.clcp" })), folder.path()).unwrap();
    let (given, blobs) = ([files[0].given.clone()], LocalBlobs::of(&files));
    let taken = async |evolution: Value| match resolve(evolving(evolution), &given, &blobs).await {
        Ok(resolved) => Ok((resolved.absent.len(), resolved.spec)),
        Err(ResolveError::Invalid(found)) => Err((found[0].path.clone(), found[0].message.clone())),
        Err(ResolveError::Port(error)) => panic!("{error}"),
    };

    let (absent, last) = taken(json!({ "start": "a.clcp" })).await.unwrap();
    let stored = last.evolution.as_ref().unwrap().begun().unwrap().clone();
    assert_eq!((absent, stored.generation, stored.rounds, stored.name.as_str()), (0, 2, 3, "a.clcp"));
    assert!(last.game_files().is_empty() && last.paths().is_empty());
    let whole = Known::of(&last, &blobs).await.unwrap().into_start().unwrap();
    assert_eq!(whole.rounds().count(), 3);

    let (_, earlier) = taken(json!({ "start": "a.clcp", "start_generation": 0 })).await.unwrap();
    assert_eq!(earlier.evolution.as_ref().unwrap().first_round(), 1);
    assert_eq!(start(&earlier, &blobs).await.unwrap().unwrap().rounds().count(), 1);
    assert!(start(&evolving(json!({})), &blobs).await.unwrap().is_none());

    let (path, message) = taken(json!({ "start": "a.clcp", "start_generation": 3 })).await.unwrap_err();
    assert_eq!(path, "evolution.start_generation");
    assert_eq!(message, "`a.clcp` has the generations 0 to 2, and not generation 3");
    let said = |generation: u32, rounds: u32| json!({ "start": { "name": "a", "blake3": stored.blake3, "generation": generation, "rounds": rounds } });
    assert!(taken(said(1, 2)).await.is_ok());
    for (generation, rounds) in [(1, 3), (3, 4)] {
        let (path, message) = taken(said(generation, rounds)).await.unwrap_err();
        assert!(path == "evolution.start" && message.contains("says something else"), "{message}");
    }
    let (absent, spec) = taken(json!({ "start": "b.clcp" })).await.unwrap();
    assert_eq!((absent, spec.paths().len()), (1, 1), "it is not here");

    fs::write(folder.path().join("a.clcp"), &checkpoint(3)[1..]).unwrap();
    let told = faults(&evolving(json!({ "start": "a.clcp" })), folder.path());
    let expected = "`a.clcp` is not a checkpoint that can be used: it does not begin as a checkpoint does";
    assert_eq!(told, [("evolution.start".to_owned(), expected.to_owned())]);
}
