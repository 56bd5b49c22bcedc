//! How work and facts travel between processes: the job queue, the event stream, and the relay between the ledger's
//! outbox and that stream.
//!
//! Nothing here is the truth about anything. The queue may deliver a job twice and the stream may be lost: the
//! ledger (`store`) knows what is done, so the queue is an at-least-once input and the stream an at-least-once output.
//!
//! * [`jetstream`]: events and metrics on NATS.
//! * [`event_message`]: an event as a message, and the way back.
//! * [`rabbit`]: the job queue on RabbitMQ.
//! * [`memory`]: twins of both inside one process, with the same contract, for the embedded default and for tests.
//! * [`relay`]: publishes what waits in the outbox.
//! * [`spans`]: what is traced of an event.

pub mod event_message;
pub mod jetstream;
pub mod memory;
pub mod rabbit;
pub mod relay;
pub mod spans;
pub mod wire;
