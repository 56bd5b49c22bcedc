//! What the Python API and the driver see of the same episodes, as lines of text.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use vizdoom::{Button, End, Engine, GameConfig, GameVariable, Pose, Refresh, State, seeds};

use crate::support;

/// Episodes to be played by both sides.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) scenario: &'static str,
    /// Lines of more settings.
    pub(crate) settings: &'static str,
    pub(crate) seeds: Vec<u32>,
    /// Tics per action; the episodes are played once for each.
    pub(crate) skips: Vec<u32>,
    /// Limit of tics per episode.
    pub(crate) tics: u32,
}

impl Job {
    /// Returns the config: the scenario's file and the settings after it.
    pub(crate) fn config(&self) -> GameConfig {
        let install = support::install();
        let path = install.scenario_dir().join(format!("{}.cfg", self.scenario));
        let text = format!("{}\n{}", std::fs::read_to_string(path).unwrap(), self.settings);
        GameConfig::parse(&text, install.scenario_dir()).unwrap()
    }

    fn describe(&self, dir: &Path) -> serde_json::Value {
        serde_json::json!({
            "config": support::install().scenario_dir().join(format!("{}.cfg", self.scenario)),
            "settings": self.settings,
            "seeds": self.seeds,
            "skips": self.skips,
            "tics": self.tics,
            "ini": dir.join("settings.ini"),
        })
    }

    /// Plays the episodes through the driver, in a fresh engine.
    pub(crate) fn rust(&self) -> String {
        let (_dir, options) = support::options();
        let mut engine = Engine::start(&support::install(), &self.config(), &options).unwrap();
        let trace = self.play(&mut engine);
        engine.close().unwrap();
        trace
    }

    /// Plays the episodes in this engine.
    pub(crate) fn play(&self, engine: &mut Engine) -> String {
        let mut out = String::new();
        for &skip in &self.skips {
            let mut actions = Actions::new(engine.config());
            for &seed in &self.seeds {
                self.play_one(&mut out, engine, &mut actions, seed, skip);
            }
        }
        out
    }

    fn play_one(&self, out: &mut String, engine: &mut Engine, actions: &mut Actions, seed: u32, skip: u32) {
        engine.new_episode(seeds::vizdoom_doom_seed(seed)).unwrap();
        writeln!(out, "episode {seed} skip {skip}").unwrap();
        show(out, engine);
        for _ in 0..self.tics / skip {
            if engine.finished().is_some() {
                break;
            }
            let step = engine.step(actions.next(), skip, Refresh::Full).unwrap();
            let (reward, total) = (bits(step.reward), bits(engine.total_reward()));
            writeln!(out, "step {reward} {total} {}", end(step.finished)).unwrap();
            show(out, engine);
        }
        writeln!(out, "final{}", variables(engine.state())).unwrap();
    }
}

/// Plays the jobs on both sides at once and compares; returns the driver's traces.
pub(crate) fn compare(jobs: &[Job]) -> Vec<String> {
    let (python, rust) = thread::scope(|scope| {
        let python = scope.spawn(|| python(jobs));
        let rust = jobs.iter().map(Job::rust).collect::<Vec<_>>();
        (python.join().unwrap(), rust)
    });
    let what = jobs.iter().map(|job| job.scenario).collect::<Vec<_>>().join(", ");
    assert_same(&what, &python, &rust.concat());
    rust
}

/// Plays the episodes through the Python API.
fn python(jobs: &[Job]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let jobs = jobs.iter().map(|job| job.describe(dir.path())).collect::<serde_json::Value>();
    let output = Command::new(interpreter())
        .arg(support::workspace().join("crates/vizdoom/tests/python/trace.py"))
        .arg(jobs.to_string())
        .current_dir(dir.path())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; {PYTHON_HINT}", interpreter().display()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{PYTHON_HINT}");
    String::from_utf8(output.stdout).unwrap()
}

