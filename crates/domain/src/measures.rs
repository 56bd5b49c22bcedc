//! The measures of one episode and how they are gathered.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::environment::{End, MapBounds, Reading};

/// Side of the square cells in which exploration is counted, in map units.
pub const CELL: f64 = 64.0;

/// What was measured in one episode: differences between its first and its last reading, the final tic included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Enemies killed.
    pub kills: i32,
    /// Own deaths.
    pub deaths: i32,
    /// Items picked up.
    pub items: i32,
    /// Secrets found.
    pub secrets: i32,
    /// Own attacks that hit.
    pub hits: i32,
    /// Hits received.
    pub hits_taken: i32,
    /// Damage dealt in points.
    pub damage_dealt: i32,
    /// Damage received in points.
    pub damage_taken: i32,
    /// Shots fired: the sum of all decreases of the selected weapon's ammunition from tick to tick. Where a
    /// scenario hands out ammunition while shots are fired this is a lower bound.
    pub shots_fired: i32,
    /// Health at the end in points.
    pub health: i32,
    /// Armor at the end in points.
    pub armor: i32,
    /// Rounds of the selected weapon at the end.
    pub ammo: i32,
    /// Tics survived.
    pub tics: u32,
    /// Decisions made.
    pub ticks: u32,
    /// Sum of rewards as the scenario defines them.
    pub reward: f64,
    /// Length of the path in map units, from tick to tick.
    pub path: f64,
    /// Visited cells of 64 by 64 map units.
    pub cells_visited: u32,
    /// `cells_visited` divided by the cells inside the map's bounds; absent where the bounds are unknown.
    pub exploration_coverage: Option<f64>,
    /// `hits` divided by `shots_fired`; absent if none was fired.
    pub ammo_efficiency: Option<f64>,
    /// Why the episode ended.
    pub end: End,
}

/// A measure by name, as a response of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "documented at the fields of `Measures`")]
pub enum Response {
    Kills,
    Deaths,
    Items,
    Secrets,
    Hits,
    HitsTaken,
    DamageDealt,
    DamageTaken,
    ShotsFired,
    Health,
    Armor,
    Ammo,
    Tics,
    Ticks,
    Reward,
    Path,
    CellsVisited,
    ExplorationCoverage,
    AmmoEfficiency,
}

impl Response {
    /// Every response, in the order of tables and digests.
    pub const ALL: [Self; 19] = [
        Self::Kills,
        Self::Deaths,
        Self::Items,
        Self::Secrets,
        Self::Hits,
        Self::HitsTaken,
        Self::DamageDealt,
        Self::DamageTaken,
        Self::ShotsFired,
        Self::Health,
        Self::Armor,
        Self::Ammo,
        Self::Tics,
        Self::Ticks,
        Self::Reward,
        Self::Path,
        Self::CellsVisited,
        Self::ExplorationCoverage,
        Self::AmmoEfficiency,
    ];

    /// The name used in files, tables and columns.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kills => "kills",
            Self::Deaths => "deaths",
            Self::Items => "items",
            Self::Secrets => "secrets",
            Self::Hits => "hits",
            Self::HitsTaken => "hits_taken",
            Self::DamageDealt => "damage_dealt",
            Self::DamageTaken => "damage_taken",
            Self::ShotsFired => "shots_fired",
            Self::Health => "health",
            Self::Armor => "armor",
            Self::Ammo => "ammo",
            Self::Tics => "tics",
            Self::Ticks => "ticks",
            Self::Reward => "reward",
            Self::Path => "path",
            Self::CellsVisited => "cells_visited",
            Self::ExplorationCoverage => "exploration_coverage",
            Self::AmmoEfficiency => "ammo_efficiency",
        }
    }
}

impl Response {
    /// What it means, in one line with its unit.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Kills => "enemies killed",
            Self::Deaths => "own deaths",
            Self::Items => "items picked up",
            Self::Secrets => "secrets found",
            Self::Hits => "own attacks that hit",
            Self::HitsTaken => "hits received",
            Self::DamageDealt => "damage dealt, in points",
            Self::DamageTaken => "damage received, in points",
            Self::ShotsFired => "shots fired: decreases of the selected weapon's ammunition from tick to tick",
            Self::Health => "health at the end, in points",
            Self::Armor => "armor at the end, in points",
            Self::Ammo => "rounds of the selected weapon at the end",
            Self::Tics => "tics survived, 35 to a second",
            Self::Ticks => "decisions made",
            Self::Reward => "sum of rewards as the scenario defines them",
            Self::Path => "length of the path from tick to tick, in map units",
            Self::CellsVisited => "visited cells of 64 by 64 map units",
            Self::ExplorationCoverage => "visited cells as a share of those inside the map's bounds, 0 to 1",
            Self::AmmoEfficiency => "hits divided by shots fired",
        }
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_count(self) -> bool {
        !matches!(self, Self::Reward | Self::Path | Self::ExplorationCoverage | Self::AmmoEfficiency)
    }

    /// Whether an episode may have none.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::ExplorationCoverage | Self::AmmoEfficiency)
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Response {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|r| r.name() == name).ok_or_else(|| format!("unknown measure `{name}`"))
    }
}

