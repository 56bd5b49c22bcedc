//! One process-wide thread that forks all engines.
//!
//! An engine is killed when its parent dies (PDEATHSIG), but the signal is bound to the
//! thread that forked, not to the process. The engines of short-lived threads would die
//! with these; so a thread that lives as long as the process forks for everybody.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender};
use std::thread;

/// A command and where to send the child.
struct Request {
    command: Command,
    reply: Sender<io::Result<Child>>,
}

/// Starts the command as a child that dies with this process. With `cpus` the child is
/// bound to these; where affinity is not allowed it stays unbound.
pub(crate) fn spawn(mut command: Command, cpus: Option<&[usize]>) -> io::Result<Child> {
    prepare(&mut command, cpus);
    let (reply, answer) = mpsc::channel();
    let gone = |_| io::Error::other("the thread that starts engines is gone");
    spawner()?
        .send(Request { command, reply })
        .map_err(|_| io::Error::other("the thread that starts engines is gone"))?;
    answer.recv().map_err(gone)?
}

fn spawner() -> io::Result<Sender<Request>> {
    static SPAWNER: OnceLock<io::Result<Sender<Request>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, requests) = mpsc::channel::<Request>();
        thread::Builder::new().name("engine-spawner".to_owned()).spawn(move || {
            for mut request in requests {
                let child = request.command.spawn();
                if let Err(mpsc::SendError(Ok(mut orphan))) = request.reply.send(child) {
                    // Nobody waits any more: do not leave a process without an owner.
                    let _ = orphan.kill();
                    let _ = orphan.wait();
                }
            }
        })?;
        Ok(sender)
    });
    match spawner {
        Ok(sender) => Ok(sender.clone()),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

fn prepare(command: &mut Command, cpus: Option<&[usize]>) {
    let parent = libc::pid_t::try_from(std::process::id()).expect("process ids are positive");
    let set = cpus.map(cpu_set);
    // A group of its own keeps a terminal's Ctrl-C for the driver, which ends in order.
    command.process_group(0);
    // SAFETY: only async-signal-safe calls, on values made before the fork.
    unsafe {
        command.pre_exec(move || {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            // The parent may have died between fork and prctl; then no signal comes.
            if libc::getppid() != parent {
                libc::_exit(127);
            }
            if let Some(set) = &set {
                // Not allowed (EPERM) or no such CPU (EINVAL): unbound is slower, not wrong.
                libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), set);
            }
            Ok(())
        });
    }
}

fn cpu_set(cpus: &[usize]) -> libc::cpu_set_t {
    // SAFETY: an all-zero cpu_set_t is the empty set.
    let mut set = unsafe { std::mem::zeroed::<libc::cpu_set_t>() };
    let limit = usize::try_from(libc::CPU_SETSIZE).unwrap_or(0);
    for &cpu in cpus.iter().filter(|&&cpu| cpu < limit) {
        // SAFETY: within the set, as just filtered.
        unsafe { libc::CPU_SET(cpu, &mut set) };
    }
    set
}
