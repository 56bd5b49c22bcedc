//! Children that never outlive the thread that started them.

#![allow(unsafe_code, reason = "what runs between fork and exec has no safe interface")]

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal, setsid};

/// Gives what `command` starts a session of its own, so that Ctrl-C in the terminal does not reach it, and has the
/// kernel kill it when the calling thread ends, however that ends.
pub(super) fn bind(command: &mut Command) {
    let parent = getpid();
    let prepare = move || {
        setsid()?;
        // After the change of user, which would clear it.
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // The parent may have died between fork and here; then no signal comes.
        if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: only system calls, on values made before the fork.
    unsafe {
        command.pre_exec(prepare);
    }
}
