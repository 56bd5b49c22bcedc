//! The tables that people may read, and what they hold.

/// A table that people may read.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: &'static str,
}

const fn table(name: &'static str, holds: &'static str) -> Table {
    Table { name, holds }
}

/// Every table that people may read. The others hold hashes of tokens, the private state of sessions, the contents of
/// files in pieces, or nothing but the program's own business.
pub const TABLES: &[Table] = &[
    table("action_logs", "the actions of every attempt at an episode, packed"),
    table("answers", "which contents external retrospections have answered with"),
    table("attempts", "every try at a job: who, when, and what went wrong"),
    table("blobs", "files that were uploaded: hash, name and size"),
    table("checkpoints", "which contents are checkpoints of which evolutions"),
    table("decisions", "what decided at every tick, where an experiment keeps it"),
    table("divergences", "episodes that were played twice with two results"),
    table("episodes", "what is planned: seeds and job of every episode"),
    table("event_inbox", "events that were processed"),
    table("experiment_summaries", "what the published events of an experiment add up to"),
    table("experiments", "what was asked for, status, digest"),
    table("extensions", "what was added to experiments after their launch"),
    table("findings", "statements, and the experiments that they rest on"),
    table("generation_summaries", "what the published events of a generation add up to"),
    table("generations", "rounds of a population, or the one generation of a design"),
    table("jobs", "batches of episodes: status, owner, lease"),
    table("journal", "who did what to an experiment, when and why"),
    table("members", "conditions of a design and genomes of a population: levels, agent, scenario"),
    table("outbox", "every event, in order"),
    table("parked_events", "messages of which nothing could be made"),
    table("scores", "every measure of every episode"),
    table("terms", "terms of leaders"),
    table("tick_logs", "every tick, where an experiment keeps them"),
];
