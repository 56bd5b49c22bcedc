//! The same work through ViZDoom's Python API, as its users do it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use domain::ids::DoomSeed;

use super::ticks::{actions, setup};
use super::{FIRST_SEED, Measured, RESOLUTION, SCENARIO, Setting};
use crate::games::doom::DoomGames;
use crate::shard::allowed_cpus;

const SCRIPT: &str = include_str!("python/ticks.py");

/// Plays a setting for `duration` with `python`, one process per game.
///
/// # Errors
/// If Python or its vizdoom package is not there, or a process fails.
pub fn round(games: &DoomGames, setting: Setting, duration: Duration, python: &str) -> anyhow::Result<Measured> {
    let setup = setup(games, setting.frame_skip)?;
    // As many episodes as the fastest driver could play; the script takes them one after another.
    let lists: Vec<Vec<u64>> = (FIRST_SEED..FIRST_SEED + 16)
        .map(|seed| Ok(actions(&setup, DoomSeed(seed))?.into_iter().take(4000).map(|buttons| buttons.0).collect()))
        .collect::<anyhow::Result<_>>()?;
    // The API keeps its settings and its engine's files in the working folder; two games must not share one.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("actions.json");
    std::fs::write(&file, serde_json::to_vec(&lists)?)?;
    // A path is told from the folder of whoever asks; a bare name is looked up.
    let program = if python.contains('/') { std::path::absolute(python)? } else { python.into() };
    let cpus = allowed_cpus();
    let children: Vec<_> = (0..setting.engines)
        .map(|index| {
            let cpu = setting.pinned.then(|| cpus[index % cpus.len()]);
            let own = folder.path().join(index.to_string());
            std::fs::create_dir(&own)?;
            command(setting, duration, &program, &file, cpu).current_dir(own).spawn()
        })
        .collect::<Result<_, _>>()
        .with_context(|| format!("cannot run {python}"))?;
    let mut measured = Measured::default();
    for child in children {
        let output = child.wait_with_output()?;
        anyhow::ensure!(output.status.success(), "{python} failed: {}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8_lossy(&output.stdout);
        let rate: f64 = said.trim().parse().with_context(|| format!("{python} said `{}`", said.trim()))?;
        measured.decisions_per_s += rate;
    }
    Ok(measured)
}

fn command(setting: Setting, duration: Duration, python: &Path, actions: &Path, cpu: Option<usize>) -> Command {
    let mut command = Command::new(python);
    command
        .arg("-c")
        .arg(SCRIPT)
        .arg(SCENARIO)
        .arg(RESOLUTION)
        .arg(setting.frame_skip.to_string())
        .arg(if setting.frames { "frames" } else { "none" })
        .arg(duration.as_secs_f64().to_string())
        .arg(actions)
        .arg(cpu.map_or_else(|| "-".to_owned(), |cpu| cpu.to_string()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
