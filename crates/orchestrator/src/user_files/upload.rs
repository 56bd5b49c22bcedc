//! Hands files over to the service, on the machine of whoever launches an experiment.

use std::io;

use domain::Violation;
use domain::file::name_of;
use futures::{Stream, StreamExt as _, stream};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::orchestrator_service_client::OrchestratorServiceClient;
use proto::orchestrator::v1::put_artifact_request::Part;
use runtime::grpc;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tonic::Status;

use super::local::LocalFile;

/// Bytes of a part.
const PART: usize = 256 << 10;

/// A client of the service.
pub type Client = OrchestratorServiceClient<grpc::Client>;

/// Why files were not handed over.
#[derive(Debug, thiserror::Error)]
pub enum NotPut {
    /// Some are larger than what is taken in.
    #[error("files are too large")]
    TooLarge(Vec<Violation>),
    /// The service refuses, or does not answer.
    #[error(transparent)]
    Refused(#[from] Status),
    /// A file cannot be opened any more.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
}

/// Puts every file that the service does not have.
///
/// # Errors
/// If one is too large or cannot be read; if the service refuses or is away.
pub async fn put_missing(client: &mut Client, files: &[LocalFile]) -> Result<(), NotPut> {
    if files.is_empty() {
        return Ok(());
    }
    let blake3 = files.iter().map(|file| file.given.blake3.to_string()).collect();
    let answer = client.find_missing_artifacts(pb::FindMissingArtifactsRequest { blake3 }).await?.into_inner();
    let large: Vec<_> = files.iter().filter_map(|file| too_large(file, answer.max_bytes)).collect();
    if !large.is_empty() {
        return Err(NotPut::TooLarge(large));
    }
    let mut missing = answer.missing;
    for file in files {
        let hash = file.given.blake3.to_string();
        // Two paths may lead to one content.
        if let Some(index) = missing.iter().position(|missing| *missing == hash) {
            missing.swap_remove(index);
            put(client, file).await?;
        }
    }
    Ok(())
}

/// What paths stand for, as a launch says it.
#[must_use]
pub fn references(files: &[LocalFile]) -> Vec<pb::ArtifactRef> {
    files.iter().map(|file| pb::ArtifactRef::from(&file.given)).collect()
}

fn too_large(file: &LocalFile, max_bytes: u64) -> Option<Violation> {
    let size = file.given.size;
    (size > max_bytes).then(|| {
        let message =
            format!("{} has {size} bytes, more than the {max_bytes} that are taken in", file.source.display());
        Violation::new(&file.at, message).with_help("`orchestrator serve --max-file-mb` sets the limit")
    })
}

async fn put(client: &mut Client, file: &LocalFile) -> Result<(), NotPut> {
    let head = pb::ArtifactHead {
        name: name_of(&file.given.path),
        size: file.given.size,
        blake3: file.given.blake3.to_string(),
    };
    let source = File::open(&file.source).await?;
    let head = pb::PutArtifactRequest { part: Some(Part::Head(head)) };
    client.put_artifact(stream::iter([head]).chain(parts(source))).await?;
    Ok(())
}

/// A file in parts. One that cannot be read to its end is shorter than its head says, which the service refuses.
fn parts(source: File) -> impl Stream<Item = pb::PutArtifactRequest> {
    stream::unfold(source, |mut source| async {
        let mut chunk = vec![0; PART];
        let read = source.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        chunk.truncate(read);
        Some((pb::PutArtifactRequest { part: Some(Part::Chunk(chunk.into())) }, source))
    })
}
