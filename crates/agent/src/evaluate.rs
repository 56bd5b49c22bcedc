//! Scores of recorded episodes, state by state, with the measures that played episodes get.
//!
//! Memory does not grow with the stream: an episode is forgotten when it ends, what is left of it are sums, and both the
//! episodes that are open and the agents that are scored have a limit.

use std::collections::{BTreeMap, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::environment::{End, MapBounds, Reading};
use domain::game::GameState;
use domain::measures::{Gauge, Measures};
use domain::{ErrorKind, Violation};
use proto::agent::v1::{self, AgentScore};
use proto::convert::{BadMessage, game};
use proto::status;
use tonic::Status;

/// Most episodes that are open at once.
const MAX_OPEN: usize = 1024;
/// Most agents and generations.
const MAX_SCORES: usize = 10_000;
/// Most cells that all open episodes have visited: a share of a map each, or one of a few whole maps.
const MAX_CELLS: usize = 1 << 20;
/// Doom keeps coordinates in 16 bits.
const FARTHEST: f32 = 32_768.0;

/// Which episode a state belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct EpisodeName {
    agent: String,
    generation: i32,
    episode: String,
}

/// An episode that goes on.
struct Open {
    gauge: Gauge,
    /// The tick that comes next.
    next: u32,
    total_reward: f64,
}

/// Sums over the finished episodes of an agent in a generation.
#[derive(Debug, Default)]
struct Sums {
    episodes: u32,
    kills: i32,
    deaths: i32,
    health: f64,
    hits: i64,
    shots: i64,
    /// Sum of the coverages and number of episodes whose map is known.
    coverage: (f64, u32),
    reward: f64,
}

/// What has been seen of a stream.
#[derive(Default)]
pub(crate) struct Evaluation {
    open: HashMap<EpisodeName, Open>,
    cells: usize,
    done: BTreeMap<(String, i32), Sums>,
    /// Number of the state, from 0.
    at: u64,
    /// Its buffers are used again.
    state: GameState,
}

impl Evaluation {
    /// Takes in the next state.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` that names the state and the field, if something is missing or does not follow from what came
    /// before; `RESOURCE_EXHAUSTED` if more is open at once than is kept.
    pub(crate) fn take(&mut self, message: v1::GameState) -> Result<(), Status> {
        let at = self.at;
        self.at += 1;
        self.observe(message).map_err(|fault| fault.status(at))
    }

    fn observe(&mut self, mut message: v1::GameState) -> Result<(), Fault> {
        let name = EpisodeName {
            agent: std::mem::take(&mut message.agent_id),
            generation: message.generation_id,
            episode: std::mem::take(&mut message.episode_id),
        };
        check(&name, &message)?;
        let bounds = message.map_bounds.take();
        // Only numbers count here; names of variables are nobody's to know.
        message.variables.clear();
        message.game_variables.clear();
        game::fill(message, &[], &mut self.state)?;
        let reading = reading(&self.state);
        let (tick, reward) = (self.state.tick.0, f64::from(self.state.reward));
        let Some(open) = self.open.get_mut(&name) else {
            return self.begin(name, tick, reading, bounds);
        };
        if tick != open.next {
            return Err(out_of_order(&name, tick, open.next));
        }
        let before = open.gauge.cells_visited();
        open.next += 1;
        open.total_reward += reward;
        open.gauge.observe(&Reading { total_reward: open.total_reward, ..reading });
        self.cells += open.gauge.cells_visited() - before;
        if self.state.finished {
            self.finish(&name);
        }
        if self.cells > MAX_CELLS {
            return Err(Fault::TooMuch(format!("open episodes have visited more than {MAX_CELLS} cells")));
        }
        Ok(())
    }

    fn begin(
        &mut self,
        name: EpisodeName,
        tick: u32,
        first: Reading,
        bounds: Option<v1::MapBounds>,
    ) -> Result<(), Fault> {
        if tick != 0 {
            return Err(out_of_order(&name, tick, 0));
        }
        if self.state.finished {
            return Err(
                BadMessage::new("episode_finished", "an episode has at least one decision before its end").into()
            );
        }
        if self.open.len() >= MAX_OPEN {
            return Err(Fault::TooMuch(format!("more than {MAX_OPEN} episodes are open at once")));
        }
        let bounds = bounds.map(map_bounds).transpose()?;
        let key = (name.agent.clone(), name.generation);
        if !self.done.contains_key(&key) && self.done.len() >= MAX_SCORES {
            return Err(Fault::TooMuch(format!("more than {MAX_SCORES} agents and generations")));
        }
        self.done.entry(key).or_default();
        let gauge = Gauge::new(first, bounds);
        self.cells += gauge.cells_visited();
        self.open.insert(name, Open { gauge, next: 1, total_reward: 0.0 });
        Ok(())
    }

    fn finish(&mut self, name: &EpisodeName) {
        let Some(open) = self.open.remove(name) else { return };
        self.cells -= open.gauge.cells_visited();
        // Why it ended is in none of the scores.
        let measures = open.gauge.measures(End::Timeout);
        self.done.entry((name.agent.clone(), name.generation)).or_default().add(&measures);
    }

