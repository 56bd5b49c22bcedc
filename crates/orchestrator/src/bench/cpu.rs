//! Processor time of threads and processes, from the kernel's scheduler statistics.

use std::fs;

/// Processor time that all threads of a process have used, in nanoseconds; absent where the system does not tell.
#[must_use]
pub fn process_ns(pid: u32) -> Option<u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let mut total = 0;
    for task in tasks.flatten() {
        total += schedstat(&task.path().join("schedstat"))?;
    }
    Some(total)
}

/// Processor time that the calling thread has used, in nanoseconds; absent where the system does not tell.
#[must_use]
pub fn thread_ns() -> Option<u64> {
    schedstat("/proc/thread-self/schedstat".as_ref())
}

fn schedstat(path: &std::path::Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_shows_as_processor_time() {
        let (Some(before), Some(_)) = (thread_ns(), process_ns(std::process::id())) else {
            // A kernel without scheduler statistics: the bench then leaves the column out.
            return;
        };
        let mut sum = 0u64;
        while thread_ns().is_some_and(|now| now < before + 2_000_000) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(sum > 0);
    }
}
