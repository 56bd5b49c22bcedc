//! Starting an engine: files, room, process, handshake, first state.

use std::path::{Path, PathBuf};
use std::sync::Once;

use super::link::{Link, Request};
use super::opened::Opened;
use super::{Engine, StartOptions};
use crate::clean::clean_stale;
use crate::command_line::Launch;
use crate::config::{GameConfig, Mode};
use crate::error::Error;
use crate::gate;
use crate::install::Install;
use crate::instance::Instance;
use crate::layout;
use crate::reward::RewardMeter;
use crate::space;
use crate::state::{Arrays, State};
use crate::wad::{self, MapLine};

const DURING: &str = "at start-up";
/// The map played when none is asked for.
const DEFAULT_MAP: &str = "map01";
/// What an engine needs in /dev/shm besides its state: the queues, rounded up.
const QUEUES_SIZE: u64 = 32 * 1024;

impl Engine {
    /// Starts an engine. Blocks while as many as allowed are starting already.
    pub fn start(install: &Install, config: &GameConfig, options: &StartOptions) -> Result<Self, Error> {
        static CLEAN: Once = Once::new();
        CLEAN.call_once(|| {
            clean_stale(Some(&options.work_root));
        });
        check(config)?;
        let files = Files::resolve(install, config)?;
        let opened = Opened::new(files.scenario.iter().chain([&files.game]).map(PathBuf::as_path))?;
        let _pass = gate::enter();
        space::require(memory_needed(config))?;
        let link = launch(install, config, options, &files)?;
        let mut engine = handshake(link, config, options, files)?;
        engine.first_state()?;
        opened.check()?;
        Ok(engine)
    }

    /// Returns the smallest and largest x and y of the vertices of the map that a game with these settings plays, in
    /// map units; `None` where the map's file cannot be read here.
    #[must_use]
    pub fn map_bounds(install: &Install, config: &GameConfig) -> Option<[[f64; 2]; 2]> {
        let files = Files::resolve(install, config).ok()?;
        let scenario = files.scenario.and_then(|path| wad::bounds(&path, &files.map));
        scenario.or_else(|| wad::bounds(&files.game, &files.map))
    }

    /// Returns the name of the map that a game with these settings plays, and its lines; `None` where the map's file
    /// cannot be read here.
    #[must_use]
    pub fn map_lines(install: &Install, config: &GameConfig) -> Option<(String, Vec<MapLine>)> {
        let files = Files::resolve(install, config).ok()?;
        let scenario = files.scenario.and_then(|path| wad::lines(&path, &files.map));
        let lines = scenario.or_else(|| wad::lines(&files.game, &files.map))?;
        Some((files.map, lines))
    }

    /// Plays up to the start time with all keys released, and publishes the first state.
    fn first_state(&mut self) -> Result<(), Error> {
        while self.state.map_tic() < self.config.start_time {
            self.link.ask(Request::Tic, DURING)?;
        }
        self.link.ask(Request::Update, DURING)?;
        self.write_input();
        self.last_tic = self.state.map_tic();
        self.meter.reset(&self.state, self.last_tic);
        Ok(())
    }

    /// Releases all buttons and says which ones are there, for the engine's life.
    fn write_input(&mut self) {
        self.release_buttons();
        for &button in &self.config.buttons {
            self.state.write_input(layout::input::AVAILABLE + button.index(), 1u8);
        }
        for (axis, &limit) in self.config.delta_limits.iter().enumerate() {
            self.state.write_input(layout::input::MAX_VALUES + 8 * axis, limit);
        }
    }
}

/// The files and the map that the engine will play.
struct Files {
    game: PathBuf,
    scenario: Option<PathBuf>,
    maps: Option<Vec<String>>,
    map: String,
}

impl Files {
    fn resolve(install: &Install, config: &GameConfig) -> Result<Self, Error> {
        let game = install.game_data(config.game.as_deref())?;
        let scenario = match &config.scenario {
            Some(path) => Some(install.scenario_wad(path)?),
            None => None,
        };
        let maps = known_maps(&game, scenario.as_deref())?;
        let map = choose_map(config.map.as_deref(), maps.as_deref())?;
        Ok(Self { game, scenario, maps, map })
    }
}

/// Returns all maps that can be played; none if an archive hides its maps.
fn known_maps(game: &Path, scenario: Option<&Path>) -> Result<Option<Vec<String>>, Error> {
    let mut maps = Vec::new();
    for path in scenario.into_iter().chain([game]) {
        match wad::maps(path)? {
            Some(names) => maps.extend(names),
            None => return Ok(None),
        }
    }
    Ok(Some(maps))
}

