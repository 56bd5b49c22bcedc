//! Hands the files that an experiment names over to the service.

use std::path::Path;

use proto::orchestrator::v1 as pb;

use super::Failure;
use super::connect::Client;
use crate::experiment_file;
use crate::user_files::local::collect;
use crate::user_files::upload::{NotPut, put_missing, references};

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
    match put_missing(client, &files).await {
        Ok(()) => Ok(references(&files)),
        Err(NotPut::TooLarge(found)) => Err(Box::new(document.faults(found)).into()),
        Err(NotPut::Refused(status)) => Err(status.into()),
        Err(NotPut::Unreadable(error)) => Err(error.into()),
    }
}
