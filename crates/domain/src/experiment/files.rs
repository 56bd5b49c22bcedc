//! Which files of a user's own an experiment names, and where.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Checks, ExperimentSpec, ScenarioSpec};
use crate::file::{ContentHash, FileRef, StoredAgent, StoredCheckpoint, StoredConfig, StoredFile, is_name};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A ViZDoom .cfg file.
    Config,
    /// A WAD.
    Wad,
    /// An agent's definition.
    Agent,
    /// A checkpoint of an evolution.
    Checkpoint,
}

impl FileKind {
    /// Those that a design can vary.
    const VARIED: [Self; 3] = [Self::Config, Self::Wad, Self::Agent];

    /// Whether games are made of such a file.
    #[must_use]
    pub fn is_of_games(self) -> bool {
        matches!(self, Self::Config | Self::Wad)
    }

    /// The field that names such a file.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Config => "scenario.config",
            Self::Wad => "scenario.wad",
            Self::Agent => "agent.file",
            Self::Checkpoint => "evolution.start",
        }
    }
}

/// A path to a file that is not taken in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where it stands in the experiment file, such as `scenario.wad` or `design.factors[0].levels[1]`.
    pub at: String,
    /// What it is for.
    pub kind: FileKind,
    /// The path, as it was written.
    pub path: String,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq)]
pub enum TakenIn {
    /// A config with what it names.
    Config(StoredConfig),
    /// A WAD.
    Wad(StoredFile),
    /// An agent's definition with what it says.
    Agent(StoredAgent),
    /// A checkpoint with how far it is gone along with.
    Checkpoint(StoredCheckpoint),
}

impl TakenIn {
    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        match self {
            Self::Config(_) => FileKind::Config,
            Self::Wad(_) => FileKind::Wad,
            Self::Agent(_) => FileKind::Agent,
            Self::Checkpoint(_) => FileKind::Checkpoint,
        }
    }

    /// The file itself and those that it names.
    #[must_use]
    pub fn files(&self) -> Vec<StoredFile> {
        match self {
            Self::Config(config) => {
                let named = config.wad.iter().chain(&config.game).cloned();
                std::iter::once(config.file()).chain(named).collect()
            }
            Self::Wad(file) => vec![file.clone()],
            Self::Agent(agent) => {
                let named = agent.knowledge.values().filter(|file| file.blake3 != agent.blake3).cloned();
                std::iter::once(agent.file()).chain(named).collect()
            }
            Self::Checkpoint(checkpoint) => vec![checkpoint.file()],
        }
    }

    fn read(kind: FileKind, level: &Value) -> Option<Self> {
        let level = level.clone();
        match kind {
            FileKind::Config => serde_json::from_value(level).ok().map(Self::Config),
            FileKind::Wad => serde_json::from_value(level).ok().map(Self::Wad),
            FileKind::Agent => serde_json::from_value(level).ok().map(Self::Agent),
            FileKind::Checkpoint => serde_json::from_value(level).ok().map(Self::Checkpoint),
        }
    }

    fn to_level(&self) -> Value {
        match self {
            Self::Config(config) => to_value(config),
            Self::Wad(file) => to_value(file),
            Self::Agent(agent) => to_value(agent),
            Self::Checkpoint(checkpoint) => to_value(checkpoint),
        }
    }
}

/// A file that was taken in, and where an experiment names it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMention {
    /// Where it stands, as in [`Mention`].
    pub at: String,
    /// The file.
    pub file: TakenIn,
}

impl ExperimentSpec {
    /// Every path that the specification names, in the order of its fields. One that is stored has none.
    #[must_use]
    pub fn paths(&self) -> Vec<Mention> {
        let mention = |at: String, kind, path: &str| Mention { at, kind, path: path.to_owned() };
        let fields = self.file_fields().into_iter().filter_map(|(kind, field)| match field {
            FileRef::Path(path) => Some(mention(kind.field().to_owned(), kind, &path)),
            FileRef::Stored(_) => None,
        });
        let levels = self.file_levels().into_iter();
        fields.chain(levels.filter_map(|(at, kind, level)| Some(mention(at, kind, level.as_str()?)))).collect()
    }

