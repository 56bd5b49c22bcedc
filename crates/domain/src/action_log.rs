//! The actions of an episode, run-length encoded: enough to play it again.
//!
//! Format: pairs of LEB128 varints, the button mask and how many ticks in a row it was held.

use crate::action::Buttons;

/// A growing log of actions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionLog {
    bytes: Vec<u8>,
    held: Option<(Buttons, u32)>,
}

/// Bytes that are not an action log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("action log is damaged at byte {0}")]
pub struct BadLog(pub usize);

impl ActionLog {
    /// Appends the action of one more tick.
    pub fn push(&mut self, buttons: Buttons) {
        match &mut self.held {
            Some((held, ticks)) if *held == buttons => *ticks += 1,
            _ => {
                self.flush();
                self.held = Some((buttons, 1));
            }
        }
    }

    /// The encoded log.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.flush();
        self.bytes
    }

    fn flush(&mut self) {
        if let Some((buttons, ticks)) = self.held.take() {
            write_varint(&mut self.bytes, buttons.0);
            write_varint(&mut self.bytes, u64::from(ticks));
        }
    }
}

/// Reads the action of every tick back.
///
/// # Errors
/// [`BadLog`] if the bytes end within a number, or a run is empty or longer than 2^24 ticks.
pub fn decode(bytes: &[u8]) -> Result<Vec<Buttons>, BadLog> {
    const LONGEST_RUN: u64 = 1 << 24;
    let mut actions = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let mask = read_varint(bytes, &mut at)?;
        let ticks = read_varint(bytes, &mut at)?;
        if ticks == 0 || ticks > LONGEST_RUN {
            return Err(BadLog(start));
        }
        actions.resize(actions.len() + ticks as usize, Buttons(mask));
    }
    Ok(actions)
}

fn write_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_varint(bytes: &[u8], at: &mut usize) -> Result<u64, BadLog> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at).ok_or(BadLog(*at))?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(BadLog(*at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn log_reads_back_what_was_pushed(masks in prop::collection::vec(prop_oneof![0u64..4, any::<u64>()], 0..300)) {
            let mut log = ActionLog::default();
            masks.iter().for_each(|&mask| log.push(Buttons(mask)));
            let actions: Vec<_> = masks.into_iter().map(Buttons).collect();
            prop_assert_eq!(decode(&log.into_bytes()), Ok(actions));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(0u8..255, 0..8)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn long_holds_take_few_bytes() {
        let mut log = ActionLog::default();
        (0..100_000).for_each(|_| log.push(Buttons(5)));
        assert_eq!(log.into_bytes().len(), 4);
    }
}
