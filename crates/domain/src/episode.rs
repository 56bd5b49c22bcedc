//! The rules of one episode: inputs in, effects out.
//!
//! The runner feeds every reading and every decision to [`Episode::on`] and does what the effect says. All that
//! is measured, hashed and logged happens here, so an episode means the same whoever drives it.

use crate::action::Buttons;
use crate::action_log::ActionLog;
use crate::digest::Trajectory;
use crate::environment::{End, MapBounds, Reading};
use crate::ids::TickNo;
use crate::measures::{Gauge, Measures};

/// What happened.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The game is at the start of the episode.
    Started(&'a Reading),
    /// The agent decided.
    Chosen {
        /// The tick it answers.
        tick: TickNo,
        /// What it wants pressed.
        buttons: Buttons,
    },
    /// The game made the step that was asked for.
    Stepped(&'a Reading),
}

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Ask the agent for the decision of this tick.
    Decide(TickNo),
    /// Step the game with these buttons held.
    Step(Buttons),
    /// The episode is over.
    Finish(Box<Outcome>),
}

/// The result of an episode.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What was measured.
    pub measures: Measures,
    /// The last link of the trajectory chain.
    pub trajectory: [u8; 32],
    /// The actions, as in [`crate::action_log`].
    pub action_log: Vec<u8>,
}

/// An input that does not fit the state of the episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfTurn {
    /// The agent answered another tick than the one it was asked for.
    #[error("got the action of tick {got}, expected tick {expected}")]
    WrongTick {
        /// The tick that was answered.
        got: TickNo,
        /// The tick that was asked for.
        expected: TickNo,
    },
    /// The agent pressed a button that the scenario does not have.
    #[error("buttons {buttons:#b} of tick {tick} exceed the scenario's {count} buttons")]
    UnknownButton {
        /// The tick that was answered.
        tick: TickNo,
        /// What was pressed.
        buttons: u64,
        /// How many buttons there are.
        count: usize,
    },
    /// The input came when another one was due.
    #[error("{input} is not expected while {state}")]
    Unexpected {
        /// The input's name.
        input: &'static str,
        /// What the episode is waiting for.
        state: &'static str,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Deciding(TickNo),
    Stepping(TickNo, Buttons),
    Finished,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Starting => "the episode has not started",
            Self::Deciding(_) => "a decision is awaited",
            Self::Stepping(..) => "a step is awaited",
            Self::Finished => "the episode is over",
        }
    }
}

/// One episode from its start to its outcome.
#[derive(Debug, Clone)]
pub struct Episode {
    phase: Phase,
    button_count: usize,
    bounds: Option<MapBounds>,
    progress: Option<Progress>,
}

#[derive(Debug, Clone)]
struct Progress {
    gauge: Gauge,
    trajectory: Trajectory,
    log: ActionLog,
}

impl Episode {
    /// An episode that has not started, of a scenario with `button_count` buttons on a map within `bounds`.
    #[must_use]
    pub fn new(button_count: usize, bounds: Option<MapBounds>) -> Self {
        Self { phase: Phase::Starting, button_count, bounds, progress: None }
    }

    /// Takes in what happened and says what is to be done.
    ///
    /// # Errors
    /// [`OutOfTurn`] if the input does not fit; the episode is then unchanged.
    pub fn on(&mut self, input: Input<'_>) -> Result<Effect, OutOfTurn> {
        match (self.phase, input) {
            (Phase::Starting, Input::Started(first)) => Ok(self.start(first)),
            (Phase::Deciding(tick), Input::Chosen { tick: got, buttons }) => self.choose(tick, got, buttons),
            (Phase::Stepping(tick, buttons), Input::Stepped(now)) => Ok(self.advance(tick, buttons, now)),
            (phase, input) => Err(OutOfTurn::Unexpected { input: name(&input), state: phase.name() }),
        }
    }

    /// The measuring so far; absent before the start.
    #[must_use]
    pub fn gauge(&self) -> Option<&Gauge> {
        self.progress.as_ref().map(|progress| &progress.gauge)
    }

    /// The latest link of the trajectory chain; absent before the start.
    #[must_use]
    pub fn trajectory(&self) -> Option<[u8; 32]> {
        self.progress.as_ref().map(|progress| progress.trajectory.digest())
    }

    fn start(&mut self, first: &Reading) -> Effect {
        let progress = Progress {
            gauge: Gauge::new(*first, self.bounds),
            trajectory: Trajectory::start(first),
            log: ActionLog::default(),
        };
        let progress = self.progress.insert(progress);
        match first.end {
            Some(end) => {
                self.phase = Phase::Finished;
                finish(progress, end)
            }
            None => {
                self.phase = Phase::Deciding(TickNo(0));
                Effect::Decide(TickNo(0))
            }
        }
    }

