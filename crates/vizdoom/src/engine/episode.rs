//! Starting an episode: seed, map, first state.
//!
//! One 32-bit seed decides the whole episode: with the map's restart the engine re-seeds
//! all its generators from it. So an episode is the same in a fresh engine and in one
//! that has played hundreds.

use super::Engine;
use super::link::Request;
use crate::button::Button;
use crate::error::Error;
use crate::layout;

const DURING: &str = "while starting an episode";
/// Tics after which the map must have restarted. It takes one or two.
const MAX_ROUNDS: u32 = 20;
/// Tics after which the map is asked for again, as in the library.
const ROUNDS_PER_TRY: u32 = 3;
/// Longest name of a map; a lump's name has 8 characters.
const MAX_MAP_NAME: usize = 8;

impl Engine {
    /// Starts an episode on the same map with this doom seed.
    pub fn new_episode(&mut self, doom_seed: u32) -> Result<(), Error> {
        let map = std::mem::take(&mut self.map);
        let started = self.restart(&map, doom_seed);
        self.map = map;
        started
    }

    /// Starts an episode on another map of the loaded files.
    pub fn new_episode_on(&mut self, map: &str, doom_seed: u32) -> Result<(), Error> {
        check_map(map, self.maps.as_deref())?;
        self.restart(map, doom_seed)?;
        map.clone_into(&mut self.map);
        Ok(())
    }

    fn restart(&mut self, map: &str, doom_seed: u32) -> Result<(), Error> {
        self.link.command(&format!("viz_set_seed {doom_seed}"), DURING)?;
        let command = format!("map {map}");
        self.link.command(&command, DURING)?;
        self.release_buttons();
        self.wait_for_map(map, &command)?;
        while self.state.map_tic() < self.config.start_time {
            self.link.ask(Request::Tic, DURING)?;
        }
        self.link.command("viz_override_player 0", DURING)?;
        self.link.ask(Request::Update, DURING)?;
        self.last_tic = self.state.map_tic();
        self.meter.reset(&self.state, self.last_tic);
        Ok(())
    }

    /// Plays tics until the map has restarted, which its tic counter tells. The library
    /// waits for ever here.
    fn wait_for_map(&mut self, map: &str, command: &str) -> Result<(), Error> {
        let mut rounds_of_try = 0;
        for _ in 0..MAX_ROUNDS {
            self.link.ask(Request::Tic, DURING)?;
            if !self.state.map_end() && self.state.map_tic() <= self.last_tic {
                return Ok(());
            }
            rounds_of_try += 1;
            if rounds_of_try > ROUNDS_PER_TRY {
                self.link.command(command, DURING)?;
                rounds_of_try = 0;
            }
        }
        Err(Error::MapNotStarted { map: map.to_owned(), rounds: MAX_ROUNDS })
    }

    pub(super) fn release_buttons(&mut self) {
        for button in Button::ALL {
            self.set_button(button, 0.0);
        }
    }

    pub(super) fn set_button(&mut self, button: Button, value: f64) {
        let offset = layout::input::BUTTONS + 8 * button.index();
        self.state.write_input(offset, value);
    }
}

/// Checks a map's name before the engine sees it: it ignores maps it does not know, and
/// would run anything behind a `;` as a command.
pub(super) fn check_map(map: &str, maps: Option<&[String]>) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let unknown = |known: &[String]| Error::UnknownMap { map: map.to_owned(), known: known.to_vec() };
    if map.is_empty() || map.len() > MAX_MAP_NAME || !map.bytes().all(plain) {
        return Err(unknown(maps.unwrap_or_default()));
    }
    match maps {
        Some(known) if !known.iter().any(|name| name.eq_ignore_ascii_case(map)) => Err(unknown(known)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_map;

    #[test]
    fn names_that_are_no_maps_never_reach_the_engine() {
        for name in ["", "map01; quit", "a/b", "verylongname", "map 1", "file:x"] {
            assert!(check_map(name, None).is_err(), "{name}");
        }
        assert!(check_map("MAP01", Some(&["map01".to_owned()])).is_ok());
        assert!(check_map("map02", Some(&["map01".to_owned()])).is_err());
    }
}
