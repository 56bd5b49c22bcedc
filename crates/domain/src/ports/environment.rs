//! The game, seen from the runner.

use crate::action::Buttons;
use crate::environment::{MapBounds, Reading};
use crate::game::GameState;
use crate::ids::DoomSeed;

/// A failure of a game. It ends the attempt, never the experiment by itself.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EnvironmentError {
    /// What went wrong and, where it helps, what to do.
    pub message: String,
    /// Whether another attempt may succeed.
    pub retryable: bool,
    /// The error below, if any.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A game that is played in lock-step: it stands still between two calls.
pub trait Environment: Send {
    /// Names of the buttons, in the order of the bits of [`Buttons`].
    fn buttons(&self) -> &[String];

    /// Names of the game variables in [`GameState::variables`].
    fn variables(&self) -> &[String];

    /// The rectangle around the map, where it is known.
    fn bounds(&self) -> Option<MapBounds>;

    /// Begins a new episode that `seed` decides entirely.
    ///
    /// # Errors
    /// If the game cannot be started or does not reach the start of the episode.
    fn reset(&mut self, seed: DoomSeed) -> Result<Reading, EnvironmentError>;

    /// Holds `buttons` for `tics` tics, fewer if the episode ends before.
    ///
    /// # Errors
    /// If the game died or hangs.
    fn step(&mut self, buttons: Buttons, tics: u32) -> Result<Reading, EnvironmentError>;

    /// Fills in what only the game knows: entities, variables and frames, as far as the game was asked for them.
    /// The rest of the state is left as it is.
    fn observe(&mut self, state: &mut GameState);
}
