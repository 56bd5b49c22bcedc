//! The orchestrator: plans experiments and generations, plays their episodes and keeps their scores.
//!
//! [`core`] holds the use cases, [`leader`] elects the process whose [`director`] drives experiments from generation to
//! generation, [`broadcast`] tells how they do, [`worker`] and [`shard`] play jobs, [`nats_control`] takes orders over NATS,
//! [`analysis`] tells what [`science::study`] finds, [`document`] writes it, [`raster`] turns its pictures into pixels,
//! [`app`] is the only place that names concrete storage, queues and games, [`cli`], [`service`] and [`http`] are the ways
//! in.

pub mod analysis;
pub mod app;
pub mod bench;
pub mod broadcast;
pub mod chaos;
pub mod check;
pub mod cli;
mod clock;
pub mod comparison;
pub mod core;
mod design_report;
pub mod director;
pub mod document;
pub mod events;
pub mod experiment_file;
pub mod export;
pub mod games;
pub mod http;
pub mod jobs;
pub mod leader;
pub mod learning;
pub mod look;
pub mod metrics;
pub mod nats_control;
pub mod planner;
pub mod planning;
pub mod play;
pub mod pool;
pub mod practice;
pub mod raster;
pub mod report;
pub mod research;
pub mod retrospection;
pub mod service;
pub mod shard;
pub mod standing;
pub mod statistics;
pub mod user_files;
pub mod worker;
