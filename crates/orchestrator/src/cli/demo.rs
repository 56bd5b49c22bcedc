//! `demo`: evolves a population in the real game and shows how it gets better.

mod display;
mod result;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use domain::ports::ExperimentRecord;
use domain::status::ExperimentStatus;

use super::output::Form;
use super::{Failure, Place, engine, output};
use crate::app::{Embedded, EmbeddedSettings};
use crate::shard::Pin;
use display::Display;

/// The experiment that is played.
const EXPERIMENT: &str = include_str!("../../../../experiments/evolve-defend-the-line.toml");
/// How often the display is brought up to date.
const LOOK: Duration = Duration::from_millis(200);

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Number from which all randomness is derived; the same number gives the same digest
    #[arg(long, value_name = "N", default_value_t = 42, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: u64,
    /// Games side by side; one per processor unless given
    #[arg(long, value_name = "N", default_value_t = 0)]
    engines: usize,
    /// Agents per generation
    #[arg(long, value_name = "N")]
    population: Option<u32>,
    /// Generations
    #[arg(long, value_name = "N")]
    generations: Option<u32>,
    /// Episodes per agent and generation
    #[arg(long, value_name = "N")]
    episodes: Option<u32>,
    /// Folder for the database; a fresh one unless given
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Pin shards to processors: auto or off
    #[arg(long, default_value = "auto")]
    pin: Pin,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

impl DemoArgs {
    fn overrides(&self) -> Vec<String> {
        let given = [
            ("evolution.population", self.population),
            ("evolution.generations", self.generations),
            ("seeds.episodes", self.episodes),
        ];
        let seed = format!("seed={}", self.seed);
        given.iter().filter_map(|(path, value)| value.map(|value| format!("{path}={value}"))).chain([seed]).collect()
    }
}

/// Plays the demo.
pub(super) async fn run(args: DemoArgs, place: &Place) -> Result<(), Failure> {
    let install = match place.engine.open(&place.env) {
        Ok(install) => install,
        Err(_) => engine::install(place, None)?,
    };
    let data = args.data.clone().unwrap_or_else(|| fresh_folder(place));
    std::fs::create_dir_all(&data)?;
    let started = Instant::now();
    let settings = EmbeddedSettings { data: data.clone(), engine: Some((install, args.engines)), pin: args.pin };
    let system = Embedded::start(settings).await?;
    let played = tokio::select! {
        played = play(&system, &args) => played,
        _ = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
    };
    let elapsed = started.elapsed();
    let core = system.core.clone();
    let reported = match played {
        Ok(record) => result::build(core.store.as_ref(), &record, elapsed).await,
        Err(failure) => Err(failure),
    };
    system.stop().await;
    let result = reported?;
    match args.output {
        Form::Json => output::json(&result),
        Form::Table => output::print(&result.text(&data)),
    }
}

/// Launches the experiment and follows it to its end.
async fn play(system: &Embedded, args: &DemoArgs) -> Result<ExperimentRecord, Failure> {
    let core = &system.core;
    let name = "demo";
    let launched = core.launch(name, EXPERIMENT.as_bytes(), &args.overrides(), false).await?;
    let record = core.store.experiment(launched.id).await?;
    let engines = system.playing.as_ref().map_or(0, |playing| playing.engines);
    let mut display = Display::new(&record, engines);
    loop {
        let record = core.store.experiment(launched.id).await?;
        let tics = system.playing.as_ref().map_or(0, |playing| playing.meter.ticks());
        display.show(core.store.as_ref(), &record, tics).await?;
        match record.status {
            ExperimentStatus::Running | ExperimentStatus::Paused => tokio::time::sleep(LOOK).await,
            ExperimentStatus::Completed => return Ok(record),
            status => {
                let reason = record.reason.unwrap_or_default();
                return Err(Failure::experiment(format!("the experiment is {status}: {reason}")));
            }
        }
    }
}

/// A folder that no other run uses.
fn fresh_folder(place: &Place) -> PathBuf {
    place.env.data_home().join("demo").join(uuid::Uuid::new_v4().to_string())
}