    /// The scores, once the stream has ended.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if there was no state, or if an episode has no end.
    pub(crate) fn scores(self, now: SystemTime) -> Result<Vec<AgentScore>, Status> {
        if self.done.is_empty() {
            return Err(status::invalid("no state was sent", &[Violation::new("states", "must not be empty")]));
        }
        if let Some((name, open)) = self.open.iter().min_by_key(|(name, _)| (&name.agent, &name.episode)) {
            let text = format!(
                "episode `{}` of agent `{}` has no end: its last state is that of tick {}",
                name.episode,
                name.agent,
                open.next - 1
            );
            let violation = Violation::new("states.episode_finished", &text);
            return Err(status::invalid(&text, &[violation]));
        }
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let evaluated_at = i64::try_from(now).unwrap_or(i64::MAX);
        Ok(self
            .done
            .into_iter()
            .map(|((agent, generation), sums)| sums.score(agent, generation, evaluated_at))
            .collect())
    }
}

impl Sums {
    fn add(&mut self, measures: &Measures) {
        self.episodes += 1;
        self.kills = self.kills.saturating_add(measures.kills);
        self.deaths = self.deaths.saturating_add(measures.deaths);
        self.health += f64::from(measures.health);
        self.hits += i64::from(measures.hits);
        self.shots += i64::from(measures.shots_fired);
        if let Some(coverage) = measures.exploration_coverage {
            self.coverage = (self.coverage.0 + coverage, self.coverage.1 + 1);
        }
        self.reward += measures.reward;
    }

    fn score(self, agent_id: String, generation_id: i32, evaluated_at: i64) -> AgentScore {
        let mean = |sum: f64, count: u32| if count == 0 { 0.0 } else { sum / f64::from(count) };
        let efficiency = if self.shots == 0 { 0.0 } else { self.hits as f64 / self.shots as f64 };
        AgentScore {
            agent_id,
            generation_id,
            kills: self.kills,
            deaths: self.deaths,
            health_remaining: mean(self.health, self.episodes) as f32,
            ammo_efficiency: efficiency as f32,
            exploration_coverage: mean(self.coverage.0, self.coverage.1) as f32,
            fitness_score: mean(self.reward, self.episodes),
            evaluated_at,
            episodes: self.episodes,
            ..AgentScore::default()
        }
    }
}

/// Why a state cannot be taken in.
enum Fault {
    Bad(BadMessage),
    TooMuch(String),
}

impl From<BadMessage> for Fault {
    fn from(bad: BadMessage) -> Self {
        Self::Bad(bad)
    }
}

impl Fault {
    /// The status, with the number of the state in every path.
    fn status(self, at: u64) -> Status {
        match self {
            Self::TooMuch(text) => status::status(ErrorKind::Exhausted, format!("states[{at}]: {text}")),
            Self::Bad(BadMessage(found)) => {
                let named = |violation: Violation| {
                    let field = violation.path.strip_prefix("state.").unwrap_or(&violation.path);
                    Violation { path: format!("states[{at}].{field}"), ..violation }
                };
                BadMessage(found.into_iter().map(named).collect()).into()
            }
        }
    }
}

fn check(name: &EpisodeName, message: &v1::GameState) -> Result<(), BadMessage> {
    for (field, text) in [("agent_id", &name.agent), ("episode_id", &name.episode)] {
        if text.is_empty() {
            return Err(BadMessage::new(field, "is missing"));
        }
    }
    if name.generation < 0 {
        return Err(BadMessage::new("generation_id", "must not be negative"));
    }
    for (field, coordinate) in [("pos_x", message.pos_x), ("pos_y", message.pos_y)] {
        if coordinate.abs() > FARTHEST {
            return Err(BadMessage::new(field, format!("must be within {FARTHEST} map units of the origin")));
        }
    }
    Ok(())
}

fn out_of_order(name: &EpisodeName, got: u32, expected: u32) -> Fault {
    let text = format!("is {got}, episode `{}` of agent `{}` goes on with tick {expected}", name.episode, name.agent);
    BadMessage::new("tick", text).into()
}

fn map_bounds(message: v1::MapBounds) -> Result<MapBounds, BadMessage> {
    let v1::MapBounds { min_x, min_y, max_x, max_y } = message;
    let whole = [min_x, min_y, max_x, max_y].iter().all(|edge| edge.abs() <= FARTHEST);
    if !whole || min_x >= max_x || min_y >= max_y {
        return Err(BadMessage::new("map_bounds", "must be a rectangle that is not empty"));
    }
    Ok(MapBounds { min: [min_x, min_y].map(f64::from), max: [max_x, max_y].map(f64::from) })
}

fn reading(state: &GameState) -> Reading {
    Reading {
        tic: state.tic,
        // Points are whole numbers; the message has room for games where they are not.
        health: state.health as i32,
        ammo: state.ammo,
        weapon: state.selected_weapon,
        kills: state.kills,
        deaths: state.deaths,
        hits: state.hits,
        position: state.position.map(f64::from),
        ..Reading::default()
    }
}

#[cfg(test)]
mod tests;
