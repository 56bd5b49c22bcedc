//! The engine's command line, in the order the library writes it.

use std::path::PathBuf;

use crate::config::GameConfig;

/// What the command line needs besides the config.
pub(crate) struct Launch<'a> {
    pub(crate) config: &'a GameConfig,
    pub(crate) game: PathBuf,
    pub(crate) scenario: Option<PathBuf>,
    pub(crate) map: &'a str,
    pub(crate) instance: &'a str,
    pub(crate) rng_seed: u32,
}

/// Settings file of the engine, written to its working directory.
const SETTINGS_FILE: &str = "_vizdoom.ini";

/// Returns the engine's arguments.
pub(crate) fn args(launch: &Launch<'_>) -> Vec<String> {
    let config = launch.config;
    let mut args = Args(Vec::with_capacity(64));
    args.pair("-iwad", launch.game.display());
    if let Some(scenario) = &launch.scenario {
        args.pair("-file", scenario.display());
    }
    args.pair("-config", SETTINGS_FILE);
    args.pair("+map", launch.map);
    args.pair("-skill", config.skill);
    args.pair("-width", config.resolution.width());
    args.pair("-height", config.resolution.height());
    args.pair("+vid_aspect", config.resolution.aspect());
    args.pair("+fullscreen", 0);
    args.pair("+viz_controlled", 1);
    args.pair("+viz_instance_id", launch.instance);
    args.pair("+use_mouse", 0);
    args.pair("-rngseed", launch.rng_seed);
    buffers(&mut args, config);
    args.pair("+viz_render_mode", config.render.bits(&config.automap));
    args.pair("+viz_noconsole", 1);
    args.pair("+viz_screen_format", config.format.number());
    // Headless needs both.
    args.pair("+viz_window_hidden", 1);
    args.pair("+viz_noxserver", 1);
    args.0.extend(["-noidle", "-nojoy", "-nosound"].map(str::to_owned));
    args.pair("+viz_nosound", 1);
    if config.buffers.notifications {
        args.pair("+viz_notifications", 1);
        args.pair("+viz_notifications_tics", config.buffers.notifications_tics.max(1));
    }
    args.0.extend(config.game_args.iter().cloned());
    args.0
}

fn buffers(args: &mut Args, config: &GameConfig) {
    let buffers = &config.buffers;
    for (on, flag) in
        [(buffers.depth, "+viz_depth"), (buffers.labels, "+viz_labels"), (buffers.automap, "+viz_automap")]
    {
        if on {
            args.pair(flag, 1);
        }
    }
    if buffers.automap {
        args.pair("+viz_automap_mode", config.automap.mode as u8);
    }
    for (on, flag) in [(buffers.objects, "+viz_objects"), (buffers.sectors, "+viz_sectors")] {
        if on {
            args.pair(flag, 1);
        }
    }
}

struct Args(Vec<String>);

impl Args {
    fn pair(&mut self, flag: &str, value: impl ToString) {
        self.0.push(flag.to_owned());
        self.0.push(value.to_string());
    }
}
