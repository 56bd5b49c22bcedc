//! When to hold fire although the target is in sight: bursts and the pauses between them.

/// Counts the tics of a burst and of the pause after it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trigger {
    fired: u32,
    waited: u32,
}

impl Trigger {
    /// Whether a burst of `burst` tics still lasts, or the pause after it is over.
    pub(super) fn is_free(&self, burst: u32, pause: u32) -> bool {
        self.fired < burst || self.waited >= pause
    }

    /// Takes note of a tick of `tics` tics with or without fire. A burst ends with its length, and any break that is as
    /// long as the pause counts as one.
    pub(super) fn commit(&mut self, fires: bool, tics: u32, burst: u32, pause: u32) {
        if !fires {
            self.waited = self.waited.saturating_add(tics);
            return;
        }
        let anew = self.waited >= pause && (self.waited > 0 || self.fired >= burst);
        self.fired = if anew { tics } else { self.fired.saturating_add(tics) };
        self.waited = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fire(burst: u32, pause: u32, ticks: usize) -> String {
        let mut trigger = Trigger::default();
        let mut tick = || {
            let fires = trigger.is_free(burst, pause);
            trigger.commit(fires, 4, burst, pause);
            if fires { 'x' } else { '.' }
        };
        (0..ticks).map(|_| tick()).collect()
    }

    #[test]
    fn bursts_and_pauses_take_turns() {
        assert_eq!(fire(8, 4, 9), "xx.xx.xx.");
        assert_eq!(fire(1, 9, 9), "x...x...x");
        assert_eq!(fire(4, 0, 5), "xxxxx");
    }

    #[test]
    fn an_early_break_as_long_as_the_pause_ends_a_burst() {
        let mut trigger = Trigger::default();
        trigger.commit(true, 4, 8, 4);
        trigger.commit(false, 4, 8, 4);
        trigger.commit(true, 4, 8, 4);
        assert!(trigger.is_free(8, 4));
    }
}
