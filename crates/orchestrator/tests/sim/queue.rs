//! The job queue: at least once, in any order, with everything that a broker and the way to it do to messages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::ErrorKind;
use domain::ports::{Delivery, JobConsumer, JobMessage, JobQueue, PortError, PortResult};
use tokio::sync::Notify;

use crate::link::{Effect, Link, Op, Trip};
use crate::process::Life;
use crate::tally::Kind;

/// How often a job comes back before it is put aside. Lower than in operation, so that it happens.
const DELIVERY_LIMIT: u32 = 5;

/// How often publishing and the start of a consumer try to reach a broker that is away.
const TRIES: u32 = 3;

/// The broker.
#[derive(Default)]
pub(crate) struct Broker {
    state: Mutex<State>,
    /// Something changed for somebody who waits for a message.
    changed: Notify,
    numbers: AtomicU64,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Entry>,
    unanswered: BTreeMap<u64, Unanswered>,
    /// Open connections and whose they are.
    connections: BTreeMap<u64, String>,
    dead: Vec<JobMessage>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    message: JobMessage,
    returns: u32,
}

struct Unanswered {
    connection: u64,
    consumer: u64,
    entry: Entry,
    /// Its holder has given it back, and the broker has not heard of it.
    given_back: bool,
}

impl Broker {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether nothing waits and nothing is in anybody's hands.
    pub(crate) fn is_empty(&self) -> bool {
        let state = self.lock();
        state.waiting.is_empty() && state.unanswered.is_empty()
    }

    /// Wakes those who wait for a message.
    fn wake(&self) {
        self.changed.notify_waiters();
    }

    fn add(&self, jobs: &[JobMessage]) {
        self.lock().waiting.extend(jobs.iter().map(|&message| Entry { message, returns: 0 }));
        self.wake();
    }

    fn open(&self, owner: &str) -> u64 {
        let connection = self.number();
        self.lock().connections.insert(connection, owner.to_owned());
        connection
    }

    fn is_open(&self, connection: u64) -> bool {
        self.lock().connections.contains_key(&connection)
    }

    /// Closes the connections of one process, or all; says how many messages come back.
    pub(crate) fn close(&self, owner: Option<&str>) -> usize {
        let closing: Vec<u64> = {
            let mut state = self.lock();
            let is_meant = |name: &str| owner.is_none_or(|owner| owner == name);
            let closing = state.connections.iter().filter(|(_, name)| is_meant(name)).map(|(&id, _)| id).collect();
            state.connections.retain(|_, name| !is_meant(name));
            closing
        };
        let back: Vec<u64> = {
            let state = self.lock();
            let is_closed = |(_, unanswered): &(&u64, &Unanswered)| closing.contains(&unanswered.connection);
            state.unanswered.iter().filter(is_closed).map(|(&tag, _)| tag).collect()
        };
        // The last first, so that they stand in front in their old order.
        back.iter().rev().for_each(|&tag| self.give_back(tag));
        self.wake();
        back.len()
    }

    fn give_back(&self, tag: u64) {
        let mut state = self.lock();
        let Some(Unanswered { entry, .. }) = state.unanswered.remove(&tag) else { return };
        let entry = Entry { returns: entry.returns + 1, ..entry };
        if entry.returns > DELIVERY_LIMIT {
            state.dead.push(entry.message);
        } else {
            state.waiting.push_front(entry);
        }
        drop(state);
        self.wake();
    }

    /// Remembers that a message was given back by somebody who does not reach the broker now.
    fn remember(&self, tag: u64) {
        if let Some(unanswered) = self.lock().unanswered.get_mut(&tag) {
            unanswered.given_back = true;
        }
    }

    /// The way to the broker is free again, or its holder goes on: takes back what was given back meanwhile.
    pub(crate) fn catch_up(&self) {
        let given_back: Vec<u64> = {
            let state = self.lock();
            state.unanswered.iter().filter(|(_, one)| one.given_back).map(|(&tag, _)| tag).collect()
        };
        given_back.into_iter().for_each(|tag| self.give_back(tag));
        self.wake();
    }

    /// Forgets a message that was answered; false if it is in nobody's hands any more.
    fn forget(&self, tag: u64) -> bool {
        let forgotten = self.lock().unanswered.remove(&tag).is_some();
        self.wake();
        forgotten
    }

