//! `export`: every episode of an experiment, for other programs.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use domain::measures::Response;
use domain::plan::Purpose;
use domain::ports::ScoreRow;
use proto::mask;
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::connect::{Client, Connection, ServiceArgs};
use super::output::{self, Rows};
use super::{Failure, Place, experiments};
use crate::export::columns::{Episode, Layout, Source};
use crate::export::{self, Format, Sink, Target, TargetError};

/// Items that are asked for at once.
const PAGE: u32 = 500;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Form of the export; what the name of the file says, or csv, unless given
    #[arg(short = 'o', long, value_enum)]
    format: Option<Format>,
    /// File to write, which is there when it is complete; standard output unless given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite the file if it is there
    #[arg(long, requires = "out")]
    force: bool,
    /// What a LaTeX table is about: a measure; fitness unless given
    #[arg(long, value_name = "MEASURE")]
    response: Option<Response>,
    /// List the columns and what they mean, and export nothing
    #[arg(long, conflicts_with_all = ["format", "out", "response"])]
    columns: bool,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Exports an experiment, or lists the columns that an export of it has.
pub(super) async fn run(args: ExportArgs, place: &Place) -> Result<(), Failure> {
    let format = args.format.or_else(|| args.out.as_deref().and_then(Format::of_file)).unwrap_or(Format::Csv);
    if args.response.is_some() && format != Format::Latex {
        return Err(Failure::usage("--response is for LaTeX tables: the other forms have every measure"));
    }
    if format == Format::Parquet && args.out.is_none() && io::stdout().is_terminal() {
        return Err(Failure::usage("Parquet is nothing for a terminal: name a file with --out"));
    }
    let mut connection = Connection::open(&args.service, place, None).await?;
    let exported = output::unless_interrupted(export(&mut connection.client, &args, format)).await;
    connection.close().await;
    exported
}

async fn export(client: &mut Client, args: &ExportArgs, format: Format) -> Result<(), Failure> {
    // Refused before anything is asked for.
    let target = Target::open(args.out.as_deref(), args.force)?;
    let source = source(client, &args.experiment).await?;
    let layout = Layout::of(&source);
    if args.columns {
        return list(&layout);
    }
    let title = format!("experiment {} ({}), {}, digest {}", source.spec.name, source.id, source.status, source.digest);
    let written =
        match target.writer().and_then(|out| export::sink(format, out, &layout.columns(), args.response, &title)) {
            Ok(sink) => rows(client, &source, &layout, sink).await?,
            Err(error) => Err(error),
        };
    output::kept(target, written)
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Exists(_) => Self::usage(error.to_string()),
            TargetError::Unwritable { .. } => Self::internal(error.to_string()),
        }
    }
}

/// Writes a row for each episode, page by page. What cannot be fetched is an error, what cannot be written a result.
async fn rows(
    client: &mut Client,
    source: &Source,
    layout: &Layout,
    mut sink: Box<dyn Sink>,
) -> Result<io::Result<()>, Failure> {
    let experiment_id = source.id.clone();
    let mut request = pb::ListEpisodesRequest { experiment_id, page_size: PAGE, ..Default::default() };
    loop {
        let response = client.list_episodes(request.clone()).await?.into_inner();
        for listed in response.episodes {
            if let Err(error) = sink.row(layout.row(source, &episode(listed)?)) {
                return Ok(Err(error));
            }
        }
        if response.next_page_token.is_empty() {
            return Ok(sink.finish());
        }
        request.page_token = response.next_page_token;
    }
}

fn episode(listed: pb::Episode) -> Result<Episode, Failure> {
    let score = listed.score.map(ScoreRow::try_from).transpose();
    Ok(Episode {
        generation: listed.generation,
        position: listed.position,
        replicate: listed.replicate,
        agent: listed.agent,
        label: listed.label,
        seed: listed.seed,
        doom_seed: listed.doom_seed,
        score: score.map_err(|error| Failure::internal(error.to_string()))?,
    })
}

/// What all rows have in common.
async fn source(client: &mut Client, name: &str) -> Result<Source, Failure> {
    let experiment = experiments::plain(client, name.to_owned()).await?;
    let spec = experiments::spec(&experiment)?;
    let is_design = spec.design.is_some();
    Ok(Source {
        purposes: match is_design {
            true => BTreeMap::from([(0, Purpose::Design)]),
            false => purposes(client, &experiment.id).await?,
        },
        levels: if is_design { levels(client, &experiment.id).await? } else { BTreeMap::new() },
        status: experiments::status_name(&experiment),
        id: experiment.id,
        digest: experiment.digest,
        spec,
    })
}

async fn purposes(client: &mut Client, experiment_id: &str) -> Result<BTreeMap<u32, Purpose>, Failure> {
    let read_mask = Some(mask::only(&["generations"]));
    let request = pb::GetExperimentRequest { experiment_id: experiment_id.to_owned(), read_mask };
    let generations = client.get_experiment(request).await?.into_inner().generations;
    let purpose = |generation: &pb::GenerationInfo| {
        Some((generation.index, Purpose::named(&experiments::purpose_name(generation))?))
    };
    Ok(generations.iter().filter_map(purpose).collect())
}

/// The level of every factor of a design by the position of the condition.
async fn levels(client: &mut Client, experiment_id: &str) -> Result<BTreeMap<u32, BTreeMap<String, Value>>, Failure> {
    let level = |text: &String| serde_json::from_str(text).unwrap_or(Value::Null);
    let mut levels = BTreeMap::new();
    let take = |condition: pb::Genome| {
        let of_condition = condition.levels.iter().map(|(name, text)| (name.clone(), level(text))).collect();
        levels.insert(condition.position, of_condition);
    };
    experiments::each_genome(client, experiment_id, 0, take).await?;
    Ok(levels)
}

fn list(layout: &Layout) -> Result<(), Failure> {
    let heads = ["column", "type", "meaning"];
    let columns = layout.columns();
    let values: Vec<_> = columns
        .iter()
        .map(|column| json!({ "column": column.name, "type": column.kind.name(), "meaning": column.meaning }))
        .collect();
    output::rows(Rows::Table, &heads, &values, || {
        let rows = values.iter().map(|value| heads.iter().map(|&head| output::plain(&value[head])).collect());
        output::table(&heads, &[], rows)
    })
}
