//! Looking at evolutions: how one stands, who is best, where agents come from, and which of two got further.

mod best;
mod checkpoint;
mod knowledge;
mod leader;
mod lineage;
mod measured;
mod status;

use clap::{Args, Subcommand};
use domain::checkpoint::Checkpoint;
use domain::experiment::{EvolutionSpec, ExperimentSpec};
use proto::orchestrator::v1 as pb;

use super::compare::{self, CompareArgs};
use super::connect::{Client, ServiceArgs, asked};
use super::output::Form;
use super::{Failure, Place, experiments};
use crate::user_files::start_of;

/// What to look at.
#[derive(Debug, Subcommand)]
pub(super) enum EvolveCommand {
    /// Show how an evolution stands, generation by generation, and what its confirmation says
    Status(status::StatusArgs),
    /// Print the best agent, or write its definition
    Best(best::BestArgs),
    /// Print where an agent comes from, or a whole population with its parents
    Lineage(lineage::LineageArgs),
    /// Print what the agents of a generation know besides their genomes: experience and documents
    Knowledge(knowledge::KnowledgeArgs),
    /// Write a checkpoint, from which the search of another evolution goes on
    Checkpoint(checkpoint::CheckpointArgs),
    /// Compare the champions of two evolutions on the seeds that neither had seen
    Compare(ChampionsArgs),
}

/// Arguments of `evolve compare`.
#[derive(Debug, Args)]
pub(super) struct ChampionsArgs {
    /// An evolution that is confirmed
    left: String,
    /// What it is compared with, such as a random search with the same seeds and episodes
    right: String,
    /// Probability of calling equal champions different
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = super::analyse::probability)]
    alpha: f64,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Looks.
pub(super) async fn run(command: EvolveCommand, place: &Place) -> Result<(), Failure> {
    match command {
        EvolveCommand::Status(args) => status::run(args, place).await,
        EvolveCommand::Best(args) => best::run(args, place).await,
        EvolveCommand::Lineage(args) => lineage::run(args, place).await,
        EvolveCommand::Knowledge(args) => knowledge::run(args, place).await,
        EvolveCommand::Checkpoint(args) => checkpoint::run(args, place).await,
        EvolveCommand::Compare(args) => compare(args, place).await,
    }
}

async fn compare(args: ChampionsArgs, place: &Place) -> Result<(), Failure> {
    let champions = CompareArgs::new(
        format!("{}/champion", args.left),
        format!("{}/champion", args.right),
        args.alpha,
        args.output,
        args.service,
    );
    compare::run(champions, place).await
}

/// An evolution as the commands look at it.
struct Evolution {
    experiment: pb::Experiment,
    generations: Vec<pb::GenerationInfo>,
    spec: ExperimentSpec,
}

impl Evolution {
    async fn fetch(client: &mut Client, name: &str) -> Result<Self, Failure> {
        let request = pb::GetExperimentRequest { experiment_id: name.to_owned(), read_mask: None };
        let pb::GetExperimentResponse { experiment, generations, .. } =
            client.get_experiment(request).await?.into_inner();
        let experiment = experiment.unwrap_or_default();
        let spec = experiments::spec(&experiment)?;
        if spec.evolution.is_none() {
            let message =
                format!("{} is a design, which does not evolve: `orchestrator show {}`", experiment.name, name);
            return Err(Failure::usage(message));
        }
        Ok(Self { experiment, generations, spec })
    }

    fn evolution(&self) -> EvolutionSpec {
        self.spec.evolution.clone().unwrap_or_default()
    }

    /// The checkpoint that it goes on from, if it does.
    async fn start(&self, client: &mut Client) -> Result<Option<Checkpoint>, Failure> {
        let Some(stored) = self.spec.evolution.as_ref().and_then(EvolutionSpec::begun) else { return Ok(None) };
        let content = content(client, &stored.blake3.to_string()).await?;
        let unreadable =
            |reason: String| Failure::internal(format!("the checkpoint `{}` is none: {reason}", stored.name));
        start_of(stored, &content).map(Some).map_err(unreadable)
    }

    fn nobody(&self) -> Failure {
        Failure::not_found(format!("nobody of {} has a score yet", self.experiment.name))
    }

    /// The generation in which the best agent played last: the last confirmation that has scores, else the last round that
    /// has.
    fn decisive(&self) -> Option<&pb::GenerationInfo> {
        let scored = || self.generations.iter().rev().filter(|generation| generation.best_fitness.is_some());
        scored()
            .find(|generation| is_confirmation(generation))
            .or_else(|| scored().find(|generation| is_round(generation)))
    }
}

fn is_confirmation(generation: &pb::GenerationInfo) -> bool {
    generation.purpose() == pb::GenerationPurpose::Confirmation
}

fn is_round(generation: &pb::GenerationInfo) -> bool {
    generation.purpose() == pb::GenerationPurpose::Evolution
}

/// A content that the service has.
async fn content(client: &mut Client, blake3: &str) -> Result<Vec<u8>, Failure> {
    let request = pb::GetArtifactRequest { blake3: blake3.to_owned() };
    let mut chunks = client.get_artifact(request).await?.into_inner();
    let mut content = Vec::new();
    while let Some(chunk) = chunks.message().await? {
        content.extend_from_slice(&chunk.chunk);
    }
    Ok(content)
}
