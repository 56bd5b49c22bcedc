//! What the director remembers of a running experiment from look to look. No result depends on it.

use std::time::Duration;

use domain::ids::ExperimentId;
use domain::ports::ExperimentRecord;
use tokio::time::Instant;
use tracing::{Span, info_span};

/// After how long without a new score open jobs are put into the queue once more.
const STALLED: Duration = Duration::from_secs(20);

/// An experiment that is looked after.
pub(super) struct Watch {
    /// The score count and since when it has not changed; absent until jobs were put into the queue.
    progress: Option<(u64, Instant)>,
    pub(super) spans: Spans,
}

impl Watch {
    pub(super) fn new(record: &ExperimentRecord) -> Self {
        Self { progress: None, spans: Spans::new(record.id, &record.spec.name, record.generation) }
    }

    /// Whether open jobs may be missing in the queue, now that `scored` episodes have scores.
    pub(super) fn needs_jobs(&mut self, scored: u64) -> bool {
        match &mut self.progress {
            None => true,
            Some((known, since)) if *known == scored => since.elapsed() >= STALLED,
            Some(progress) => {
                *progress = (scored, Instant::now());
                false
            }
        }
    }

    /// Jobs may be missing in the queue.
    pub(super) fn lost_jobs(&mut self) {
        self.progress = None;
    }

    /// Open jobs are in the queue.
    pub(super) fn has_jobs(&mut self, scored: u64) {
        self.progress = Some((scored, Instant::now()));
    }
}

/// The spans of an experiment and of its generation, which last as long as what they are named after.
pub(super) struct Spans {
    experiment: Span,
    generation: Span,
    index: u32,
}

impl Spans {
    fn new(id: ExperimentId, name: &str, index: u32) -> Self {
        // No child of the task that looks after it: that one has seen others before.
        let experiment = info_span!(parent: None, "experiment", experiment = %id, name);
        Self { generation: generation_span(&experiment, index), experiment, index }
    }

    /// The span of a generation; that of the one before it ends.
    pub(super) fn of(&mut self, index: u32) -> Span {
        if self.index != index {
            self.generation = generation_span(&self.experiment, index);
            self.index = index;
        }
        self.generation.clone()
    }
}

fn generation_span(experiment: &Span, generation: u32) -> Span {
    info_span!(parent: experiment, "generation", generation)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn jobs_are_queued_at_first_sight_and_when_nothing_moves() {
        let spans = Spans::new(ExperimentId(Uuid::nil()), "test", 0);
        let mut watch = Watch { progress: None, spans };
        assert!(watch.needs_jobs(0));
        assert!(watch.needs_jobs(0), "until it was done");
        watch.has_jobs(0);

        tokio::time::advance(STALLED / 2).await;
        assert!(!watch.needs_jobs(1), "a new score");
        tokio::time::advance(STALLED / 2).await;
        assert!(!watch.needs_jobs(1));
        tokio::time::advance(STALLED / 2).await;
        assert!(watch.needs_jobs(1));
    }
}
