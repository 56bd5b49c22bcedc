//! Launching, listing, showing and changing experiments.

use std::cmp::Ordering;
use std::path::PathBuf;

use clap::Args;
use domain::course::Course;
use domain::experiment::ExperimentSpec;
use domain::{Violation, reason};
use proto::mask;
use proto::orchestrator::v1 as pb;
use runtime::grpc;
use serde_json::{Map, Value, json};
use tonic::Status;

use super::connect::{Client, Connection, Here, ServiceArgs};
use super::output::{self, Form};
use super::retrospection::RetrospectionArgs;
use super::{Failure, Place, control, files, games, upload, watch};
use crate::experiment_file;
use crate::shard::Pin;

/// Agents that are asked for at once.
const PAGE: u32 = 500;

/// Arguments of `launch`.
#[derive(Debug, Args)]
pub(super) struct LaunchArgs {
    /// The experiment file
    file: PathBuf,
    /// Change a field of the file: path=value; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Launch another experiment even if this file was launched before
    #[arg(long)]
    new: bool,
    /// Follow the experiment until it ends; always so with --embedded
    #[arg(long)]
    watch: bool,
    /// Games side by side with --embedded; one per processor unless given
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = games())]
    engines: usize,
    /// Pin shards to processors with --embedded: auto or off
    #[arg(long, default_value = "auto")]
    pin: Pin,
    #[command(flatten)]
    retrospection: RetrospectionArgs,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Launches the experiment of a file.
pub(super) async fn launch(args: LaunchArgs, place: &Place) -> Result<(), Failure> {
    let content = files::read(&args.file)?;
    let retrospection = args.retrospection.settings(&args.service.tls)?;
    let here = Here { engines: args.engines, pin: args.pin, retrospection };
    let mut connection = Connection::open(&args.service, place, Some(here)).await?;
    let outcome = launch_on(&mut connection, content, &args).await;
    connection.close().await;
    outcome
}

async fn launch_on(connection: &mut Connection, content: Vec<u8>, args: &LaunchArgs) -> Result<(), Failure> {
    let files = upload::files(&mut connection.client, &args.file, &content, &args.set).await?;
    let request = pb::LaunchExperimentRequest {
        content: content.clone().into(),
        file_name: args.file.display().to_string(),
        overrides: args.set.clone(),
        new: args.new,
        files,
        session_id: String::new(),
    };
    let launched = connection.client.launch_experiment(request).await;
    let response = launched.map_err(|status| refusal(status, args, &content))?.into_inner();
    let experiment = response.experiment.unwrap_or_default();
    if !(args.watch || connection.plays_here()) {
        return match args.output {
            Form::Json => output::json(&experiment_json(&experiment)),
            Form::Table => {
                let verb = if response.existing { "goes on" } else { "launched" };
                output::line(format!("{verb}: {} `{}`", experiment.id, experiment.name))?;
                output::line(format!("follow it with: orchestrator watch {}", experiment.id))
            }
        };
    }
    watch::follow(&mut connection.client, &experiment.id, args.output).await
}

/// A daemon's refusal as this process would tell it: faults of the file with the lines that they stand on.
fn refusal(status: Status, args: &LaunchArgs, content: &[u8]) -> Failure {
    if grpc::reason::of(&status).as_deref() != Some(reason::EXPERIMENT_INVALID.name) {
        return status.into();
    }
    match experiment_file::parse(&args.file.display().to_string(), content, &args.set) {
        Ok(document) => Box::new(document.faults(without_places(&status))).into(),
        Err(faults) => faults.into(),
    }
}

