//! Reports.

use domain::ErrorKind;
use domain::ids::AgentId;
use domain::ports::{ExperimentRecord, PortError};
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::status;
use crate::core::Core;
use crate::report::{Ground, Report};

/// The report of an experiment.
pub(super) async fn get(
    core: &Core,
    record: &ExperimentRecord,
    request: &pb::GetReportRequest,
) -> Result<pb::GetReportResponse, Status> {
    let mut report = Report::of(core.store.as_ref(), record).await.map_err(status)?;
    if request.figures || request.format() == pb::ReportFormat::Html {
        // Without the files of a user's own the report says that the map's lines are missing.
        let held = core.files.hold(&record.spec.game_files()).await;
        let _held = held.inspect_err(|error| tracing::warn!(%error, "the files of a scenario cannot be had")).ok();
        let ground = Ground { store: core.store.as_ref(), jobs: core.jobs.as_ref(), games: core.games.as_ref() };
        report = report.with_maps(record, ground).await.map_err(status)?;
    }
    let (content, media_type, ending) = match request.format() {
        pb::ReportFormat::Json => {
            let failed = |error: serde_json::Error| {
                status(PortError::new(ErrorKind::Internal, "cannot write a report").because(error))
            };
            (serde_json::to_vec_pretty(&report).map_err(failed)?, "application/json", "json")
        }
        pb::ReportFormat::Html => (report.html().into_bytes(), "text/html", "html"),
        pb::ReportFormat::Markdown | pb::ReportFormat::Unspecified => {
            (report.markdown().into_bytes(), "text/markdown", "md")
        }
    };
    let figures = if request.figures { report.figures() } else { Vec::new() };
    Ok(pb::GetReportResponse {
        content: content.into(),
        media_type: media_type.to_owned(),
        file_name: format!("{}.{ending}", AgentId::slug(&record.spec.name)),
        figures: figures.into_iter().map(|figure| pb::Figure { name: figure.name, svg: figure.svg }).collect(),
    })
}
