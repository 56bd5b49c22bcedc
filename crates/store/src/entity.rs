//! The tables as SeaORM sees them, one file each. Nothing outside of this crate knows them.

#![allow(unreachable_pub, reason = "the derive makes public items of what is private to the crate")]

pub(crate) mod action_logs;
pub(crate) mod answers;
pub(crate) mod attempts;
pub(crate) mod blob_chunks;
pub(crate) mod blobs;
pub(crate) mod checkpoints;
pub(crate) mod decisions;
pub(crate) mod divergences;
pub(crate) mod episodes;
pub(crate) mod event_inbox;
pub(crate) mod experiment_summaries;
pub(crate) mod experiments;
pub(crate) mod extensions;
pub(crate) mod findings;
pub(crate) mod generation_summaries;
pub(crate) mod generations;
pub(crate) mod jobs;
pub(crate) mod journal;
pub(crate) mod leases;
pub(crate) mod members;
pub(crate) mod outbox;
pub(crate) mod parked_events;
pub(crate) mod relay_holds;
pub(crate) mod research_sessions;
pub(crate) mod scores;
pub(crate) mod terms;
pub(crate) mod tick_logs;
pub(crate) mod tokens;
