//! Research sessions, and their studies.

use domain::Violation;
use domain::ports::PortError;
use domain::reason;
use proto::convert::{BadMessage, artifact};
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::trial_result::Outcome as Given;
use tonic::Status;
use uuid::Uuid;

use super::{status, study};
use crate::research::{Opened, Outcome, Research, SearchFile, SearchPath, Session, Study, Told};

/// Most trials of one call.
const MOST: u32 = 1000;

pub(super) async fn create(
    research: &Research,
    request: pb::CreateSessionRequest,
) -> Result<pb::CreateSessionResponse, Status> {
    let study = request.study.map(studied).transpose()?;
    let session = Session {
        name: request.name,
        overrides: request.overrides,
        search_paths: search_paths(request.search_paths)?,
        study,
    };
    valid(&session)?;
    let opened = research.open(session).await.map_err(status)?;
    Ok(pb::CreateSessionResponse { session: Some(message(&opened)) })
}

fn studied(spec: pb::StudySpec) -> Result<Study, BadMessage> {
    Study::new(study::spec(spec)?).map_err(BadMessage)
}

pub(super) async fn set_search_paths(
    research: &Research,
    request: pb::SetSearchPathsRequest,
) -> Result<pb::SetSearchPathsResponse, Status> {
    let paths = search_paths(request.search_paths)?;
    valid(&Session { name: String::new(), overrides: vec![], search_paths: paths.clone(), study: None })?;
    let change = |session: &mut Session| {
        session.search_paths.clone_from(&paths);
        Ok(())
    };
    let (opened, ()) = research.change(id(&request.session_id)?, change).await.map_err(status)?;
    Ok(pb::SetSearchPathsResponse { session: Some(message(&opened)) })
}

pub(super) async fn close(
    research: &Research,
    request: &pb::CloseSessionRequest,
) -> Result<pb::CloseSessionResponse, Status> {
    let closed = research.close(id(&request.session_id)?).await.map_err(status)?;
    Ok(pb::CloseSessionResponse { closed })
}

pub(super) async fn ask(research: &Research, request: &pb::AskRequest) -> Result<pb::AskResponse, Status> {
    let count = request.count.clamp(1, MOST);
    let change = |session: &mut Session| study_of(session)?.ask(count).map_err(refusal);
    let (opened, asked) = research.change(id(&request.session_id)?, change).await.map_err(status)?;
    let study = opened.session.study.as_ref();
    let trials = study.map(|study| asked.map(|index| study::trial(study, index)).collect()).unwrap_or_default();
    Ok(pb::AskResponse { trials, open: study.map_or(0, |study| study.counts().1) })
}

pub(super) async fn tell(research: &Research, request: &pb::TellRequest) -> Result<pb::TellResponse, Status> {
    if request.results.len() > MOST as usize {
        return Err(BadMessage::new("results", format!("are more than {MOST}")).into());
    }
    let change = |session: &mut Session| {
        let study = study_of(session)?;
        let told = (0..).zip(&request.results).filter_map(|(index, result)| {
            let error = tell_one(study, result).err()?;
            Some(pb::TellError { index, message: error })
        });
        Ok(told.collect::<Vec<_>>())
    };
    let (opened, errors) = research.change(id(&request.session_id)?, change).await.map_err(status)?;
    let study = opened.session.study.as_ref();
    let (told, open) = study.map(Study::counts).unwrap_or_default();
    let best = study.and_then(|study| Some(study::trial(study, study.best()?)));
    Ok(pb::TellResponse { errors, best, told, open })
}

fn tell_one(study: &mut Study, result: &pb::TrialResult) -> Result<(), String> {
    let outcome = match &result.outcome {
        Some(Given::Value(value)) => Outcome::Value(*value),
        Some(Given::Failure(why)) => Outcome::Failure(why.chars().take(500).collect()),
        None => return Err("has neither a value nor a failure".to_owned()),
    };
    study.tell(result.trial_id, outcome).map_err(|error| error.to_string())
}

/// The session that a call names, if it names one.
pub(super) async fn named(research: &Research, text: &str) -> Result<Option<Session>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    Ok(Some(research.session(id(text)?).await.map_err(status)?.session))
}

fn study_of(session: &mut Session) -> Result<&mut Study, PortError> {
    let none = || PortError::of(reason::STUDY_MISSING, "the session has no study: open one with `study`");
    session.study.as_mut().ok_or_else(none)
}

fn refusal(error: Told) -> PortError {
    let reason = match error {
        Told::Full => reason::STUDY_FULL,
        Told::Waiting(_) => reason::STUDY_WAITING,
        Told::Unknown(_) | Told::Known(_) | Told::NotFinite => reason::WRONG_STATE,
    };
    PortError::of(reason, error.to_string())
}

fn id(text: &str) -> Result<Uuid, Status> {
    Uuid::try_parse(text).map_err(|_| {
        let violation = Violation::new("session_id", format!("`{text}` is not the id of a session"))
            .with_help("CreateSession gives it");
        proto::status::invalid("no session is named", &[violation])
    })
}

fn valid(session: &Session) -> Result<(), Status> {
    let found = session.violations();
    if found.is_empty() { Ok(()) } else { Err(BadMessage(found).into()) }
}

fn search_paths(paths: Vec<pb::SearchPath>) -> Result<Vec<SearchPath>, Status> {
    let path = |(index, path): (usize, pb::SearchPath)| {
        let at_home = |error: BadMessage| {
            let moved = |violation: Violation| Violation {
                path: format!("search_paths[{index}].{}", violation.path),
                ..violation
            };
            BadMessage(error.0.into_iter().map(moved).collect())
        };
        let files = artifact::given(path.files).map_err(at_home)?;
        let file = |file: domain::file::GivenFile| SearchFile {
            path: file.path,
            named_in: file.named_in,
            blake3: file.blake3,
            size: file.size,
        };
        Ok(SearchPath { name: path.name, files: files.into_iter().map(file).collect() })
    };
    paths.into_iter().enumerate().map(path).collect()
}

fn message(opened: &Opened) -> pb::ResearchSession {
    let Session { name, overrides, search_paths, study } = &opened.session;
    let file = |file: &SearchFile| pb::ArtifactRef {
        path: file.path.clone(),
        blake3: file.blake3.to_string(),
        size: file.size,
        named_in: file.named_in.clone().unwrap_or_default(),
    };
    let path =
        |path: &SearchPath| pb::SearchPath { name: path.name.clone(), files: path.files.iter().map(file).collect() };
    pb::ResearchSession {
        id: opened.id.to_string(),
        name: name.clone(),
        overrides: overrides.clone(),
        search_paths: search_paths.iter().map(path).collect(),
        study: study.as_ref().map(|study| study::message(&study.spec)),
        expires_at_ms: opened.expires_at_ms,
    }
}
