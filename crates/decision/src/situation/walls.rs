//! How far the way is free: what rules may look at beside the components, for agents that are shown walls.

use domain::game::{WALL_BEARINGS, WALL_REACH};

use super::Component;

const fn wall(name: &'static str, about: &'static str) -> Component {
    let (unit, high) = ("map units", WALL_REACH);
    Component { name, about, unit, low: 0.0, high, whole: false, absent: high }
}

/// One feature for each of [`WALL_BEARINGS`], in their order. They are no part of a situation's vector, so that documents,
/// records and networks are the same with and without them.
pub const WALLS: [Component; WALL_BEARINGS.len()] = [
    wall("wall_left", "distance of what stops the player 90 degrees to the left"),
    wall("wall_ahead_left", "distance of what stops the player 30 degrees to the left"),
    wall("wall_ahead", "distance of what stops the player along the line of sight"),
    wall("wall_ahead_right", "distance of what stops the player 30 degrees to the right"),
    wall("wall_right", "distance of what stops the player 90 degrees to the right"),
];