    /// Loses a waiting message.
    pub(crate) fn lose(&self, pick: impl FnOnce(usize) -> usize) -> bool {
        let mut state = self.lock();
        let count = state.waiting.len();
        count > 0 && state.waiting.remove(pick(count)).is_some()
    }

    /// Has a waiting message twice from now on.
    pub(crate) fn duplicate(&self, pick: impl FnOnce(usize) -> usize) -> bool {
        let mut state = self.lock();
        let count = state.waiting.len();
        let Some(&entry) = (count > 0).then(|| &state.waiting[pick(count)]) else { return false };
        state.waiting.push_back(entry);
        drop(state);
        self.wake();
        true
    }

    /// Loses every waiting message.
    pub(crate) fn wipe(&self) -> usize {
        std::mem::take(&mut self.lock().waiting).len()
    }

    /// How many messages were put aside.
    pub(crate) fn dead_letters(&self) -> usize {
        self.lock().dead.len()
    }
}

/// One process's way to the broker.
pub(crate) struct SimQueue {
    link: Link,
    connection: Arc<Mutex<Option<u64>>>,
    /// Whether a message is acknowledged as it is handed out.
    is_rash: bool,
}

impl SimQueue {
    pub(crate) fn new(link: Link, is_rash: bool) -> Self {
        Self { link, connection: Arc::default(), is_rash }
    }

    /// Asks for something until the broker answers or patience ends.
    async fn ask<T: crate::link::Told + Send + 'static>(&self, op: Op, effect: Effect<T>) -> PortResult<T> {
        for _ in 0..TRIES {
            match self.link.once(op, &effect).await {
                Trip::Answer(answer) => return Ok(answer),
                Trip::Broken => break,
                Trip::Away => {}
            }
        }
        Err(broken())
    }
}

fn broken() -> PortError {
    PortError::new(ErrorKind::Unavailable, "the connection to the broker broke")
}

#[async_trait]
impl JobQueue for SimQueue {
    async fn publish(&self, jobs: &[JobMessage]) -> PortResult<()> {
        let Some(first) = jobs.first() else { return Ok(()) };
        let world = &self.link.world;
        let is_partial = world.dice.chance(world.rates().partial);
        let count = if is_partial { world.dice.between(0, jobs.len() as u64 - 1) as usize } else { jobs.len() };
        let accepted = jobs[..count].to_vec();
        let effect: Effect<()> = Arc::new(move |world| world.broker.add(&accepted));
        self.ask(Op::write("enqueue", first.job.0.as_u128()), effect).await?;
        if is_partial {
            world.tally.add(Kind::PartialJobs);
            return Err(broken());
        }
        Ok(())
    }

    async fn consume(&self, prefetch: u16) -> PortResult<Box<dyn JobConsumer>> {
        let (name, current) = (self.link.process.name.clone(), Arc::clone(&self.connection));
        let effect: Effect<()> = Arc::new(move |world| {
            let mut connection = current.lock().unwrap_or_else(PoisonError::into_inner);
            if connection.is_none_or(|connection| !world.broker.is_open(connection)) {
                *connection = Some(world.broker.open(&name));
            }
        });
        self.ask(Op::read("consume", 0), effect).await?;
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner).ok_or_else(broken)?;
        let number = self.link.world.broker.number();
        let prefetch = usize::from(prefetch.max(1));
        Ok(Box::new(SimConsumer { link: self.link.clone(), connection, number, prefetch, is_rash: self.is_rash }))
    }

    async fn depth(&self) -> PortResult<u64> {
        let effect: Effect<usize> = Arc::new(|world| world.broker.lock().waiting.len());
        self.ask(Op::read("depth", 0), effect).await.map(|depth| depth as u64)
    }

    async fn ping(&self) -> PortResult<()> {
        Ok(())
    }
}

struct SimConsumer {
    link: Link,
    connection: u64,
    number: u64,
    prefetch: usize,
    is_rash: bool,
}

impl SimConsumer {
    fn unanswered(&self, entry: Entry) -> Unanswered {
        Unanswered { connection: self.connection, consumer: self.number, entry, given_back: false }
    }