impl Measures {
    /// The value of one measure; absent where it is not defined for this episode.
    #[must_use]
    pub fn get(&self, response: Response) -> Option<f64> {
        Some(match response {
            Response::Kills => self.kills.into(),
            Response::Deaths => self.deaths.into(),
            Response::Items => self.items.into(),
            Response::Secrets => self.secrets.into(),
            Response::Hits => self.hits.into(),
            Response::HitsTaken => self.hits_taken.into(),
            Response::DamageDealt => self.damage_dealt.into(),
            Response::DamageTaken => self.damage_taken.into(),
            Response::ShotsFired => self.shots_fired.into(),
            Response::Health => self.health.into(),
            Response::Armor => self.armor.into(),
            Response::Ammo => self.ammo.into(),
            Response::Tics => self.tics.into(),
            Response::Ticks => self.ticks.into(),
            Response::Reward => self.reward,
            Response::Path => self.path,
            Response::CellsVisited => self.cells_visited.into(),
            Response::ExplorationCoverage => return self.exploration_coverage,
            Response::AmmoEfficiency => return self.ammo_efficiency,
        })
    }
}

/// Gathers the measures of one episode, reading by reading.
#[derive(Debug, Clone)]
pub struct Gauge {
    first: Reading,
    last: Reading,
    ticks: u32,
    shots_fired: i32,
    path: f64,
    cells: HashSet<(i64, i64)>,
    bounds: Option<MapBounds>,
}

impl Gauge {
    /// Starts measuring at the episode's first reading.
    #[must_use]
    pub fn new(first: Reading, bounds: Option<MapBounds>) -> Self {
        let cells = HashSet::from([cell(&first)]);
        Self { first, last: first, ticks: 0, shots_fired: 0, path: 0.0, cells, bounds }
    }

    /// Takes in the reading after one more tick.
    pub fn observe(&mut self, now: &Reading) {
        self.ticks += 1;
        if now.weapon == self.last.weapon {
            self.shots_fired = self.shots_fired.saturating_add(self.last.ammo.saturating_sub(now.ammo).max(0));
        }
        let [dx, dy] = [now.position[0] - self.last.position[0], now.position[1] - self.last.position[1]];
        self.path += (dx * dx + dy * dy).sqrt();
        self.cells.insert(cell(now));
        self.last = *now;
    }

    /// Cells visited so far.
    #[must_use]
    pub fn cells_visited(&self) -> usize {
        self.cells.len()
    }

    /// Shots fired so far.
    #[must_use]
    pub fn shots_fired(&self) -> i32 {
        self.shots_fired
    }

    /// The episode's first reading.
    #[must_use]
    pub fn first(&self) -> &Reading {
        &self.first
    }

    /// The measures, once the episode has ended for the reason `end`. Differences that no game can have, which readings
    /// from outside may claim, end at the type's limits.
    #[must_use]
    pub fn measures(&self, end: End) -> Measures {
        let (first, last) = (&self.first, &self.last);
        let hits = last.hits.saturating_sub(first.hits);
        let cells_visited = self.cells.len() as u32;
        Measures {
            kills: last.kills.saturating_sub(first.kills),
            deaths: last.deaths.saturating_sub(first.deaths),
            items: last.items.saturating_sub(first.items),
            secrets: last.secrets.saturating_sub(first.secrets),
            hits,
            hits_taken: last.hits_taken.saturating_sub(first.hits_taken),
            damage_dealt: last.damage_dealt.saturating_sub(first.damage_dealt),
            damage_taken: last.damage_taken.saturating_sub(first.damage_taken),
            shots_fired: self.shots_fired,
            health: last.health,
            armor: last.armor,
            ammo: last.ammo,
            tics: last.tic.saturating_sub(first.tic),
            ticks: self.ticks,
            reward: last.total_reward,
            path: self.path,
            cells_visited,
            exploration_coverage: self.bounds.map(|bounds| f64::from(cells_visited) / cell_count(&bounds)),
            ammo_efficiency: (self.shots_fired > 0).then(|| f64::from(hits) / f64::from(self.shots_fired)),
            end,
        }
    }
}

fn cell(reading: &Reading) -> (i64, i64) {
    let index = |coordinate: f64| (coordinate / CELL).floor() as i64;
    (index(reading.position[0]), index(reading.position[1]))
}

fn cell_count(bounds: &MapBounds) -> f64 {
    let along = |axis: usize| ((bounds.max[axis] / CELL).ceil() - (bounds.min[axis] / CELL).floor()).max(1.0);
    along(0) * along(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, ammo: i32) -> Reading {
        Reading { position: [x, 0.0, 0.0], ammo, ..Reading::default() }
    }

    #[test]
    fn measures_are_differences_and_include_the_last_reading() {
        let start = Reading { kills: 5, tic: 10, damage_taken: 7, ..at(0.0, 20) };
        let bounds = MapBounds { min: [-64.0, 0.0], max: [192.0, 64.0] };
        let mut gauge = Gauge::new(start, Some(bounds));
        gauge.observe(&Reading { kills: 5, tic: 14, damage_taken: 7, ..at(64.0, 18) });
        gauge.observe(&Reading { kills: 6, hits: 1, tic: 18, damage_taken: 12, total_reward: 1.5, ..at(64.0, 25) });

        let measures = gauge.measures(End::Death);

        assert_eq!((measures.kills, measures.tics, measures.ticks, measures.damage_taken), (1, 8, 2, 5));
        assert_eq!((measures.shots_fired, measures.ammo_efficiency), (2, Some(0.5)));
        assert_eq!((measures.cells_visited, measures.exploration_coverage), (2, Some(0.5)));
        assert_eq!((measures.path, measures.reward), (64.0, 1.5));
    }

    #[test]
    fn efficiency_is_absent_without_shots_and_coverage_without_bounds() {
        let measures = Gauge::new(Reading::default(), None).measures(End::Timeout);
        assert_eq!((measures.ammo_efficiency, measures.exploration_coverage), (None, None));
    }

    #[test]
    fn response_names_read_back() {
        for response in Response::ALL {
            assert_eq!(response.name().parse(), Ok(response));
            assert_eq!(serde_json::to_value(response).unwrap(), response.name());
        }
    }
}