    /// Every file that was taken in for the specification, in the order of its fields.
    #[must_use]
    pub fn stored_files(&self) -> Vec<StoredMention> {
        let fields = self.file_fields().into_iter().filter_map(|(kind, field)| match field {
            FileRef::Path(_) => None,
            FileRef::Stored(file) => Some(StoredMention { at: kind.field().to_owned(), file }),
        });
        let levels = self.file_levels().into_iter();
        let levels =
            levels.filter_map(|(at, kind, level)| Some(StoredMention { at, file: TakenIn::read(kind, level)? }));
        fields.chain(levels).collect()
    }

    /// Every file of a user's own that games of the specification are made of.
    #[must_use]
    pub fn game_files(&self) -> Vec<StoredFile> {
        let stored = self.stored_files().into_iter();
        stored.filter(|mention| mention.file.kind().is_of_games()).flat_map(|mention| mention.file.files()).collect()
    }

    /// The same specification with what was taken in put in the place of its paths.
    #[must_use]
    pub fn with_files(mut self, taken_in: &BTreeMap<(FileKind, String), TakenIn>) -> Self {
        let of = |kind, path: Option<&str>| taken_in.get(&(kind, path?.to_owned())).cloned();
        let config = self.scenario.config.as_ref().and_then(FileRef::path);
        if let Some(TakenIn::Config(config)) = of(FileKind::Config, config) {
            self.scenario.config = Some(FileRef::Stored(config));
        }
        let wad = self.scenario.wad.as_ref().and_then(FileRef::path);
        if let Some(TakenIn::Wad(wad)) = of(FileKind::Wad, wad) {
            self.scenario.wad = Some(FileRef::Stored(wad));
        }
        let agent = self.agent.file.as_ref().and_then(FileRef::path);
        if let Some(TakenIn::Agent(agent)) = of(FileKind::Agent, agent) {
            self.agent.file = Some(FileRef::Stored(agent));
        }
        if let Some(evolution) = &mut self.evolution {
            let start = evolution.start.as_ref().and_then(FileRef::path);
            if let Some(TakenIn::Checkpoint(checkpoint)) = of(FileKind::Checkpoint, start) {
                evolution.start = Some(FileRef::Stored(checkpoint));
                // Whether it was said or left out, it is part of what was taken in.
                evolution.start_generation = None;
            }
        }
        for factor in self.design.iter_mut().flat_map(|design| &mut design.factors) {
            let Some(kind) = kind_of(&factor.parameter) else { continue };
            for level in &mut factor.levels {
                if let Some(file) = of(kind, level.as_str()) {
                    *level = file.to_level();
                }
            }
        }
        self
    }

    pub(super) fn check_files(&self, found: &mut Checks) {
        let mut contents: BTreeMap<String, ContentHash> = BTreeMap::new();
        for StoredMention { at, file } in self.stored_files() {
            for StoredFile { name, blake3 } in file.files() {
                if !is_name(&name) {
                    let help = "a file is named by a relative path without `.` and `..`";
                    found.add(&at, &format!("`{}` is no name of a file", name.escape_debug()), help);
                }
                if *contents.entry(name.clone()).or_insert(blake3) != blake3 {
                    let help = "give them different names, or paths relative to the experiment file that differ";
                    found.add(&at, &format!("two different files would be called `{name}`"), help);
                }
            }
        }
        let varies_file = |parameter| self.varied(parameter).is_some();
        if varies_file("agent.file") && self.agent.policy.is_some() && !varies_file("agent.policy") {
            let help = "leave it out: every definition names a policy of its own";
            found.add("agent.policy", "stands in the place of the policy of every level of agent.file", help);
        }
    }

    /// The index of the factor that varies `parameter`.
    pub(super) fn varied(&self, parameter: &str) -> Option<usize> {
        self.design.as_ref()?.factors.iter().position(|factor| factor.parameter == parameter)
    }

    fn file_fields(&self) -> Vec<(FileKind, FileRef<TakenIn>)> {
        let config = self.scenario.config.as_ref().map(|file| (FileKind::Config, taken_in(file, TakenIn::Config)));
        let wad = self.scenario.wad.as_ref().map(|file| (FileKind::Wad, taken_in(file, TakenIn::Wad)));
        let agent = self.agent.file.as_ref().map(|file| (FileKind::Agent, taken_in(file, TakenIn::Agent)));
        let start = self.evolution.as_ref().and_then(|evolution| evolution.start.as_ref());
        let start = start.map(|file| (FileKind::Checkpoint, taken_in(file, TakenIn::Checkpoint)));
        [config, wad, agent, start].into_iter().flatten().collect()
    }

