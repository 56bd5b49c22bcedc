//! The adapters against the contracts of their ports, twins and real services alike.
//!
//! The real ones need NATS with JetStream and RabbitMQ: `CLAUDOOM_TEST_NATS` and `CLAUDOOM_TEST_AMQP` say where,
//! otherwise they are looked for on this machine. Every test has its own names and removes what it made.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod amqp;
mod jetstream;
mod jetstream_absent;
mod memory;
mod nats;
mod nats_tls;
mod proxy;
mod rabbit;
mod rabbit_count;
mod rabbit_private;
mod rabbit_recovery;
mod relay;
mod source;
