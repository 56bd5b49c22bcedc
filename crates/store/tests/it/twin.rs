//! The ledger in memory, on which the simulation rests, answers like a database: random histories give the same answers
//! on SQLite and on it.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use domain::course::Stage;
use domain::experiment::{EvolutionSpec, ExperimentSpec, RacingSpec};
use domain::extension::Extent;
use domain::ids::{DoomSeed, Epoch, Fence, JobId};
use domain::journal::Action;
use domain::plan::{GenerationPlan, JobPlan, PlannedEpisode, added_replicates, race_replicates};
use domain::ports::{
    Assignment, Candidate, Claim, ControlStore as _, Dispatch as _, Election, ExperimentRecord, ExperimentStore as _,
    FenceReport as _, GenerationSummary, Leadership as _, NewExperiment, NewExtension, Page, PortResult, RaceLook,
    Renewal, ScoreFilter,
};
use domain::score::Score;
use domain::seed::Draws;
use domain::status::ExperimentStatus;
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder, note};
use testkit::ledger::{MemoryLedger, Rules};

const HISTORIES: u64 = 8;
const STEPS: u64 = 100;

/// Episodes of a member of the second generation before the first look, and at most.
const FIRST: u32 = 3;
const MOST: u32 = 6;

/// Longer than any test, and over at once.
const LEASES: [Duration; 2] = [Duration::from_secs(3600), Duration::ZERO];

/// Both ledgers, and what the history so far has brought.
struct Pair {
    sql: SqlStore,
    twin: MemoryLedger,
    new: NewExperiment,
    next: GenerationPlan,
    /// By which the second generation is planned.
    racing: ExperimentSpec,
    is_over: bool,
    candidates: [Candidate; 2],
    draws: Draws,
    claims: Vec<Assignment>,
    epochs: Vec<Epoch>,
    seed: u64,
    step: u64,
}

/// Asks both and requires the same answer, as `$shown` shows it.
macro_rules! ask {
    ($pair:ident, $what:literal, |$ledger:ident| $call:expr, $shown:expr) => {{
        let sql = {
            let $ledger = &$pair.sql;
            $call.await
        };
        let twin = {
            let $ledger = &$pair.twin;
            $call.await
        };
        assert_eq!(shown(&sql, $shown), shown(&twin, $shown), "{} (seed {}, step {})", $what, $pair.seed, $pair.step);
        sql
    }};
}

fn shown<T, S: Debug>(result: &PortResult<T>, show: impl Fn(&T) -> S) -> String {
    match result {
        Ok(value) => format!("{:?}", show(value)),
        Err(error) => format!("{:?}", error.kind),
    }
}

fn whole<T: Debug>(value: &T) -> String {
    format!("{value:?}")
}

/// A record without its times.
fn timeless(record: &ExperimentRecord) -> ExperimentRecord {
    ExperimentRecord { created_at_ms: 0, ended_at_ms: record.ended_at_ms.map(|_| 0), ..record.clone() }
}

fn claimed(claim: &Claim) -> String {
    match claim {
        Claim::Granted(granted) => format!("{} {:?} {}", granted.fence.0, granted.episodes, granted.failed_attempts),
        other => format!("{other:?}"),
    }
}