    fn file_levels(&self) -> Vec<(String, FileKind, &Value)> {
        let factors = self.design.iter().flat_map(|design| design.factors.iter().enumerate());
        let files = factors.filter_map(|(index, factor)| Some((index, kind_of(&factor.parameter)?, &factor.levels)));
        let levels = files.flat_map(|(index, kind, levels)| {
            let at = move |number| format!("design.factors[{index}].levels[{number}]");
            levels.iter().enumerate().map(move |(number, level)| (at(number), kind, level))
        });
        levels.collect()
    }
}

impl ScenarioSpec {
    /// The files of a user's own that the game is made of: what was given in the place of another one is left out.
    #[must_use]
    pub fn own_files(&self) -> Vec<StoredFile> {
        let config = self.config.as_ref().and_then(FileRef::stored);
        let wad = self.wad.as_ref().and_then(FileRef::stored);
        let wad = wad.or_else(|| config.and_then(|config| config.wad.as_ref()));
        let game = config.and_then(|config| config.game.as_ref());
        config.map(StoredConfig::file).into_iter().chain(wad.cloned()).chain(game.cloned()).collect()
    }

    /// The field that still names a file by its path, and the path.
    #[must_use]
    pub fn path(&self) -> Option<(FileKind, &str)> {
        let config = self.config.as_ref().and_then(FileRef::path).map(|path| (FileKind::Config, path));
        config.or_else(|| Some((FileKind::Wad, self.wad.as_ref()?.path()?)))
    }
}

fn kind_of(parameter: &str) -> Option<FileKind> {
    FileKind::VARIED.into_iter().find(|kind| kind.field() == parameter)
}

fn taken_in<T: Clone>(file: &FileRef<T>, wrap: impl FnOnce(T) -> TakenIn) -> FileRef<TakenIn> {
    match file {
        FileRef::Path(path) => FileRef::Path(path.clone()),
        FileRef::Stored(stored) => FileRef::Stored(wrap(stored.clone())),
    }
}

