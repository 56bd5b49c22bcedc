//! Rows to values of the domain and back. What cannot be read back is damage and is reported as such.

use std::fmt::Display;
use std::str::FromStr;

use domain::environment::End;
use domain::event::EventRecord;
use domain::experiment::ExperimentSpec;
use domain::extension::{Extension, Extent};
use domain::ids::{AgentId, DoomSeed, EventId, ExperimentId};
use domain::journal::{Actor, JournalEntry, Note};
use domain::measures::Measures;
use domain::plan::{Member, PlannedEpisode, Purpose};
use domain::ports::{ExperimentRecord, Provenance};
use domain::score::{EpisodeKey, Score};
use sea_orm::ActiveValue::Set;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entity::{episodes, experiments, extensions, journal, members, outbox, scores};
use crate::error::{Result, damaged};

/// A `u32` that was stored as `BIGINT`.
pub(crate) fn number(value: i64, what: &str) -> Result<u32> {
    u32::try_from(value).map_err(|error| damaged(what, error))
}

/// A count, which is never negative.
pub(crate) fn count(value: i64) -> u64 {
    value.max(0).unsigned_abs()
}

/// A count as it is stored.
pub(crate) fn stored_count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A document as exact JSON.
pub(crate) fn to_json(value: &impl Serialize, what: &str) -> Result<String> {
    serde_json::to_string(value).map_err(|error| damaged(what, error))
}

/// Reads a document.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(what, error))
}

/// Reads a name, such as a status.
pub(crate) fn parse<T: FromStr<Err: Display>>(text: &str, what: &str) -> Result<T> {
    text.parse().map_err(|error: T::Err| damaged(what, error.to_string()))
}

/// Reads a value of an enumeration by the name that serde gives it.
fn named<T: DeserializeOwned>(name: &str, what: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::from(name)).map_err(|error| damaged(what, error))
}

pub(crate) fn purpose(name: &str) -> Result<Purpose> {
    Purpose::named(name).ok_or_else(|| damaged("purpose of a generation", format!("there is none called `{name}`")))
}

fn end_name(end: End) -> &'static str {
    match end {
        End::Death => "death",
        End::MapEnd => "map_end",
        End::Timeout => "timeout",
    }
}

pub(crate) fn spec(row: &experiments::Model) -> Result<ExperimentSpec> {
    from_json(&row.spec, "specification")
}

pub(crate) fn provenance(row: &experiments::Model) -> Result<Provenance> {
    from_json(&row.provenance, "provenance")
}

pub(crate) fn experiment(row: experiments::Model, extensions: Vec<Extension>) -> Result<ExperimentRecord> {
    Ok(ExperimentRecord {
        id: ExperimentId(row.id),
        spec: spec(&row)?,
        provenance: provenance(&row)?,
        status: parse(&row.status, "status of an experiment")?,
        reason: row.reason,
        digest: row.digest,
        generation: number(row.generation, "number of a generation")?,
        episodes_planned: count(row.episodes_planned),
        episodes_due: count(row.episodes_due),
        episodes_scored: count(row.episodes_scored),
        created_at_ms: row.created_at_ms,
        ended_at_ms: row.ended_at_ms,
        extensions,
    })
}

pub(crate) fn extension(row: &extensions::Model) -> Result<Extension> {
    let total = number(row.total, "extent")?;
    let extent = match row.unit.as_str() {
        "replicates" => Extent::Replicates(total),
        "generations" => Extent::Generations(total),
        other => return Err(damaged("unit of an extension", format!("unknown unit `{other}`"))),
    };
    Ok(Extension { extent, generation: number(row.generation, "number of a generation")? })
}

pub(crate) fn journal_entry(row: journal::Model) -> Result<JournalEntry> {
    let actor = Actor::new(row.actor.as_deref().unwrap_or_default());
    Ok(JournalEntry {
        id: row.id,
        at_ms: row.at_ms,
        action: parse(&row.action, "action of a journal")?,
        note: Note { actor, reason: row.reason },
        detail: row.detail,
    })
}

pub(crate) fn member(row: &members::Model) -> Result<Member> {
    Ok(Member {
        position: number(row.position, "position")?,
        agent: parse::<AgentId>(&row.agent, "agent's name")?,
        label: row.label.clone(),
        factors: from_json(&row.factors, "factors")?,
        scenario: from_json(&row.scenario, "scenario")?,
        spec: from_json(&row.spec, "agent")?,
        parents: from_json(&row.parents, "parents")?,
        operators: from_json(&row.operators, "operators")?,
    })
}

pub(crate) fn episode(row: &episodes::Model) -> Result<PlannedEpisode> {
    planned(row.replicate, row.seed, row.doom_seed)
}

