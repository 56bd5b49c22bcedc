//! The engine behind the domain's port.

use domain::action::Buttons;
use domain::environment::{End, MapBounds, Reading};
use domain::game::{Entity, Frame, GameState, ObservationSpec, ScreenBox, WALL_BEARINGS, WALL_REACH};
use domain::ids::DoomSeed;
use domain::ports::{Environment, EnvironmentError};
use vizdoom::{Engine, Error, Game, GameVariable, Label, Refresh, State, Step, Walls};

use crate::metrics::EngineMetrics;

/// Every how many ticks the frame is part of the trajectory, where frames are rendered for the agent.
const FRAME_DIGEST_EVERY: u32 = 16;

/// A game of the real engine.
pub struct DoomGame {
    game: Game,
    buttons: Vec<String>,
    variables: Vec<String>,
    observation: ObservationSpec,
    walls: Walls,
    values: Vec<f64>,
    ticks: u32,
    /// Tics since the map started. Counted here, because the engine's own counter starts anew when a map ends.
    tic: u32,
    bounds: Option<MapBounds>,
    metrics: EngineMetrics,
}

impl DoomGame {
    pub(super) fn new(
        game: Game,
        observation: ObservationSpec,
        bounds: Option<[[f64; 2]; 2]>,
        metrics: EngineMetrics,
    ) -> Self {
        let config = game.config();
        let buttons: Vec<_> = config.buttons.iter().map(|button| button.name().to_owned()).collect();
        let variables = config.variables.iter().map(|variable| variable.name().to_owned()).collect();
        let values = vec![0.0; buttons.len()];
        let bounds = bounds.map(|[min, max]| MapBounds { min, max });
        let walls = Walls::default();
        Self { game, buttons, variables, observation, walls, values, ticks: 0, tic: 0, bounds, metrics }
    }

    /// Process id of the engine, once an episode was begun.
    #[must_use]
    pub fn engine_pid(&self) -> Option<u32> {
        self.game.engine().map(Engine::pid)
    }

    fn reading(&self, engine: &Engine, step: Option<Step>) -> Reading {
        let state = engine.state();
        let integer = |variable| state.variable(variable) as i32;
        let real = |variable| state.variable(variable);
        Reading {
            tic: self.tic,
            health: integer(GameVariable::Health),
            armor: integer(GameVariable::Armor),
            ammo: integer(GameVariable::SelectedWeaponAmmo),
            weapon: integer(GameVariable::SelectedWeapon),
            attack_ready: real(GameVariable::AttackReady) != 0.0,
            kills: integer(GameVariable::Killcount),
            deaths: integer(GameVariable::Deathcount),
            items: integer(GameVariable::Itemcount),
            secrets: integer(GameVariable::Secretcount),
            hits: integer(GameVariable::Hitcount),
            hits_taken: integer(GameVariable::HitsTaken),
            damage_dealt: integer(GameVariable::Damagecount),
            damage_taken: integer(GameVariable::DamageTaken),
            position: [GameVariable::PositionX, GameVariable::PositionY, GameVariable::PositionZ].map(real),
            angle: real(GameVariable::Angle),
            velocity: [GameVariable::VelocityX, GameVariable::VelocityY, GameVariable::VelocityZ].map(real),
            reward: step.map_or(0.0, |step| step.reward),
            total_reward: engine.total_reward(),
            frame_digest: self.frame_digest(state),
            end: engine.finished().map(end),
        }
    }

    /// The failure of a game, counted if it is the engine's.
    fn failed(&self, error: Error) -> EnvironmentError {
        let retryable = error.is_engine_failure();
        if retryable {
            self.metrics.failed();
        }
        EnvironmentError { message: error.to_string(), retryable, source: Some(Box::new(error)) }
    }

    fn frame_digest(&self, state: &State) -> Option<[u8; 32]> {
        let due = self.observation.frames() && self.ticks.is_multiple_of(FRAME_DIGEST_EVERY);
        due.then(|| *blake3::hash(state.screen()).as_bytes())
    }
}

impl Environment for DoomGame {
    fn buttons(&self) -> &[String] {
        &self.buttons
    }

    fn variables(&self) -> &[String] {
        &self.variables
    }

    fn bounds(&self) -> Option<MapBounds> {
        self.bounds
    }

