//! Episodes: what was planned, and what it came to.

use decision::{Policy, Tactic, Trace};
use domain::ErrorKind;
use domain::agent::SessionSetup;
use domain::plan::Member;
use domain::ports::{EpisodeFilter, EpisodeRecord, ExperimentRecord, Page, PortError, PortResult, ScoreRow, TickRow};
use domain::reason;
use domain::score::EpisodeKey;
use proto::convert;
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::{page, status};
use crate::check;
use crate::core::Core;

/// A page of episodes.
pub(super) async fn list(
    core: &Core,
    record: &ExperimentRecord,
    request: pb::ListEpisodesRequest,
) -> Result<pb::ListEpisodesResponse, Status> {
    let filter = EpisodeFilter {
        generation: request.generation,
        agent: super::agent(&request.agent)?,
        scored: request.scored,
        ..EpisodeFilter::default()
    };
    let page = page(request.page_size, request.page_token);
    let (episodes, next) = core.jobs.episodes(record.id, &filter, &page).await.map_err(status)?;
    Ok(pb::ListEpisodesResponse {
        episodes: episodes.into_iter().map(|episode| message(record, episode, false)).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

/// One episode, with all that is needed to play it again.
pub(super) async fn get(
    core: &Core,
    record: &ExperimentRecord,
    request: &pb::GetEpisodeRequest,
) -> Result<pb::GetEpisodeResponse, Status> {
    let &pb::GetEpisodeRequest { generation, position, replicate, .. } = request;
    let key = EpisodeKey { generation, position, replicate };
    let filter = EpisodeFilter { key: Some(key), action_logs: true, ..EpisodeFilter::default() };
    let (found, _) = core.jobs.episodes(record.id, &filter, &Page { after: None, size: 1 }).await.map_err(status)?;
    let Some(episode) = found.into_iter().next() else {
        let text = format!("no episode {generation}/{position}/{replicate} is planned in `{}`", record.spec.name);
        return Err(status(PortError::of(reason::EPISODE_NOT_FOUND, text)));
    };
    let ticks = core.jobs.ticks(record.id, key).await.map_err(status)?;
    let planned = core.store.generation(record.id, generation).await.map_err(status)?;
    let member = planned.members.iter().find(|scored| scored.member.position == position).map(|scored| &scored.member);
    let decisions = match member {
        Some(member) => decisions(core, record, member, key).await.map_err(status)?,
        None => Vec::new(),
    };
    Ok(pb::GetEpisodeResponse {
        decisions,
        episode: Some(message(record, episode, true)),
        ticks: ticks.into_iter().map(tick).collect(),
        scenario_json: member.map(|member| json(&member.scenario)).transpose()?.unwrap_or_default(),
        agent_json: member.map(|member| json(&member.spec)).transpose()?.unwrap_or_default(),
    })
}

/// What decided in an episode, with the names that its member's rules and documents have.
async fn decisions(
    core: &Core,
    record: &ExperimentRecord,
    member: &Member,
    key: EpisodeKey,
) -> PortResult<Vec<pb::Decision>> {
    let kept = core.store.decisions(record.id, key.generation, key.position).await?;
    let Some((_, kept)) = kept.into_iter().find(|&(replicate, _)| replicate == key.replicate) else {
        return Ok(Vec::new());
    };
    let steps = decision::record::read(&kept).map_err(|error| {
        PortError::new(ErrorKind::Internal, "the decisions of the episode cannot be read").because(error)
    })?;
    let policy = player(core, member, key.generation).await?;
    let name = |trace: &Trace| policy.as_ref().and_then(|policy| policy.name_of(trace.by, trace.which));
    Ok(steps.iter().map(|step| told(&step.trace, name(&step.trace))).collect())
}

/// The policy that a member plays by; nothing where its scenario is not known here.
async fn player(core: &Core, member: &Member, generation: u32) -> PortResult<Option<Box<dyn Policy>>> {
    let Ok(facts) = core.games.facts(&member.scenario) else { return Ok(None) };
    let knowledge = core.files.knowledge(&member.spec.knowledge).await?;
    let setup = SessionSetup { knowledge, ..check::setup(member, "", generation, &facts) };
    Ok(decision::build(&setup).ok())
}

fn told(trace: &Trace, name: Option<&str>) -> pb::Decision {
    let Trace { tick, by, which: _, tactic, buttons, cell, confidence, score, health, hits, kills } = *trace;
    pb::Decision {
        tick,
        by: by.name().to_owned(),
        name: name.unwrap_or_default().to_owned(),
        tactic: tactic.map_or("", Tactic::name).to_owned(),
        buttons: buttons.0,
        cell,
        confidence,
        score,
        health,
        hits,
        kills,
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, Status> {
    serde_json::to_string(value)
        .map_err(|error| status(PortError::new(ErrorKind::Internal, "cannot write JSON").because(error)))
}

fn message(record: &ExperimentRecord, episode: EpisodeRecord, with_log: bool) -> pb::Episode {
    let EpisodeRecord { key, planned, agent, label, job, scored } = episode;
    let scored_by = scored.as_ref().map(|(fence, _)| fence.0);
    let score = scored.map(|(_, score)| {
        let fitness = record.spec.fitness.of(&score.measures);
        convert::score::row(&ScoreRow { agent: agent.clone(), label: label.clone(), score, fitness }, with_log)
    });
    pb::Episode {
        generation: key.generation,
        position: key.position,
        replicate: key.replicate,
        agent: agent.to_string(),
        label,
        seed: planned.seed,
        doom_seed: planned.doom_seed.0,
        job_id: job.to_string(),
        scored_by,
        score,
    }
}

fn tick(row: TickRow) -> pb::Tick {
    let TickRow { tick, tic, buttons, reward, health, position: [x, y], angle } = row;
    pb::Tick { tick, tic, buttons, reward, health, x, y, angle }
}
