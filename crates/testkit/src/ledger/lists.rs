//! Lists, in parts, and sums over them.

use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::measures::Response;
use domain::ports::{
    ExperimentFilter, ExperimentRecord, MemberProgress, Page, PortError, PortResult, ScoreFilter, ScoreRow,
};
use domain::score::{EpisodeKey, Score};
use uuid::Uuid;

use super::book::{Book, Experiment, MemberRow, refused};

/// Most items of one part, and the size of a part that names none.
const MAX_SIZE: u32 = 10_000;

impl Book {
    pub(super) fn list_experiments(
        &self,
        filter: &ExperimentFilter,
        page: &Page,
    ) -> PortResult<(Vec<ExperimentRecord>, Option<String>)> {
        let name = filter.name.as_ref().map(|name| name.to_lowercase());
        let after = page.after.as_deref().map(parse_experiment).transpose()?;
        let fits = |record: &&ExperimentRecord| {
            (filter.statuses.is_empty() || filter.statuses.contains(&record.status))
                && name.as_ref().is_none_or(|name| record.spec.name.to_lowercase().contains(name))
                && after.is_none_or(|after| place(record) < after)
        };
        let mut found: Vec<_> = self.experiments.values().map(|experiment| &experiment.record).filter(fits).collect();
        found.sort_by_key(|record| std::cmp::Reverse(place(record)));
        Ok(cut(
            found.into_iter(),
            page,
            |&record| ExperimentRecord::clone(record),
            |record| format!("{:016x}{}", record.created_at_ms, record.id.0.simple()),
        ))
    }

    pub(super) fn list_scores(
        &self,
        id: ExperimentId,
        filter: &ScoreFilter,
        page: &Page,
    ) -> PortResult<(Vec<ScoreRow>, Option<String>)> {
        let experiment = self.experiment(id)?;
        let after = page.after.as_deref().map(parse_score).transpose()?;
        let in_generation = |score: &&Score| filter.generation.is_none_or(|index| index == score.key.generation);
        let rows = experiment.scores.after(after).filter(in_generation);
        let rows = rows.filter_map(|score| Some((score, member_of(experiment, &score.key)?)));
        let rows = rows.filter(|(_, row)| filter.agent.as_ref().is_none_or(|agent| *agent == row.member.agent));
        let fitness = &experiment.record.spec.fitness;
        let row = |&(score, row): &(&Score, &MemberRow)| ScoreRow {
            agent: row.member.agent.clone(),
            label: row.member.label.clone(),
            fitness: fitness.of(&score.measures),
            score: if filter.action_logs { score.clone() } else { score.without_log() },
        };
        Ok(cut(rows, page, row, |row| {
            let key = &row.score.key;
            format!("{:08x}{:08x}{:08x}", key.generation, key.position, key.replicate)
        }))
    }

    pub(super) fn progress(&self, id: ExperimentId, index: u32) -> PortResult<Vec<MemberProgress>> {
        let experiment = self.experiment(id)?;
        let members = experiment.generations.get(&index).map_or(&[][..], |generation| &generation.members);
        Ok(members.iter().map(|row| progress(experiment, index, row)).collect())
    }
}

fn progress(experiment: &Experiment, index: u32, row: &MemberRow) -> MemberProgress {
    let scores = experiment.scores.of_member(index, row.member.position, true);
    let sum = |response| scores.iter().map(|score| score.measures.get(response).unwrap_or(0.0)).sum::<f64>();
    let mean = |sum: f64| (!scores.is_empty()).then(|| sum / scores.len() as f64);
    let weights = experiment.record.spec.fitness.weights();
    MemberProgress {
        agent: row.member.agent.clone(),
        position: row.member.position,
        episodes_planned: row.planned,
        episodes_scored: scores.len() as u64,
        ticks: sum(Response::Ticks) as u64,
        fitness: mean(weights.into_iter().map(|(response, weight)| weight * sum(response)).sum()),
        kills: mean(sum(Response::Kills)),
    }
}

fn member_of<'a>(experiment: &'a Experiment, key: &EpisodeKey) -> Option<&'a MemberRow> {
    experiment.generations.get(&key.generation)?.members.iter().find(|row| row.member.position == key.position)
}

/// One part of a list, and where to go on if there is more.
pub(super) fn cut<T, U>(
    mut items: impl Iterator<Item = T>,
    page: &Page,
    item: impl Fn(&T) -> U,
    token: impl Fn(&U) -> String,
) -> (Vec<U>, Option<String>) {
    let size = if page.size == 0 { MAX_SIZE } else { page.size.min(MAX_SIZE) };
    let part: Vec<U> = items.by_ref().take(size as usize).map(|found| item(&found)).collect();
    let next = items.next().and_then(|_| part.last()).map(token);
    (part, next)
}

/// Experiments are listed by this, the highest first.
fn place(record: &ExperimentRecord) -> (i64, Uuid) {
    (record.created_at_ms, record.id.0)
}

pub(super) fn parse_experiment(token: &str) -> PortResult<(i64, Uuid)> {
    let (moment, id) = token.split_at_checked(16).ok_or_else(bad_token)?;
    let moment = i64::from_str_radix(moment, 16).map_err(|_| bad_token())?;
    Ok((moment, Uuid::try_parse(id).map_err(|_| bad_token())?))
}

fn parse_score(token: &str) -> PortResult<EpisodeKey> {
    let part = |from: usize| {
        let digits = token.get(from..from + 8).ok_or_else(bad_token)?;
        u32::from_str_radix(digits, 16).map_err(|_| bad_token())
    };
    let key = EpisodeKey { generation: part(0)?, position: part(8)?, replicate: part(16)? };
    if token.len() == 24 { Ok(key) } else { Err(bad_token()) }
}

pub(super) fn bad_token() -> PortError {
    refused(ErrorKind::Invalid, "the page token is not one that this list returned")
}
