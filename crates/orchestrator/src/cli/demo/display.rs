//! What is seen while the demo plays.

use std::time::Instant;

use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, ExperimentStore};
use domain::status::GenerationStatus;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Failure, output};
use crate::standing;

/// A line for every finished generation, and below them one that moves.
pub(super) struct Display {
    bar: ProgressBar,
    shown: u32,
    /// Episodes of the generations that were shown.
    before: u64,
    started: Instant,
}

impl Display {
    pub(super) fn new(record: &ExperimentRecord, engines: usize) -> Self {
        let target = if output::is_watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{spinner} {msg}\n  {bar:40} {pos}/{len} episodes, ETA {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(record.episodes_planned), target).with_style(style);
        let display = Self { bar, shown: 0, before: 0, started: Instant::now() };
        let evolution = record.spec.evolution.as_ref();
        display.say(&format!(
            "{}: {} agents, {}, {} each, on {}",
            record.spec.scenario.name.as_deref().unwrap_or("scenario"),
            evolution.map_or(0, |e| e.population),
            count(evolution.map_or(0, |e| e.generations), "generation"),
            count(record.spec.seeds.episodes(), "episode"),
            count(engines as u32, "engine"),
        ));
        display
    }

    /// Brings everything up to date; `ticks` is the number of decisions so far.
    pub(super) async fn show(
        &mut self,
        store: &dyn ExperimentStore,
        record: &ExperimentRecord,
        ticks: u64,
    ) -> Result<(), Failure> {
        while self.shown <= record.generation {
            let generation = store.generation(record.id, self.shown).await?;
            if generation.status != GenerationStatus::Completed {
                break;
            }
            if generation.purpose == Purpose::Evolution
                && let Some(row) = super::result::generation(&record.spec, &generation)
            {
                self.say(&row.line());
            }
            self.before += standing::episodes_scored(&generation);
            self.shown += 1;
        }
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!(
            "generation {}: {}/{} episodes, {:.0} ticks/s",
            record.generation,
            record.episodes_scored.saturating_sub(self.before),
            record.episodes_due.saturating_sub(self.before),
            ticks as f64 / seconds,
        ));
        self.bar.set_position(record.episodes_scored);
        if record.status.has_ended() {
            self.bar.finish_and_clear();
        }
        Ok(())
    }

    #[allow(clippy::print_stderr, reason = "without a terminal there is no bar to print above")]
    fn say(&self, line: &str) {
        if self.bar.is_hidden() { eprintln!("{line}") } else { self.bar.println(line) }
    }
}

fn count(number: u32, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}