impl Pair {
    fn below(&mut self, count: usize) -> usize {
        self.draws.below(count as u64) as usize
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.draws.below(items.len() as u64) as usize].clone()
    }

    fn job(&mut self) -> JobId {
        let jobs: Vec<_> = self.new.first.jobs.iter().chain(&self.next.jobs).map(|job| job.id).collect();
        self.pick(&jobs)
    }

    /// A claim of the past or of now, and sometimes one that there never was.
    fn claim(&mut self) -> (JobId, Fence) {
        if self.claims.is_empty() || self.draws.below(20) == 0 {
            return (self.job(), Fence(1 + self.draws.below(3) as i64));
        }
        let claims = self.claims.clone();
        // Mostly a late one: the early ones are fenced.
        let from = claims.len().saturating_sub(4);
        let claim = if self.draws.below(3) == 0 { self.pick(&claims) } else { self.pick(&claims[from..]) };
        (claim.job, claim.fence)
    }

    fn epoch(&mut self) -> Epoch {
        let epochs = self.epochs.clone();
        if epochs.is_empty() || self.draws.below(10) == 0 { Epoch(1) } else { self.pick(&epochs[epochs.len() - 1..]) }
    }

    fn scores(&mut self, job: JobId) -> Vec<Score> {
        let Some(claim) = self.claims.iter().find(|claim| claim.job == job).cloned() else { return Vec::new() };
        let score = |episode: &PlannedEpisode| {
            let kills = i32::try_from(episode.replicate).unwrap();
            builder::score(claim.generation, claim.member.position, episode, kills)
        };
        let mut scores: Vec<_> = claim.episodes.iter().map(score).collect();
        scores.truncate(1 + self.below(3));
        if self.draws.below(60) == 0 {
            scores[0].measures.kills += 1;
        }
        scores
    }

    async fn step(&mut self) {
        let id = self.new.id;
        match self.draws.below(26) {
            0..=4 => {
                let (job, lease) = (self.job(), self.pick(&LEASES));
                let claim = ask!(self, "claim", |ledger| ledger.claim(job, "worker", lease), claimed);
                if let Ok(Claim::Granted(granted)) = claim {
                    self.claims.push(*granted);
                }
            }
            5..=9 => {
                let (job, fence) = self.claim();
                let scores = self.scores(job);
                ask!(self, "finish", |ledger| ledger.finish(job, fence, &scores), whole).ok();
            }
            10 => {
                let (job, fence) = self.claim();
                let (lease, patience) = (self.pick(&LEASES), self.pick(&LEASES));
                let renewal = Renewal { lease, ticks: self.draws.below(6), patience };
                ask!(self, "renew", |ledger| ledger.renew(job, fence, &renewal), whole).ok();
            }
            11 => {
                let ((job, fence), error) = (self.claim(), self.pick(&["", "it broke"]));
                ask!(self, "release", |ledger| ledger.release(job, fence, error), whole).ok();
            }
            12 => {
                let status =
                    self.pick(&[ExperimentStatus::Paused, ExperimentStatus::Running, ExperimentStatus::Running]);
                let status = match self.draws.below(25) {
                    0 => self.pick(ExperimentStatus::ALL),
                    _ => status,
                };
                ask!(self, "status", |ledger| ledger.set_status(id, status, &note("so")), whole).ok();
            }
            13 => {
                let (candidate, lease) = (self.draws.below(2) as usize, self.pick(&LEASES));
                let candidate = self.candidates[candidate].clone();
                let election =
                    ask!(self, "stand", |ledger| ledger.stand(&candidate, lease), |election| match election {
                        Election::Elected(epoch) => format!("elected {epoch}"),
                        Election::Led(leader) => format!("{} leads in {}", leader.name, leader.epoch),
                    });
                if let Ok(Election::Elected(epoch)) = election {
                    self.epochs.push(epoch);
                }
            }
            14 if self.draws.below(4) == 0 => {
                let candidate = self.candidates[self.draws.below(2) as usize].clone();
                ask!(self, "resign", |ledger| ledger.resign(&candidate), whole).ok();
            }
            14 | 15 => self.plan().await,
            16 | 17 => {
                let (limit, lease) = (self.draws.below(6) as u32, self.pick(&LEASES));
                let taken = ask!(self, "outbox", |ledger| ledger.claim_outbox("relay", limit, lease), |taken| {
                    taken.iter().map(|entry| entry.record.id).collect::<Vec<_>>()
                });
                let places: Vec<_> = taken.unwrap().iter().map(|entry| entry.id).collect();
                if self.draws.below(2) == 0 {
                    ask!(self, "mark", |ledger| ledger.mark_published(&places), whole).ok();
                }
            }
            18 | 19 => {
                let limit = self.draws.below(5) as u32;
                let due = ask!(self, "due", |ledger| ledger.due_jobs(id, limit), whole);
                ask!(self, "overdue", |ledger| ledger.overdue_jobs(id, Duration::ZERO, limit), whole).ok();
                ask!(self, "queued", |ledger| ledger.mark_queued(due.as_ref().unwrap()), whole).ok();
            }
            20 => {
                ask!(self, "settle", |ledger| ledger.settle(id), whole).ok();
                let action = self.pick(&[Action::Refused, Action::Paused]);
                ask!(self, "record", |ledger| ledger.record(id, action, &note("no"), ""), whole).ok();
            }
            21 if self.draws.below(4) == 0 => self.extend().await,
            22 | 23 => self.race().await,
            _ => self.look().await,
        }
    }

    async fn plan(&mut self) {
        let (id, epoch, index) = (self.new.id, self.epoch(), self.draws.below(2) as u32);
        let next = (self.draws.below(2) == 0).then(|| self.next.clone());
        let summary = GenerationSummary {
            best_agent: self.new.first.members[0].agent.clone(),
            best_fitness: 1.0,
            mean_fitness: 0.5,
        };
        ask!(self, "close", |ledger| ledger.close_generation(epoch, id, index, &summary, next.as_ref()), whole).ok();
        let digest = self.pick(&["aa", "aa", "bb"]);
        ask!(self, "complete", |ledger| ledger.complete(epoch, id, digest), whole).ok();
    }

    /// A look at the race of the second generation, whose members both play on until it is over.
    async fn race(&mut self) {
        let (id, epoch, from) = (self.new.id, self.epoch(), FIRST + self.draws.below(3) as u32);
        let some = [&[][..], &[0], &[1], &[0, 1]];
        let is_over = self.is_over || self.draws.below(3) == 0;
        let look = if is_over {
            let out: Vec<u32> = self.pick(&some).to_vec();
            RaceLook { fitness: out.iter().map(|&position| (position, 0.5)).collect(), out, ..RaceLook::default() }
        } else {
            let generation = (1, Stage::evolution(1));
            let jobs = race_replicates(id, &self.racing, generation, &[0, 1], from..from + 1, DoomSeed);
            RaceLook { jobs, ..RaceLook::default() }
        };
        let advanced = ask!(self, "race", |ledger| ledger.advance_race(epoch, id, 1, &look), whole);
        if advanced.is_ok() {
            self.is_over = is_over;
            let new = |job: &JobPlan| self.next.jobs.iter().all(|known| known.id != job.id);
            let jobs: Vec<_> = look.jobs.into_iter().filter(new).collect();
            self.next.jobs.extend(jobs);
        }
    }

    async fn extend(&mut self) {
        let record = self.sql.experiment(self.new.id).await.unwrap();
        let (from, more) = (record.course().replicates(), self.draws.below(3) as u32);
        let mut spec = self.new.spec.clone();
        spec.seeds.episodes = from + more;
        let extension = NewExtension {
            experiment: self.new.id,
            extent: Extent::Replicates(from + more),
            from: Extent::Replicates(from),
            generation: record.generation,
            jobs: added_replicates(self.new.id, &spec, 2, from, DoomSeed),
            episodes_planned: record.episodes_planned + 2 * u64::from(more),
            episodes_before: record.episodes_planned,
            note: note("more"),
        };
        ask!(self, "extend", |ledger| ledger.extend(&extension), whole).ok();
    }

    /// Compares all that can be read.
    async fn look(&mut self) {
        let (id, page) = (self.new.id, Page { after: None, size: 3 });
        ask!(self, "experiment", |ledger| ledger.experiment(id), timeless).ok();
        ask!(self, "open jobs", |ledger| ledger.open_jobs(id), whole).ok();
        for index in 0..2 {
            ask!(self, "generation", |ledger| ledger.generation(id, index), whole).ok();
            ask!(self, "progress", |ledger| ledger.progress(id, index), |members| {
                // Sums by a database have an order of their own.
                let near = |mean: Option<f64>| mean.map(|mean| (mean * 1e9).round() / 1e9);
                let shown = members.iter().map(|m| (m.episodes_planned, m.episodes_scored, m.ticks, near(m.kills)));
                shown.collect::<Vec<_>>()
            })
            .ok();
        }
        ask!(self, "scores", |ledger| ledger.scores(id, &ScoreFilter::default(), &page), whole).ok();
        ask!(self, "lag", |ledger| ledger.outbox_lag(), whole).ok();
        ask!(self, "fences", |ledger| ledger.fence_counts(), whole).ok();
        ask!(self, "events", |ledger| ledger.events_after(id, 0, 10_000), |events| {
            events
                .iter()
                .map(|event| (event.sequence, event.record.id, event.record.subject.clone()))
                .collect::<Vec<_>>()
        })
        .ok();
        ask!(self, "journal", |ledger| ledger.journal(id, &Page::default()), |(entries, next)| {
            let shown =
                |entry: &domain::journal::JournalEntry| (entry.action, entry.note.clone(), entry.detail.clone());
            (entries.iter().map(shown).collect::<Vec<_>>(), next.is_some())
        })
        .ok();
        ask!(self, "terms", |ledger| ledger.terms(100), |terms| {
            let shown = terms.iter().map(|term| (term.epoch, term.ended_at_ms.is_some(), term.fenced_writes));
            shown.collect::<Vec<_>>()
        })
        .ok();
    }
}

