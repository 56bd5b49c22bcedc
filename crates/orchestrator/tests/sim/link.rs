//! The way from a process to a service and back, on which everything may be lost, late or twice.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::PortResult;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::process::Process;
use crate::tally::Kind;
use crate::world::World;

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a process talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Store,
    Queue,
    Stream,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Store, Self::Queue, Self::Stream];
}

/// What a request does where it arrives. It may arrive more than once.
pub(crate) type Effect<T> = Arc<dyn Fn(&World) -> T + Send + Sync>;

/// A request by its name and what it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    pub(crate) what: &'static str,
    pub(crate) about: u128,
    /// Whether it may be done late: one that only reads does nothing then.
    pub(crate) writes: bool,
    /// How much more often than elsewhere a process dies or stands still at it.
    pub(crate) aim: f64,
}

impl Op {
    pub(crate) fn read(what: &'static str, about: u128) -> Self {
        Self { what, about, writes: false, aim: 1.0 }
    }

    pub(crate) fn write(what: &'static str, about: u128) -> Self {
        Self { what, about, writes: true, aim: 1.0 }
    }
}

impl Op {
    /// A step of the protocol that faults are aimed at.
    pub(crate) fn aimed(self, aim: f64) -> Self {
        Self { aim, ..self }
    }
}

/// What a trip came to.
pub(crate) enum Trip<T> {
    /// The answer.
    Answer(T),
    /// The connection broke: done or not.
    Broken,
    /// No answer in time: done, not done, or to be done.
    Away,
}

/// What is told of an answer in the trace.
pub(crate) trait Told {
    fn told(&self) -> &'static str;
}

impl Told for () {
    fn told(&self) -> &'static str {
        "done"
    }
}

impl Told for usize {
    fn told(&self) -> &'static str {
        "done"
    }
}

impl<T> Told for PortResult<T> {
    fn told(&self) -> &'static str {
        match self.as_ref().map_err(|error| error.kind) {
            Ok(_) => "done",
            Err(ErrorKind::Fenced) => "fenced",
            Err(ErrorKind::Divergence) => "divergence",
            Err(ErrorKind::FailedPrecondition) => "refused",
            Err(ErrorKind::NotFound) => "not found",
            Err(ErrorKind::Unavailable) => "unavailable",
            Err(_) => "error",
        }
    }
}

/// What becomes of one trip.
struct Fate {
    there: Duration,
    back: Duration,
    trouble: Option<Trouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    LostRequest,
    LostAnswer,
    LateRequest(Duration),
    CrashBefore,
    CrashAfter,
    Stall(Duration),
}

/// One process's way to one service.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
    pub(crate) service: Service,
}

