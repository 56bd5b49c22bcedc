//! Comparing two agents, of one experiment or of two.

use std::collections::BTreeMap;

use clap::Args;
use domain::experiment::ExperimentSpec;
use domain::measures::Response;
use proto::orchestrator::v1 as pb;

use super::connect::{Client, ServiceArgs, asked};
use super::output::{self, Form};
use super::{Failure, Place, experiments, scores};
use crate::comparison::{Asked, Comparison, Side};
use crate::document;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// An experiment, or EXPERIMENT/AGENT if it has several agents
    left: String,
    /// What it is compared with, alike
    right: String,
    /// What is compared: a measure; the fitness of the first experiment unless given
    #[arg(long, value_name = "MEASURE")]
    measure: Option<Response>,
    /// Probability of calling equal agents different
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = super::analyse::probability)]
    alpha: f64,
    /// Differences smaller than this do not matter: tests for equivalence too
    #[arg(long, value_name = "DIFFERENCE", value_parser = margin)]
    margin: Option<f64>,
    /// Seed of permutations and of the bootstrap
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

impl CompareArgs {
    /// Two agents by the fitness for which they were selected.
    pub(super) fn new(left: String, right: String, alpha: f64, output: Form, service: ServiceArgs) -> Self {
        Self { left, right, measure: None, alpha, margin: None, seed: 0, output, service }
    }
}

/// Compares two agents.
pub(super) async fn run(args: CompareArgs, place: &Place) -> Result<(), Failure> {
    let ask = async |client: &mut Client| sides(client, &args).await;
    let (measure, left, right) = asked(&args.service, place, ask).await?;
    let asked = Asked { alpha: args.alpha, margin: args.margin, seed: args.seed };
    let compared = Comparison::of(&measure, [&left, &right], &asked);
    let comparison = compared.map_err(|error| Failure::usage(format!("{} and {}: {error}", left.name, right.name)))?;
    match args.output {
        Form::Json => output::json(&comparison),
        Form::Table => output::print(&document::text(&comparison.content(&asked))),
    }
}

async fn sides(client: &mut Client, args: &CompareArgs) -> Result<(String, Side, Side), Failure> {
    let spec = experiments::spec(&experiments::plain(client, experiment(&args.left).to_owned()).await?)?;
    let label = args.measure.map_or_else(|| spec.fitness.label(), |measure| measure.name().to_owned());
    let left = side(client, &args.left, args.measure, &spec).await?;
    let right = side(client, &args.right, args.measure, &spec).await?;
    Ok((label, left, right))
}

fn experiment(name: &str) -> &str {
    name.split_once('/').map_or(name, |(experiment, _)| experiment)
}

/// The scores of one side.
pub(super) async fn side(
    client: &mut Client,
    name: &str,
    measure: Option<Response>,
    spec: &ExperimentSpec,
) -> Result<Side, Failure> {
    let (experiment, agent) = name.split_once('/').unwrap_or((name, ""));
    let request =
        pb::ListScoresRequest { experiment_id: experiment.to_owned(), agent: agent.to_owned(), ..Default::default() };
    let mut agents: BTreeMap<String, BTreeMap<u32, f64>> = BTreeMap::new();
    scores::each_row(client, request, |row| {
        let value = match measure {
            Some(measure) => row.score.measures.get(measure),
            None => Some(spec.fitness.of(&row.score.measures)),
        };
        let scores = agents.entry(row.agent.to_string()).or_default();
        scores.extend(value.map(|value| (row.score.doom_seed.0, value)));
        Ok(())
    })
    .await?;
    match agents.len() {
        0 => Err(Failure::not_found(format!("{name} has no scores yet"))),
        1 => Ok(Side { name: name.to_owned(), scores: agents.into_values().next().unwrap_or_default() }),
        _ => {
            let names = agents.into_keys().take(20).collect::<Vec<_>>().join(", ");
            Err(Failure::usage(format!("{name} has several agents: name one, as in {name}/AGENT. There are {names}")))
        }
    }
}

fn margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(margin) if margin > 0.0 && margin.is_finite() => Ok(margin),
        _ => Err("not a number above 0".to_owned()),
    }
}
