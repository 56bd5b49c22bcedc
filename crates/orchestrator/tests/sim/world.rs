//! One run: the services, the processes, the network between them, and who watches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{ExperimentId, JobId};
use domain::ports::{ExperimentStore as _, Leadership as _};
use domain::status::ExperimentStatus;
use futures::FutureExt as _;
use proto::events::Encoder;
use testkit::ledger::{MemoryLedger, Rules};
use tokio::time::sleep;

use crate::dice::Dice;
use crate::faults::Rates;
use crate::journal::Journal;
use crate::link::Service;
use crate::oracle::Oracle;
use crate::process::{Life, Process};
use crate::queue::Broker;
use crate::sabotage::Sabotage;
use crate::stream::Stream;
use crate::system::{self, Role};
use crate::tally::{Kind, Tally};

/// After how long of silence the broker takes a process for gone.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Everything in a run.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) ledger: MemoryLedger,
    pub(crate) broker: Broker,
    pub(crate) stream: Stream,
    pub(crate) oracle: Oracle,
    pub(crate) tally: Tally,
    pub(crate) journal: Journal,
    pub(crate) sabotage: Sabotage,
    roles: Vec<Role>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rates: Rates,
    /// Present life of every process, by its index.
    processes: Vec<Option<Arc<Process>>>,
    lives: u64,
    cut: BTreeSet<(usize, Service)>,
    away: BTreeSet<Service>,
    /// How often each job was made to fail.
    failures: BTreeMap<JobId, u32>,
}

