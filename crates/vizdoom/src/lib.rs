//! Native driver of the ViZDoom 1.3.2 engine: one engine process per game, driven
//! through its shared memory and message queues. No Python and no C++ at run time.
//!
//! * [`Install`] puts the engine on the disk and checks it.
//! * [`GameConfig`] reads the scenarios' `.cfg` files and takes overrides as plain fields.
//! * [`Engine`] is one running process: start, episode, step, state.
//! * [`Game`] supervises engines: starts them when needed, replaces them when they
//!   died, grew or grew old. Episodes do not depend on which engine plays them.
//!
//! What this crate does not do: decide, schedule, pin threads, store. Time is used for
//! limits only and never reaches a result.

// The engine's interface is raw shared memory with process-shared mutexes in it, and the
// child has to be prepared between fork and exec. This crate is the only one with unsafe.
#![allow(unsafe_code)]

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")))]
compile_error!(
    "the ViZDoom engine is an x86_64 glibc program and shares pthread objects with its driver: \
     build for x86_64-unknown-linux-gnu"
);

mod button;
mod clean;
mod command_line;
pub mod config;
mod engine;
mod error;
mod game;
mod game_variable;
mod gate;
pub mod install;
mod instance;
mod layout;
mod mapping;
mod process;
mod queue;
mod reward;
mod screen;
pub mod seeds;
mod space;
mod spawner;
mod state;
mod views;
mod wad;
mod walls;
mod watchdog;
mod work_dir;

pub use button::Button;
pub use clean::clean_stale;
pub use config::GameConfig;
pub use engine::{End, Engine, Refresh, StartOptions, Step};
pub use error::Error;
pub use game::{Game, GameOptions};
pub use game_variable::GameVariable;
pub use gate::set_start_limit;
pub use install::Install;
pub use screen::{Resolution, ScreenFormat};
pub use state::State;
pub use views::{Label, Line, Object, Pose, Sector};
pub use wad::MapLine;
pub use walls::Walls;

/// Version of the engine this driver speaks to.
pub const ENGINE_VERSION: &str = "1.3.2";
