//! Game states. This is the tick path: buffers are moved or kept, never copied where that can be helped.
//!
//! Proto3 leaves zeros out, so a negative zero arrives as zero. Equal states stay equal.

use domain::environment::End;
use domain::game::{Entity, Frame, GameState, ObservationSpec, ScreenBox, WALL_BEARINGS, WALL_REACH, Walls};
use domain::ids::TickNo;

use super::BadMessage;
use crate::agent::v1;

/// Takes the content of `message` into `state`, whose buffers are used again.
///
/// `variables` are the names that the config lists; they are needed only for messages that give variables by name, of
/// which those that are not listed are left out.
///
/// # Errors
/// [`BadMessage`] if the tick is negative, a number is not finite or an image has not the size it claims; `state` is
/// then of no use.
pub fn fill(mut message: v1::GameState, variables: &[String], state: &mut GameState) -> Result<(), BadMessage> {
    check(&message, variables)?;
    state.tick = TickNo(message.tick.unsigned_abs());
    state.tic = message.tic;
    state.health = message.health;
    state.armor = message.armor;
    state.ammo = message.ammo;
    state.selected_weapon = message.selected_weapon;
    state.attack_ready = message.attack_ready;
    state.kills = message.kill_count;
    state.deaths = message.death_count;
    state.hits = message.hits;
    state.hits_taken = message.hits_taken;
    state.damage_dealt = message.damage_dealt;
    state.damage_taken = message.damage_taken;
    state.shots_fired = message.shots_fired;
    state.position = [message.pos_x, message.pos_y, message.pos_z];
    state.angle = message.angle;
    state.velocity = [message.velocity_x, message.velocity_y, message.velocity_z];
    state.reward = message.reward;
    state.finished = message.episode_finished;
    state.end = end(message.outcome());
    state.entities.clear();
    state.entities.extend(message.entities.drain(..).map(entity));
    fill_variables(&mut message, variables, &mut state.variables);
    fill_frame(&message, &mut state.frame);
    state.walls = walls(&message);
    Ok(())
}

/// In the order of [`WALL_BEARINGS`].
fn distances(message: &v1::GameState) -> [Option<f32>; WALL_BEARINGS.len()] {
    [message.wall_left, message.wall_ahead_left, message.wall_ahead, message.wall_ahead_right, message.wall_right]
}

/// Where one distance is given, those that are left out are far.
fn walls(message: &v1::GameState) -> Option<Walls> {
    let distances = distances(message);
    distances.iter().any(Option::is_some).then(|| distances.map(|distance| distance.unwrap_or(WALL_REACH)))
}

fn end(outcome: v1::EpisodeOutcome) -> Option<End> {
    match outcome {
        v1::EpisodeOutcome::Unspecified => None,
        v1::EpisodeOutcome::Death => Some(End::Death),
        v1::EpisodeOutcome::MapEnd => Some(End::MapEnd),
        v1::EpisodeOutcome::Timeout => Some(End::Timeout),
    }
}

fn outcome(end: Option<End>) -> v1::EpisodeOutcome {
    match end {
        None => v1::EpisodeOutcome::Unspecified,
        Some(End::Death) => v1::EpisodeOutcome::Death,
        Some(End::MapEnd) => v1::EpisodeOutcome::MapEnd,
        Some(End::Timeout) => v1::EpisodeOutcome::Timeout,
    }
}

fn fill_variables(message: &mut v1::GameState, names: &[String], values: &mut Vec<f64>) {
    if message.variables.is_empty() && !message.game_variables.is_empty() {
        values.clear();
        values.extend(names.iter().map(|name| message.game_variables.get(name).copied().unwrap_or(0.0)));
    } else {
        *values = std::mem::take(&mut message.variables);
    }
}

fn fill_frame(message: &v1::GameState, frame: &mut Option<Frame>) {
    let images = [&message.screen_buffer, &message.depth, &message.labels, &message.automap];
    if images.iter().all(|image| image.is_empty()) {
        *frame = None;
        return;
    }
    let frame = frame.get_or_insert_default();
    (frame.width, frame.height) = (message.screen_width, message.screen_height);
    let buffers = [&mut frame.screen, &mut frame.depth, &mut frame.labels, &mut frame.automap];
    for (buffer, image) in buffers.into_iter().zip(images) {
        buffer.clear();
        buffer.extend_from_slice(image);
    }
}

fn entity(message: v1::Entity) -> Entity {
    Entity {
        id: message.id,
        name: message.name,
        category: message.category,
        bearing: message.bearing,
        distance: message.distance,
        screen_box: ScreenBox {
            x: message.box_x,
            y: message.box_y,
            width: message.box_width,
            height: message.box_height,
        },
        position: [message.pos_x, message.pos_y, message.pos_z],
        velocity: [message.velocity_x, message.velocity_y, message.velocity_z],
    }
}

fn check(message: &v1::GameState, variables: &[String]) -> Result<(), BadMessage> {
    if message.tick < 0 {
        return Err(BadMessage::new("state.tick", "must not be negative"));
    }
    let count = message.variables.len();
    if count > 0 && count != variables.len() {
        let text = format!("has {count} values, the config lists {}", variables.len());
        return Err(BadMessage::new("state.variables", text));
    }
    check_numbers(message)?;
    check_images(message)
}

