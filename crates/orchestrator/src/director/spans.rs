//! The spans of what is looked after. No result depends on them.

use domain::ports::{ExperimentRecord, ExperimentStore};
use runtime::trace_context;
use tracing::{Span, info_span};

/// The spans of an experiment and of its generation, which last as long as what they are named after.
pub(super) struct Spans {
    experiment: Span,
    generation: Span,
    index: u32,
}

impl Spans {
    /// The experiment's span is below the call that launched it, whoever looks after it now.
    pub(super) async fn new(store: &dyn ExperimentStore, record: &ExperimentRecord) -> Self {
        let experiment = info_span!(parent: None, "experiment", experiment = %record.id, name = record.spec.name);
        if let Some(traceparent) = launched_by(store, record).await {
            trace_context::follow(&experiment, &traceparent);
        }
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

/// The trace context of the first event, which was recorded by the launch. A trace is not worth a failure.
async fn launched_by(store: &dyn ExperimentStore, record: &ExperimentRecord) -> Option<String> {
    let first = store.events_after(record.id, 0, 1).await.ok()?;
    first.into_iter().next()?.record.traceparent
}

fn generation_span(experiment: &Span, generation: u32) -> Span {
    info_span!(parent: experiment, "generation", generation)
}
