//! What people do to experiments, and the journal that keeps it.

use domain::Violation;
use domain::journal::{Actor, Note};
use domain::status::ExperimentStatus;
use proto::convert;
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::{Service, page, status};

impl Service {
    /// Changes the status of the experiment that `id` names.
    pub(super) async fn change(
        &self,
        id: &str,
        to: ExperimentStatus,
        by: Actor,
        reason: &str,
    ) -> Result<pb::Experiment, Status> {
        let note = Note::asked(by, reason).map_err(refused)?;
        let id = self.find(id).await?;
        self.core.set_status(id, to, &note).await.map_err(status)?;
        self.experiment(id).await
    }

    pub(super) async fn extend(
        &self,
        request: &pb::ExtendExperimentRequest,
        by: Actor,
    ) -> Result<pb::ExtendExperimentResponse, Status> {
        let note = Note::asked(by, &request.reason).map_err(refused)?;
        let extent = convert::control::extent(request)?;
        let id = self.find(&request.experiment_id).await?;
        let changed = self.core.extend(id, extent, &note).await.map_err(status)?;
        Ok(pb::ExtendExperimentResponse { experiment: Some(self.experiment(id).await?), changed })
    }

    pub(super) async fn journal(&self, request: pb::ListJournalRequest) -> Result<pb::ListJournalResponse, Status> {
        let id = self.find(&request.experiment_id).await?;
        let page = page(request.page_size, request.page_token);
        let (entries, next) = self.core.control.journal(id, &page).await.map_err(status)?;
        Ok(pb::ListJournalResponse {
            entries: entries.into_iter().map(Into::into).collect(),
            next_page_token: next.unwrap_or_default(),
        })
    }
}

fn refused(violation: Violation) -> Status {
    proto::status::invalid("the reason is not valid", &[violation])
}
