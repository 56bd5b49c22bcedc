//! The checkpoint that an evolution goes on from, as a content that was taken in.

use domain::ErrorKind;
use domain::checkpoint::Checkpoint;
use domain::experiment::ExperimentSpec;
use domain::file::StoredCheckpoint;
use domain::ports::{BlobStore, PortError, PortResult};

use super::{content, named};

/// The checkpoint of a specification up to the generation that it goes on from; none where none was taken in.
///
/// # Errors
/// If `blobs` is away, or has something else than was taken in.
pub async fn start(spec: &ExperimentSpec, blobs: &dyn BlobStore) -> PortResult<Option<Checkpoint>> {
    let Some(stored) = spec.evolution.as_ref().and_then(|evolution| evolution.begun()) else { return Ok(None) };
    let content = blobs.get(&stored.blake3).await.map_err(|error| named(&stored.file(), error))?;
    start_of(stored, &content).map(Some).map_err(|reason| {
        PortError::new(ErrorKind::Internal, format!("`{}` is no checkpoint that can be used: {reason}", stored.name))
    })
}

/// What was taken in of a checkpoint, from its content.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub fn start_of(stored: &StoredCheckpoint, content: &[u8]) -> Result<Checkpoint, String> {
    let cut = content::checkpoint(content)?.through(stored.generation);
    cut.ok_or_else(|| format!("it has no generation {}", stored.generation))
}