    /// The next message, if there is one and it may be handed out.
    fn take(&self) -> PortResult<Option<(u64, Entry)>> {
        let Link { world, process, service } = &self.link;
        let mut state = world.broker.lock();
        if !state.connections.contains_key(&self.connection) {
            return Err(broken());
        }
        let in_hand = state.unanswered.values().filter(|one| one.consumer == self.number).count();
        if in_hand >= self.prefetch || state.waiting.is_empty() || !world.reaches(process, *service) {
            return Ok(None);
        }
        let overtakes = state.waiting.len() > 1 && world.dice.chance(world.rates().reordered);
        let place = if overtakes { world.dice.between(1, state.waiting.len() as u64 - 1) as usize } else { 0 };
        let Some(entry) = state.waiting.remove(place) else { return Ok(None) };
        if overtakes {
            world.tally.add(Kind::ReorderedMessage);
        }
        if entry.returns > 0 {
            world.tally.add(Kind::Redelivery);
        }
        let tag = world.broker.number();
        state.unanswered.insert(tag, self.unanswered(entry));
        Ok(Some((tag, entry)))
    }
}

#[async_trait]
impl JobConsumer for SimConsumer {
    async fn next(&mut self) -> PortResult<Box<dyn Delivery>> {
        let Link { world, process, .. } = &self.link;
        loop {
            process.pass().await;
            let mut changed = std::pin::pin!(world.broker.changed.notified());
            changed.as_mut().enable();
            if let Some((tag, entry)) = self.take()? {
                let message = entry.message;
                world.journal.note(&process.name, "delivery", message.job.0.as_u128(), "taken");
                let delivery = SimDelivery { link: self.link.clone(), tag, entry, answered: self.is_rash };
                if self.is_rash {
                    delivery.forget();
                }
                return Ok(Box::new(delivery));
            }
            changed.await;
        }
    }
}

struct SimDelivery {
    link: Link,
    tag: u64,
    entry: Entry,
    answered: bool,
}

impl SimDelivery {
    /// Takes the message out of the queue for good.
    fn forget(&self) -> bool {
        let Link { world, process, .. } = &self.link;
        let message = self.entry.message;
        let forgotten = world.broker.forget(self.tag);
        if forgotten {
            let is_over = world.is_over(message.experiment);
            world.oracle.acknowledged(&process.name, message.job, world.ledger.job(message.job).as_ref(), is_over);
        }
        forgotten
    }

    async fn answer(mut self: Box<Self>, what: &'static str, effect: Effect<bool>) -> PortResult<()> {
        self.answered = true;
        let Link { world, process, .. } = &self.link;
        match self.link.once(Op::read(what, self.entry.message.job.0.as_u128()), &effect).await {
            Trip::Answer(true) => Ok(()),
            Trip::Answer(false) => Err(broken()),
            // An answer that is lost is lost with the connection, and with all that came by it.
            Trip::Broken | Trip::Away => {
                world.tally.add(Kind::BrokenConnection);
                world.broker.close(Some(&process.name));
                Err(broken())
            }
        }
    }
}

impl crate::link::Told for bool {
    fn told(&self) -> &'static str {
        if *self { "done" } else { "too late" }
    }
}

#[async_trait]
impl Delivery for SimDelivery {
    fn message(&self) -> JobMessage {
        self.entry.message
    }

    fn redelivered(&self) -> bool {
        self.entry.returns > 0
    }

    fn traceparent(&self) -> Option<&str> {
        None
    }

    async fn ack(self: Box<Self>) -> PortResult<()> {
        if self.answered {
            return Ok(());
        }
        let view = Self { link: self.link.clone(), tag: self.tag, entry: self.entry, answered: true };
        self.answer("ack", Arc::new(move |_| view.forget())).await
    }

    async fn requeue(self: Box<Self>) -> PortResult<()> {
        if self.answered {
            return Ok(());
        }
        let tag = self.tag;
        let effect: Effect<bool> = Arc::new(move |world| {
            let held = world.broker.lock().unanswered.contains_key(&tag);
            world.broker.give_back(tag);
            held
        });
        self.answer("requeue", effect).await
    }

    async fn reject(self: Box<Self>) -> PortResult<()> {
        let (tag, message) = (self.tag, self.entry.message);
        let effect: Effect<bool> = Arc::new(move |world| {
            world.broker.lock().dead.push(message);
            world.broker.forget(tag)
        });
        self.answer("reject", effect).await
    }
}

impl Drop for SimDelivery {
    fn drop(&mut self) {
        let Link { world, process, service } = &self.link;
        match process.life() {
            _ if self.answered => {}
            // The broker takes it back with the connection.
            Life::Dead => {}
            Life::Running if world.reaches(process, *service) => world.broker.give_back(self.tag),
            Life::Running | Life::Frozen => world.broker.remember(self.tag),
        }
    }
}
