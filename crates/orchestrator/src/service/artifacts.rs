//! Contents of files, in and out.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ids::ExperimentId;
use domain::ports::{BlobInfo, KeptCheckpoint, Page, PortError};
use futures::{Stream, StreamExt as _, stream};
use proto::convert::{BadMessage, artifact};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::put_artifact_request::Part;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tonic::{Status, Streaming};

use super::status;
use crate::core::Core;
use crate::user_files::UserFiles;

/// How long the next part of a content is waited for, and room for a content in memory.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a whole content may take.
const WHOLE: Duration = Duration::from_secs(15 * 60);
/// Bytes of a part that is sent.
const PART: usize = 256 << 10;
/// Most hashes in one question.
const QUESTIONS: usize = 1000;

/// A content in parts.
pub(super) type Parts = std::pin::Pin<Box<dyn Stream<Item = Result<pb::GetArtifactResponse, Status>> + Send>>;

/// Takes in a content that comes in parts.
pub(super) async fn put(
    files: &UserFiles,
    parts: Streaming<pb::PutArtifactRequest>,
) -> Result<pb::PutArtifactResponse, Status> {
    timeout(WHOLE, put_parts(files, parts)).await.map_err(|_| late())?
}

async fn put_parts(
    files: &UserFiles,
    mut parts: Streaming<pb::PutArtifactRequest>,
) -> Result<pb::PutArtifactResponse, Status> {
    let Some(Part::Head(head)) = next(&mut parts).await? else {
        return Err(refused("part", "the head has to come first"));
    };
    let hash = artifact::hash("head.blake3", &head.blake3)?;
    let limit = files.blobs.limit();
    if head.size > limit {
        let message = format!("{} bytes are more than the {limit} that are taken in", head.size);
        return Err(refused("head.size", message));
    }
    let _room = room(files).await?;
    let content = gather(&mut parts, head.size).await?;
    let found = ContentHash::of(&content);
    if found != hash {
        return Err(refused("head.blake3", format!("the content has the hash {found}, not {hash}")));
    }
    files.blobs.put(&content).await.map_err(status)?;
    Ok(pb::PutArtifactResponse { blake3: hash.to_string(), size: head.size })
}

/// The parts put together, which have to be `size` bytes. Memory grows with what came, not with what was promised.
async fn gather(parts: &mut Streaming<pb::PutArtifactRequest>, size: u64) -> Result<Vec<u8>, Status> {
    let mut content = Vec::new();
    while let Some(part) = next(parts).await? {
        let Part::Chunk(chunk) = part else { return Err(refused("part", "the head comes once")) };
        content.extend_from_slice(&chunk);
        if content.len() as u64 > size {
            return Err(refused("chunk", format!("there is more than the {size} bytes of the head")));
        }
    }
    if (content.len() as u64) < size {
        return Err(refused("chunk", format!("there are {} bytes instead of the {size} of the head", content.len())));
    }
    Ok(content)
}

async fn next(parts: &mut Streaming<pb::PutArtifactRequest>) -> Result<Option<Part>, Status> {
    let message = timeout(PATIENCE, parts.message()).await.map_err(|_| late())??;
    message.map(|message| message.part.ok_or_else(|| refused("part", "is missing"))).transpose()
}

/// Sends a content in parts.
pub(super) async fn get(files: &UserFiles, request: pb::GetArtifactRequest) -> Result<Parts, Status> {
    let hash = artifact::hash("blake3", &request.blake3)?;
    let room = room(files).await?;
    let content: tonic::codegen::Bytes = files.blobs.get(&hash).await.map_err(status)?.into();
    let size = content.len() as u64;
    let part = move |start: usize| {
        let chunk = content.slice(start..content.len().min(start + PART));
        Ok(pb::GetArtifactResponse { size, chunk })
    };
    // The room is given back with the stream.
    let parts = (0..usize::max(1, size as usize)).step_by(PART).map(part);
    Ok(Box::pin(stream::iter(parts).map(move |part| (part, &room).0)))
}

/// A page of the contents that are here.
pub(super) async fn list(files: &UserFiles, page: &Page) -> Result<pb::ListArtifactsResponse, Status> {
    let (found, next) = files.blobs.list(page).await.map_err(status)?;
    let artifact = |info: BlobInfo| pb::Artifact {
        blake3: info.hash.to_string(),
        size: info.size,
        created_at_ms: info.created_at_ms,
        ..pb::Artifact::default()
    };
    Ok(pb::ListArtifactsResponse {
        artifacts: found.into_iter().map(artifact).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

/// A page of the checkpoints of an experiment. A page token is the generation of the last one before.
pub(super) async fn of_experiment(
    core: &Core,
    id: ExperimentId,
    page: &Page,
) -> Result<pb::ListArtifactsResponse, Status> {
    let wrong = || refused("page_token", "is not one that a list gave");
    let before = page.after.as_deref().map(|token| token.parse::<u32>().map_err(|_| wrong())).transpose()?;
    let kept = core.store.checkpoints(id).await.map_err(status)?.into_iter();
    let mut kept: Vec<_> = kept.filter(|kept| before.is_none_or(|before| kept.generation < before)).collect();
    let size = page.size as usize;
    let next = kept.get(size).and_then(|_| kept.get(size.saturating_sub(1))).map(|last| last.generation.to_string());
    kept.truncate(size);
    Ok(pb::ListArtifactsResponse {
        artifacts: kept.iter().map(checkpoint).collect(),
        next_page_token: next.unwrap_or_default(),
    })
}

/// A checkpoint among the artifacts of its experiment.
pub(super) fn checkpoint(kept: &KeptCheckpoint) -> pb::Artifact {
    pb::Artifact {
        blake3: kept.blake3.to_string(),
        size: kept.size,
        created_at_ms: kept.created_at_ms,
        name: format!("generation-{}.clcp", kept.generation),
        generation: Some(kept.generation),
    }
}

/// Says which contents are not here.
pub(super) async fn find_missing(
    files: &UserFiles,
    request: pb::FindMissingArtifactsRequest,
) -> Result<pb::FindMissingArtifactsResponse, Status> {
    if request.blake3.len() > QUESTIONS {
        return Err(refused("blake3", format!("names more than {QUESTIONS} contents")));
    }
    let read = |(index, text): (usize, &String)| artifact::hash(format!("blake3[{index}]"), text);
    let hashes: Vec<_> = request.blake3.iter().enumerate().map(read).collect::<Result<_, BadMessage>>()?;
    let here = files.blobs.has(&hashes).await.map_err(status)?;
    let missing = hashes.iter().filter(|hash| !here.contains(hash)).map(ToString::to_string).collect();
    Ok(pb::FindMissingArtifactsResponse { missing, max_bytes: files.blobs.limit() })
}

/// Room for one content in memory.
async fn room(files: &UserFiles) -> Result<OwnedSemaphorePermit, Status> {
    let room = timeout(PATIENCE, Arc::clone(&files.transfers).acquire_owned()).await;
    let busy = || proto::status::status(ErrorKind::Exhausted, "other files are being transferred, try again later");
    room.map_err(|_| busy())?.map_err(|closed| status(PortError::new(ErrorKind::Internal, closed.to_string())))
}

fn refused(path: &str, message: impl Into<String>) -> Status {
    BadMessage::new(path, message).into()
}

fn late() -> Status {
    proto::status::status(ErrorKind::DeadlineExceeded, "the next part of the file did not come in time")
}
