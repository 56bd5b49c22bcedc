//! What the demo found out.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use domain::experiment::ExperimentSpec;
use domain::genome::Genome;
use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord};
use science::stats;
use serde::Serialize;

use crate::cli::{Failure, output};
use crate::standing::{Standing, episodes_scored, fitness};

/// The result of a demo, as `-o json` prints it.
#[derive(Debug, Serialize)]
pub(super) struct DemoResult {
    experiment_id: String,
    digest: String,
    generations: Vec<GenerationRow>,
    champion: Champion,
    confirmation: Option<Confirmation>,
    episodes_played: u64,
    engine_tics: u64,
    elapsed_s: f64,
}

/// One generation: the best agent's and the mean fitness, with a 95 % interval of the mean over agents.
#[derive(Debug, Serialize)]
pub(super) struct GenerationRow {
    index: u32,
    best: f64,
    best_agent: String,
    mean: f64,
    interval: Option<[f64; 2]>,
    episodes: u64,
}

#[derive(Debug, Serialize)]
struct Champion {
    agent: String,
    policy: String,
    genome: Genome,
    fitness: f64,
}

/// The champion against the best of the first round, on seeds that nobody played before.
#[derive(Debug, Serialize)]
struct Confirmation {
    seeds: usize,
    champion_mean: f64,
    first_best_mean: f64,
    difference: f64,
    interval: Option<[f64; 2]>,
    effect_size: Option<f64>,
}

/// Reads the result from the store.
pub(super) async fn build(
    store: &dyn ExperimentStore,
    record: &ExperimentRecord,
    elapsed: Duration,
) -> Result<DemoResult, Failure> {
    let spec = &record.spec;
    let mut generations = Vec::new();
    let (mut champion, mut confirmation, mut engine_tics) = (None, None, 0);
    for index in 0..=record.generation {
        let generation = store.generation(record.id, index).await?;
        engine_tics += tics(&generation);
        match generation.purpose {
            Purpose::Confirmation => confirmation = confirm(spec, &generation),
            Purpose::Statistics => {}
            Purpose::Evolution | Purpose::Design => {
                champion = best(spec, &generation);
                generations.extend(self::generation(spec, &generation));
            }
        }
    }
    Ok(DemoResult {
        experiment_id: record.id.to_string(),
        digest: record.digest.clone().unwrap_or_default(),
        generations,
        champion: champion.ok_or_else(|| Failure::internal("a completed evolution has no champion"))?,
        confirmation,
        episodes_played: record.episodes_scored,
        engine_tics,
        elapsed_s: elapsed.as_secs_f64(),
    })
}

/// The row of a generation.
pub(super) fn generation(spec: &ExperimentSpec, generation: &GenerationRecord) -> Option<GenerationRow> {
    let Standing { best, best_fitness, mean, interval } = Standing::of(spec, generation)?;
    Some(GenerationRow {
        index: generation.index,
        best: best_fitness,
        best_agent: best.member.agent.to_string(),
        mean,
        interval: interval.map(|interval| [interval.low, interval.high]),
        episodes: episodes_scored(generation),
    })
}

fn best(spec: &ExperimentSpec, generation: &GenerationRecord) -> Option<Champion> {
    let Standing { best, best_fitness, .. } = Standing::of(spec, generation)?;
    let (agent, policy) = (best.member.agent.to_string(), best.member.spec.policy.clone());
    Some(Champion { agent, policy, genome: best.member.spec.genome.clone(), fitness: best_fitness })
}

fn confirm(spec: &ExperimentSpec, generation: &GenerationRecord) -> Option<Confirmation> {
    let [champion, first, ..] = generation.members.as_slice() else { return None };
    let (champion, first) = (fitness(spec, champion), fitness(spec, first));
    let paired = stats::paired(&champion, &first).ok()?;
    Some(Confirmation {
        seeds: champion.len(),
        champion_mean: stats::mean(&champion).ok()?,
        first_best_mean: stats::mean(&first).ok()?,
        difference: paired.difference.mean,
        interval: paired.interval().map(|interval| [interval.low, interval.high]),
        effect_size: paired.dz,
    })
}

fn tics(generation: &GenerationRecord) -> u64 {
    generation.members.iter().flat_map(|member| &member.scores).map(|score| u64::from(score.measures.tics)).sum()
}

impl GenerationRow {
    /// The row as one line for people.
    pub(super) fn line(&self) -> String {
        let interval = self.interval.map(|[low, high]| format!(" [{low:.2}, {high:.2}]")).unwrap_or_default();
        format!("generation {:>2}   best {:>6.2}   mean {:>6.2}{interval}", self.index, self.best, self.mean)
    }
}

impl DemoResult {
    /// The result for people.
    pub(super) fn text(&self, data: &Path) -> String {
        let mut text = self.table();
        let _ = writeln!(
            text,
            "\nchampion {} ({}), mean fitness {:.2}",
            self.champion.agent, self.champion.policy, self.champion.fitness
        );
        for (name, value) in &self.champion.genome.0 {
            let _ = writeln!(text, "  {name:<22} {value:.4}");
        }
        if let Some(confirmation) = &self.confirmation {
            text.push_str(&confirmation.text());
        }
        let rate = self.engine_tics as f64 / self.elapsed_s.max(0.001);
        let _ = writeln!(
            text,
            "\n{} episodes, {} tics in {:.1} s ({rate:.0} tics/s)\ndigest {}",
            self.episodes_played, self.engine_tics, self.elapsed_s, self.digest
        );
        let (id, data) = (self.experiment_id.get(..8).unwrap_or_default(), data.display());
        let _ = writeln!(
            text,
            "\nnext:  orchestrator show {id} --embedded --data {data}\n       \
             orchestrator scores {id} --embedded --data {data} -o csv\n       orchestrator demo --seed 7"
        );
        text
    }

    fn table(&self) -> String {
        let heads = ["generation", "episodes", "best", "best agent", "mean", "95% interval of the mean"];
        let rows = self.generations.iter().map(|row| {
            vec![
                row.index.to_string(),
                row.episodes.to_string(),
                format!("{:.2}", row.best),
                row.best_agent.clone(),
                format!("{:.2}", row.mean),
                row.interval.map(|[low, high]| format!("[{low:.2}, {high:.2}]")).unwrap_or_default(),
            ]
        });
        output::table(&heads, &["generation", "episodes", "best", "mean"], rows) + "\n"
    }
}

impl Confirmation {
    fn text(&self) -> String {
        let interval = self.interval.map(|[low, high]| format!(" [{low:.2}, {high:.2}]")).unwrap_or_default();
        let confirmed = self.interval.is_some_and(|[low, _]| low > 0.0);
        format!(
            "\nconfirmation on {} seeds never used before: champion {:.2}, best of generation 0 {:.2}\n  \
             paired difference {:+.2}, 95% interval{interval}: {}\n",
            self.seeds,
            self.champion_mean,
            self.first_best_mean,
            self.difference,
            if confirmed { "an improvement" } else { "not shown to be an improvement" },
        )
    }
}
