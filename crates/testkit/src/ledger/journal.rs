//! The journal: who did what to an experiment, and why.

use domain::ids::ExperimentId;
use domain::journal::{Action, JournalEntry, Note};
use domain::ports::{Page, PortResult};

use super::book::Book;
use super::lists::{bad_token, cut};

/// For how long the same line is not written again.
const QUIET_MS: i64 = 60_000;

impl Book {
    pub(super) fn write_journal(&mut self, id: ExperimentId, action: Action, note: &Note, detail: &str, now: i64) {
        let place = self.journal.len() as i64 + 1;
        let entry = JournalEntry { id: place, at_ms: now, action, note: note.clone(), detail: detail.to_owned() };
        self.journal.push((id, entry));
    }

    pub(super) fn record(
        &mut self,
        id: ExperimentId,
        action: Action,
        note: &Note,
        detail: &str,
        now: i64,
    ) -> PortResult<()> {
        self.experiment(id)?;
        let is_known = self.journal.iter().any(|(experiment, entry)| {
            *experiment == id
                && (entry.action, &entry.note, entry.detail.as_str()) == (action, note, detail)
                && entry.at_ms > now - QUIET_MS
        });
        if !is_known {
            self.write_journal(id, action, note, detail, now);
        }
        Ok(())
    }

    pub(super) fn list_journal(
        &self,
        id: ExperimentId,
        page: &Page,
    ) -> PortResult<(Vec<JournalEntry>, Option<String>)> {
        self.experiment(id)?;
        let after = page.after.as_deref().map_or(Ok(0), parse)?;
        let entries = self.journal.iter().filter(|(experiment, entry)| *experiment == id && entry.id > after);
        Ok(cut(entries, page, |(_, entry)| entry.clone(), |entry| format!("{:016x}", entry.id)))
    }
}

fn parse(token: &str) -> PortResult<i64> {
    if token.len() != 16 {
        return Err(bad_token());
    }
    i64::from_str_radix(token, 16).map_err(|_| bad_token())
}
