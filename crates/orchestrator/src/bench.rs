//! How fast a tick is, from the bare engine to a session over TCP.
//!
//! Every transport plays the same episodes with the same actions: those of the `random` policy, whose draws depend on
//! nothing but the episode's seed and the tick. Only stepping is timed, not the start of episodes, which is the same
//! for all. Rounds of all transports alternate, and medians are told, so that a machine that changes its speed does
//! not favour one of them.

pub mod cpu;
pub mod python;
pub mod rows;
pub mod ticks;

use domain::experiment::ScenarioSpec;

/// What is played.
pub const SCENARIO: &str = "defend_the_line";
/// Image size of the measured games.
pub const RESOLUTION: &str = "160x120";
/// The first seed of every round; the next episode plays the next number.
pub const FIRST_SEED: u32 = 1000;

/// How a game is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// The engine driver alone, with actions from a list.
    Bare,
    /// The policy in the same process.
    Inproc,
    /// A session over a Unix socket.
    Uds,
    /// A session over TCP.
    Tcp,
    /// ViZDoom's Python API, with actions from a list.
    Python,
}

/// One cell of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Setting {
    /// How the game is reached.
    pub transport: Transport,
    /// Games side by side.
    pub engines: usize,
    /// Tics per decision.
    pub frame_skip: u32,
    /// Whether the screen is part of every state.
    pub frames: bool,
    /// Whether game and driver share a processor.
    pub pinned: bool,
}

/// What one round of a setting measured.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Decisions a second, summed over the games.
    pub decisions_per_s: f64,
    /// Round trips from state to action in nanoseconds; empty where nothing travels.
    pub round_trips_ns: Vec<u64>,
    /// Processor time of driver and engine per decision in microseconds, where the system tells.
    pub cpu_us_per_decision: Option<f64>,
}

/// The scenario of a setting.
#[must_use]
pub fn scenario(frame_skip: u32) -> ScenarioSpec {
    let spec = serde_json::json!({ "name": SCENARIO, "frame_skip": frame_skip, "resolution": RESOLUTION });
    serde_json::from_value(spec).expect("a constant that is valid")
}