fn choose_map(asked: Option<&str>, maps: Option<&[String]>) -> Result<String, Error> {
    match (asked, maps) {
        (Some(map), maps) => {
            super::episode::check_map(map, maps)?;
            Ok(map.to_owned())
        }
        (None, Some([first, ..])) if !maps.is_some_and(|maps| has(maps, DEFAULT_MAP)) => Ok(first.clone()),
        (None, _) => Ok(DEFAULT_MAP.to_owned()),
    }
}

fn has(maps: &[String], map: &str) -> bool {
    maps.iter().any(|known| known.eq_ignore_ascii_case(map))
}

/// Refuses what this driver does not play.
fn check(config: &GameConfig) -> Result<(), Error> {
    if matches!(config.mode, Mode::Spectator | Mode::AsyncSpectator) {
        return Err(Error::setting("mode", "spectator modes need a person at a window; use player"));
    }
    if !(1..=5).contains(&config.skill) {
        let reason = format!("expected 1 to 5 instead of {}", config.skill);
        return Err(Error::setting("doom_skill", reason));
    }
    if let Some(twice) = repeated(&config.buttons) {
        return Err(Error::setting("available_buttons", format!("{twice} stands twice")));
    }
    if config.delta_limits.iter().any(|limit| !limit.is_finite()) {
        return Err(Error::setting("button_max_value", "a limit is not a number"));
    }
    Ok(())
}

fn repeated<T: PartialEq>(list: &[T]) -> Option<&T> {
    let mut all = list.iter().enumerate();
    all.find_map(|(i, item)| list[..i].contains(item).then_some(item))
}

/// Returns the most that the engine's state and buffers will take.
fn memory_needed(config: &GameConfig) -> u64 {
    let pixels = config.resolution.pixels();
    let screen = pixels * config.format.bytes_per_pixel();
    let buffers = &config.buffers;
    let plane = |on: bool, size: usize| if on { size } else { 0 };
    let size = layout::STATE_SIZE
        + layout::INPUT_SIZE
        + screen
        + plane(buffers.depth, pixels)
        + plane(buffers.labels, pixels)
        + plane(buffers.automap, screen);
    size as u64 + QUEUES_SIZE
}

fn launch(install: &Install, config: &GameConfig, options: &StartOptions, files: &Files) -> Result<Link, Error> {
    let instance = Instance::new();
    let id = instance.id().to_owned();
    let launch = Launch {
        config,
        game: files.game.clone(),
        scenario: files.scenario.clone(),
        map: &files.map,
        instance: &id,
        rng_seed: options.rng_seed,
    };
    Link::open(
        &install.executable(),
        launch,
        instance,
        &options.work_root,
        options.cpus.as_deref(),
        options.step_timeout,
    )
}

/// Waits until the engine is up, maps its state and takes the names out of /dev/shm: from
/// here on nothing is left there, whoever is killed.
fn handshake(mut link: Link, config: &GameConfig, options: &StartOptions, files: Files) -> Result<Engine, Error> {
    link.wait_for_start(options.start_timeout)?;
    let arrays = Arrays { objects: config.buffers.objects, sectors: config.buffers.sectors };
    let state = State::open(&link.instance().state(), config.resolution, arrays)?;
    link.instance().unlink();
    Ok(Engine {
        link,
        state,
        meter: RewardMeter::new(config.rewards),
        config: config.clone(),
        map: files.map,
        maps: files.maps,
        last_tic: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_map_is_the_first_there_is() {
        let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let choose = |asked, maps: &[&str]| choose_map(asked, Some(&names(maps)));

        assert_eq!(choose(None, &["map02", "map01"]).unwrap(), "map01");
        assert_eq!(choose(None, &["e1m1", "e1m2"]).unwrap(), "e1m1");
        assert_eq!(choose(Some("E1M2"), &["e1m1", "e1m2"]).unwrap(), "E1M2");
        assert!(choose(Some("map99"), &["map01"]).unwrap_err().to_string().contains("map01"));
        assert_eq!(choose_map(None, None).unwrap(), "map01");
    }

    #[test]
    fn spectators_and_repeated_buttons_are_refused() {
        let spectator = GameConfig { mode: Mode::Spectator, ..GameConfig::default() };
        assert!(check(&spectator).is_err());
        assert_eq!(repeated(&[1, 2, 1]), Some(&1));
        assert_eq!(repeated(&[1, 2, 3]), None);
    }
}
