//! Reports.

use domain::ErrorKind;
use domain::ids::AgentId;
use domain::ports::{ExperimentRecord, PortError};
use proto::orchestrator::v1 as pb;
use tonic::Status;

use super::status;
use crate::core::Core;
use crate::report::Report;

/// The report of an experiment.
pub(super) async fn get(
    core: &Core,
    record: &ExperimentRecord,
    request: &pb::GetReportRequest,
) -> Result<pb::GetReportResponse, Status> {
    let report = Report::of(core.store.as_ref(), record).await.map_err(status)?;
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
