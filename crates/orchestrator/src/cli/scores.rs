//! Scores and digests of experiments.

use clap::Args;
use domain::digest::ExperimentDigest;
use domain::measures::Response;
use domain::ports::ScoreRow;
use proto::orchestrator::v1 as pb;
use serde_json::{Map, Value, json};

use super::connect::{Client, Connection, ServiceArgs};
use super::output::{self, Rows};
use super::{Failure, Place, experiments};

/// Rows that are asked for at once.
const PAGE: u32 = 500;

/// Arguments of `scores`.
#[derive(Debug, Args)]
pub(super) struct ScoresArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Only this generation
    #[arg(long, value_name = "N")]
    generation: Option<u32>,
    /// Only this agent (condition or genome)
    #[arg(long, value_name = "NAME", default_value = "")]
    agent: String,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `digest`.
#[derive(Debug, Args)]
pub(super) struct DigestArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Prints the scores of an experiment.
pub(super) async fn run(args: ScoresArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let mut rows = Vec::new();
    let request = pb::ListScoresRequest {
        experiment_id: args.experiment,
        generation: args.generation,
        agent: args.agent,
        ..Default::default()
    };
    let fetched = each_row(&mut connection.client, request, |row| {
        rows.push(row);
        Ok(())
    })
    .await;
    connection.close().await;
    fetched?;
    print(&rows, args.output)
}

/// Recomputes the digest from the rows and compares it with the stored one.
pub(super) async fn digest(args: DigestArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let computed = digest_on(&mut connection.client, args.experiment).await;
    connection.close().await;
    output::line(computed?)
}

async fn digest_on(client: &mut Client, experiment_id: String) -> Result<String, Failure> {
    let stored = experiments::plain(client, experiment_id.clone()).await?.digest;
    let mut digest = ExperimentDigest::default();
    let request = pb::ListScoresRequest { experiment_id, ..Default::default() };
    each_row(client, request, |row| digest.push(&row.score).map_err(|error| Failure::internal(error.to_string())))
        .await?;
    let computed = digest.finish().to_string();
    if stored.is_empty() || stored == computed {
        return Ok(computed);
    }
    Err(Failure::experiment(format!("the rows give {computed}, but {stored} is stored: rows were changed")))
}

/// Gives every score to `take`, page by page.
pub(super) async fn each_row(
    client: &mut Client,
    mut request: pb::ListScoresRequest,
    mut take: impl FnMut(ScoreRow) -> Result<(), Failure>,
) -> Result<(), Failure> {
    request.page_size = PAGE;
    loop {
        let response = client.list_scores(request.clone()).await?.into_inner();
        for row in response.scores {
            take(ScoreRow::try_from(row).map_err(|error| Failure::internal(error.to_string()))?)?;
        }
        if response.next_page_token.is_empty() {
            return Ok(());
        }
        request.page_token = response.next_page_token;
    }
}

fn print(rows: &[ScoreRow], form: Rows) -> Result<(), Failure> {
    let fixed = ["generation", "position", "agent", "label", "replicate", "seed", "doom_seed", "fitness"];
    let heads = fixed.into_iter().chain(Response::ALL.map(Response::name)).chain(["end", "trajectory"]);
    let values: Vec<_> = rows.iter().map(row_json).collect();
    output::rows(form, &heads.collect::<Vec<_>>(), &values, || table(rows))
}

fn row_json(row: &ScoreRow) -> Value {
    let key = row.score.key;
    let mut shown = Map::from_iter([
        ("generation".to_owned(), json!(key.generation)),
        ("position".to_owned(), json!(key.position)),
        ("agent".to_owned(), json!(row.agent)),
        ("label".to_owned(), json!(row.label)),
        ("replicate".to_owned(), json!(key.replicate)),
        ("seed".to_owned(), json!(row.score.seed)),
        ("doom_seed".to_owned(), json!(row.score.doom_seed)),
        ("fitness".to_owned(), json!(row.fitness)),
    ]);
    for response in Response::ALL {
        shown.insert(response.name().to_owned(), measure(row, response));
    }
    shown.insert("end".to_owned(), json!(row.score.measures.end));
    shown.insert("trajectory".to_owned(), json!(domain::digest::Digest(row.score.trajectory).to_string()));
    Value::Object(shown)
}

/// A measure as JSON: counts as whole numbers.
fn measure(row: &ScoreRow, response: Response) -> Value {
    match row.score.measures.get(response) {
        None => Value::Null,
        Some(value) if response.is_count() => json!(value as i64),
        Some(value) => json!(value),
    }
}

fn table(rows: &[ScoreRow]) -> String {
    let heads = ["gen", "agent", "rep", "seed", "fitness", "kills", "tics", "ticks", "damage taken", "reward", "end"];
    let rows = rows.iter().map(|row| {
        let measures = &row.score.measures;
        vec![
            row.score.key.generation.to_string(),
            row.agent.to_string(),
            row.score.key.replicate.to_string(),
            row.score.seed.to_string(),
            output::number(Some(row.fitness)),
            measures.kills.to_string(),
            measures.tics.to_string(),
            measures.ticks.to_string(),
            measures.damage_taken.to_string(),
            output::number(Some(measures.reward)),
            output::plain(&json!(measures.end)),
        ]
    });
    output::table(&heads, &["gen", "rep", "seed", "fitness", "kills", "tics", "ticks", "damage taken", "reward"], rows)
}
