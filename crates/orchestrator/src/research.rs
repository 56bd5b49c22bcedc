//! Research sessions: overrides, search paths and a study that belong together, kept in the ledger, so that any
//! orchestrator goes on with them and a restart loses nothing.

mod space;
mod study;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::file::{ContentHash, GivenFile};
use domain::ports::{PortError, PortResult, ResearchRecord, ResearchStore};
use domain::{ErrorKind, Violation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use space::{OwnParameter, Range, Value};
pub use study::{Method, Outcome, Study, StudySpec, Told, Trial};

/// How long a session may be idle before it is closed.
pub const IDLE: Duration = Duration::from_secs(60 * 60);

/// How often a change is tried again when somebody else changes the same session.
const TRIES: u32 = 20;
/// Most overrides, search paths and files of a session.
const MOST: usize = 1000;
/// Longest name, in bytes.
const MAX_NAME: usize = 200;

/// What a session holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// A name for people.
    pub name: String,
    /// Changes to every experiment file.
    pub overrides: Vec<String>,
    /// Where files are looked for, in this order.
    pub search_paths: Vec<SearchPath>,
    /// What is looked for.
    pub study: Option<Study>,
}

/// Files under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchPath {
    /// The name, for messages.
    pub name: String,
    /// The files.
    pub files: Vec<SearchFile>,
}

/// What a path stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchFile {
    /// The path as an experiment writes it.
    pub path: String,
    /// Where the path is named, if in a file of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_in: Option<String>,
    /// The content.
    pub blake3: ContentHash,
    /// Its size in bytes.
    pub size: u64,
}

/// A session with its id and when it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Its id.
    pub id: Uuid,
    /// What it holds.
    pub session: Session,
    /// Milliseconds since 1970 when it is closed unless it is used before.
    pub expires_at_ms: i64,
}

impl Session {
    /// What is wrong with it.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.name.len() > MAX_NAME {
            found.push(Violation::new("name", format!("is longer than {MAX_NAME} bytes")));
        }
        if self.overrides.len() > MOST {
            found.push(Violation::new("overrides", format!("are more than {MOST}")));
        }
        let unassigned = |(_, text): &(usize, &String)| !text.contains('=');
        let wrong = self.overrides.iter().enumerate().filter(unassigned);
        found.extend(wrong.map(|(index, text)| {
            Violation::new(format!("overrides[{index}]"), format!("`{text}` is not of the form path=value"))
        }));
        found.extend(paths_violation(&self.search_paths));
        found
    }

    /// Overrides of a call after those of the session.
    #[must_use]
    pub fn overrides(&self, of_call: &[String]) -> Vec<String> {
        [self.overrides.as_slice(), of_call].concat()
    }

    /// Files of a call, and those of the search paths for what the call does not give: the first path that has it counts.
    #[must_use]
    pub fn files(&self, of_call: Vec<GivenFile>) -> Vec<GivenFile> {
        let mut known: BTreeSet<_> = of_call.iter().map(|file| (file.named_in.clone(), file.path.clone())).collect();
        let mut files = of_call;
        for file in self.search_paths.iter().flat_map(|path| &path.files) {
            if known.insert((file.named_in.clone(), file.path.clone())) {
                let SearchFile { path, named_in, blake3, size } = file.clone();
                files.push(GivenFile { path, named_in, blake3, size });
            }
        }
        files
    }
}

fn paths_violation(paths: &[SearchPath]) -> Option<Violation> {
    let files: usize = paths.iter().map(|path| path.files.len()).sum();
    let many = paths.len() > MOST || files > MOST;
    many.then(|| Violation::new("search_paths", format!("are more than {MOST}, or have more than {MOST} files")))
}

/// Opens, changes and closes sessions.
#[derive(Clone)]
pub struct Research {
    store: Arc<dyn ResearchStore>,
}

