//! What is launched: the experiment file with what is changed of it, and the files that it names.

use std::fs;
use std::path::Path;

use super::Request;
use crate::chaos::laps::Template;
use crate::experiment_file;
use crate::user_files::local::collect;

/// What an experiment is allowed under faults: an attempt that chaos has ended says nothing about its job.
const ATTEMPTS: &str = "limits.attempts=1000";
/// Kept, so that their crash points are visited.
const TICKS: &str = "record.ticks=true";

/// Reads the experiment file and finds the files that it names.
pub(super) fn template(request: &Request) -> anyhow::Result<Template> {
    let mut overrides = request.overrides.clone();
    overrides.extend([ATTEMPTS.to_owned(), TICKS.to_owned()]);
    // Experiments of other runs on the same services have other names.
    let run = format!("chaos-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
    let file = request.file.display().to_string();
    let content = fs::read(&request.file)?;
    let document = experiment_file::parse(&file, &content, &overrides).map_err(|faults| *faults)?;
    let folder = request.file.parent().unwrap_or_else(|| Path::new(""));
    let files = collect(&document.spec, folder).map_err(|found| document.faults(found))?;
    let are_fetched = document.spec.paths().iter().any(|mention| mention.kind.is_of_games());
    Ok(Template { content, file, overrides, run, files, are_fetched })
}
