//! `bench`: how fast the parts are on this machine.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{self, Form};
use super::{Failure, Place, games};
use crate::app::scratch;
use crate::bench::rows::{Options, Row, measure};
use crate::games::doom::DoomGames;
use crate::shard::allowed_cpus;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(super) enum BenchCommand {
    /// Decisions a second, from the bare engine to a session over TCP
    Ticks(TicksArgs),
}

/// Arguments of `bench ticks`.
#[derive(Debug, Args)]
pub(super) struct TicksArgs {
    /// Seconds of one round of one setting
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    seconds: f64,
    /// Rounds; medians are told
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=99))]
    rounds: u16,
    /// Games that fill all processors; one per processor unless given
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = games())]
    engines: usize,
    /// Python with the vizdoom package, to measure its API beside; left out unless given
    #[arg(long, env = "CLAUDOOM_PYTHON", value_name = "PROGRAM")]
    bench_python: Option<String>,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// Measures.
pub(super) async fn run(command: BenchCommand, place: &Place) -> Result<(), Failure> {
    let BenchCommand::Ticks(args) = command;
    if !(0.05..=600.0).contains(&args.seconds) {
        return Err(Failure::usage("--seconds must be from 0.05 to 600"));
    }
    let install = place.engine.open(&place.env)?;
    let engines = if args.engines == 0 { allowed_cpus().len() } else { args.engines };
    let options = Options {
        duration: Duration::from_secs_f64(args.seconds),
        rounds: usize::from(args.rounds),
        engines,
        python: args.bench_python,
    };
    let rows = tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<Row>> {
        let scratch = scratch::create()?;
        let games = Arc::new(DoomGames::new(install, scratch.path().join("engines")));
        measure(&games, &options, scratch.path(), |setting, round| {
            tracing::info!(?setting, decisions_per_s = round.decisions_per_s, "round");
        })
    })
    .await
    .map_err(|error| Failure::internal(error.to_string()))??;
    match args.output {
        Form::Json => output::json(&json!({ "rows": rows })),
        Form::Table => output::line(table(&rows)),
    }
}

fn table(rows: &[Row]) -> String {
    let heads =
        ["transport", "engines", "skip", "frames", "pinned", "decisions/s", "of bare", "p50 us", "p99 us", "CPU us"];
    let shown = rows.iter().map(|row| {
        vec![
            format!("{:?}", row.transport).to_lowercase(),
            row.engines.to_string(),
            row.frame_skip.to_string(),
            row.frames.to_owned(),
            if row.pinned { "yes" } else { "no" }.to_owned(),
            format!("{:.0}", row.decisions_per_s),
            format!("{:.2}", row.ratio_to_bare),
            output::number(row.rtt_p50_us),
            output::number(row.rtt_p99_us),
            output::number(row.cpu_us_per_decision),
        ]
    });
    output::table(&heads, &["engines", "skip", "decisions/s", "of bare", "p50 us", "p99 us", "CPU us"], shown)
}
