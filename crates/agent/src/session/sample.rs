//! Spans of some decisions: all of them would drown a trace, and cost more than to decide.

use domain::action::Decision;
use domain::ids::TickNo;
use proto::convert::action::level_name;
use runtime::trace_context;
use tracing::field::Empty;
use tracing::{Span, info_span};

/// One decision in so many has a span, the first of an episode among them.
const ONE_IN: u32 = 100;

/// The span of the decision of this tick, below the episode's, if it is one of them.
pub(super) fn span(episode: &str, tick: TickNo) -> Option<Span> {
    if !tick.0.is_multiple_of(ONE_IN) {
        return None;
    }
    let span = info_span!(parent: None, "decision", tick = tick.0, level = Empty);
    trace_context::follow(&span, episode);
    Some(span)
}

/// Says how it was decided.
pub(super) fn end(span: &Span, decision: &Decision) {
    span.record("level", level_name(decision.level));
}