#[tokio::test]
async fn random_histories_give_the_same_answers() {
    compare(Rules::default()).await;
}

#[tokio::test]
#[should_panic(expected = "left == right")]
async fn a_twin_that_keeps_no_fence_is_found_out() {
    compare(Rules { fences: false, ..Rules::default() }).await;
}

/// Compares SQLite with a twin that keeps these rules.
async fn compare(rules: Rules) {
    for seed in 0..HISTORIES {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::new(folder.path().join("ledger.db").to_str().unwrap()).with_migrations();
        let sql = store::connect(&config, Arc::new(PlainEncoder)).await.unwrap();
        let twin = MemoryLedger::new(Arc::new(PlainEncoder)).with_rules(rules);
        let mut new = builder::experiment(2, 3);
        let mut racing = builder::spec(MOST);
        let rules = RacingSpec { first: FIRST, ..RacingSpec::default() };
        racing.evolution = Some(EvolutionSpec { racing: Some(rules), ..EvolutionSpec::default() });
        let next = builder::plan(new.id, &racing, 1, 2);
        new.episodes_planned += next.episodes_planned();
        let candidates = ["one", "other"].map(Candidate::new);
        let (claims, epochs) = (Vec::new(), Vec::new());
        let mut pair = Pair {
            sql,
            twin,
            new: new.clone(),
            next,
            racing,
            is_over: false,
            candidates,
            draws: Draws::new(seed),
            claims,
            epochs,
            seed,
            step: 0,
        };
        for _ in 0..2 {
            ask!(pair, "create", |ledger| ledger.create(&new), whole).unwrap();
        }
        for step in 1..=STEPS {
            pair.step = step;
            pair.step().await;
            // So that no two steps are at the same millisecond, on either clock.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        pair.look().await;
    }
}
