//! Kills what it started itself, at every moment that matters, and proves that the results are the same.
//!
//! [`run`](run::run) plays an experiment calmly and then again and again under faults, and says what it found in a
//! [`Certificate`](certificate::Certificate). [`supervisor`] owns the processes, [`services`] are private
//! PostgreSQL, NATS and RabbitMQ. [`schedule`] draws faults, [`faults`] inflicts them, [`sweep`]
//! visits crash points, [`laps`] launches and follows experiments.

pub mod certificate;
pub mod control;
pub mod faults;
pub mod fleet;
pub mod laps;
pub mod moment;
pub mod run;
pub mod schedule;
pub mod services;
pub mod supervisor;
pub mod sweep;
pub mod witness;
