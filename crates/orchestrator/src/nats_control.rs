//! Control over NATS: who has the operator's token pauses, resumes and stops experiments by message.
//!
//! A message that cannot be obeyed is logged, noted in the journal of the experiment that it is about, and answered; it
//! never ends the listener. The token is looked at before anything else, so that nobody without it learns which
//! experiments there are.

mod message;

use std::time::Duration;

use domain::ErrorKind;
use domain::ids::ExperimentId;
use domain::journal::{Action, Actor, Note};
use domain::ports::{PortError, PortResult};
use domain::status::ExperimentStatus;
use messaging::jetstream::{ControlRequest, NatsControl};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::core::{Core, find};
use message::{Message, Verb};

/// Longest time for one message. Others wait meanwhile, a bounded number of them.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is told to whoever has another token, or none.
const NO_OPERATOR: &str = "the token is not the operator's";

/// Who may send control messages: whoever has this token. Only its hash is kept.
#[derive(Debug, Clone)]
pub struct Operator(blake3::Hash);

impl Operator {
    /// The operator with this token.
    #[must_use]
    pub fn with_token(token: &str) -> Self {
        Self(blake3::hash(token.as_bytes()))
    }

    /// Whether a token is the operator's. Hashes are compared, in the same time whatever they are.
    fn has(&self, token: &str) -> bool {
        blake3::hash(token.as_bytes()) == self.0
    }
}

/// Obeys control messages, in the order in which they come, until `shutdown`, or until the connection is closed for good.
pub async fn run(core: Core, operator: Operator, mut source: NatsControl, shutdown: CancellationToken) {
    // One after the other: a pause and the resume that follows it must not change places.
    while let Some(Some(request)) = shutdown.run_until_cancelled(source.next()).await {
        serve(&core, &operator, request).await;
    }
}

async fn serve(core: &Core, operator: &Operator, request: ControlRequest) {
    let late = || PortError::new(ErrorKind::DeadlineExceeded, "not done in time: look at the journal whether it was");
    let obeyed = tokio::time::timeout(PATIENCE, obey(core, operator, request.verb(), request.body())).await;
    let answer = answer(&obeyed.unwrap_or_else(|_| Err(late())));
    if let Err(error) = request.answer(answer.to_string()).await {
        tracing::warn!(%error, "a control message was not answered");
    }
}

/// What the sender is told. Our own failures are in the log.
fn answer(obeyed: &PortResult<(ExperimentId, ExperimentStatus)>) -> Value {
    match obeyed {
        Ok((id, status)) => json!({ "ok": true, "experiment_id": id, "status": status.name() }),
        Err(error) if error.kind == ErrorKind::Internal => {
            json!({ "ok": false, "error": "an internal error, see the orchestrator's log" })
        }
        Err(error) => json!({ "ok": false, "error": error.message }),
    }
}

/// Does what a message asks for. Returns where the experiment stands then.
async fn obey(
    core: &Core,
    operator: &Operator,
    verb: &str,
    body: &[u8],
) -> PortResult<(ExperimentId, ExperimentStatus)> {
    let message = Message::read(body).inspect_err(|error| tracing::warn!(verb, %error, "control message refused"))?;
    if !operator.has(&message.token) {
        return Err(unauthenticated(core, verb, &message).await);
    }
    let actor = Actor::caller(Some("operator"), "nats");
    let id = find(core.store.as_ref(), &message.experiment).await.inspect_err(|error| {
        tracing::warn!(verb, experiment = message.experiment, %error, "control message refused");
    })?;
    match change(core, id, verb, &message, actor.clone()).await {
        Ok(status) => {
            tracing::info!(verb, experiment = %id, %status, "control message obeyed");
            Ok((id, status))
        }
        Err(error) => {
            tracing::warn!(verb, experiment = %id, %error, "control message refused");
            note_refusal(core, id, &Note::new(actor, &message.reason), &format!("{verb}: {error}")).await;
            Err(error)
        }
    }
}

async fn change(
    core: &Core,
    id: ExperimentId,
    verb: &str,
    message: &Message,
    actor: Actor,
) -> PortResult<ExperimentStatus> {
    let status = Verb::read(verb)?.status(message.mode.as_deref())?;
    let note = Note::asked(actor, &message.reason)
        .map_err(|found| PortError::new(ErrorKind::Invalid, format!("`{}` {}", found.path, found.message)))?;
    core.set_status(id, status, &note).await?;
    Ok(core.store.experiment(id).await?.status)
}

/// Notes that somebody without the token asked for something. What else the message says is nobody's word, so only an
/// experiment's exact id is looked at, and nothing of it is kept.
async fn unauthenticated(core: &Core, verb: &str, message: &Message) -> PortError {
    tracing::warn!(verb, "control message refused: {NO_OPERATOR}");
    let known = Verb::read(verb).is_ok();
    if let (true, Ok(id)) = (known, message.experiment.parse()) {
        note_refusal(core, id, &Note::new(Actor::new("nats"), ""), &format!("{verb}: {NO_OPERATOR}")).await;
    }
    PortError::new(ErrorKind::Unauthenticated, NO_OPERATOR)
}

async fn note_refusal(core: &Core, id: ExperimentId, note: &Note, detail: &str) {
    match core.control.record(id, Action::Refused, note, detail).await {
        Err(error) if error.kind != ErrorKind::NotFound => {
            tracing::warn!(experiment = %id, %error, "a refused control message is not in the journal");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
