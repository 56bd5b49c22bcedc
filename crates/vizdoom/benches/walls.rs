//! What walls cost a tick: the same episodes with and without them, in turns.
//!
//! `cargo bench -p vizdoom --bench walls -- [ROUNDS] [TICKS]`, by default 9 rounds of 2,000 ticks of 4 tics. Printed are
//! medians: the time of a tick without walls, the ratio within a round, and the part of it that is our own.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails by panicking and prints what it finds")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use vizdoom::{Engine, Install, Refresh, StartOptions, Walls};

const BEARINGS: [f64; 5] = [90.0, 30.0, 0.0, -30.0, -90.0];
/// From 4 lines to a thousand.
const SCENARIOS: [&str; 3] = ["basic", "my_way_home", "freedoom2"];

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let (rounds, ticks) = (numbers.next().unwrap_or(9), numbers.next().unwrap_or(2000));
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.data/engine");
    let root = std::env::var_os("CLAUDOOM_ENGINE_DIR").map_or(local, PathBuf::from);
    let install = Install::open(&root).unwrap();
    println!("scenario      lines  us a tick  with walls  reading us");
    for scenario in SCENARIOS {
        let folder = tempfile::tempdir().unwrap();
        let options = StartOptions::new(folder.path());
        let mut engines = [false, true].map(|walls| {
            let mut config = install.scenario(scenario).unwrap();
            config.buffers.sectors = walls;
            Engine::start(&install, &config, &options).unwrap()
        });
        let (mut plain, mut ratios, mut reading) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let [(without, _), (with, read)] = engines.each_mut().map(|engine| round(engine, ticks));
            plain.push(without.as_secs_f64() * 1e6 / ticks as f64);
            ratios.push(with.as_secs_f64() / without.as_secs_f64());
            reading.push(read.as_secs_f64() * 1e6 / ticks as f64);
        }
        let lines: usize = engines[1].state().sectors().map(|sector| sector.lines().len()).sum();
        let [plain, ratio, reading] = [plain, ratios, reading].map(median);
        println!("{scenario:<12}{lines:>7}{plain:>11.1}{ratio:>12.3}{reading:>12.2}");
    }
}

/// The time of so many ticks, and how much of it went into looking for walls.
fn round(engine: &mut Engine, ticks: usize) -> (Duration, Duration) {
    let action = vec![0.0; engine.config().buttons.len()];
    let has_walls = engine.config().buffers.sectors;
    let (mut walls, mut all, mut reading) = (Walls::default(), Duration::ZERO, Duration::ZERO);
    engine.new_episode(1).unwrap();
    for _ in 0..ticks {
        if engine.finished().is_some() {
            engine.new_episode(1).unwrap();
        }
        let begun = Instant::now();
        engine.step(&action, 4, Refresh::Full).unwrap();
        if has_walls {
            let stepped = Instant::now();
            std::hint::black_box(walls.distances(engine.state(), BEARINGS, 2048.0));
            reading += stepped.elapsed();
        }
        all += begun.elapsed();
    }
    (all, reading)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
