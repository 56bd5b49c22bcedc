//! A checkpoint of an evolution as a file.

use std::path::PathBuf;

use clap::Args;
use proto::orchestrator::v1 as pb;

use super::super::output;
use super::super::{Failure, Place};
use super::{Client, ServiceArgs, asked, content};
use crate::export::Target;

/// Arguments of `evolve checkpoint`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckpointArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// The generation that it ends with; the last complete one unless given
    #[arg(long, value_name = "N")]
    generation: Option<u32>,
    /// The file to write, such as `bred.clcp`
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Writes a checkpoint.
pub(super) async fn run(args: CheckpointArgs, place: &Place) -> Result<(), Failure> {
    let target = Target::open(Some(&args.out), args.force)?;
    let ask = async |client: &mut Client| {
        let request =
            pb::CreateCheckpointRequest { experiment_id: args.experiment.clone(), generation: args.generation };
        let made = client.create_checkpoint(request).await?.into_inner().checkpoint.unwrap_or_default();
        let content = content(client, &made.blake3).await?;
        Ok((made, content))
    };
    let (made, content) = asked(&args.service, place, ask).await?;
    let written = target.write(&content);
    output::kept(target, written)?;
    let pb::Artifact { blake3, size, generation, .. } = made;
    let generation = generation.unwrap_or_default();
    output::line(format!("{}: generation {generation}, {size} bytes, {blake3}", args.out.display()))
}
