//! What the game tells the scoring side after every step, exactly as the engine has it.

use serde::{Deserialize, Serialize};

/// Why an episode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The player died.
    Death,
    /// The map was finished.
    MapEnd,
    /// The time limit was reached.
    Timeout,
}

/// Raw values of the game at one moment. Counters count since the engine's own start; measures are
/// differences against the episode's first reading.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    /// Tics since the map started.
    pub tic: u32,
    /// Health in points.
    pub health: i32,
    /// Armor in points.
    pub armor: i32,
    /// Rounds for the selected weapon.
    pub ammo: i32,
    /// The selected weapon's slot.
    pub weapon: i32,
    /// Whether the weapon can fire at once.
    pub attack_ready: bool,
    /// The map's kill counter.
    pub kills: i32,
    /// The player's death counter.
    pub deaths: i32,
    /// The player's item counter.
    pub items: i32,
    /// The player's secret counter.
    pub secrets: i32,
    /// Hits landed.
    pub hits: i32,
    /// Hits received.
    pub hits_taken: i32,
    /// Damage dealt.
    pub damage_dealt: i32,
    /// Damage received.
    pub damage_taken: i32,
    /// Position x, y, z in map units.
    pub position: [f64; 3],
    /// Direction of view in degrees.
    pub angle: f64,
    /// Velocity x, y, z in map units per tic.
    pub velocity: [f64; 3],
    /// Reward of the step that led here.
    pub reward: f64,
    /// Sum of the episode's rewards so far.
    pub total_reward: f64,
    /// Digest of the frame, on ticks where one was taken.
    pub frame_digest: Option<[u8; 32]>,
    /// Set once the episode is over.
    pub end: Option<End>,
}

/// The rectangle around a map's geometry, in map units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MapBounds {
    /// Smallest x and y.
    pub min: [f64; 2],
    /// Largest x and y.
    pub max: [f64; 2],
}
