//! What the service keeps under its hash: all files, or the checkpoints of one experiment.

use clap::Args;
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::connect::{Client, ServiceArgs, asked};
use super::journal::moment;
use super::output::{self, Rows};
use super::{Failure, Place};

/// Rows that are asked for at once.
const PAGE: u32 = 500;

/// Arguments of `artifacts`.
#[derive(Debug, Args)]
pub(super) struct ArtifactsArgs {
    /// Only the checkpoints of this experiment: its id, the beginning of it, or its name
    experiment: Option<String>,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Lists artifacts.
pub(super) async fn run(args: ArtifactsArgs, place: &Place) -> Result<(), Failure> {
    let experiment = args.experiment.unwrap_or_default();
    let artifacts = asked(&args.service, place, async |client: &mut Client| read(client, experiment).await).await?;
    let heads = ["name", "bytes", "time", "blake3"];
    output::rows(args.output, &heads, &artifacts.iter().map(artifact_json).collect::<Vec<_>>(), || {
        let rows = artifacts.iter().map(|artifact| {
            let pb::Artifact { name, size, created_at_ms, blake3, .. } = artifact.clone();
            vec![name, size.to_string(), moment(created_at_ms), blake3]
        });
        output::table(&heads, &["bytes"], rows)
    })
}

async fn read(client: &mut Client, experiment_id: String) -> Result<Vec<pb::Artifact>, Failure> {
    let mut artifacts = Vec::new();
    let mut request = pb::ListArtifactsRequest { page_size: PAGE, page_token: String::new(), experiment_id };
    loop {
        let response = client.list_artifacts(request.clone()).await?.into_inner();
        artifacts.extend(response.artifacts);
        if response.next_page_token.is_empty() {
            return Ok(artifacts);
        }
        request.page_token = response.next_page_token;
    }
}

fn artifact_json(artifact: &pb::Artifact) -> Value {
    json!({
        "name": artifact.name,
        "bytes": artifact.size,
        "time": moment(artifact.created_at_ms),
        "blake3": artifact.blake3,
        "generation": artifact.generation,
    })
}
