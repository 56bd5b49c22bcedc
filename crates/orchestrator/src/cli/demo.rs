//! `demo`: evolves a population in the real game and shows how it gets better.

mod display;
mod result;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use domain::experiment::ExperimentSpec;
use domain::journal::Actor;
use domain::ports::ExperimentRecord;
use domain::status::ExperimentStatus;
use vizdoom::Install;

use super::output::Form;
use super::{Failure, Place, engine, games, output};
use crate::app::{Embedded, EmbeddedSettings};
use crate::games::doom::DoomGames;
use crate::shard::Pin;
use crate::user_files::Known;
use crate::{check, experiment_file};
use display::Display;

/// Name of the experiment that is played, for messages.
const NAME: &str = "demo";
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
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = games())]
    engines: usize,
    /// Agents per generation, at least 2; where they are too few, elites and tournament are lowered to fit
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
    population: Option<u32>,
    /// Generations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    generations: Option<u32>,
    /// Episodes per agent and generation
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
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
    /// What is changed of the experiment.
    fn overrides(&self) -> Vec<String> {
        let given = [
            ("seed", Some(self.seed)),
            ("evolution.population", self.population.map(u64::from)),
            ("evolution.generations", self.generations.map(u64::from)),
            ("seeds.episodes", self.episodes.map(u64::from)),
        ];
        given.into_iter().filter_map(|(path, value)| Some(format!("{path}={}", value?))).collect()
    }

    /// What of the experiment is too large for the population, lowered to fit.
    fn lowered(&self) -> Result<Vec<String>, Failure> {
        let spec = experiment_file::parse(NAME, EXPERIMENT.as_bytes(), &[])?.spec;
        let (Some(population), Some(evolution)) = (self.population, spec.evolution) else { return Ok(Vec::new()) };
        let limits = [("elites", evolution.elites, population - 1), ("tournament", evolution.tournament, population)];
        let too_large = limits.into_iter().filter(|(_, value, most)| value > most);
        Ok(too_large.map(|(name, _, most)| format!("evolution.{name}={most}")).collect())
    }
}

/// Plays the demo.
pub(super) async fn run(args: DemoArgs, place: &Place) -> Result<(), Failure> {
    let install = match place.engine.open(&place.env) {
        Ok(install) => install,
        Err(_) => engine::install(place, None)?,
    };
    let lowered = args.lowered()?;
    let overrides = [args.overrides(), lowered.clone()].concat();
    validate(&install, &overrides)?;
    note(&lowered);
    let data = args.data.clone().unwrap_or_else(|| fresh_folder(place));
    std::fs::create_dir_all(&data)?;
    let started = Instant::now();
    let settings = EmbeddedSettings {
        engine: Some((install, Some(args.engines))),
        pin: args.pin,
        ..EmbeddedSettings::idle(data.clone())
    };
    let system = Embedded::start(settings).await?;
    let played = tokio::select! {
        played = play(&system, &overrides, Actor::new(&place.env.whoami())) => played,
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

/// Refuses what cannot be played before anything is written.
fn validate(install: &Install, overrides: &[String]) -> Result<(), Failure> {
    let games = DoomGames::new(install.clone(), PathBuf::new());
    let more = |spec: &ExperimentSpec| check::violations(spec, &games, &Known::default());
    experiment_file::check(NAME, EXPERIMENT.as_bytes(), overrides, more)?;
    Ok(())
}

#[allow(clippy::print_stderr, reason = "standard output is for the result")]
fn note(lowered: &[String]) {
    if !lowered.is_empty() {
        eprintln!("so few agents need {}", lowered.join(" and "));
    }
}

/// Launches the experiment and follows it to its end.
async fn play(system: &Embedded, overrides: &[String], by: Actor) -> Result<ExperimentRecord, Failure> {
    let core = &system.core;
    let launched = core.launch(NAME, EXPERIMENT.as_bytes(), overrides, &[], false, by).await?;
    let record = core.store.experiment(launched.id).await?;
    let engines = system.playing.as_ref().map_or(0, |playing| playing.engines);
    let mut display = Display::new(&record, engines);
    loop {
        let record = core.store.experiment(launched.id).await?;
        let tics = system.playing.as_ref().map_or(0, |playing| playing.meter.ticks());
        display.show(core.store.as_ref(), &record, tics).await?;
        match record.status {
            ExperimentStatus::Completed => return Ok(record),
            status if !status.has_ended() => tokio::time::sleep(LOOK).await,
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn parse(given: &[&str]) -> Result<DemoArgs, clap::Error> {
        match Cli::try_parse_from(["orchestrator", "demo"].iter().chain(given))?.command {
            Command::Demo(args) => Ok(args),
            _ => unreachable!("`demo` was asked for"),
        }
    }

    #[test]
    fn elites_and_tournament_are_lowered_to_a_small_population() {
        let cases = [("2", &["evolution.elites=1", "evolution.tournament=2"][..]), ("3", &[]), ("16", &[])];
        for (population, lowered) in cases {
            let args = parse(&["--population", population]).unwrap();
            assert_eq!(args.lowered().unwrap(), lowered, "{population}");
            let overrides = [args.overrides(), args.lowered().unwrap()].concat();
            experiment_file::parse(NAME, EXPERIMENT.as_bytes(), &overrides).unwrap();
        }
    }

    #[test]
    fn impossible_numbers_are_refused_with_the_possible_ones() {
        for (given, range) in [
            (["--population", "1"], "2..=10000"),
            (["--generations", "0"], "1..=10000"),
            (["--episodes", "0"], "1..=1000000"),
            (["--engines", "1025"], "0..=1024"),
        ] {
            let error = parse(&given).unwrap_err().to_string();
            assert!(error.contains(range), "{error}");
        }
    }
}
