//! Playing: one action for some tics, as the library's `make_action` does it.

use super::Engine;
use super::link::Request;
use crate::error::Error;

const DURING: &str = "while playing";

/// Why an episode is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// The player died.
    Dead,
    /// The map's end was reached, or its script ended it.
    MapEnd,
    /// The config's or the scenario's time is up.
    Timeout,
}

/// What is brought up to date after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refresh {
    /// Everything: variables, screen, buffers, reward.
    Full,
    /// Tic counters, death and map end only; much cheaper. The reward is counted with the
    /// next full refresh. The episode's last step refreshes everything all the same.
    TicFields,
}

/// Result of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Why the episode is over, if it is.
    pub finished: Option<End>,
    /// Reward since the last full refresh.
    pub reward: f64,
    /// Tics played; fewer than asked for when the episode ended.
    pub tics: u32,
}

impl Engine {
    /// Plays `tics` tics with the buttons' values, in the order of the config; missing
    /// ones are released. Keys are pressed by any value but 0, axes move by the value.
    ///
    /// Does nothing when the episode is over. Does not allocate.
    pub fn step(&mut self, buttons: &[f64], tics: u32, refresh: Refresh) -> Result<Step, Error> {
        self.set_action(buttons)?;
        if let Some(end) = self.finished() {
            return Ok(Step { finished: Some(end), reward: 0.0, tics: 0 });
        }
        let (played, fresh) = self.play(tics, refresh)?;
        let reward = if fresh { self.meter.update(&self.state, self.last_tic) } else { 0.0 };
        Ok(Step { finished: self.finished(), reward, tics: played })
    }

    /// Returns why the episode is over, if it is.
    #[must_use]
    pub fn finished(&self) -> Option<End> {
        let state = &self.state;
        let tic = state.map_tic();
        let limit = u64::from(self.config.timeout) + u64::from(self.config.start_time);
        if state.player_dead() && !state.multiplayer() {
            Some(End::Dead)
        } else if state.map_end() {
            Some(End::MapEnd)
        } else if (self.config.timeout > 0 && u64::from(tic) >= limit)
            || (state.map_tic_limit() > 0 && tic >= state.map_tic_limit())
        {
            Some(End::Timeout)
        } else {
            None
        }
    }

    /// Plays the tics; returns how many, and whether everything was refreshed.
    fn play(&mut self, tics: u32, refresh: Refresh) -> Result<(u32, bool), Error> {
        let full = refresh == Refresh::Full;
        for i in 1..=tics {
            let render = full && i == tics;
            self.last_tic = self.state.map_tic().wrapping_add(1);
            let request = if render { Request::TicAndUpdate } else { Request::Tic };
            self.link.ask(request, DURING)?;
            if self.finished().is_some() {
                if !render {
                    self.link.ask(Request::Update, DURING)?;
                }
                return Ok((i, true));
            }
        }
        Ok((tics, full))
    }

    fn set_action(&mut self, values: &[f64]) -> Result<(), Error> {
        let count = self.config.buttons.len();
        if values.len() > count {
            return Err(Error::BadAction { reason: format!("{} values for {count} buttons", values.len()) });
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Error::BadAction { reason: "a value is not a finite number".to_owned() });
        }
        for i in 0..count {
            let value = values.get(i).copied().unwrap_or(0.0);
            self.set_button(self.config.buttons[i], value);
        }
        Ok(())
    }
}