fn to_value(file: &impl Serialize) -> Value {
    serde_json::to_value(file).expect("names, hashes and finite numbers are JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(scenario: Value, agent: Value, factors: Value) -> ExperimentSpec {
        let mut spec = json!({ "name": "t", "seed": 1, "scenario": scenario, "agent": agent });
        if !factors.is_null() {
            spec["design"] = json!({ "factors": factors });
        }
        serde_json::from_value(spec).unwrap()
    }

    fn stored(name: &str, content: &str) -> Value {
        json!({ "name": name, "blake3": ContentHash::of(content.as_bytes()).to_string() })
    }

    #[test]
    fn paths_are_found_and_replaced_at_every_place() {
        let named = spec(
            json!({ "config": "a.cfg", "wad": "a.wad" }),
            json!({ "file": "agent.toml" }),
            json!([{ "parameter": "scenario.wad", "levels": ["a.wad", "b.wad", stored("c.wad", "c")] }]),
        );
        let at: Vec<_> = named.paths().into_iter().map(|mention| (mention.at, mention.path)).collect();
        let expected = [
            ("scenario.config", "a.cfg"),
            ("scenario.wad", "a.wad"),
            ("agent.file", "agent.toml"),
            ("design.factors[0].levels[0]", "a.wad"),
            ("design.factors[0].levels[1]", "b.wad"),
        ];
        assert_eq!(at, expected.map(|(at, path)| (at.to_owned(), path.to_owned())));

        let files = named.paths().into_iter().map(|mention| {
            let file = StoredFile { name: mention.path.clone(), blake3: ContentHash::of(mention.path.as_bytes()) };
            let StoredFile { name, blake3 } = file.clone();
            let taken_in = match mention.kind {
                FileKind::Config => TakenIn::Config(StoredConfig { name, blake3, wad: None, game: None }),
                FileKind::Wad => TakenIn::Wad(file),
                FileKind::Agent => {
                    let (genome, knowledge) = Default::default();
                    TakenIn::Agent(StoredAgent { name, blake3, policy: "aim".into(), genome, knowledge })
                }
                FileKind::Checkpoint => unreachable!("no checkpoint is named"),
            };
            ((mention.kind, mention.path), taken_in)
        });
        let taken_in = named.with_files(&files.collect());

        assert_eq!(taken_in.paths(), []);
        assert_eq!(taken_in.stored_files().len(), 6);
        assert_eq!(taken_in.violations(), []);
        assert_eq!(taken_in.agent.definition().policy, "aim");
        let own: Vec<_> = taken_in.scenario.own_files().into_iter().map(|file| file.name).collect();
        assert_eq!(own, ["a.cfg", "a.wad"]);
        assert_eq!(serde_json::from_str::<ExperimentSpec>(&taken_in.canonical()).unwrap(), taken_in);
    }

    #[test]
    fn a_checkpoint_is_taken_in_with_the_generation_that_was_asked_for() {
        let mut named = spec(json!({ "name": "basic" }), json!({ "policy": "aim" }), Value::Null);
        named.evolution = serde_json::from_value(json!({ "start": "a/b.clcp", "start_generation": 3 })).unwrap();
        let paths = named.paths();
        assert_eq!((paths.len(), paths[0].at.as_str(), paths[0].kind), (1, "evolution.start", FileKind::Checkpoint));
        let blake3 = ContentHash::of(b"a");
        let stored = StoredCheckpoint { name: "a/b.clcp".into(), blake3, generation: 3, rounds: 4 };
        let key = (FileKind::Checkpoint, "a/b.clcp".to_owned());
        let taken_in = named.with_files(&[(key, TakenIn::Checkpoint(stored.clone()))].into());
        let evolution = taken_in.evolution.clone().unwrap();
        assert_eq!((evolution.begun(), evolution.start_generation), (Some(&stored), None));
        assert_eq!((taken_in.paths(), taken_in.stored_files().len(), taken_in.game_files()), (vec![], 1, vec![]));
        assert_eq!(taken_in.violations(), []);
        assert_eq!(serde_json::from_str::<ExperimentSpec>(&taken_in.canonical()).unwrap(), taken_in);
    }

    #[test]
    fn a_definition_file_gives_way_to_what_is_said_beside_it() {
        let file = json!({
            "name": "a.toml", "blake3": ContentHash::of(b"").to_string(), "policy": "aim",
            "genome": { "burst": 1.0, "lead": 2.0 },
        });
        let agent = |agent| spec(json!({ "name": "basic" }), agent, Value::Null).agent.definition();
        let plain = agent(json!({ "file": file }));
        assert_eq!((plain.policy.as_str(), plain.genome.0["burst"]), ("aim", 1.0));
        let changed = agent(json!({ "file": file, "policy": "random", "genome": { "burst": 3.0 } }));
        assert_eq!(changed.policy, "random");
        assert_eq!((changed.genome.0["burst"], changed.genome.0["lead"]), (3.0, 2.0));
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        let factors = json!([{ "parameter": "scenario.wad", "levels": [stored("a.wad", "1"), stored("a.wad", "2")] }]);
        let twice = spec(json!({ "name": "basic" }), json!({ "policy": "aim" }), factors);
        let found = twice.violations();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, "design.factors[0].levels[1]");
        assert_eq!(found[0].message, "two different files would be called `a.wad`");

        let bad = json!({ "name": "basic", "wad": stored("../a.wad", "1") });
        let bad = spec(bad, json!({ "policy": "aim" }), json!([{ "parameter": "scenario.skill", "levels": [1, 2] }]));
        assert!(bad.violations()[0].message.contains("no name"), "{:?}", bad.violations());
    }

    #[test]
    fn a_policy_beside_varied_definitions_is_refused() {
        let factors = json!([{ "parameter": "agent.file", "levels": ["a.toml", "b.toml"] }]);
        let found = |agent| spec(json!({ "name": "basic" }), agent, factors.clone()).violations();
        assert_eq!(found(json!({ "policy": "aim" }))[0].path, "agent.policy");
        assert_eq!(found(json!({})), []);
    }
}
