//! The report of an experiment.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use proto::orchestrator::v1 as pb;

use super::connect::{Client, Connection, ServiceArgs};
use super::figures::FigureArgs;
use super::{Failure, Place, output};
use crate::document::Figure;
use crate::export::Target;

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("files").multiple(true))]
pub(super) struct ReportArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Form of the report; what the name of the file says, or markdown, unless given
    #[arg(short = 'o', long, value_enum)]
    format: Option<Written>,
    /// File to write, which is there when it is complete; standard output unless given
    #[arg(long, value_name = "FILE", group = "files")]
    out: Option<PathBuf>,
    /// Overwrite files that are there
    #[arg(long, requires = "files")]
    force: bool,
    #[command(flatten)]
    figures: FigureArgs,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Written {
    /// A Markdown document, without pictures
    Markdown,
    /// One HTML page with pictures
    Html,
    /// One JSON value with every number at full precision
    Json,
}

impl From<Written> for pb::ReportFormat {
    fn from(written: Written) -> Self {
        match written {
            Written::Markdown => Self::Markdown,
            Written::Html => Self::Html,
            Written::Json => Self::Json,
        }
    }
}

impl ReportArgs {
    fn written(&self) -> Written {
        let ending = self.out.as_deref().and_then(|path| path.extension()?.to_str()).map(str::to_lowercase);
        self.format.unwrap_or(match ending.as_deref() {
            Some("html" | "htm") => Written::Html,
            Some("json") => Written::Json,
            _ => Written::Markdown,
        })
    }
}

/// Writes the report of an experiment.
pub(super) async fn run(args: ReportArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let reported = output::unless_interrupted(report(&mut connection.client, args)).await;
    connection.close().await;
    reported
}

async fn report(client: &mut Client, args: ReportArgs) -> Result<(), Failure> {
    // Refused before anything is asked for.
    let target = Target::open(args.out.as_deref(), args.force)?;
    let format = pb::ReportFormat::from(args.written()).into();
    let figures = args.figures.are_wanted();
    let request = pb::GetReportRequest { experiment_id: args.experiment, format, figures };
    let pb::GetReportResponse { content, figures, .. } = client.get_report(request).await?.into_inner();
    let figures: Vec<_> = figures.into_iter().map(|pb::Figure { name, svg }| Figure { name, svg }).collect();
    let figures = args.figures.write(&figures, args.force)?;
    let written = target.write(&content);
    output::kept(target, written)?;
    figures.keep()
}
