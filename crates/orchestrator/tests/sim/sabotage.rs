//! Rules that a run breaks on purpose. Whatever is broken must be noticed: a simulation that does not see it proves nothing.

use testkit::ledger::Rules;

/// What is broken; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Sabotage {
    /// Rules of the ledger.
    pub(crate) rules: Rules,
    /// Events are published after the commit, past the outbox.
    pub(crate) no_outbox: bool,
    /// The stream does not recognise repeated ids.
    pub(crate) no_window: bool,
    /// A message is acknowledged as it is handed out.
    pub(crate) rash_ack: bool,
    /// An event counts as published before the stream has acknowledged it.
    pub(crate) rash_mark: bool,
    /// What the engine is seeded with depends on the attempt.
    pub(crate) seed_of_attempt: bool,
    /// One worker's engine plays other episodes than it is told to.
    pub(crate) broken_engine: bool,
    /// Who watches does not look at fences, to see what the other rules make of it.
    pub(crate) is_blind_to_fences: bool,
}