impl World {
    pub(crate) fn new(seed: u64, roles: Vec<Role>, sabotage: Sabotage, told: bool) -> Arc<Self> {
        let rules = Rules { outbox: !sabotage.no_outbox, ..sabotage.rules };
        let state = State { processes: vec![None; roles.len()], ..State::default() };
        Arc::new(Self {
            dice: Dice::new(seed),
            ledger: MemoryLedger::new(Arc::new(Encoder)).with_rules(rules),
            broker: Broker::default(),
            stream: Stream::new(!sabotage.no_window),
            oracle: Oracle::default(),
            tally: Tally::default(),
            journal: Journal::new(told),
            sabotage,
            roles,
            state: Mutex::new(state),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rates(&self) -> Rates {
        self.lock().rates
    }

    pub(crate) fn set_rates(&self, rates: Rates) {
        self.lock().rates = rates;
    }

    /// Index of the last process, a worker.
    pub(crate) fn last_process(&self) -> usize {
        self.roles.len() - 1
    }

    /// Starts a process, unless it lives.
    pub(crate) fn start(self: &Arc<Self>, index: usize) {
        let process = {
            let mut state = self.lock();
            if state.processes[index].as_ref().is_some_and(|process| process.life() != Life::Dead) {
                return;
            }
            state.lives += 1;
            let name = format!("{}{index}#{}", self.roles[index].name(), state.lives);
            let process = Arc::new(Process::new(index, name));
            state.processes[index] = Some(Arc::clone(&process));
            process
        };
        self.journal.note(&process.name, "process", 0, "started");
        system::run(self, &process, self.roles[index]);
    }

    pub(crate) fn start_all(self: &Arc<Self>) {
        (0..self.roles.len()).for_each(|index| self.start(index));
    }

    /// The processes that run, or stand still.
    pub(crate) fn living(&self) -> Vec<Arc<Process>> {
        let state = self.lock();
        state.processes.iter().flatten().filter(|process| process.life() != Life::Dead).cloned().collect()
    }

    fn named(&self, name: &str) -> Option<Arc<Process>> {
        self.living().into_iter().find(|process| process.name == name)
    }

    /// A process that holds a job of this experiment.
    pub(crate) fn holder(&self, id: ExperimentId) -> Option<Arc<Process>> {
        let owners: Vec<_> = self.ledger.jobs(id).into_iter().filter_map(|job| job.owner).collect();
        let living: Vec<_> = owners.iter().filter_map(|owner| self.named(owner)).collect();
        (!living.is_empty()).then(|| Arc::clone(self.dice.pick(&living)))
    }

    /// The process that leads, or led last.
    pub(crate) fn leader(&self) -> Option<Arc<Process>> {
        let leader = self.ledger.leader().now_or_never()?.ok()??;
        self.named(&leader.name)
    }

    /// Ends a process at once, and starts it again after a while.
    pub(crate) fn kill(self: &Arc<Self>, process: &Arc<Process>) {
        if !process.set(Life::Dead) {
            return;
        }
        self.journal.note(&process.name, "process", 0, "killed");
        // Where the machine is gone with it, nobody closes its connections.
        let silent = self.dice.chance(0.3);
        let (world, name, index) = (Arc::clone(self), process.name.clone(), process.index);
        if silent {
            tokio::spawn(async move {
                sleep(HEARTBEAT).await;
                world.broker.close(Some(&name));
            });
        } else {
            world.broker.close(Some(&name));
        }
        let (world, rest) = (Arc::clone(self), self.dice.millis(100, 10_000));
        tokio::spawn(async move {
            sleep(rest).await;
            world.start(index);
        });
        process.end();
    }

    /// How long a process stands still: a moment, or past everything that it holds.
    pub(crate) fn standstill(&self) -> Duration {
        if self.dice.chance(0.4) { self.dice.millis(100, 10_000) } else { self.dice.millis(30_000, 120_000) }
    }

    /// Has a process stand still for a while.
    pub(crate) fn freeze(self: &Arc<Self>, process: &Arc<Process>, time: Duration) {
        if !process.set(Life::Frozen) {
            return;
        }
        self.journal.note(&process.name, "process", time.as_millis(), "frozen");
        let (world, process) = (Arc::clone(self), Arc::clone(process));
        tokio::spawn(async move {
            sleep(time.min(HEARTBEAT)).await;
            if time > HEARTBEAT && process.life() == Life::Frozen {
                world.broker.close(Some(&process.name));
                sleep(time - HEARTBEAT).await;
            }
            world.thaw(&process);
        });
    }

    fn thaw(&self, process: &Process) {
        if process.set(Life::Running) {
            self.journal.note(&process.name, "process", 0, "goes on");
            self.broker.catch_up();
        }
    }

    /// Asks a process to stop, and kills it if it does not.
    pub(crate) fn stop(self: &Arc<Self>, process: &Arc<Process>) {
        const GRACE: Duration = Duration::from_secs(30);
        self.journal.note(&process.name, "process", 0, "asked to stop");
        process.stop.cancel();
        let (world, process) = (Arc::clone(self), Arc::clone(process));
        tokio::spawn(async move {
            let begun = world.journal.now_ms();
            while !process.is_over() && world.journal.now_ms() - begun < GRACE.as_millis() as u64 {
                sleep(Duration::from_millis(100)).await;
            }
            if process.is_over() {
                world.tally.add(Kind::GracefulStop);
            }
            world.kill(&process);
        });
    }

    /// Cuts a process off from a service for a while.
    pub(crate) fn partition(self: &Arc<Self>, process: &Process, service: Service, time: Duration) {
        let cut = (process.index, service);
        self.lock().cut.insert(cut);
        self.journal.note(&process.name, "network", time.as_millis(), "cut");
        let (world, name) = (Arc::clone(self), process.name.clone());
        tokio::spawn(async move {
            sleep(time.min(HEARTBEAT)).await;
            if time > HEARTBEAT && world.lock().cut.contains(&cut) {
                if service == Service::Queue {
                    world.broker.close(Some(&name));
                }
                sleep(time - HEARTBEAT).await;
            }
            world.lock().cut.remove(&cut);
            world.broker.catch_up();
        });
    }

    /// Takes a service away from all for a while.
    pub(crate) fn take_away(self: &Arc<Self>, service: Service, time: Duration) {
        self.lock().away.insert(service);
        self.journal.note("services", "outage", time.as_millis(), "away");
        if service == Service::Queue {
            self.broker.close(None);
        }
        let world = Arc::clone(self);
        tokio::spawn(async move {
            sleep(time).await;
            world.lock().away.remove(&service);
            world.broker.catch_up();
        });
    }

    /// Whether a process reaches a service now.
    pub(crate) fn reaches(&self, process: &Process, service: Service) -> bool {
        let state = self.lock();
        !state.away.contains(&service) && !state.cut.contains(&(process.index, service))
    }

    /// Ends everything that is wrong.
    pub(crate) fn calm_down(self: &Arc<Self>) {
        {
            let mut state = self.lock();
            state.rates = Rates::default();
            state.cut.clear();
            state.away.clear();
        }
        self.journal.note("services", "storm", 0, "over");
        self.living().iter().for_each(|process| self.thaw(process));
        self.start_all();
        self.broker.catch_up();
    }

    /// Whether a job may be made to fail once more, and takes it down.
    pub(crate) fn may_fail(&self, job: JobId, attempts: u32) -> bool {
        let mut state = self.lock();
        let failures = state.failures.entry(job).or_default();
        let may = *failures + 1 < attempts;
        *failures += u32::from(may);
        may
    }

    /// Where the experiment stands; absent until it is there.
    pub(crate) fn status(&self, id: ExperimentId) -> Option<ExperimentStatus> {
        let record = self.ledger.experiment(id).now_or_never();
        record.and_then(Result::ok).map(|record| record.status)
    }

    /// The latest generation that was planned.
    pub(crate) fn generation(&self, id: ExperimentId) -> Option<u32> {
        let record = self.ledger.experiment(id).now_or_never();
        record.and_then(Result::ok).map(|record| record.generation)
    }

    /// Whether an experiment gives out no jobs now.
    pub(crate) fn is_over(&self, id: ExperimentId) -> bool {
        self.status(id).is_none_or(|status| status != ExperimentStatus::Running)
    }
}
