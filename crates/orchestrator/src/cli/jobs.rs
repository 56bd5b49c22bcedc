//! `jobs`: what the ledger and the queue know about the work, and how it is put into the queue again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand, ValueEnum};
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::connect::{Client, Connection, ServiceArgs};
use super::output::{self, Form, Rows};
use super::{Failure, Place};

/// What to do with jobs.
#[derive(Debug, Subcommand)]
pub(super) enum JobsCommand {
    /// List the jobs of an experiment, or what the queue has put aside
    List(ListArgs),
    /// Show one job with every attempt and its episodes
    Show(ShowArgs),
    /// Put jobs into the queue again
    Redrive(RedriveArgs),
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Status {
    /// It waits for a worker.
    Open,
    /// A worker holds it.
    Running,
    /// All its episodes are scored.
    Done,
}

impl From<Status> for pb::JobStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Running => Self::Running,
            Status::Done => Self::Done,
        }
    }
}

/// Arguments of `jobs list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Id of the experiment, the beginning of it, or its name
    #[arg(required_unless_present = "dead")]
    experiment: Option<String>,
    /// What the queue has put aside instead: jobs that came back too often, and messages that are no jobs
    #[arg(long, conflicts_with_all = ["experiment", "status", "generation", "owner", "failed"])]
    dead: bool,
    /// Only jobs that stand like this; several separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    status: Vec<Status>,
    /// Only jobs of this generation
    #[arg(long, value_name = "N")]
    generation: Option<u32>,
    /// Only jobs that this worker holds
    #[arg(long, value_name = "NAME", default_value = "")]
    owner: String,
    /// Only jobs with attempts that failed
    #[arg(long)]
    failed: bool,
    /// Most jobs to list
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `jobs show`.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Id of the job
    job: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `jobs redrive`.
#[derive(Debug, Args)]
pub(super) struct RedriveArgs {
    /// Ids of jobs of the ledger
    #[arg(required_unless_present = "dead")]
    jobs: Vec<String>,
    /// What the queue has put aside: publish it anew, all of it or as much as --limit says
    #[arg(long)]
    dead: bool,
    /// Most messages to publish anew with --dead
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "dead",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Does what is asked for.
pub(super) async fn run(command: JobsCommand, place: &Place) -> Result<(), Failure> {
    let service = match &command {
        JobsCommand::List(args) => &args.service,
        JobsCommand::Show(args) => &args.service,
        JobsCommand::Redrive(args) => &args.service,
    };
    let mut connection = Connection::open(service, place, None).await?;
    let client = &mut connection.client;
    let outcome = match command {
        JobsCommand::List(args) if args.dead => dead(client, &args).await,
        JobsCommand::List(args) => list(client, args).await,
        JobsCommand::Show(args) => show(client, args).await,
        JobsCommand::Redrive(args) => redrive(client, args).await,
    };
    connection.close().await;
    outcome
}

async fn list(client: &mut Client, args: ListArgs) -> Result<(), Failure> {
    let mut jobs = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListJobsRequest {
            experiment_id: args.experiment.clone().unwrap_or_default(),
            generation: args.generation,
            statuses: args.status.iter().map(|&status| pb::JobStatus::from(status).into()).collect(),
            owner: args.owner.clone(),
            failed: args.failed,
            page_size: (args.limit - jobs.len()).min(1000) as u32,
            page_token,
        };
        let response = client.list_jobs(request).await?.into_inner();
        jobs.extend(response.jobs);
        page_token = response.next_page_token;
        if page_token.is_empty() || jobs.len() >= args.limit {
            break;
        }
    }
    output::rows(args.output, &FIELDS, &jobs.iter().map(job_json).collect::<Vec<_>>(), || job_table(&jobs))
}

fn job_table(jobs: &[pb::Job]) -> String {
    let heads = ["job", "gen", "agent", "status", "episodes", "attempts", "failed", "owner", "lease"];
    let rows = jobs.iter().map(|job| {
        vec![
            job.id.clone(),
            job.generation.to_string(),
            job.agent.clone(),
            status_name(job).to_owned(),
            format!("{}/{}", job.episodes_scored, job.episodes),
            job.fence.to_string(),
            job.failed_attempts.to_string(),
            job.owner.clone(),
            lease(job),
        ]
    });
    output::table(&heads, &["gen", "episodes", "attempts", "failed", "lease"], rows)
}

