//! The queue and the stream inside one process, for the embedded default and for tests. They keep the contract of
//! the real ones (`testkit::contract`), except that nothing outlives the process: what was in the queue is found
//! again in the ledger when the next process starts.

mod bus;
mod log;
mod metrics;
mod queue;
mod source;

pub use bus::{MemoryEventBus, Seen, Subscription};
pub use metrics::{MemoryMetrics, Metric};
pub use queue::MemoryJobQueue;
pub use source::MemoryEventSource;
