//! Which cores shards stay on.

#![allow(unsafe_code, reason = "the affinity calls of libc have no safe wrapper in the tree")]

use std::io;
use std::str::FromStr;

/// Whether shards are pinned to cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pin {
    /// One shard per core that this process may use, each pinned; unpinned where affinity is not allowed.
    #[default]
    Auto,
    /// The scheduler decides.
    Off,
}

impl FromStr for Pin {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            _ => Err(format!("`{text}` is neither auto nor off")),
        }
    }
}

/// How many shards and slots there are, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The processor of every shard; absent if it is not pinned.
    pub shards: Vec<Option<usize>>,
    /// Slots of every shard.
    pub slots: Vec<usize>,
}

/// Spreads `engines` over the processors `cpus`: one shard per processor at most, engines as even as they go.
#[must_use]
pub fn plan(engines: usize, cpus: &[usize], pin: Pin) -> Plan {
    let engines = engines.max(1);
    let shards = engines.min(cpus.len().max(1));
    let cpu = |index: usize| (pin == Pin::Auto).then(|| cpus.get(index).copied()).flatten();
    let slots = |index: usize| engines / shards + usize::from(index < engines % shards);
    Plan { shards: (0..shards).map(cpu).collect(), slots: (0..shards).map(slots).collect() }
}

/// The processors that this process may use, in rising order; within a container this follows its cpuset.
#[must_use]
pub fn allowed_cpus() -> Vec<usize> {
    // SAFETY: an all-zero `cpu_set_t` is a valid empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is a valid, writable set of the size that is given.
    let result = unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) };
    if result != 0 {
        return (0..std::thread::available_parallelism().map_or(1, usize::from)).collect();
    }
    // SAFETY: every index is below the set's size.
    (0..libc::CPU_SETSIZE as usize).filter(|&cpu| unsafe { libc::CPU_ISSET(cpu, &set) }).collect()
}

/// Keeps the calling thread, and what it spawns, on one processor.
///
/// # Errors
/// If the system does not allow it.
pub fn pin_current_thread(cpu: usize) -> io::Result<()> {
    // SAFETY: an all-zero `cpu_set_t` is a valid empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    if cpu >= libc::CPU_SETSIZE as usize {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("there is no processor {cpu}")));
    }
    // SAFETY: `cpu` is below the set's size.
    unsafe { libc::CPU_SET(cpu, &mut set) };
    // SAFETY: `set` is a valid set of the size that is given.
    let result = unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_spread_evenly_over_cores() {
        let two = [0, 1];
        assert_eq!(plan(1, &two, Pin::Auto), Plan { shards: vec![Some(0)], slots: vec![1] });
        assert_eq!(plan(5, &two, Pin::Auto), Plan { shards: vec![Some(0), Some(1)], slots: vec![3, 2] });
        assert_eq!(plan(2, &[3, 7], Pin::Off), Plan { shards: vec![None, None], slots: vec![1, 1] });
        assert_eq!(plan(0, &[], Pin::Auto), Plan { shards: vec![None], slots: vec![1] });
    }

    #[test]
    fn a_pinned_thread_stays_on_its_core() {
        let cpus = allowed_cpus();
        let last = *cpus.last().expect("a process may use at least one processor");
        let seen = std::thread::spawn(move || pin_current_thread(last).map(|()| allowed_cpus())).join().unwrap();
        assert_eq!(seen.unwrap(), [last]);
        assert!(pin_current_thread(usize::MAX).is_err());
    }
}
