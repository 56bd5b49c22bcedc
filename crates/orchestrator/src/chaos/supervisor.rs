//! Starts programs, starts them again when they end, and kills, freezes and continues them by name.
//!
//! One thread of its own forks and reaps all of them. Each dies with that thread, and the thread with this process, so
//! nothing survives the process however it ends: Ctrl-C, a panic, or SIGKILL.

mod bound;
mod member;
pub mod proc;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use servers::Program;
use tokio::sync::oneshot;

pub use member::{Cause, End, Then};

use member::Member;

/// How often the programs are looked at.
const TURN: Duration = Duration::from_millis(10);

type Reply<T> = oneshot::Sender<T>;

enum Order {
    Start(Box<Program>, Reply<io::Result<u32>>),
    Kill { name: String, then: Then, family: bool, reply: Reply<Option<u32>> },
    Signal { name: String, signal: Signal, reply: Reply<Option<u32>> },
    Remove { names: Vec<String>, grace: Duration, reply: Reply<Vec<String>> },
    Pids(Reply<BTreeMap<String, u32>>),
    Ends(Reply<Vec<End>>),
    Ever(Reply<Vec<u32>>),
}

/// The owner of programs. Dropped, it kills all of them.
#[derive(Debug)]
pub struct Supervisor {
    /// Emptied by the drop, which is what ends the thread.
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Supervisor {
    /// A supervisor of nothing yet.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new() -> io::Result<Self> {
        let (orders, received) = mpsc::channel();
        let thread = thread::Builder::new().name("supervisor".to_owned()).spawn(move || run(&received))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Starts a program, and again whenever it ends.
    ///
    /// # Errors
    /// If it cannot be started now.
    pub async fn start(&self, program: Program) -> io::Result<u32> {
        self.ask(|reply| Order::Start(Box::new(program), reply)).await?
    }

    /// Kills a program with SIGKILL; its pid if it ran. With `family`, its children as well, in the same moment.
    pub async fn kill(&self, name: &str, then: Then, family: bool) -> Option<u32> {
        let name = name.to_owned();
        self.ask(|reply| Order::Kill { name, then, family, reply }).await.ok().flatten()
    }

    /// Stops a program with SIGSTOP; its pid if it ran.
    pub async fn freeze(&self, name: &str) -> Option<u32> {
        self.signal(name, Signal::STOP).await
    }

    /// Lets a stopped program go on; its pid if it ran.
    pub async fn thaw(&self, name: &str) -> Option<u32> {
        self.signal(name, Signal::CONT).await
    }

    /// Asks programs to end, kills what has not ended after `grace`, and forgets them. Returns who was killed.
    pub async fn remove(&self, names: Vec<String>, grace: Duration) -> Vec<String> {
        self.ask(|reply| Order::Remove { names, grace, reply }).await.unwrap_or_default()
    }

    /// The programs that run now.
    pub async fn pids(&self) -> BTreeMap<String, u32> {
        self.ask(Order::Pids).await.unwrap_or_default()
    }

    /// The pid of a program, if it runs.
    pub async fn pid(&self, name: &str) -> Option<u32> {
        self.pids().await.remove(name)
    }

    /// Every end so far, oldest first.
    pub async fn ends(&self) -> Vec<End> {
        self.ask(Order::Ends).await.unwrap_or_default()
    }

    /// Every process that was ever started.
    pub async fn ever(&self) -> Vec<u32> {
        self.ask(Order::Ever).await.unwrap_or_default()
    }

    async fn signal(&self, name: &str, signal: Signal) -> Option<u32> {
        let name = name.to_owned();
        self.ask(|reply| Order::Signal { name, signal, reply }).await.ok().flatten()
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> io::Result<T> {
        let gone = || io::Error::other("the supervisor's thread has ended");
        let (reply, answer) = oneshot::channel();
        self.orders.as_ref().ok_or_else(gone)?.send(order(reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has ended its children already.
            let _ = thread.join();
        }
    }
}

/// The thread: orders in between looks, until nobody can give any more.
fn run(orders: &mpsc::Receiver<Order>) {
    let mut crew = Crew::default();
    loop {
        match orders.recv_timeout(TURN) {
            Ok(order) => crew.obey(order),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        crew.turn();
    }
    let all: Vec<_> = crew.members.keys().cloned().collect();
    crew.remove(&all, Duration::ZERO);
}

#[derive(Default)]
struct Crew {
    members: BTreeMap<String, Member>,
    ends: Vec<End>,
    ever: Vec<u32>,
}

impl Crew {
    /// Whoever asked may have gone, which is none of our business.
    fn obey(&mut self, order: Order) {
        match order {
            Order::Start(program, reply) => {
                let _ = reply.send(self.add(*program));
            }
            Order::Kill { name, then, family, reply } => {
                let _ = reply.send(self.members.get_mut(&name).and_then(|member| member.kill(then, family)));
            }
            Order::Signal { name, signal, reply } => {
                let member = self.members.get(&name).filter(|member| member.signal(signal));
                let _ = reply.send(member.and_then(Member::pid));
            }
            Order::Remove { names, grace, reply } => {
                let _ = reply.send(self.remove(&names, grace));
            }
            Order::Pids(reply) => {
                let running = self.members.iter().filter_map(|(name, member)| Some((name.clone(), member.living()?)));
                let _ = reply.send(running.collect());
            }
            Order::Ends(reply) => {
                let _ = reply.send(self.ends.clone());
            }
            Order::Ever(reply) => {
                let _ = reply.send(self.ever.clone());
            }
        }
    }

    fn add(&mut self, program: Program) -> io::Result<u32> {
        let (name, mut member) = (program.name.clone(), Member::new(program));
        let pid = member.start(Vec::<OsString>::new())?;
        self.ever.push(pid);
        if let Some(mut namesake) = self.members.insert(name, member) {
            namesake.kill(Then::StayDown, false);
            end(&mut namesake, Duration::ZERO);
        }
        Ok(pid)
    }

    fn turn(&mut self) {
        for member in self.members.values_mut() {
            self.ends.extend(member.reap());
            self.ever.extend(member.start_if_due());
        }
    }

    fn remove(&mut self, names: &[String], grace: Duration) -> Vec<String> {
        let mut leaving: Vec<_> = names.iter().filter_map(|name| self.members.remove(name)).collect();
        for member in leaving.iter().filter(|_| !grace.is_zero()) {
            member.signal(member.program.stop);
            // What is frozen cannot hear.
            member.signal(Signal::CONT);
        }
        let until = Instant::now() + grace;
        leaving.iter_mut().filter_map(|member| end(member, until.saturating_duration_since(Instant::now()))).collect()
    }
}

/// Waits for the end of a program and kills it after `grace`; its name if that was needed.
fn end(member: &mut Member, grace: Duration) -> Option<String> {
    let until = Instant::now() + grace;
    while member.pid().is_some() && Instant::now() < until {
        if member.reap().is_none() {
            thread::sleep(TURN);
        }
    }
    let killed = member.kill(Then::StayDown, true).map(|_| member.program.name.clone());
    // Nothing survives SIGKILL for long.
    while member.pid().is_some() && member.reap().is_none() {
        thread::sleep(TURN);
    }
    killed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(folder: &std::path::Path, name: &str) -> Program {
        Program::new(name, "/bin/sh", folder, folder).args(["-c", "sleep 1000; exit 3", "sh"])
    }

    async fn until_there(supervisor: &Supervisor, name: &str, before: Option<u32>) -> u32 {
        loop {
            match supervisor.pid(name).await {
                Some(pid) if Some(pid) != before => return pid,
                _ => tokio::time::sleep(TURN).await,
            }
        }
    }

    #[tokio::test]
    async fn what_is_killed_is_started_again_and_what_is_removed_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let supervisor = Supervisor::new().unwrap();
        let first = supervisor.start(sleeper(folder.path(), "a")).await.unwrap();

        assert_eq!(supervisor.kill("a", Then::StartAgain, true).await, Some(first));
        let second = until_there(&supervisor, "a", Some(first)).await;

        let ends = supervisor.ends().await;
        assert_eq!(ends.iter().map(|end| (end.pid, end.cause)).collect::<Vec<_>>(), [(first, Cause::Ours)]);
        assert!(!proc::is_running(first) && proc::is_running(second));
        assert_eq!(supervisor.ever().await, [first, second]);
        assert!(supervisor.remove(vec!["a".to_owned()], Duration::from_secs(5)).await.is_empty());
        assert!(!proc::is_running(second));
        assert_eq!(supervisor.pid("a").await, None);
    }

    #[tokio::test]
    async fn what_stays_down_waits_and_extra_arguments_hold_for_one_start() {
        let folder = tempfile::tempdir().unwrap();
        let supervisor = Supervisor::new().unwrap();
        let program = Program::new("a", "/bin/sh", folder.path(), folder.path());
        let program = program.args(["-c", "[ $# = 0 ] && sleep 1000; kill -9 $$", "sh"]);
        let first = supervisor.start(program).await.unwrap();

        supervisor.kill("a", Then::StayDown, true).await;
        while proc::is_running(first) {
            tokio::time::sleep(TURN).await;
        }
        assert_eq!(supervisor.pid("a").await, None);
        supervisor.kill("a", Then::StartWith(vec!["now".into()]), false).await;
        let ends = loop {
            let ends: Vec<_> = supervisor.ends().await.into_iter().filter(|end| end.cause != Cause::Ours).collect();
            if !ends.is_empty() {
                break ends;
            }
            tokio::time::sleep(TURN).await;
        };
        assert_eq!((ends[0].cause, &*ends[0].with), (Cause::Signal(9), &["now".into()][..]));
        let third = until_there(&supervisor, "a", Some(ends[0].pid)).await;
        tokio::time::sleep(TURN * 3).await;
        assert!(proc::is_running(third), "started without the argument");
    }

    #[tokio::test]
    async fn a_frozen_program_stands_still_and_can_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let supervisor = Supervisor::new().unwrap();
        let pid = supervisor.start(sleeper(folder.path(), "a")).await.unwrap();

        supervisor.freeze("a").await;
        while !proc::is_stopped(pid) {
            tokio::time::sleep(TURN).await;
        }
        supervisor.thaw("a").await;
        while proc::is_stopped(pid) {
            tokio::time::sleep(TURN).await;
        }
        supervisor.freeze("a").await;
        drop(supervisor);

        assert!(!proc::is_running(pid));
        // What was killed with it is removed by the system a moment later.
        let until = std::time::Instant::now() + Duration::from_secs(10);
        while !proc::below(folder.path()).is_empty() {
            assert!(std::time::Instant::now() < until, "{:?} are left", proc::below(folder.path()));
            tokio::time::sleep(TURN).await;
        }
    }
}
