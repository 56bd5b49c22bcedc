//! What was measured before an evolution, and what its confirmation says of the baselines.

use proto::orchestrator::v1 as pb;

use super::super::{Failure, scores};
use super::{Client, Evolution, is_confirmation};
use crate::comparison::{Asked, Comparison, Side};
use crate::document::numbers::range;
use crate::statistics::{self, Baseline, Statistics};

/// Probability of calling a champion better that is not, over all that it is compared with.
const ALPHA: f64 = 0.05;

/// The statistics of the baselines, once they are played; nothing where none were asked for.
pub(super) async fn statistics(client: &mut Client, evolution: &Evolution) -> Result<Option<Statistics>, Failure> {
    let is_measured = |g: &&pb::GenerationInfo| {
        g.purpose() == pb::GenerationPurpose::Statistics && g.status() == pb::GenerationStatus::Completed
    };
    let Some(generation) = evolution.generations.iter().find(is_measured) else { return Ok(None) };
    let sides = sides(client, evolution, generation.index).await?;
    Ok(Statistics::of(&evolution.spec, &sides))
}

/// The scores of everybody in a generation, in order of positions.
async fn sides(client: &mut Client, evolution: &Evolution, generation: u32) -> Result<Vec<Side>, Failure> {
    let request = pb::ListScoresRequest {
        experiment_id: evolution.experiment.id.clone(),
        generation: Some(generation),
        ..Default::default()
    };
    let mut sides: Vec<Side> = Vec::new();
    scores::each_row(client, request, |row| {
        let name = row.agent.to_string();
        if sides.last().is_none_or(|side| side.name != name) {
            sides.push(Side { name, ..Side::default() });
        }
        sides.last_mut().map(|side| side.scores.insert(row.score.doom_seed.0, row.fitness));
        Ok(())
    })
    .await?;
    Ok(sides)
}

/// The champion against the best of the first round and against every baseline, once the confirmation is played. Where there
/// are several comparisons, each has its share of the error (Bonferroni), so that its verdicts and intervals hold together.
pub(super) async fn confirmed(client: &mut Client, evolution: &Evolution) -> Result<Vec<Comparison>, Failure> {
    let is_played = |g: &&pb::GenerationInfo| is_confirmation(g) && g.status() == pb::GenerationStatus::Completed;
    let Some(last) = evolution.generations.iter().rev().find(is_played) else { return Ok(Vec::new()) };
    let sides = sides(client, evolution, last.index).await?;
    let Some((champion, others)) = sides.split_first() else { return Ok(Vec::new()) };
    let spec = &evolution.spec;
    let asked = Asked { alpha: ALPHA / others.len().max(1) as f64, margin: None, seed: spec.seed };
    // Scores that are all equal tell nothing, which is no failure of the evolution.
    let compared = others.iter().map(|other| Comparison::of(&spec.fitness.label(), [champion, other], &asked));
    Ok(compared.filter_map(Result::ok).collect())
}

/// The statistics for people.
pub(super) fn text(found: &Statistics, measure: &str) -> Vec<String> {
    let mut lines: Vec<_> = found.baselines.iter().map(|baseline| line(baseline, measure)).collect();
    let mut told = Vec::new();
    told.extend(found.told_by_round.map(|told| format!("{told:.2} between two agents of a round")));
    told.extend(found.told_by_confirmation.map(|told| format!("{told:.2} in the confirmation")));
    if !told.is_empty() {
        let (power, level) = (statistics::POWER, statistics::ALPHA);
        let told = told.join(", ");
        lines.push(format!("differences that are told with a power of {power} at a level of {level}: {told}"));
    }
    lines.extend(found.effect.map(|(effect, seeds)| match seeds {
        Some(seeds) => format!("a difference of {effect} takes {seeds} seeds"),
        None => format!("a difference of {effect} takes more seeds than there are"),
    }));
    lines
}

fn line(baseline: &Baseline, measure: &str) -> String {
    let Baseline { agent, n, mean, interval, sd } = baseline;
    let interval = interval.map(|interval| range(interval, 2)).unwrap_or_default();
    let sd = sd.map(|sd| format!(", standard deviation {sd:.2}")).unwrap_or_default();
    format!("baseline {agent}: {mean:.2} {measure} {interval} on {n} seeds{sd}")
}

/// What a comparison with the champion says.
pub(super) fn verdict(found: &Comparison) -> String {
    format!(
        "{}; {:+.2} {} on {} seeds never seen, p = {:.2e}",
        found.verdict,
        found.difference,
        range(found.interval, 2),
        found.sides[0].n,
        found.p,
    )
}
