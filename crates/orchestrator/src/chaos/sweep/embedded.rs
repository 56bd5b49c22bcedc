//! Crash points of an embedded system: one process on SQLite dies at each of them, and its successor goes on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use runtime::crash::{Point, Visit};
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::Hit;
use super::points::{Provoked, is_embedded, is_there, provoked, visit};
use crate::chaos::fleet::{Home, harm};
use crate::chaos::laps::Template;
use crate::chaos::supervisor::proc::{self, ChildHandle};
use crate::chaos::supervisor::{Cause, Supervisor};

/// Name of the process among the supervised.
const NAME: &str = "embedded";
/// How long one process may play.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(20);
/// Pause between two engines that are killed so that an attempt fails.
const PROVOKE: Duration = Duration::from_millis(500);

/// A data folder that was played in to the end, however many processes that took.
pub type Era = PathBuf;

/// An embedded system that plays one file in one data folder after another.
pub struct Embedded<'a> {
    /// The owner of the process.
    pub supervisor: &'a Supervisor,
    /// What it is started from.
    pub home: &'a Home,
    /// What it plays.
    pub file: &'a Path,
    /// What is changed of the file.
    pub template: &'a Template,
}

impl Embedded<'_> {
    /// Plays in `data` until the experiment is over or the process has killed itself; whether that is what it did.
    ///
    /// # Errors
    /// If it fails, or does not end.
    pub async fn play(&self, data: &Path, harmed_at: Option<Visit>) -> anyhow::Result<bool> {
        let with = harmed_at.map(|visit| harm("--crash-at", visit)).unwrap_or_default();
        let set = self.template.overrides.iter().flat_map(|change| ["--set".into(), change.clone()]);
        let program = self
            .home
            .program(NAME, &self.home.orchestrator)
            .args(["launch", "--embedded", "--engines", "2", "--pin", "off", "-o", "json", "--data"])
            .args([data.as_os_str(), "--engine-dir".as_ref(), self.home.engine.as_os_str()])
            .args(set)
            .args(with)
            .args([self.file])
            .once();
        let log = program.log.display().to_string();
        let pid = self.supervisor.start(program).await.context("cannot start the orchestrator")?;
        let fails = harmed_at.is_some_and(|visit| provoked(visit.point) == Provoked::Failure);
        match self.end(pid, fails).await? {
            Cause::Exit(0) => Ok(false),
            Cause::Signal(9) if harmed_at.is_some() => Ok(true),
            cause => anyhow::bail!("the embedded system ended with {cause:?}; {log} says why"),
        }
    }

    async fn end(&self, pid: u32, fails: bool) -> anyhow::Result<Cause> {
        let until = Instant::now() + PATIENCE;
        let mut provoked = Instant::now();
        while Instant::now() < until {
            let ends = self.supervisor.ends().await;
            if let Some(end) = ends.iter().rev().find(|end| end.pid == pid && end.name == NAME) {
                return Ok(end.cause);
            }
            if fails && provoked.elapsed() > PROVOKE {
                let engine = proc::children(pid).into_iter().find_map(|child| ChildHandle::of(pid, child));
                // Gone by itself is as good.
                let _ = engine.is_some_and(|engine| engine.signal(Signal::KILL));
                provoked = Instant::now();
            }
            sleep(LOOK).await;
        }
        anyhow::bail!("the embedded system has not ended after {} s", PATIENCE.as_secs())
    }
}

/// Visits all points; the folders in which experiments were completed besides.
///
/// # Errors
/// If an embedded system fails or does not end.
pub async fn embedded(system: &Embedded<'_>, seed: u64) -> anyhow::Result<(Vec<Hit>, Vec<Era>)> {
    let mut eras = vec![folder(system, 0)];
    let mut hits = Vec::new();
    let is_met = |point| is_embedded(point) && is_there(point, system.template.are_fetched);
    for &point in Point::ALL.iter().filter(|&&point| is_met(point)) {
        let visit = visit(seed, point);
        let mut hit = system.play(current(&eras), Some(visit)).await?;
        if !hit {
            // The experiment was over before: once more from its beginning.
            eras.push(folder(system, eras.len()));
            hit = system.play(current(&eras), Some(visit)).await?;
        }
        tracing::info!(%visit, hit, "crash point, embedded");
        hits.push(Hit { point: point.name(), visit: visit.time, on: "embedded", hit });
    }
    system.play(current(&eras), None).await?;
    Ok((hits, eras))
}

fn current(eras: &[Era]) -> &Path {
    eras.last().map_or_else(|| Path::new(""), PathBuf::as_path)
}

fn folder(system: &Embedded<'_>, number: usize) -> Era {
    system.home.folder.join(format!("embedded-{number}"))
}