impl Link {
    /// Sends a request and waits for its answer.
    pub(crate) async fn once<T: Told + Send + 'static>(&self, op: Op, effect: &Effect<T>) -> Trip<T> {
        let Self { world, process, service } = self;
        process.pass().await;
        let fate = self.fate(op);
        if let Some(Trouble::Stall(stall)) = fate.trouble {
            self.tell(op, "stands still", Kind::StallBefore);
            world.freeze(process, stall);
            if op.writes {
                return Trip::Answer(self.send_when_it_goes_on(op, effect).await);
            }
            process.pass().await;
        }
        wait(fate.there).await;
        if !world.reaches(process, *service) {
            self.tell(op, "unreachable", Kind::Unreachable);
            return self.give_up().await;
        }
        match fate.trouble {
            Some(Trouble::CrashBefore) => return self.die(op, "dies before", Kind::CrashBefore).await,
            Some(Trouble::LostRequest) => {
                self.tell(op, "lost", Kind::LostRequest);
                wait(fate.back).await;
                process.pass().await;
                return Trip::Broken;
            }
            Some(Trouble::LateRequest(delay)) if op.writes => {
                self.tell(op, "late", Kind::LateRequest);
                self.deliver_late(op, effect, delay);
                return self.give_up().await;
            }
            _ => {}
        }
        let answer = effect(world);
        world.journal.note(&process.name, op.what, op.about, answer.told());
        if fate.trouble == Some(Trouble::CrashAfter) {
            return self.die(op, "dies after", Kind::CrashAfter).await;
        }
        wait(fate.back).await;
        if fate.trouble == Some(Trouble::LostAnswer) || !world.reaches(process, *service) {
            self.tell(op, "answer lost", Kind::LostAnswer);
            process.pass().await;
            return Trip::Broken;
        }
        process.pass().await;
        Trip::Answer(answer)
    }

    async fn give_up<T>(&self) -> Trip<T> {
        sleep(PATIENCE).await;
        self.process.pass().await;
        Trip::Away
    }

    async fn die<T>(&self, op: Op, how: &'static str, kind: Kind) -> Trip<T> {
        self.tell(op, how, kind);
        self.world.kill(&self.process);
        std::future::pending().await
    }

    /// The process stood still in the very step of sending. When it goes on it sends first and thinks afterwards, whatever
    /// its timers and its other tasks have come to.
    async fn send_when_it_goes_on<T: Told + Send + 'static>(&self, op: Op, effect: &Effect<T>) -> T {
        let (link, effect) = (self.clone(), Arc::clone(effect));
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            link.process.pass().await;
            let done = effect(&link.world);
            link.world.journal.note(&link.process.name, op.what, op.about, done.told());
            // Whoever waited for it may have given up.
            let _ = answer.send(done);
        });
        match answered.await {
            Ok(answer) => answer,
            Err(_) => std::future::pending().await,
        }
    }

    /// The request was on its way when its sender gave up, and arrives nevertheless.
    fn deliver_late<T: Told + 'static>(&self, op: Op, effect: &Effect<T>, delay: Duration) {
        let (world, effect, name) = (Arc::clone(&self.world), Arc::clone(effect), self.process.name.clone());
        tokio::spawn(async move {
            sleep(delay).await;
            let answer = effect(&world);
            world.journal.note(&name, op.what, op.about, answer.told());
        });
    }

    fn tell(&self, op: Op, outcome: &'static str, kind: Kind) {
        self.world.tally.add(kind);
        self.world.journal.note(&self.process.name, op.what, op.about, outcome);
    }

    fn fate(&self, op: Op) -> Fate {
        let (dice, mut rates) = (&self.world.dice, self.world.rates());
        if self.process.is_client() {
            (rates.crash, rates.stall) = (0.0, 0.0);
        }
        (rates.crash, rates.stall) = ((rates.crash * op.aim).min(0.2), (rates.stall * op.aim).min(0.5));
        let mut there = match dice.between(0, 15) {
            0..=3 => Duration::ZERO,
            4..=14 => Duration::from_millis(1),
            _ => dice.millis(2, 40),
        };
        if dice.chance(rates.slow_call) {
            self.world.tally.add(Kind::SlowCall);
            there = dice.millis(200, 8_000);
        }
        let back = if dice.between(0, 3) == 0 { dice.millis(1, 3) } else { Duration::ZERO };
        let trouble = if dice.chance(rates.lost_request) {
            Some(Trouble::LostRequest)
        } else if dice.chance(rates.lost_answer) {
            Some(Trouble::LostAnswer)
        } else if dice.chance(rates.late_request) {
            Some(Trouble::LateRequest(dice.millis(10, 40_000)))
        } else if dice.chance(rates.crash) {
            Some(if dice.chance(0.5) { Trouble::CrashBefore } else { Trouble::CrashAfter })
        } else if dice.chance(rates.stall) {
            Some(Trouble::Stall(self.world.standstill()))
        } else {
            None
        };
        Fate { there, back, trouble }
    }
}

/// Nothing is waited for no time at all: a timer would round it up.
async fn wait(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}
