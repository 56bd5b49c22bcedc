//! What an agent sees: one frame of the game with its variables and the things on screen.

use crate::environment::End;
use serde::{Deserialize, Serialize};

use crate::ids::TickNo;

/// The state of the game at one decision, as it is shown to an agent. Positions are in map units, angles in
/// degrees counter-clockwise from east, velocities in map units per tic. Reals are `f32`, as on the wire, so that
/// an agent in the same process sees exactly what a remote one sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GameState {
    /// Number of the decision that is asked for.
    pub tick: TickNo,
    /// Engine tics since the map started.
    pub tic: u32,
    /// Health in points; may fall below zero at death.
    pub health: f32,
    /// Armor in points.
    pub armor: f32,
    /// Rounds of the selected weapon's ammunition.
    pub ammo: i32,
    /// Number of the selected weapon's slot.
    pub selected_weapon: i32,
    /// Whether the selected weapon can fire at once.
    pub attack_ready: bool,
    /// Enemies killed since the episode began.
    pub kills: i32,
    /// Own deaths since the episode began.
    pub deaths: i32,
    /// Own attacks that hit since the episode began.
    pub hits: i32,
    /// Hits received since the episode began.
    pub hits_taken: i32,
    /// Damage dealt since the episode began, in points.
    pub damage_dealt: i32,
    /// Damage received since the episode began, in points.
    pub damage_taken: i32,
    /// Shots fired since the episode began, as in [`crate::measures`].
    pub shots_fired: i32,
    /// Own position x, y, z.
    pub position: [f32; 3],
    /// Direction of view, 0 to 360.
    pub angle: f32,
    /// Own velocity x, y, z.
    pub velocity: [f32; 3],
    /// Reward of the last step as the scenario defines it.
    pub reward: f32,
    /// Whether the episode is over; no action is expected then.
    pub finished: bool,
    /// Why it is over, where that is known; for records.
    pub end: Option<End>,
    /// What is visible on screen, in the engine's order. Empty unless asked for.
    pub entities: Vec<Entity>,
    /// Values of the game variables that the scenario lists, in its order.
    pub variables: Vec<f64>,
    /// The image, if frames were asked for.
    pub frame: Option<Frame>,
    /// How far the way is free, if walls were asked for.
    pub walls: Option<Walls>,
}

/// In which directions walls are looked for: degrees to the left of the line of sight.
pub const WALL_BEARINGS: [f64; 5] = [90.0, 30.0, 0.0, -30.0, -90.0];

/// How far walls are looked for, in map units: farther ones count as this far.
pub const WALL_REACH: f32 = 2048.0;

/// How far it is from the middle of the player to what stops them, in each direction of [`WALL_BEARINGS`]: map units,
/// from 0 to [`WALL_REACH`].
pub type Walls = [f32; WALL_BEARINGS.len()];

/// One visible thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entity {
    /// Number that stays with the thing for the episode.
    pub id: u32,
    /// The engine's class name, such as `Zombieman`; a corpse is `DeadZombieman`.
    pub name: String,
    /// The engine's category, such as `Monster`, `Projectile`, `Health`; a corpse is `Gore`.
    pub category: String,
    /// Angle from the line of sight to the thing in degrees, positive to the left, -180 to 180.
    pub bearing: f32,
    /// Horizontal distance in map units.
    pub distance: f32,
    /// Box around it on screen.
    pub screen_box: ScreenBox,
    /// Position x, y, z.
    pub position: [f32; 3],
    /// Velocity x, y, z.
    pub velocity: [f32; 3],
}

/// A rectangle on screen in pixels; the origin is the top left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScreenBox {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// An image of the game.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels, rows top to bottom, three bytes red, green, blue each.
    pub screen: Vec<u8>,
    /// Distance per pixel (0 near to 255 far); empty unless asked for.
    pub depth: Vec<u8>,
    /// Label value per pixel (0 is background); empty unless asked for.
    pub labels: Vec<u8>,
    /// The automap in the screen's format; empty unless asked for.
    pub automap: Vec<u8>,
}

/// What an agent wants to be shown. What it does not want is neither computed nor sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObservationSpec {
    /// The list of visible things.
    pub entities: bool,
    /// The screen as RGB24.
    pub screen: bool,
    /// The depth buffer.
    pub depth: bool,
    /// The label buffer.
    pub labels: bool,
    /// The automap.
    pub automap: bool,
    /// How far the way is free.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub walls: bool,
}

impl ObservationSpec {
    /// Numbers such as health and position, which are always there.
    pub const NOTHING: Self =
        Self { entities: false, screen: false, depth: false, labels: false, automap: false, walls: false };
    /// Visible things, and nothing else.
    pub const ENTITIES: Self = Self { entities: true, ..Self::NOTHING };

    /// Whether any image is wanted.
    #[must_use]
    pub fn frames(&self) -> bool {
        self.screen || self.depth || self.labels || self.automap
    }
}
