//! The messages that a stream in memory keeps, and the ids that it recognises.

use std::collections::{HashSet, VecDeque};

use domain::ports::StreamMessage;

/// How many ids are remembered: the twin of the duplicate window. The oldest are forgotten, so memory is bounded.
const REMEMBERED: usize = 65_536;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is kept.
    New,
    /// Its id is known.
    Known,
}

/// The kept messages, in order of their positions.
#[derive(Debug)]
pub(super) struct Log {
    messages: VecDeque<StreamMessage>,
    limit: usize,
    last: u64,
    created_at_ms: i64,
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Log {
    pub(super) fn new(limit: usize, created_at_ms: i64) -> Self {
        Self { messages: VecDeque::new(), limit, last: 0, created_at_ms, ids: HashSet::new(), order: VecDeque::new() }
    }

    /// Keeps a message under the next position, unless its id is known. Where there is no room, the oldest message
    /// leaves if its position is at most `answered`; absent if it must stay.
    pub(super) fn take(&mut self, id: String, message: StreamMessage, answered: u64) -> Option<Taken> {
        if self.ids.contains(&id) {
            return Some(Taken::Known);
        }
        if self.messages.len() >= self.limit {
            self.messages.pop_front_if(|oldest| oldest.position <= answered)?;
        }
        self.remember(id);
        self.last += 1;
        self.messages.push_back(StreamMessage { position: self.last, ..message });
        Some(Taken::New)
    }

    fn remember(&mut self, id: String) {
        self.ids.insert(id.clone());
        self.order.push_back(id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = &StreamMessage> {
        self.messages.iter()
    }

    /// The message at a position, or the next one that is kept.
    pub(super) fn at_or_after(&self, position: u64) -> Option<&StreamMessage> {
        let index = usize::try_from(position.saturating_sub(self.first())).ok()?;
        self.messages.get(index)
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Position of the oldest message, or of the next one where there is none.
    pub(super) fn first(&self) -> u64 {
        self.messages.front().map_or(self.last + 1, |oldest| oldest.position)
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn created_at_ms(&self) -> i64 {
        self.created_at_ms
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn message() -> StreamMessage {
        StreamMessage {
            subject: String::new(),
            headers: BTreeMap::new(),
            body: Vec::new(),
            position: 0,
            stored_at_ms: 0,
        }
    }

    #[test]
    fn the_window_forgets_the_oldest() {
        let mut log = Log::new(2, 0);

        for number in 0..=REMEMBERED {
            assert_eq!(log.take(number.to_string(), message(), u64::MAX), Some(Taken::New));
        }

        assert_eq!(log.take("1".to_owned(), message(), u64::MAX), Some(Taken::Known));
        assert_eq!(log.take("0".to_owned(), message(), u64::MAX), Some(Taken::New));
        assert_eq!((log.ids.len(), log.len()), (REMEMBERED, 2));
    }

    #[test]
    fn positions_go_on_and_what_left_is_not_found() {
        let mut log = Log::new(2, 0);
        assert_eq!((log.first(), log.last()), (1, 0));
        for id in ["a", "b", "c"] {
            log.take(id.to_owned(), message(), 1);
        }

        assert_eq!((log.first(), log.last()), (2, 3));
        assert_eq!(log.at_or_after(1).map(|message| message.position), Some(2));
        assert_eq!(log.at_or_after(3).map(|message| message.position), Some(3));
        assert!(log.at_or_after(4).is_none());
        assert_eq!(log.take("d".to_owned(), message(), 1), None, "the oldest is not answered");
    }
}
