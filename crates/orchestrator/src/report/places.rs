//! Where the episodes of a generation went, and where they ended by death.

mod content;

use domain::environment::End;
use domain::experiment::ScenarioSpec;
use domain::ports::{
    ExperimentRecord, ExperimentStore, GenerationRecord, JobLedger, MemberScores, PortResult, TickRow,
};

use crate::games::{GameMap, Games};
pub(super) use content::content;

/// What maps are drawn from.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Has the generations.
    pub store: &'a dyn ExperimentStore,
    /// Has the ticks.
    pub jobs: &'a dyn JobLedger,
    /// Has the maps.
    pub games: &'a dyn Games,
}

/// The places of a generation on one map.
#[derive(Debug)]
pub(super) struct Places {
    /// The generation.
    generation: u32,
    /// Which of the generation's maps it is, from 0, and how many there are.
    number: (usize, usize),
    /// Name of the scenario.
    scenario: String,
    /// The map, or why it is not there.
    map: Result<GameMap, &'static str>,
    /// Episodes that were scored.
    episodes: usize,
    /// What is left out.
    thinning: Thinning,
    /// Positions, as x and y in map units.
    positions: Vec<(f64, f64)>,
    /// Last positions of the episodes that ended by death.
    deaths: Vec<(f64, f64)>,
}

/// Every how many episodes, and every how many positions of these, one is taken: evenly, so that nothing is favoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Thinning {
    episodes: u64,
    positions: u64,
}

impl Thinning {
    /// Ticks that are read.
    const READ: u64 = 1_000_000;
    /// Positions that are kept.
    const KEPT: u64 = 100_000;

    /// What bounds time and memory for so many ticks.
    fn of(ticks: u64) -> Self {
        let episodes = ticks.div_ceil(Self::READ).max(1);
        Self { episodes, positions: ticks.div_ceil(episodes).div_ceil(Self::KEPT).max(1) }
    }
}

/// The places of a generation, map by map.
pub(super) async fn of(
    ground: Ground<'_>,
    record: &ExperimentRecord,
    generation: &GenerationRecord,
) -> PortResult<Vec<Places>> {
    let scores = generation.members.iter().flat_map(|scored| &scored.scores);
    let thinning = Thinning::of(scores.map(|score| u64::from(score.measures.ticks)).sum());
    let maps = by_map(generation);
    let mut all = Vec::new();
    for (number, members) in maps.iter().enumerate() {
        let scenario = &members[0].member.scenario;
        let mut places = Places {
            generation: generation.index,
            number: (number, maps.len()),
            scenario: name(scenario),
            map: map(ground.games, record, scenario),
            episodes: 0,
            thinning,
            positions: Vec::new(),
            deaths: Vec::new(),
        };
        walk(&mut places, ground.jobs, record, members).await?;
        all.push(places);
    }
    Ok(all)
}

/// Members that play the same map.
fn by_map(generation: &GenerationRecord) -> Vec<Vec<&MemberScores>> {
    let what = |scored: &'_ MemberScores| {
        let ScenarioSpec { name, config, wad, map, .. } = scored.member.scenario.clone();
        (name, config, wad, map)
    };
    let mut maps: Vec<Vec<&MemberScores>> = Vec::new();
    for scored in &generation.members {
        match maps.iter_mut().find(|members| what(members[0]) == what(scored)) {
            Some(members) => members.push(scored),
            None => maps.push(vec![scored]),
        }
    }
    maps
}

fn name(scenario: &ScenarioSpec) -> String {
    let own = scenario.config.as_ref().and_then(|config| Some(config.stored()?.name.clone()));
    scenario.name.clone().or(own).unwrap_or_default()
}

/// The map of a scenario, if it is still the one that was played.
fn map(games: &dyn Games, record: &ExperimentRecord, scenario: &ScenarioSpec) -> Result<GameMap, &'static str> {
    let facts = games.facts(scenario).map_err(|_| "the scenario is not on the machine that wrote this report")?;
    let played = &record.provenance.files;
    if facts.files.iter().any(|(name, hash)| played.get(name) != Some(hash)) {
        return Err("the files of the scenario are no longer those that were played");
    }
    games.map(scenario).ok_or("the map is in an archive that is not read")
}

/// Follows the episodes, one after another.
async fn walk(
    places: &mut Places,
    jobs: &dyn JobLedger,
    record: &ExperimentRecord,
    members: &[&MemberScores],
) -> PortResult<()> {
    let mut ticks: u64 = 0;
    for score in members.iter().flat_map(|scored| &scored.scores) {
        let episode = places.episodes as u64;
        places.episodes += 1;
        if !episode.is_multiple_of(places.thinning.episodes) {
            continue;
        }
        let rows = jobs.ticks(record.id, score.key).await?;
        let kept = rows.iter().zip(ticks..).filter(|(_, tick)| tick.is_multiple_of(places.thinning.positions));
        places.positions.extend(kept.map(|(row, _)| position(row)));
        ticks += rows.len() as u64;
        if score.measures.end == End::Death {
            places.deaths.extend(rows.last().map(position));
        }
    }
    Ok(())
}

fn position(row: &TickRow) -> (f64, f64) {
    row.position.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_memory_are_bounded_whatever_was_recorded() {
        let thinning = |episodes, positions| Thinning { episodes, positions };
        assert_eq!(Thinning::of(0), thinning(1, 1));
        assert_eq!(Thinning::of(100_000), thinning(1, 1));
        assert_eq!(Thinning::of(100_001), thinning(1, 2));
        assert_eq!(Thinning::of(2_500_000), thinning(3, 9));
        for ticks in [1, 99_999, 1_000_001, 77_777_777, u64::from(u32::MAX)] {
            let Thinning { episodes, positions } = Thinning::of(ticks);
            assert!(ticks / episodes <= Thinning::READ && ticks / episodes / positions <= Thinning::KEPT, "{ticks}");
        }
    }
}
