//! From a scenario's specification to the engine's settings.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use domain::Violation;
use domain::experiment::ScenarioSpec;
use vizdoom::{GameConfig, Install};

/// Image size unless the specification gives another. The game does not depend on it, and rendering takes most of
/// the time of a tic.
const RESOLUTION: &str = "160x120";

/// The settings that a specification asks for.
///
/// # Errors
/// Every override that the engine does not know, or the one fault of the config file.
pub(super) fn config(install: &Install, scenario: &ScenarioSpec) -> Result<GameConfig, Vec<Violation>> {
    let path = config_path(install, scenario).map_err(|violation| vec![violation])?;
    GameConfig::load(&path).map_err(|error| vec![Violation::new(config_field(scenario), error.to_string())])?;
    // An override is one more line of the config: the engine's own grammar checks it.
    let text = fs::read_to_string(&path)
        .map_err(|error| vec![Violation::new(config_field(scenario), format!("{}: {error}", path.display()))])?;
    let base = path.parent().unwrap_or_else(|| Path::new("."));
    let lines = overrides(scenario);
    let faults: Vec<_> = lines.iter().filter_map(|line| line.fault(&text, base)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let all = lines.iter().fold(text, |text, line| format!("{text}\n{}", line.text));
    let config = GameConfig::parse(&all, base).map_err(|error| vec![Violation::new("scenario", error.to_string())])?;
    usable(&config).map_or(Ok(config), |violation| Err(vec![violation]))
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
    lines.extend(scenario.wad.as_ref().map(|wad| line("wad", "doom_scenario_path", &absolute(wad))));
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

fn usable(config: &GameConfig) -> Option<Violation> {
    if config.buttons.is_empty() {
        let violation = Violation::new("scenario.buttons", "the scenario has no buttons");
        return Some(violation.with_help("list them: buttons = [\"TURN_LEFT\", \"TURN_RIGHT\", \"ATTACK\"]"));
    }
    let files = [("scenario.wad", &config.scenario), ("scenario.config", &config.game)];
    files.into_iter().find_map(|(field, path)| {
        let path = path.as_ref()?;
        (!path.is_file()).then(|| Violation::new(field, format!("there is no file {}", path.display())))
    })
}

fn config_field(scenario: &ScenarioSpec) -> &'static str {
    if scenario.name.is_some() { "scenario.name" } else { "scenario.config" }
}

fn config_path(install: &Install, scenario: &ScenarioSpec) -> Result<PathBuf, Violation> {
    if let Some(config) = &scenario.config {
        let path = PathBuf::from(absolute(config));
        if path.is_file() {
            return Ok(path);
        }
        return Err(Violation::new("scenario.config", format!("there is no file {}", path.display())));
    }
    let name = scenario.name.as_deref().unwrap_or_default();
    let known = install.scenarios();
    if known.iter().any(|scenario| scenario == name) {
        return Ok(install.scenario_dir().join(format!("{name}.cfg")));
    }
    Err(Violation::unknown("scenario.name", "scenario", name, known.iter().map(String::as_str)))
}

fn absolute(path: &str) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.into()).to_string_lossy().into_owned()
}
