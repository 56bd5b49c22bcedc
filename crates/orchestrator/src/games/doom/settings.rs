//! From a scenario's specification to the engine's settings.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use domain::Violation;
use domain::experiment::ScenarioSpec;
use domain::file::{FileRef, StoredConfig, StoredFile};
use vizdoom::{GameConfig, Install};

use crate::user_files::{FilePaths, is_wad};

/// Image size unless the specification gives another. The game does not depend on it, and rendering takes most of
/// the time of a tic.
const RESOLUTION: &str = "160x120";

/// The settings that a specification asks for. Files of a user's own are looked for in `files`.
///
/// # Errors
/// Every override that the engine does not know, or the one fault of the config file.
pub(super) fn config(
    install: &Install,
    files: &dyn FilePaths,
    scenario: &ScenarioSpec,
) -> Result<GameConfig, Vec<Violation>> {
    let source = Source::of(install, files, scenario).map_err(|violation| vec![violation])?;
    let text = source.read().map_err(|violation| vec![violation])?;
    // An override is one more line of the config: the engine's own grammar checks it.
    let lines = overrides(scenario);
    let faults: Vec<_> = lines.iter().filter_map(|line| line.fault(&text, &source.base)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let all = lines.iter().fold(text, |text, line| format!("{text}\n{}", line.text));
    let config = GameConfig::parse(&all, &source.base);
    let mut config = config.map_err(|error| vec![Violation::new("scenario", error.to_string())])?;
    place_files(&mut config, install, files, scenario);
    config.source = Some(source.path);
    usable(&config, scenario).map_or(Ok(config), |violation| Err(vec![violation]))
}

/// The config file.
struct Source {
    path: PathBuf,
    /// What paths in it are relative to. One's own config is away from what it names, so that these are left as they are.
    base: PathBuf,
    name: String,
    field: &'static str,
}

impl Source {
    fn of(install: &Install, files: &dyn FilePaths, scenario: &ScenarioSpec) -> Result<Self, Violation> {
        if let Some(config) = &scenario.config {
            let config = config.stored().ok_or_else(|| by_path("scenario.config", config))?;
            let (path, name) = (files.path(&config.blake3), config.name.clone());
            return Ok(Self { path, base: PathBuf::new(), name, field: "scenario.config" });
        }
        let name = scenario.name.as_deref().unwrap_or_default();
        let known = install.scenarios();
        if known.iter().any(|scenario| scenario == name) {
            let (base, file) = (install.scenario_dir(), format!("{name}.cfg"));
            return Ok(Self { path: base.join(&file), base, name: file, field: "scenario.name" });
        }
        Err(Violation::unknown("scenario.name", "scenario", name, known.iter().map(String::as_str)))
    }

    /// The text of the config, which is valid by itself.
    fn read(&self) -> Result<String, Violation> {
        let told = |reason: String| Violation::new(self.field, format!("{}: {reason}", self.name));
        let bytes = fs::read(&self.path).map_err(|error| told(format!("cannot be read: {error}")))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        GameConfig::parse(&text, &self.base).map_err(|error| match error {
            vizdoom::Error::Config { line, key, reason, .. } => told(format!("line {line}: {key}: {reason}")),
            other => told(other.to_string()),
        })?;
        Ok(text)
    }
}

/// One override as a line of the config grammar.
struct Line {
    field: String,
    text: String,
}

impl Line {
    fn fault(&self, config: &str, base: &Path) -> Option<Violation> {
        let error = GameConfig::parse(&format!("{config}\n{}", self.text), base).err()?;
        let message = match error {
            vizdoom::Error::Config { reason, .. } => reason,
            other => other.to_string(),
        };
        Some(Violation::new(&self.field, message))
    }
}

fn overrides(scenario: &ScenarioSpec) -> Vec<Line> {
    let resolution = scenario.resolution.as_deref().unwrap_or(RESOLUTION);
    let mut lines = vec![line("resolution", "screen_resolution", resolution)];
    let numbers = [
        ("skill", "doom_skill", scenario.skill),
        ("timeout", "episode_timeout", scenario.timeout),
        ("start_tic", "episode_start_time", scenario.start_tic),
    ];
    for (field, key, value) in numbers {
        lines.extend(value.map(|value| line(field, key, &value.to_string())));
    }
    lines.extend(scenario.map.as_ref().map(|map| line("map", "doom_map", map)));
    lines.extend(scenario.screen_format.as_ref().map(|format| line("screen_format", "screen_format", format)));
    let lists = [
        ("buttons", "available_buttons", &scenario.buttons),
        ("variables", "available_game_variables", &scenario.variables),
    ];
    for (field, key, items) in lists {
        lines.extend(items.as_ref().map(|items| line(field, key, &format!("{{ {} }}", items.join(" ")))));
    }
    for (key, value) in &scenario.rewards {
        lines.push(line(&format!("rewards.{key}"), key, &value.to_string()));
    }
    lines
}

fn line(field: &str, key: &str, value: &str) -> Line {
    let mut text = String::new();
    // A line break in a value would smuggle in a second setting.
    let _ = write!(text, "{key} = {}", value.replace(['\n', '\r', '#'], " "));
    Line { field: format!("scenario.{field}"), text }
}

/// Puts the paths of files on this machine in the place of what the config names.
fn place_files(config: &mut GameConfig, install: &Install, files: &dyn FilePaths, scenario: &ScenarioSpec) {
    let own = scenario.config.as_ref().and_then(FileRef::stored);
    if let Some(own) = own {
        // What was not given with one's own config is looked for among what comes with the engine.
        let shipped = install.scenario_dir();
        config.scenario = placed(files, &own.wad, config.scenario.take(), &shipped);
        config.game = placed(files, &own.game, config.game.take(), shipped.parent().unwrap_or(&shipped));
    }
    if let Some(wad) = scenario.wad.as_ref().and_then(FileRef::stored) {
        config.scenario = Some(files.path(&wad.blake3));
    }
}

fn placed(files: &dyn FilePaths, own: &Option<StoredFile>, named: Option<PathBuf>, shipped: &Path) -> Option<PathBuf> {
    if let Some(own) = own {
        return Some(files.path(&own.blake3));
    }
    let beside = shipped.join(named?.file_name()?);
    Some(if beside.is_file() { beside } else { beside.with_extension("wad") })
}

fn usable(config: &GameConfig, scenario: &ScenarioSpec) -> Option<Violation> {
    if let Some(wad) = scenario.wad.as_ref().filter(|wad| wad.path().is_some()) {
        return Some(by_path("scenario.wad", wad));
    }
    if config.buttons.is_empty() {
        let violation = Violation::new("scenario.buttons", "the scenario has no buttons");
        return Some(violation.with_help("list them: buttons = [\"TURN_LEFT\", \"TURN_RIGHT\", \"ATTACK\"]"));
    }
    let own = scenario.config.as_ref().and_then(FileRef::stored);
    let given = scenario.wad.as_ref().and_then(FileRef::stored);
    let wad = given
        .map(|wad| ("scenario.wad", wad))
        .or_else(|| own.and_then(|own| Some(("scenario.config", own.wad.as_ref()?))));
    let game = own.and_then(|own| Some(("scenario.config", own.game.as_ref()?)));
    [(wad, &config.scenario), (game, &config.game)].into_iter().find_map(|(own_file, path)| match own_file {
        Some((field, file)) => own_wad(field, file, path.as_deref()?),
        None => shipped_wad(scenario, own, path.as_deref()?),
    })
}

/// What is wrong with a WAD of a user's own.
fn own_wad(field: &str, file: &StoredFile, path: &Path) -> Option<Violation> {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(4).read_to_end(&mut start));
    let reason = match read {
        Err(error) => format!("cannot be read: {error}"),
        Ok(_) if !is_wad(&start) => "is no WAD: it starts with neither IWAD, PWAD nor PK".to_owned(),
        Ok(_) => return None,
    };
    Some(Violation::new(field, format!("`{}` {reason}", file.name)))
}

/// What is wrong with a WAD that should have come with the engine.
fn shipped_wad(scenario: &ScenarioSpec, own: Option<&StoredConfig>, path: &Path) -> Option<Violation> {
    if path.is_file() {
        return None;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Some(match own {
        Some(own) => {
            let message =
                format!("`{}` names {name}, which is not beside it and does not come with the engine", own.name);
            Violation::new("scenario.config", message)
        }
        None => {
            let scenario = scenario.name.as_deref().unwrap_or_default();
            Violation::new("scenario.name", format!("the engine's folder lacks {name}, which `{scenario}` needs"))
        }
    })
}

/// A path says nothing here: whoever launches an experiment puts contents in the place of paths.
fn by_path<T>(field: &str, file: &FileRef<T>) -> Violation {
    let path = file.path().unwrap_or_default();
    Violation::new(field, format!("the content of `{path}` was not given with the experiment"))
}
