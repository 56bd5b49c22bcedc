//! Scores as rows.

use domain::digest::Digest;
use domain::environment::End;
use domain::ids::{AgentId, DoomSeed};
use domain::measures::Measures;
use domain::ports::ScoreRow;
use domain::score::{EpisodeKey, Score};

use super::BadMessage;
use crate::orchestrator::v1;

/// The message of a row; `with_log` says whether the action log goes with it.
#[must_use]
pub fn row(row: &ScoreRow, with_log: bool) -> v1::ScoreRow {
    let score = &row.score;
    let measures = &score.measures;
    v1::ScoreRow {
        generation: score.key.generation,
        position: score.key.position,
        replicate: score.key.replicate,
        agent: row.agent.to_string(),
        label: row.label.clone(),
        seed: score.seed,
        doom_seed: score.doom_seed.0,
        fitness: row.fitness,
        kills: measures.kills,
        deaths: measures.deaths,
        items: measures.items,
        secrets: measures.secrets,
        hits: measures.hits,
        hits_taken: measures.hits_taken,
        damage_dealt: measures.damage_dealt,
        damage_taken: measures.damage_taken,
        shots_fired: measures.shots_fired,
        health: measures.health,
        armor: measures.armor,
        ammo: measures.ammo,
        tics: measures.tics,
        ticks: measures.ticks,
        reward: measures.reward,
        path: measures.path,
        cells_visited: measures.cells_visited,
        exploration_coverage: measures.exploration_coverage,
        ammo_efficiency: measures.ammo_efficiency,
        end: v1::EpisodeEnd::from(measures.end).into(),
        trajectory: Digest(score.trajectory).to_string(),
        action_log: with_log.then(|| score.action_log.clone().into()),
    }
}

impl TryFrom<v1::ScoreRow> for ScoreRow {
    type Error = BadMessage;

    fn try_from(row: v1::ScoreRow) -> Result<Self, BadMessage> {
        let agent = AgentId::try_from(row.agent.clone());
        let agent = agent.map_err(|error| BadMessage::new("score.agent", error.to_string()))?;
        let trajectory = trajectory(&row.trajectory)
            .ok_or_else(|| BadMessage::new("score.trajectory", "must be 64 hexadecimal digits"))?;
        let score = Score {
            key: EpisodeKey { generation: row.generation, position: row.position, replicate: row.replicate },
            seed: row.seed,
            doom_seed: DoomSeed(row.doom_seed),
            measures: measures(&row)?,
            trajectory,
            action_log: row.action_log.map(Vec::from).unwrap_or_default(),
        };
        Ok(Self { agent, label: row.label, score, fitness: row.fitness })
    }
}

fn measures(row: &v1::ScoreRow) -> Result<Measures, BadMessage> {
    Ok(Measures {
        kills: row.kills,
        deaths: row.deaths,
        items: row.items,
        secrets: row.secrets,
        hits: row.hits,
        hits_taken: row.hits_taken,
        damage_dealt: row.damage_dealt,
        damage_taken: row.damage_taken,
        shots_fired: row.shots_fired,
        health: row.health,
        armor: row.armor,
        ammo: row.ammo,
        tics: row.tics,
        ticks: row.ticks,
        reward: row.reward,
        path: row.path,
        cells_visited: row.cells_visited,
        exploration_coverage: row.exploration_coverage,
        ammo_efficiency: row.ammo_efficiency,
        end: end(row.end())?,
    })
}

fn end(end: v1::EpisodeEnd) -> Result<End, BadMessage> {
    match end {
        v1::EpisodeEnd::Unspecified => Err(BadMessage::new("score.end", "must say why the episode ended")),
        v1::EpisodeEnd::Death => Ok(End::Death),
        v1::EpisodeEnd::MapEnd => Ok(End::MapEnd),
        v1::EpisodeEnd::Timeout => Ok(End::Timeout),
    }
}

impl From<End> for v1::EpisodeEnd {
    fn from(end: End) -> Self {
        match end {
            End::Death => Self::Death,
            End::MapEnd => Self::MapEnd,
            End::Timeout => Self::Timeout,
        }
    }
}

fn trajectory(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    // `from_str_radix` would take a sign.
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use domain::environment::Reading;
    use domain::measures::Gauge;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_read_back(
            trajectory: [u8; 32],
            action_log: Vec<u8>,
            fitness in -1e9f64..1e9,
            (ammo, hits, seed) in any::<(u16, u16, u32)>(),
        ) {
            let mut gauge = Gauge::new(Reading { ammo: i32::from(ammo), ..Reading::default() }, None);
            gauge.observe(&Reading { hits: i32::from(hits), tic: 4, total_reward: fitness, ..Reading::default() });
            let score = Score {
                key: EpisodeKey { generation: 1, position: 2, replicate: 3 },
                seed,
                doom_seed: DoomSeed(seed),
                measures: gauge.measures(End::Timeout),
                trajectory,
                action_log,
            };
            let original = ScoreRow { agent: AgentId::slug("a"), label: "x=1".into(), score, fitness };

            prop_assert_eq!(ScoreRow::try_from(row(&original, true)), Ok(original.clone()));
            prop_assert_eq!(row(&original, false).action_log, None);
        }
    }

    #[test]
    fn a_damaged_trajectory_is_refused() {
        for text in ["", "zz", &"é".repeat(32), &"+1".repeat(32)] {
            let row = v1::ScoreRow { agent: "a".into(), end: 1, trajectory: text.into(), ..Default::default() };
            assert!(ScoreRow::try_from(row).is_err(), "{text}");
        }
    }
}