    fn choose(&mut self, expected: TickNo, got: TickNo, buttons: Buttons) -> Result<Effect, OutOfTurn> {
        if got != expected {
            return Err(OutOfTurn::WrongTick { got, expected });
        }
        if buttons.exceeds(self.button_count) {
            return Err(OutOfTurn::UnknownButton { tick: got, buttons: buttons.0, count: self.button_count });
        }
        self.phase = Phase::Stepping(expected, buttons);
        Ok(Effect::Step(buttons))
    }

    fn advance(&mut self, tick: TickNo, buttons: Buttons, now: &Reading) -> Effect {
        let progress = self.progress.as_mut().expect("an episode that is stepping has started");
        progress.gauge.observe(now);
        progress.trajectory = progress.trajectory.link(buttons, now);
        progress.log.push(buttons);
        match now.end {
            Some(end) => {
                self.phase = Phase::Finished;
                finish(progress, end)
            }
            None => {
                self.phase = Phase::Deciding(tick.next());
                Effect::Decide(tick.next())
            }
        }
    }
}

fn finish(progress: &Progress, end: End) -> Effect {
    Effect::Finish(Box::new(Outcome {
        measures: progress.gauge.measures(end),
        trajectory: progress.trajectory.digest(),
        action_log: progress.log.clone().into_bytes(),
    }))
}

fn name(input: &Input<'_>) -> &'static str {
    match input {
        Input::Started(_) => "a start",
        Input::Chosen { .. } => "a decision",
        Input::Stepped(_) => "a step",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(tic: u32, end: Option<End>) -> Reading {
        Reading { tic, end, ..Reading::default() }
    }

    fn play(masks: &[u64]) -> Box<Outcome> {
        let mut episode = Episode::new(3, None);
        let mut effect = episode.on(Input::Started(&reading(0, None))).unwrap();
        for (index, &mask) in masks.iter().enumerate() {
            let tick = TickNo(index as u32);
            assert_eq!(effect, Effect::Decide(tick));
            let buttons = Buttons(mask);
            assert_eq!(episode.on(Input::Chosen { tick, buttons }), Ok(Effect::Step(buttons)));
            let end = (index + 1 == masks.len()).then_some(End::Death);
            effect = episode.on(Input::Stepped(&reading(4 * (index as u32 + 1), end))).unwrap();
        }
        let Effect::Finish(outcome) = effect else { panic!("not finished: {effect:?}") };
        outcome
    }

    proptest! {
        #[test]
        fn an_episode_logs_and_counts_every_tick(masks in prop::collection::vec(0u64..8, 1..60)) {
            let outcome = play(&masks);
            let actions: Vec<_> = masks.iter().map(|&mask| Buttons(mask)).collect();
            prop_assert_eq!(outcome.measures.ticks as usize, masks.len());
            prop_assert_eq!(crate::action_log::decode(&outcome.action_log), Ok(actions));
            prop_assert_eq!(play(&masks), outcome);
        }

        #[test]
        fn another_action_is_another_trajectory(
            masks in prop::collection::vec(0u64..8, 1..30), at in any::<prop::sample::Index>(),
        ) {
            let mut other = masks.clone();
            other[at.index(masks.len())] ^= 1;
            prop_assert_ne!(play(&masks).trajectory, play(&other).trajectory);
        }
    }

    #[test]
    fn inputs_out_of_turn_change_nothing() {
        let mut episode = Episode::new(3, None);
        let chosen = |tick, mask| Input::Chosen { tick: TickNo(tick), buttons: Buttons(mask) };
        assert!(matches!(episode.on(chosen(0, 1)), Err(OutOfTurn::Unexpected { .. })));
        episode.on(Input::Started(&reading(0, None))).unwrap();
        assert!(matches!(episode.on(chosen(1, 1)), Err(OutOfTurn::WrongTick { .. })));
        assert!(matches!(episode.on(chosen(0, 8)), Err(OutOfTurn::UnknownButton { .. })));
        assert!(matches!(episode.on(Input::Stepped(&reading(1, None))), Err(OutOfTurn::Unexpected { .. })));
        assert_eq!(episode.on(chosen(0, 7)), Ok(Effect::Step(Buttons(7))));
    }

    #[test]
    fn a_game_that_is_over_at_once_is_an_episode_without_ticks() {
        let mut episode = Episode::new(3, None);
        let effect = episode.on(Input::Started(&reading(0, Some(End::MapEnd)))).unwrap();
        assert!(matches!(effect, Effect::Finish(outcome) if outcome.measures.ticks == 0));
        assert!(episode.on(Input::Started(&reading(0, None))).is_err());
    }
}
