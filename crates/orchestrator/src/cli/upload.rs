//! Hands the files that an experiment names over to the service.

use std::path::Path;

use domain::Violation;
use domain::file::name_of;
use futures::{Stream, StreamExt as _, stream};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::put_artifact_request::Part;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::Failure;
use super::connect::Client;
use crate::experiment_file;
use crate::user_files::local::{LocalFile, collect};

/// Bytes of a part.
const PART: usize = 256 << 10;

/// Puts every file that an experiment file names, unless the service has it, and says what the paths stand for. A file
/// that cannot be read as an experiment names none: the service says what is wrong with it.
pub(super) async fn files(
    client: &mut Client,
    path: &Path,
    content: &[u8],
    overrides: &[String],
) -> Result<Vec<pb::ArtifactRef>, Failure> {
    let Ok(document) = experiment_file::parse(&path.display().to_string(), content, overrides) else {
        return Ok(Vec::new());
    };
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let files = collect(&document.spec, folder).map_err(|found| Box::new(document.faults(found)))?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let blake3 = files.iter().map(|file| file.given.blake3.to_string()).collect();
    let answer = client.find_missing_artifacts(pb::FindMissingArtifactsRequest { blake3 }).await?.into_inner();
    let large: Vec<_> = files.iter().filter_map(|file| too_large(file, answer.max_bytes)).collect();
    if !large.is_empty() {
        return Err(Box::new(document.faults(large)).into());
    }
    let mut missing = answer.missing;
    for file in &files {
        let hash = file.given.blake3.to_string();
        // Two paths may lead to one content.
        if let Some(index) = missing.iter().position(|missing| *missing == hash) {
            missing.swap_remove(index);
            put(client, file).await?;
        }
    }
    Ok(files.iter().map(|file| pb::ArtifactRef::from(&file.given)).collect())
}

fn too_large(file: &LocalFile, max_bytes: u64) -> Option<Violation> {
    let size = file.given.size;
    (size > max_bytes).then(|| {
        let message = format!("{} has {size} bytes, more than the {max_bytes} that are taken in", file.source.display());
        Violation::new(&file.at, message).with_help("`orchestrator serve --max-file-mb` sets the limit")
    })
}

async fn put(client: &mut Client, file: &LocalFile) -> Result<(), Failure> {
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
