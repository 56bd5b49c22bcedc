//! The settings of a game as plain values, with the library's defaults.

use std::path::PathBuf;

use crate::button::Button;
use crate::game_variable::GameVariable;
use crate::screen::{Resolution, ScreenFormat};

/// Everything about a game but its seed. Fields are public: an override is an assignment.
#[derive(Debug, Clone, PartialEq)]
pub struct GameConfig {
    /// File the settings came from.
    pub source: Option<PathBuf>,
    /// The scenario's WAD; none plays the game data's own maps.
    pub scenario: Option<PathBuf>,
    /// The game data (IWAD); none is Freedoom 2.
    pub game: Option<PathBuf>,
    /// The map; none is `map01`, or the game's first map if it has no `map01`.
    pub map: Option<String>,
    /// Difficulty, 1 (easiest) to 5.
    pub skill: u32,
    /// The instance seed of the Python API. This driver seeds every episode explicitly.
    pub seed: Option<u32>,
    /// How the library would play. This driver always plays in lock-step.
    pub mode: Mode,
    /// Tics per second of the asynchronous modes; not used in lock-step.
    pub ticrate: u32,
    /// More arguments for the engine.
    pub game_args: Vec<String>,
    /// Episode's limit in tics after the start time; 0 for none.
    pub timeout: u32,
    /// Tics played without actions before the episode starts, at least 1.
    pub start_time: u32,
    /// What gives reward.
    pub rewards: Rewards,
    /// The buttons of an action, in its order.
    pub buttons: Vec<Button>,
    /// Limits of the five axes, in their order; 0 for none.
    pub delta_limits: [f64; 5],
    /// The variables of a state, in its order.
    pub variables: Vec<GameVariable>,
    /// Size of screen and other buffers.
    pub resolution: Resolution,
    /// Pixel format of screen and automap.
    pub format: ScreenFormat,
    /// What is drawn.
    pub render: Render,
    /// What is published besides screen and variables.
    pub buffers: Buffers,
    /// How the automap is drawn.
    pub automap: Automap,
    /// Lines of a config file that had no effect.
    pub warnings: Vec<Warning>,
}

/// A line of a config file that has no effect here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Line, from 1.
    pub line: usize,
    /// The key, as written.
    pub key: String,
    /// Why it has no effect.
    pub reason: String,
}

/// The library's modes of play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The game waits for actions.
    #[default]
    Player,
    /// A person plays, the game waits.
    Spectator,
    /// The game runs in real time.
    AsyncPlayer,
    /// A person plays in real time.
    AsyncSpectator,
}

/// Coefficients of the reward. Penalties are positive.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rewards {
    /// For every tic.
    pub living: f64,
    /// Taken off at death.
    pub death_penalty: f64,
    /// For reaching the end of the map.
    pub map_exit: f64,
    /// For every kill.
    pub kill: f64,
    /// For every secret found.
    pub secret: f64,
    /// For every item taken.
    pub item: f64,
    /// For every frag.
    pub frag: f64,
    /// For every hit made.
    pub hit: f64,
    /// Taken off for every hit taken.
    pub hit_taken_penalty: f64,
    /// For every point of damage made.
    pub damage_made: f64,
    /// Taken off for every point of damage taken.
    pub damage_taken_penalty: f64,
    /// For every point of health gained.
    pub health: f64,
    /// For every point of armour gained.
    pub armor: f64,
}

/// What is drawn on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Render {
    /// Status bar.
    pub hud: bool,
    /// Small status display, if the status bar is off.
    pub minimal_hud: bool,
    /// Own weapon.
    pub weapon: bool,
    /// Crosshair.
    pub crosshair: bool,
    /// Marks on walls.
    pub decals: bool,
    /// Particles.
    pub particles: bool,
    /// Smoke, blood and the like.
    pub effects_sprites: bool,
    /// Messages to the player.
    pub messages: bool,
    /// Dead bodies.
    pub corpses: bool,
    /// Flashes when hurt or when taking items.
    pub screen_flashes: bool,
}

/// What is published besides screen and variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Buffers {
    /// Depth of every pixel.
    pub depth: bool,
    /// Labels of seen objects, and the label of every pixel.
    pub labels: bool,
    /// Map seen from above.
    pub automap: bool,
    /// All objects of the map.
    pub objects: bool,
    /// All sectors and lines of the map.
    pub sectors: bool,
    /// The game's messages as text.
    pub notifications: bool,
    /// Tics that the messages stay; at least 1.
    pub notifications_tics: u32,
}

/// How the automap is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Automap {
    /// What it shows.
    pub mode: AutomapMode,
    /// Turns with the player.
    pub rotate: bool,
    /// Draws floors.
    pub textures: bool,
    /// Draws objects as they look.
    pub objects_as_sprites: bool,
}

/// What the automap shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum AutomapMode {
    /// What the player has seen.
    #[default]
    Normal,
    /// The whole map.
    Whole,
    /// The whole map with objects.
    Objects,
    /// The whole map with objects as large as they are.
    ObjectsWithSize,
}

impl Render {
    /// Returns the engine's bits for the render settings and the automap's.
    pub(crate) fn bits(&self, automap: &Automap) -> u32 {
        let flags = [
            (self.hud, 1),
            (self.minimal_hud, 2),
            (self.weapon, 4),
            (self.crosshair, 8),
            (self.decals, 16),
            (self.particles, 32),
            (self.effects_sprites, 64),
            (self.messages, 128),
            (automap.rotate, 256),
            (automap.textures, 512),
            (automap.objects_as_sprites, 1024),
            (self.corpses, 2048),
            (self.screen_flashes, 4096),
        ];
        flags.iter().filter(|(on, _)| *on).map(|(_, bit)| bit).sum()
    }
}

impl Default for Render {
    fn default() -> Self {
        Self {
            hud: false,
            minimal_hud: false,
            weapon: true,
            crosshair: false,
            decals: true,
            particles: true,
            effects_sprites: true,
            messages: false,
            corpses: true,
            screen_flashes: true,
        }
    }
}

impl Default for Automap {
    fn default() -> Self {
        Self { mode: AutomapMode::Normal, rotate: false, textures: true, objects_as_sprites: false }
    }
}

impl Default for GameConfig {
    fn default() -> Self {
        Self {
            source: None,
            scenario: None,
            game: None,
            map: None,
            skill: 3,
            seed: None,
            mode: Mode::Player,
            ticrate: 35,
            game_args: Vec::new(),
            timeout: 0,
            start_time: 1,
            rewards: Rewards::default(),
            buttons: Vec::new(),
            delta_limits: [0.0; 5],
            variables: Vec::new(),
            resolution: Resolution::default(),
            format: ScreenFormat::Crcgcb,
            render: Render::default(),
            buffers: Buffers { notifications_tics: 1, ..Buffers::default() },
            automap: Automap::default(),
            warnings: Vec::new(),
        }
    }
}
