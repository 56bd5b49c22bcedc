//! Which trace the work of the moment belongs to.

use std::fmt;
use std::sync::Arc;

/// Tells the W3C trace context (`traceparent`) of what is being done. Empty by default: who stores or sends it does not
/// know who traces.
#[derive(Clone, Default)]
pub struct TraceSource(Option<Arc<dyn Fn() -> Option<String> + Send + Sync>>);

impl TraceSource {
    /// Asks `current` each time.
    pub fn new(current: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(current)))
    }

    /// The trace context of now, if there is one that fits into a header.
    #[must_use]
    pub fn current(&self) -> Option<String> {
        let current = self.0.as_ref()?;
        current().filter(|traceparent| traceparent.bytes().all(|byte| byte.is_ascii_graphic()))
    }
}

impl fmt::Debug for TraceSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "TraceSource(set)" } else { "TraceSource(none)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_header_can_carry_is_no_context() {
        let source = |text: &str| {
            let text = text.to_owned();
            TraceSource::new(move || Some(text.clone())).current()
        };

        assert_eq!(source("00-aa-bb-01").as_deref(), Some("00-aa-bb-01"));
        assert_eq!(source("00\r\nevil: 1"), None);
        assert_eq!(TraceSource::default().current(), None);
    }
}