/// The violations of a status, whose texts begin with their places for those who have no file to show.
fn without_places(status: &Status) -> Vec<Violation> {
    let without = |violation: Violation| {
        let text = violation.message.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
        let message = text.map_or_else(|| violation.message.clone(), |(_, text)| text.to_owned());
        Violation { message, ..violation }
    };
    proto::status::violations(status).into_iter().map(without).collect()
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only names that contain this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    name: String,
    /// Most experiments to list
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Lists experiments, newest first.
pub(super) async fn list(args: ListArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let listed = list_on(&mut connection.client, &args).await;
    connection.close().await;
    let experiments = listed?;
    if args.output == Form::Json {
        return output::json(&experiments.iter().map(experiment_json).collect::<Vec<_>>());
    }
    let rows = experiments.iter().map(|e| {
        let progress = format!("{}/{}", e.episodes_scored, e.episodes_planned);
        vec![e.id.clone(), e.name.clone(), status_name(e), progress, short_digest(&e.digest)]
    });
    output::line(output::table(&["id", "name", "status", "episodes", "digest"], &["episodes"], rows))
}

async fn list_on(client: &mut Client, args: &ListArgs) -> Result<Vec<pb::Experiment>, Failure> {
    let mut experiments = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListExperimentsRequest {
            page_size: (args.limit - experiments.len()).min(1000) as u32,
            page_token,
            name_contains: args.name.clone(),
            ..Default::default()
        };
        let response = client.list_experiments(request).await?.into_inner();
        experiments.extend(response.experiments);
        page_token = response.next_page_token;
        if page_token.is_empty() || experiments.len() >= args.limit {
            return Ok(experiments);
        }
    }
}

/// An experiment without what would have to be computed from its scores.
pub(super) async fn plain(client: &mut Client, experiment_id: String) -> Result<pb::Experiment, Failure> {
    let request = pb::GetExperimentRequest { experiment_id, read_mask: Some(mask::only(&["experiment"])) };
    Ok(client.get_experiment(request).await?.into_inner().experiment.unwrap_or_default())
}

/// Gives every agent of a generation to `take`, in order of positions, page by page.
pub(super) async fn each_genome(
    client: &mut Client,
    experiment_id: &str,
    generation: u32,
    mut take: impl FnMut(pb::Genome),
) -> Result<(), Failure> {
    let mut request = pb::ListGenomesRequest {
        experiment_id: experiment_id.to_owned(),
        generation: Some(generation),
        page_size: PAGE,
        page_token: String::new(),
    };
    loop {
        let response = client.list_genomes(request.clone()).await?.into_inner();
        response.genomes.into_iter().for_each(&mut take);
        if response.next_page_token.is_empty() {
            return Ok(());
        }
        request.page_token = response.next_page_token;
    }
}