impl Research {
    /// Sessions in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn ResearchStore>) -> Self {
        Self { store }
    }

    /// Opens a session.
    ///
    /// # Errors
    /// If storage is away.
    pub async fn open(&self, session: Session) -> PortResult<Opened> {
        let record = self.store.open(Uuid::new_v4(), &written(&session)?).await?;
        opened(record)
    }

    /// A session, which counts as used.
    ///
    /// # Errors
    /// `NotFound` if there is none, or no longer.
    pub async fn session(&self, id: Uuid) -> PortResult<Opened> {
        opened(self.store.use_session(id, IDLE).await?)
    }

    /// Changes a session and returns what the change came to. Of several that change it at once each sees what the one
    /// before has done.
    ///
    /// # Errors
    /// Those of the change; `NotFound`; `Unavailable` if others change it all the time.
    pub async fn change<T>(
        &self,
        id: Uuid,
        mut change: impl FnMut(&mut Session) -> PortResult<T>,
    ) -> PortResult<(Opened, T)> {
        for _ in 0..TRIES {
            let record = self.store.use_session(id, IDLE).await?;
            let version = record.version;
            let mut opened = opened(record)?;
            let before = opened.session.clone();
            let outcome = change(&mut opened.session)?;
            if opened.session == before || self.store.replace(id, version, &written(&opened.session)?).await? {
                return Ok((opened, outcome));
            }
        }
        Err(PortError::new(ErrorKind::Unavailable, format!("research session {id} is changed all the time: try again")))
    }

    /// Closes a session; false if there was none.
    ///
    /// # Errors
    /// If storage is away.
    pub async fn close(&self, id: Uuid) -> PortResult<bool> {
        self.store.close(id).await
    }
}

fn written(session: &Session) -> PortResult<String> {
    serde_json::to_string(session)
        .map_err(|error| PortError::new(ErrorKind::Internal, "cannot write a research session").because(error))
}

fn opened(record: ResearchRecord) -> PortResult<Opened> {
    let damaged =
        |error: serde_json::Error| PortError::new(ErrorKind::Internal, "cannot read a research session").because(error);
    let session = serde_json::from_str(&record.state).map_err(damaged)?;
    let idle = i64::try_from(IDLE.as_millis()).unwrap_or(i64::MAX);
    Ok(Opened { id: record.id, session, expires_at_ms: record.used_at_ms.saturating_add(idle) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> SearchFile {
        SearchFile { path: path.into(), named_in: None, blake3: ContentHash::of(content.as_bytes()), size: 1 }
    }

    #[test]
    fn the_first_search_path_that_has_a_file_counts_and_what_a_call_gives_comes_before() {
        let path = |name: &str, files| SearchPath { name: name.into(), files };
        let session = Session {
            name: String::new(),
            overrides: vec!["seed=1".into()],
            search_paths: vec![
                path("mine", vec![file("a.wad", "mine"), file("b.wad", "mine")]),
                path("shared", vec![file("a.wad", "shared"), file("c.wad", "shared")]),
            ],
            study: None,
        };
        let SearchFile { path, named_in, blake3, size } = file("b.wad", "given");

        let files = session.files(vec![GivenFile { path, named_in, blake3, size }]);

        let found: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.blake3)).collect();
        let content = |text: &str| ContentHash::of(text.as_bytes());
        assert_eq!(found, [("b.wad", content("given")), ("a.wad", content("mine")), ("c.wad", content("shared"))]);
        assert_eq!(session.overrides(&["seed=2".into()]), ["seed=1", "seed=2"]);
        assert_eq!(session.violations(), []);
    }

    #[test]
    fn what_is_no_override_is_named() {
        let session = Session {
            name: "x".repeat(MAX_NAME + 1),
            overrides: vec!["seed=1".into(), "seed".into()],
            search_paths: vec![],
            study: None,
        };
        let paths: Vec<_> = session.violations().into_iter().map(|violation| violation.path).collect();
        assert_eq!(paths, ["name", "overrides[1]"]);
    }
}
