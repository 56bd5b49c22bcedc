//! The spans of what is looked after. No result depends on them.

use domain::ports::ExperimentRecord;
use tracing::{Span, info_span};

/// The spans of an experiment and of its generation, which last as long as what they are named after.
pub(super) struct Spans {
    experiment: Span,
    generation: Span,
    index: u32,
}

impl Spans {
    pub(super) fn new(record: &ExperimentRecord) -> Self {
        // No child of the task that looks after it: that one has seen others before.
        let experiment = info_span!(parent: None, "experiment", experiment = %record.id, name = record.spec.name);
        Self { generation: generation_span(&experiment, record.generation), experiment, index: record.generation }
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