async fn show(client: &mut Client, args: ShowArgs) -> Result<(), Failure> {
    let response = client.get_job(pb::GetJobRequest { job_id: args.job }).await?.into_inner();
    let job = response.job.clone().unwrap_or_default();
    if args.output == Form::Json {
        let mut shown = job_json(&job);
        shown["attempts"] = response.attempts.iter().map(attempt_json).collect();
        shown["episodes"] = response.episodes.iter().map(episode_json).collect();
        return output::json(&shown);
    }
    let facts = [
        ("job", job.id.clone()),
        ("experiment", job.experiment_id.clone()),
        ("generation", job.generation.to_string()),
        ("agent", job.agent.clone()),
        ("status", status_name(&job).to_owned()),
        ("owner", job.owner.clone()),
        ("lease", lease(&job)),
        ("episodes", format!("{} of {} scored", job.episodes_scored, job.episodes)),
        ("failed", format!("{} attempts", job.failed_attempts)),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        output::line(format!("{name:<10} {value}"))?;
    }
    let attempts = response.attempts.iter().map(|attempt| {
        let ended = attempt.ended_at_ms.map_or_else(|| "goes on".to_owned(), |end| took(attempt.started_at_ms, end));
        vec![
            attempt.fence.to_string(),
            attempt.worker.clone(),
            ago(attempt.started_at_ms),
            ended,
            attempt.error.clone(),
        ]
    });
    output::line(output::table(&["attempt", "worker", "begun", "took", "error"], &["attempt"], attempts))?;
    let episodes = response.episodes.iter().map(|episode| {
        let by = episode.scored_by.map_or_else(String::new, |fence| format!("attempt {fence}"));
        vec![episode.replicate.to_string(), episode.doom_seed.to_string(), by]
    });
    output::line(output::table(&["replicate", "doom seed", "scored by"], &["replicate", "doom seed"], episodes))
}

async fn dead(client: &mut Client, args: &ListArgs) -> Result<(), Failure> {
    let limit = u32::try_from(args.limit).unwrap_or(u32::MAX);
    let response = client.list_dead_letters(pb::ListDeadLettersRequest { limit }).await?.into_inner();
    let letters = response.dead_letters;
    let heads = ["job", "experiment", "reason", "dead_at_ms", "bytes"];
    output::rows(args.output, &heads, &letters.iter().map(letter_json).collect::<Vec<_>>(), || letter_table(&letters))
}

fn letter_table(letters: &[pb::DeadLetter]) -> String {
    if letters.is_empty() {
        return "the queue has put nothing aside".to_owned();
    }
    let rows = letters.iter().map(|letter| {
        let job = if letter.job_id.is_empty() { "no job".to_owned() } else { letter.job_id.clone() };
        let when = letter.dead_at_ms.map(ago).unwrap_or_default();
        vec![job, letter.experiment_id.clone(), letter.reason.clone(), when, letter.bytes.to_string()]
    });
    output::table(&["job", "experiment", "reason", "when", "bytes"], &["bytes"], rows)
}

async fn redrive(client: &mut Client, args: RedriveArgs) -> Result<(), Failure> {
    let request = pb::RedriveJobsRequest { job_ids: args.jobs, dead_letters: if args.dead { args.limit } else { 0 } };
    let done = client.redrive_jobs(request).await?.into_inner();
    if args.output == Form::Json {
        return output::json(&json!({ "jobs": done.jobs, "dead_letters": done.dead_letters }));
    }
    output::line(format!("put into the queue: {} jobs of the ledger, {} dead letters", done.jobs, done.dead_letters))
}

fn status_name(job: &pb::Job) -> &'static str {
    match job.status() {
        pb::JobStatus::Open => "open",
        pb::JobStatus::Running => "running",
        pb::JobStatus::Done => "done",
        pb::JobStatus::Unspecified => "unknown",
    }
}

fn lease(job: &pb::Job) -> String {
    match job.lease_left_ms {
        Some(left) if left > 0 => format!("{:.1} s", left as f64 / 1_000.0),
        Some(_) => "lapsed".to_owned(),
        None => String::new(),
    }
}

fn took(from_ms: i64, to_ms: i64) -> String {
    format!("{:.1} s", to_ms.saturating_sub(from_ms).max(0) as f64 / 1_000.0)
}

/// How long ago a moment was, by this machine's clock: for people only.
fn ago(moment_ms: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let then = Duration::from_millis(u64::try_from(moment_ms).unwrap_or_default());
    match now.saturating_sub(then).as_secs() {
        seconds @ 0..120 => format!("{seconds} s ago"),
        seconds @ 120..7_200 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3_600),
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Fields of a job as columns.
const FIELDS: [&str; 12] = [
    "id",
    "experiment",
    "generation",
    "ordinal",
    "agent",
    "status",
    "owner",
    "fence",
    "lease_left_ms",
    "failed_attempts",
    "episodes_planned",
    "episodes_scored",
];

fn job_json(job: &pb::Job) -> Value {
    json!({
        "id": job.id,
        "experiment": job.experiment_id,
        "generation": job.generation,
        "ordinal": job.ordinal,
        "agent": job.agent,
        "status": status_name(job),
        "owner": some(&job.owner),
        "fence": job.fence,
        "lease_left_ms": job.lease_left_ms,
        "failed_attempts": job.failed_attempts,
        "episodes_planned": job.episodes,
        "episodes_scored": job.episodes_scored,
    })
}

fn attempt_json(attempt: &pb::JobAttempt) -> Value {
    json!({
        "fence": attempt.fence,
        "worker": attempt.worker,
        "started_at_ms": attempt.started_at_ms,
        "ended_at_ms": attempt.ended_at_ms,
        "error": some(&attempt.error),
    })
}

fn episode_json(episode: &pb::JobEpisode) -> Value {
    json!({ "replicate": episode.replicate, "doom_seed": episode.doom_seed, "scored_by": episode.scored_by })
}

fn letter_json(letter: &pb::DeadLetter) -> Value {
    json!({
        "job": some(&letter.job_id),
        "experiment": some(&letter.experiment_id),
        "reason": letter.reason,
        "dead_at_ms": letter.dead_at_ms,
        "bytes": letter.bytes,
    })
}