/// Fails with the first line that differs.
pub(crate) fn assert_same(what: &str, expected: &str, found: &str) {
    if expected == found {
        return;
    }
    for (number, (left, right)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(left, right, "{what}: line {}", number + 1);
    }
    panic!("{what}: {} lines against {}", expected.lines().count(), found.lines().count());
}

const PYTHON_HINT: &str = "the tests compare with the Python API: make a virtual environment in .data/venv with \
                           `pip install vizdoom==1.3.2 numpy`, or set CLAUDOOM_PYTHON";

fn interpreter() -> PathBuf {
    std::env::var_os("CLAUDOOM_PYTHON")
        .map_or_else(|| support::workspace().join(".data/venv/bin/python"), PathBuf::from)
}

/// A stream of actions, the same as the Python side's.
pub(crate) struct Actions {
    state: u64,
    buttons: Vec<Button>,
    action: Vec<f64>,
}

impl Actions {
    pub(crate) fn new(config: &GameConfig) -> Self {
        Self { state: 1, buttons: config.buttons.clone(), action: Vec::new() }
    }

    pub(crate) fn next(&mut self) -> &[f64] {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = self.state >> 20;
        self.action.clear();
        for (i, button) in self.buttons.iter().enumerate() {
            let part = word >> i;
            self.action.push(if button.is_delta() { (part % 7) as f64 - 3.0 } else { (part & 1) as f64 });
        }
        &self.action
    }
}

fn show(out: &mut String, engine: &Engine) {
    if engine.finished().is_some() {
        return;
    }
    let (state, buffers) = (engine.state(), engine.config().buffers);
    writeln!(out, "state {}{}", state.map_tic(), variables(state)).unwrap();
    let (screen, depth) = (crc(state.screen()), crc(state.depth()));
    let (labels, automap) = (crc(state.labels_buffer()), crc(state.automap()));
    writeln!(out, "buffers {screen} {depth} {labels} {automap}").unwrap();
    things(out, state);
    if buffers.notifications && !state.notifications().is_empty() {
        let hex: String = state.notifications().iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(out, "notifications {hex}").unwrap();
    } else {
        writeln!(out, "notifications -").unwrap();
    }
}

fn things(out: &mut String, state: &State) {
    for label in state.labels() {
        let (id, name, category) = (label.object_id(), label.object_name(), label.object_category());
        let [x, y, width, height] = label.screen_box();
        let (value, pose) = (label.value(), pose(label.pose()));
        writeln!(out, "label {id} {name} {category} {value} {x},{y},{width},{height} {pose}").unwrap();
    }
    for object in state.objects() {
        let (id, sector, pose) = (object.id(), object.sector_id(), pose(object.pose()));
        writeln!(out, "object {id} {sector} {} {} {pose}", object.name(), object.category()).unwrap();
    }
    for sector in state.sectors() {
        let lines = sector.lines().map(|line| {
            let ([x1, y1], [x2, y2]) = (line.from.map(bits), line.to.map(bits));
            format!("{x1},{y1},{x2},{y2},{}", u8::from(line.blocking))
        });
        let lines = lines.collect::<Vec<_>>().join(";");
        let (floor, ceiling) = (bits(sector.floor_height()), bits(sector.ceiling_height()));
        writeln!(out, "sector {} {floor} {ceiling} {lines}", sector.id()).unwrap();
    }
}

fn variables(state: &State) -> String {
    GameVariable::ALL.iter().map(|&variable| format!(" {}", bits(state.variable(variable)))).collect()
}

fn pose(pose: Pose) -> String {
    let [x, y, z] = pose.position;
    let [vx, vy, vz] = pose.velocity;
    let values = [x, y, z, pose.angle, pose.pitch, pose.roll, vx, vy, vz];
    values.map(bits).join(",")
}

fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

fn end(end: Option<End>) -> &'static str {
    match end {
        None => "-",
        Some(End::Dead) => "dead",
        Some(End::MapEnd) => "map",
        Some(End::Timeout) => "timeout",
    }
}

/// CRC-32 as in zlib; a dash for no buffer.
fn crc(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_owned();
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(bytes);
    format!("{:08x}", crc.finalize())
}
