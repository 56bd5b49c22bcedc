//! Private PostgreSQL, NATS with JetStream and RabbitMQ: how each is laid out below a folder, what it is started with, and
//! when it can be used.
//!
//! Each listens on a port of its own, of 127.0.0.1 only, and is able to come back on the same data and the same port after
//! SIGKILL. Starting and ending them is left to whoever needs them.

mod dial;
mod find;
mod nats;
mod ports;
mod postgres;
mod program;
mod rabbitmq;
mod server;

pub use find::PATH;
pub use nats::Nats;
pub use ports::free_port;
pub use postgres::{Postgres, PostgresOptions};
pub use program::{Program, User};
pub use rabbitmq::RabbitMq;
pub use server::{Server, Tls};