fn check_numbers(message: &v1::GameState) -> Result<(), BadMessage> {
    let numbers = [
        ("state.health", message.health),
        ("state.armor", message.armor),
        ("state.pos_x", message.pos_x),
        ("state.pos_y", message.pos_y),
        ("state.pos_z", message.pos_z),
        ("state.angle", message.angle),
        ("state.velocity_x", message.velocity_x),
        ("state.velocity_y", message.velocity_y),
        ("state.velocity_z", message.velocity_z),
        ("state.reward", message.reward),
    ];
    if let Some((path, _)) = numbers.iter().find(|(_, number)| !number.is_finite()) {
        return Err(BadMessage::new(*path, "must be finite"));
    }
    if distances(message).iter().flatten().any(|distance| !distance.is_finite()) {
        return Err(BadMessage::new("state.wall_ahead", "this and the other distances of walls must be finite"));
    }
    if let Some(index) = message.entities.iter().position(|entity| !is_finite(entity)) {
        return Err(BadMessage::new(format!("state.entities[{index}]"), "numbers must be finite"));
    }
    if message.variables.iter().chain(message.game_variables.values()).any(|value| !value.is_finite()) {
        return Err(BadMessage::new("state.variables", "must be finite"));
    }
    Ok(())
}

fn is_finite(e: &v1::Entity) -> bool {
    let numbers = [e.bearing, e.distance, e.pos_x, e.pos_y, e.pos_z, e.velocity_x, e.velocity_y, e.velocity_z];
    numbers.iter().all(|number| number.is_finite())
}

fn check_images(message: &v1::GameState) -> Result<(), BadMessage> {
    let pixels = u64::from(message.screen_width) * u64::from(message.screen_height);
    let images = [
        ("state.screen_buffer", &message.screen_buffer, 3),
        ("state.depth", &message.depth, 1),
        ("state.labels", &message.labels, 1),
        ("state.automap", &message.automap, 3),
    ];
    for (path, image, bytes_per_pixel) in images {
        let (got, expected) = (image.len() as u64, pixels.saturating_mul(bytes_per_pixel));
        if got != 0 && got != expected {
            let (width, height) = (message.screen_width, message.screen_height);
            let text = format!("has {got} bytes, an image of {width}x{height} has {expected}");
            return Err(BadMessage::new(path, text));
        }
    }
    Ok(())
}

/// The message of a state, without agent, generation and episode: a session knows them.
impl From<GameState> for v1::GameState {
    fn from(state: GameState) -> Self {
        let frame = state.frame.unwrap_or_default();
        let [wall_left, wall_ahead_left, wall_ahead, wall_ahead_right, wall_right] =
            state.walls.map_or([None; WALL_BEARINGS.len()], |walls| walls.map(Some));
        Self {
            tick: i32::try_from(state.tick.0).unwrap_or(i32::MAX),
            screen_buffer: frame.screen.into(),
            screen_width: frame.width,
            screen_height: frame.height,
            health: state.health,
            ammo: state.ammo,
            kill_count: state.kills,
            death_count: state.deaths,
            pos_x: state.position[0],
            pos_y: state.position[1],
            angle: state.angle,
            tic: state.tic,
            armor: state.armor,
            selected_weapon: state.selected_weapon,
            weapon_ammo: state.ammo,
            attack_ready: state.attack_ready,
            hits: state.hits,
            hits_taken: state.hits_taken,
            damage_dealt: state.damage_dealt,
            damage_taken: state.damage_taken,
            shots_fired: state.shots_fired,
            velocity_x: state.velocity[0],
            velocity_y: state.velocity[1],
            velocity_z: state.velocity[2],
            pos_z: state.position[2],
            entities: state.entities.into_iter().map(entity_message).collect(),
            depth: frame.depth.into(),
            labels: frame.labels.into(),
            automap: frame.automap.into(),
            reward: state.reward,
            episode_finished: state.finished,
            outcome: outcome(state.end).into(),
            variables: state.variables,
            wall_left,
            wall_ahead_left,
            wall_ahead,
            wall_ahead_right,
            wall_right,
            ..Self::default()
        }
    }
}

fn entity_message(entity: Entity) -> v1::Entity {
    v1::Entity {
        id: entity.id,
        name: entity.name,
        category: entity.category,
        bearing: entity.bearing,
        distance: entity.distance,
        box_x: entity.screen_box.x,
        box_y: entity.screen_box.y,
        box_width: entity.screen_box.width,
        box_height: entity.screen_box.height,
        pos_x: entity.position[0],
        pos_y: entity.position[1],
        pos_z: entity.position[2],
        velocity_x: entity.velocity[0],
        velocity_y: entity.velocity[1],
        velocity_z: entity.velocity[2],
    }
}

impl From<&GameState> for v1::GameState {
    fn from(state: &GameState) -> Self {
        state.clone().into()
    }
}

impl From<ObservationSpec> for v1::ObservationSpec {
    fn from(spec: ObservationSpec) -> Self {
        let ObservationSpec { entities, screen, depth, labels, automap, walls } = spec;
        Self { entities, screen, depth, labels, automap, walls }
    }
}

impl From<v1::ObservationSpec> for ObservationSpec {
    fn from(message: v1::ObservationSpec) -> Self {
        let v1::ObservationSpec { entities, screen, depth, labels, automap, walls } = message;
        Self { entities, screen, depth, labels, automap, walls }
    }
}

#[cfg(test)]
mod tests;
