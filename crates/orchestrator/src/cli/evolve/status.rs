//! How an evolution stands.

use std::time::Duration;

use clap::Args;
use domain::course::Course;
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::super::output::{self, Form};
use super::super::{Failure, Place, experiments};
use super::leader::origin;
use super::{Client, Evolution, ServiceArgs, asked, is_round, measured};
use crate::comparison::Comparison;
use crate::statistics::Statistics;

/// How often a watched evolution is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Arguments of `evolve status`.
#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Print every generation as soon as it is complete, until the experiment ends
    #[arg(long)]
    watch: bool,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// How an evolution stands.
struct Stand {
    evolution: Evolution,
    /// The name by which the champion was played when it was chosen; absent before the first score.
    champion: Option<String>,
    /// What was measured before the first round.
    statistics: Option<Statistics>,
    /// The champion against the best of the first round, and against the baselines.
    confirmed: Vec<Comparison>,
}

/// Shows how an evolution stands.
pub(super) async fn run(args: StatusArgs, place: &Place) -> Result<(), Failure> {
    let ask = async |client: &mut Client| {
        if args.watch {
            follow(client, &args.experiment).await?;
        }
        let evolution = Evolution::fetch(client, &args.experiment).await?;
        let champion = match evolution.decisive() {
            Some(_) => Some(origin(client, &evolution).await?),
            None => None,
        };
        let statistics = measured::statistics(client, &evolution).await?;
        let confirmed = measured::confirmed(client, &evolution).await?;
        Ok(Stand { evolution, champion, statistics, confirmed })
    };
    let stand = asked(&args.service, place, ask).await?;
    match args.output {
        Form::Json => output::json(&stand.json()),
        Form::Table => stand.print(),
    }
}

/// Prints generations as they are completed, on standard error: the result comes after them.
async fn follow(client: &mut Client, experiment: &str) -> Result<(), Failure> {
    let mut told = 0;
    loop {
        let evolution = Evolution::fetch(client, experiment).await?;
        let complete =
            evolution.generations.iter().skip(told).take_while(|g| g.status() == pb::GenerationStatus::Completed);
        for generation in complete {
            output::aside(&line(generation));
            told += 1;
        }
        if evolution.experiment.ended_at_ms.is_some() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = tokio::signal::ctrl_c() => return Err(Failure::interrupted()),
        }
    }
}

fn line(generation: &pb::GenerationInfo) -> String {
    let name = if is_round(generation) { "generation".to_owned() } else { experiments::purpose_name(generation) };
    format!(
        "{name} {:>4}  best {:>9} ({})  mean {:>9} {}  {} episodes",
        generation.index,
        output::number(generation.best_fitness),
        generation.best_agent,
        output::number(generation.mean_fitness),
        output::interval(generation.interval_low, generation.interval_high),
        generation.episodes,
    )
}

/// How many episodes the agents of a generation play.
fn size(evolution: &Evolution) -> String {
    let (settings, most) = (evolution.evolution(), evolution.spec.seeds.episodes());
    match &settings.racing {
        Some(racing) => {
            format!("{}, {} to {most} episodes each, {} kept", settings.population, racing.first, settings.kept())
        }
        None => format!("{}, {most} episodes each", settings.population),
    }
}

/// How many episodes of the rounds that are planned races have saved so far.
fn saved(evolution: &Evolution) -> u64 {
    let most = u64::from(evolution.spec.seeds.episodes());
    let rounds = evolution.generations.iter().filter(|generation| is_round(generation));
    rounds.map(|generation| (u64::from(generation.agents) * most).saturating_sub(generation.episodes_planned)).sum()
}

/// How many episodes are played, and how many are not because of races.
fn episodes(evolution: &Evolution) -> String {
    let experiment = &evolution.experiment;
    let told = format!("{} of {}", experiment.episodes_scored, experiment.episodes_planned);
    if evolution.spec.racing().is_some() { format!("{told}; {} saved by racing", saved(evolution)) } else { told }
}

/// How far it goes, beside how far it was to go.
fn rounds(evolution: &Evolution) -> String {
    let launched = Course::of(&evolution.spec, &[]).rounds();
    let (played, planned) = (played(evolution), evolution.experiment.generations_planned);
    match planned.cmp(&launched) {
        std::cmp::Ordering::Less => format!("{played} of {planned}; ended early, {launched} were planned"),
        std::cmp::Ordering::Equal => format!("{played} of {planned}"),
        std::cmp::Ordering::Greater => format!("{played} of {planned}; extended, {launched} were planned"),
    }
}

fn played(evolution: &Evolution) -> usize {
    let is_played = |g: &&pb::GenerationInfo| is_round(g) && g.status() == pb::GenerationStatus::Completed;
    evolution.generations.iter().filter(is_played).count()
}

impl Stand {
    fn print(&self) -> Result<(), Failure> {
        let Evolution { experiment, generations, spec } = &self.evolution;
        let settings = self.evolution.evolution();
        let start = settings.begun().map(|start| format!("generation {} of `{}`", start.generation, start.name));
        let facts = [
            ("experiment", format!("{} `{}`", experiment.id, experiment.name)),
            ("status", experiments::status_name(experiment)),
            ("algorithm", settings.algorithm.name().to_owned()),
            ("population", size(&self.evolution)),
            ("rounds", rounds(&self.evolution)),
            ("episodes", episodes(&self.evolution)),
            ("maximised", spec.fitness.label()),
            ("champion", self.champion.clone().unwrap_or_else(|| "nobody yet".to_owned())),
        ];
        for (name, value) in facts.into_iter().chain(start.map(|start| ("goes on", format!("from {start}")))) {
            output::line(format!("{name:<12}{value}"))?;
        }
        output::line(experiments::generation_table(generations))?;
        for line in self.statistics.iter().flat_map(|found| measured::text(found, &spec.fitness.label())) {
            output::line(line)?;
        }
        for verdict in verdicts(&self.evolution, &self.confirmed) {
            output::line(format!("Verdict: {verdict}."))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let Evolution { experiment, generations, spec } = &self.evolution;
        let settings = self.evolution.evolution();
        json!({
            "id": experiment.id,
            "name": experiment.name,
            "status": experiments::status_name(experiment),
            "algorithm": settings.algorithm,
            "population": settings.population,
            "rounds_played": played(&self.evolution),
            "rounds_planned": experiment.generations_planned,
            "rounds_launched": Course::of(spec, &[]).rounds(),
            "episodes_scored": experiment.episodes_scored,
            "episodes_planned": experiment.episodes_planned,
            "episodes_saved": saved(&self.evolution),
            "maximised": spec.fitness.label(),
            "champion": self.champion,
            "start": settings.start,
            "generations": generations.iter().map(experiments::generation_json).collect::<Vec<_>>(),
            "statistics": self.statistics,
            "confirmation": self.confirmed.first(),
            "confirmation_against_baselines": self.confirmed.get(1..).unwrap_or_default(),
        })
    }
}

/// What may be said of the champion, one line for each that it was confirmed against.
fn verdicts(evolution: &Evolution, confirmed: &[Comparison]) -> Vec<String> {
    match (confirmed, evolution.evolution().confirmation) {
        (_, 0) => vec!["none, because no confirmation was asked for".to_owned()],
        ([], _) => {
            vec!["none yet: the confirmation on seeds never seen is still to come, or shows no differences".to_owned()]
        }
        (found, _) => found.iter().map(measured::verdict).collect(),
    }
}