/// What was launched.
pub(super) fn spec(experiment: &pb::Experiment) -> Result<ExperimentSpec, Failure> {
    serde_json::from_str(&experiment.spec_json)
        .map_err(|error| Failure::internal(format!("the experiment cannot be read: {error}")))
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Shows one experiment.
pub(super) async fn show(args: ShowArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let request = pb::GetExperimentRequest { experiment_id: args.experiment, read_mask: None };
    let response = connection.client.get_experiment(request).await;
    connection.close().await;
    print(&response?.into_inner(), args.output)
}

/// Prints an experiment with its generations and conditions.
pub(super) fn print(response: &pb::GetExperimentResponse, form: Form) -> Result<(), Failure> {
    let experiment = response.experiment.clone().unwrap_or_default();
    if form == Form::Json {
        let mut shown = experiment_json(&experiment);
        shown["generations"] = response.generations.iter().map(generation_json).collect();
        shown["conditions"] = response.conditions.iter().map(condition_json).collect();
        return output::json(&shown);
    }
    let again = &experiment.not_reproducible;
    let facts = [
        ("id", experiment.id.clone()),
        ("name", experiment.name.clone()),
        ("status", status_name(&experiment)),
        ("reason", experiment.reason.clone()),
        ("episodes", format!("{} of {}", experiment.episodes_scored, experiment.episodes_planned)),
        ("extended", moved(&experiment, Ordering::Greater)),
        ("shortened", moved(&experiment, Ordering::Less)),
        ("engine", experiment.engine.clone()),
        ("behaviour", experiment.behaviour.clone()),
        ("digest", experiment.digest.clone()),
        ("repeatable", if again.is_empty() { String::new() } else { format!("no: {again}") }),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        output::line(format!("{name:<10} {value}"))?;
    }
    output::line(generation_table(&response.generations))?;
    if response.conditions.is_empty() {
        return Ok(());
    }
    output::line(condition_table(&response.conditions))
}

/// Generations for people.
pub(super) fn generation_table(generations: &[pb::GenerationInfo]) -> String {
    let heads = ["generation", "purpose", "agents", "episodes", "best", "best agent", "mean", "95% interval"];
    let rows = generations.iter().map(|g| {
        vec![
            g.index.to_string(),
            purpose_name(g),
            g.agents.to_string(),
            format!("{}/{}", g.episodes, g.episodes_planned),
            output::number(g.best_fitness),
            g.best_agent.clone(),
            output::number(g.mean_fitness),
            output::interval(g.interval_low, g.interval_high),
        ]
    });
    output::table(&heads, &["generation", "agents", "episodes", "best", "mean"], rows)
}

fn condition_table(conditions: &[pb::ConditionInfo]) -> String {
    let rows = conditions.iter().map(|condition| {
        vec![
            condition.agent.clone(),
            format!("{}/{}", condition.episodes, condition.episodes_planned),
            output::number(condition.mean_fitness),
            output::interval(condition.interval_low, condition.interval_high),
        ]
    });
    output::table(&["condition", "episodes", "mean", "95% interval"], &["episodes", "mean"], rows)
}

/// The status in the words of the domain.
pub(super) fn status_name(experiment: &pb::Experiment) -> String {
    status_word(experiment.status())
}

/// A status in the words of the domain.
pub(super) fn status_word(status: pb::ExperimentStatus) -> String {
    domain::status::ExperimentStatus::try_from(status)
        .map_or_else(|_| "unknown".to_owned(), |status| status.name().to_owned())
}

/// How far it goes now, if that is this beside what was launched.
fn moved(experiment: &pb::Experiment, how: Ordering) -> String {
    let Ok(spec) = spec(experiment) else { return String::new() };
    let launched = Course::of(&spec, &[]).extent();
    let present = control::extent(experiment);
    let is_so = present.total().cmp(&launched.total()) == how;
    if is_so { format!("from {} to {present}", launched.total()) } else { String::new() }
}

pub(super) fn purpose_name(generation: &pb::GenerationInfo) -> String {
    generation.purpose().as_str_name().trim_start_matches("GENERATION_PURPOSE_").to_lowercase()
}

fn short_digest(digest: &str) -> String {
    digest.chars().take(16).collect()
}

fn experiment_json(experiment: &pb::Experiment) -> Value {
    let spec: Value = serde_json::from_str(&experiment.spec_json).unwrap_or_default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "id": experiment.id,
        "name": experiment.name,
        "status": status_name(experiment),
        "reason": some(&experiment.reason),
        "digest": some(&experiment.digest),
        "not_reproducible": some(&experiment.not_reproducible),
        "generation": experiment.generation,
        "replicates": experiment.replicates,
        "generations_planned": experiment.generations_planned,
        "episodes_planned": experiment.episodes_planned,
        "episodes_scored": experiment.episodes_scored,
        "created_at_ms": experiment.created_at_ms,
        "ended_at_ms": experiment.ended_at_ms,
        "engine": experiment.engine,
        "behaviour": experiment.behaviour,
        "files": experiment.files,
        "spec": spec,
    })
}

/// A generation as JSON.
pub(super) fn generation_json(generation: &pb::GenerationInfo) -> Value {
    json!({
        "index": generation.index,
        "purpose": purpose_name(generation),
        "agents": generation.agents,
        "episodes": generation.episodes,
        "episodes_planned": generation.episodes_planned,
        "best_agent": generation.best_agent,
        "best": generation.best_fitness,
        "mean": generation.mean_fitness,
        "interval": generation.interval_low.zip(generation.interval_high).map(|(low, high)| [low, high]),
    })
}

fn condition_json(condition: &pb::ConditionInfo) -> Value {
    let level = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
    let levels: Map<_, _> = condition.levels.iter().map(|(name, text)| (name.clone(), level(text))).collect();
    json!({
        "position": condition.position,
        "agent": condition.agent,
        "levels": levels,
        "episodes": condition.episodes,
        "episodes_planned": condition.episodes_planned,
        "mean": condition.mean_fitness,
        "interval": condition.interval_low.zip(condition.interval_high).map(|(low, high)| [low, high]),
    })
}