    fn reset(&mut self, seed: DoomSeed) -> Result<Reading, EnvironmentError> {
        self.ticks = 0;
        let before = self.game.engines_started();
        let begun = self.game.new_episode(seed.0).map(drop);
        self.metrics.started(self.game.engines_started() - before);
        begun.map_err(|error| self.failed(error))?;
        let engine = self.game.engine().ok_or_else(|| self.failed(Error::EngineGone))?;
        self.tic = engine.state().map_tic();
        Ok(self.reading(engine, None))
    }

    fn step(&mut self, buttons: Buttons, tics: u32) -> Result<Reading, EnvironmentError> {
        for (index, value) in self.values.iter_mut().enumerate() {
            *value = f64::from(u8::from(buttons.contains(index)));
        }
        let step = self.game.step(&self.values, tics, Refresh::Full).map_err(|error| self.failed(error))?;
        self.ticks += 1;
        self.tic += step.tics;
        let engine = self.game.engine().ok_or_else(|| self.failed(Error::EngineGone))?;
        Ok(self.reading(engine, Some(step)))
    }

    fn observe(&mut self, state: &mut GameState) {
        let Some(seen) = self.game.state() else { return };
        state.variables.clear();
        state.variables.extend(self.game.config().variables.iter().map(|&variable| seen.variable(variable)));
        if self.observation.entities {
            show_entities(&mut state.entities, seen, state.position, state.angle);
        }
        if self.observation.frames() {
            show_frame(state.frame.get_or_insert_default(), seen, self.observation);
        }
        let look = || self.walls.distances(seen, WALL_BEARINGS, f64::from(WALL_REACH)).map(|distance| distance as f32);
        state.walls = self.observation.walls.then(look);
    }
}

/// Lists what is on screen, reusing the list's texts.
fn show_entities(entities: &mut Vec<Entity>, state: &State, position: [f32; 3], angle: f32) {
    let mut count = 0;
    for label in state.labels() {
        if entities.len() == count {
            entities.push(Entity::default());
        }
        show_entity(&mut entities[count], &label, position, angle);
        count += 1;
    }
    entities.truncate(count);
}

fn show_entity(entity: &mut Entity, label: &Label<'_>, position: [f32; 3], angle: f32) {
    let pose = label.pose();
    let [x, y, width, height] = label.screen_box();
    let [dx, dy] = [pose.position[0] - f64::from(position[0]), pose.position[1] - f64::from(position[1])];
    entity.id = label.object_id();
    replace(&mut entity.name, label.object_name());
    replace(&mut entity.category, label.object_category());
    entity.bearing = bearing(dx, dy, f64::from(angle)) as f32;
    entity.distance = (dx * dx + dy * dy).sqrt() as f32;
    entity.screen_box = ScreenBox { x, y, width, height };
    entity.position = pose.position.map(|coordinate| coordinate as f32);
    entity.velocity = pose.velocity.map(|speed| speed as f32);
}

fn replace(text: &mut String, with: &str) {
    text.clear();
    text.push_str(with);
}

/// Degrees from the line of sight to the direction (`dx`, `dy`), positive to the left, above -180 up to 180.
fn bearing(dx: f64, dy: f64, angle: f64) -> f64 {
    let turn = libm::atan2(dy, dx).to_degrees() - angle;
    turn - 360.0 * ((turn - 180.0) / 360.0).ceil()
}

fn show_frame(frame: &mut Frame, state: &State, observation: ObservationSpec) {
    let resolution = state.resolution();
    (frame.width, frame.height) = (resolution.width(), resolution.height());
    let parts = [
        (&mut frame.screen, state.screen(), observation.screen),
        (&mut frame.depth, state.depth(), observation.depth),
        (&mut frame.labels, state.labels_buffer(), observation.labels),
        (&mut frame.automap, state.automap(), observation.automap),
    ];
    for (part, pixels, wanted) in parts {
        part.clear();
        if wanted {
            part.extend_from_slice(pixels);
        }
    }
}

fn end(end: vizdoom::End) -> End {
    match end {
        vizdoom::End::Dead => End::Death,
        vizdoom::End::MapEnd => End::MapEnd,
        vizdoom::End::Timeout => End::Timeout,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearings_are_positive_to_the_left_and_wrap() {
        assert_eq!(bearing(1.0, 0.0, 0.0), 0.0);
        assert_eq!(bearing(0.0, 1.0, 0.0), 90.0);
        assert_eq!(bearing(0.0, -1.0, 0.0), -90.0);
        assert_eq!(bearing(1.0, 0.0, 350.0), 10.0);
        assert_eq!(bearing(-1.0, 0.0, 0.0), 180.0);
        assert_eq!(bearing(0.0, -1.0, 359.0), -89.0);
    }
}