pub(crate) fn planned(replicate: i64, seed: i64, doom_seed: i64) -> Result<PlannedEpisode> {
    Ok(PlannedEpisode {
        replicate: number(replicate, "replicate")?,
        seed: number(seed, "seed")?,
        doom_seed: DoomSeed(number(doom_seed, "Doom seed")?),
    })
}

pub(crate) fn record(row: outbox::Model) -> EventRecord {
    EventRecord {
        id: EventId(row.event_id),
        experiment: ExperimentId(row.experiment_id),
        sequence: Some(row.sequence),
        subject: row.subject,
        kind: row.kind,
        body: row.body,
        recorded_at_ms: row.committed_at_ms,
        traceparent: row.traceparent,
        republished: u32::try_from(row.republished).unwrap_or(u32::MAX),
    }
}

/// A score with its action log, which is in a table of its own.
pub(crate) fn score(row: scores::Model, action_log: Vec<u8>) -> Result<Score> {
    let key = EpisodeKey {
        generation: number(row.generation, "number of a generation")?,
        position: number(row.position, "position")?,
        replicate: number(row.replicate, "replicate")?,
    };
    let measures = Measures {
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
        tics: number(row.tics, "tics")?,
        ticks: number(row.ticks, "ticks")?,
        reward: row.reward,
        path: row.path,
        cells_visited: number(row.cells_visited, "visited cells")?,
        exploration_coverage: row.exploration_coverage,
        ammo_efficiency: row.ammo_efficiency,
        end: named(&row.end_reason, "reason of an end")?,
    };
    let trajectory = row.trajectory.try_into();
    Ok(Score {
        key,
        seed: number(row.seed, "seed")?,
        doom_seed: DoomSeed(number(row.doom_seed, "Doom seed")?),
        measures,
        trajectory: trajectory.map_err(|_| damaged("trajectory digest", "it is not 32 bytes long"))?,
        action_log,
    })
}

pub(crate) fn score_row(id: ExperimentId, fence: i64, now: i64, score: &Score) -> scores::ActiveModel {
    let m = &score.measures;
    scores::ActiveModel {
        experiment_id: Set(id.0),
        generation: Set(score.key.generation.into()),
        position: Set(score.key.position.into()),
        replicate: Set(score.key.replicate.into()),
        seed: Set(score.seed.into()),
        doom_seed: Set(score.doom_seed.0.into()),
        kills: Set(m.kills),
        deaths: Set(m.deaths),
        items: Set(m.items),
        secrets: Set(m.secrets),
        hits: Set(m.hits),
        hits_taken: Set(m.hits_taken),
        damage_dealt: Set(m.damage_dealt),
        damage_taken: Set(m.damage_taken),
        shots_fired: Set(m.shots_fired),
        health: Set(m.health),
        armor: Set(m.armor),
        ammo: Set(m.ammo),
        tics: Set(m.tics.into()),
        ticks: Set(m.ticks.into()),
        reward: Set(positive_zero(m.reward)),
        path: Set(positive_zero(m.path)),
        cells_visited: Set(m.cells_visited.into()),
        exploration_coverage: Set(m.exploration_coverage.map(positive_zero)),
        ammo_efficiency: Set(m.ammo_efficiency.map(positive_zero)),
        end_reason: Set(end_name(m.end).to_owned()),
        trajectory: Set(score.trajectory.to_vec()),
        fence: Set(fence),
        scored_at_ms: Set(now),
    }
}

/// SQLite stores whole reals as integers and so loses the sign of zero; digests do not see it either. Both databases
/// are given the same value.
pub(crate) fn positive_zero(value: f64) -> f64 {
    value + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_enumerations_read_back() {
        for value in Purpose::ALL {
            assert_eq!(purpose(value.name()).unwrap(), value);
            assert_eq!(serde_json::to_value(value).unwrap(), value.name());
        }
        assert!(purpose("none").is_err());
        for value in [End::Death, End::MapEnd, End::Timeout] {
            assert_eq!(named::<End>(end_name(value), "end").unwrap(), value);
        }
    }

    #[test]
    fn reals_in_documents_keep_every_bit() {
        for bits in [1, 0x3fb9_9999_9999_999a, 0x7fef_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x3ff5_5555_5555_5553] {
            let text = to_json(&f64::from_bits(bits), "real").unwrap();
            assert_eq!(from_json::<f64>(&text, "real").unwrap().to_bits(), bits, "{text}");
        }
        // Read one bit off by a parser that does not take the trouble.
        assert_eq!(from_json::<f64>("31.245270191439438", "real").unwrap().to_bits(), 31.245270191439438f64.to_bits());
    }
}
