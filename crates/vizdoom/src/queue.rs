//! One of the two message queues between driver and engine, bit-compatible with
//! `boost::interprocess::message_queue` as the engine uses it: 64 messages of 129 bytes,
//! one code and up to 128 bytes of text each, all of one priority.
//!
//! The driver creates both queues and so chooses the attributes: robust mutexes, which
//! tell when the engine was killed while it held the lock, and the monotonic clock. The
//! counters of blocked processes are part of the protocol: a side is only signalled when
//! its counter is not zero. A process that was killed leaves its counter behind, so a
//! queue is never used again after a failure.

use std::io;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::mapping::Mapping;

const SLOTS: usize = 64;
const SLOT_STRIDE: usize = 152;
const MESSAGE_SIZE: usize = 129;
const SLOT_DATA: usize = 16;
const FILE_SIZE: usize = 0x28d0;

const READY: usize = 0x00;
const INDEX_POINTER: usize = 0x10;
const MAX_MESSAGES: usize = 0x18;
const MAX_SIZE: usize = 0x20;
const COUNT: usize = 0x28;
const MUTEX: usize = 0x30;
const RECEIVERS: usize = 0x58;
const SENDERS: usize = 0x88;
const FIRST: usize = 0xb8;
const BLOCKED_SENDERS: usize = 0xc0;
const BLOCKED_RECEIVERS: usize = 0xc8;
const INDEX: usize = 0xd0;
const FIRST_SLOT: usize = 0x2d0;

/// Longest text of a command: 128 bytes with the terminating NUL.
pub(crate) const MAX_TEXT: usize = 127;

const _: () = {
    assert!(size_of::<libc::pthread_mutex_t>() == 40);
    assert!(size_of::<libc::pthread_cond_t>() == 48);
    assert!(FIRST_SLOT + SLOTS * SLOT_STRIDE == FILE_SIZE);
};

/// Why a queue could not be used.
#[derive(Debug)]
pub(crate) enum QueueError {
    /// The engine died while it held the lock.
    OwnerDied,
    /// The lock is held, or the queue is full, for longer than any live engine needs.
    Stuck,
    /// A pthread call failed with this code.
    Os(i32),
}

/// A message taken from a queue.
pub(crate) struct Message {
    pub(crate) code: u8,
    text: [u8; MESSAGE_SIZE - 1],
}

impl Message {
    /// Returns the text up to its NUL, with foreign bytes replaced.
    pub(crate) fn text(&self) -> String {
        let end = self.text.iter().position(|&byte| byte == 0);
        let text = &self.text[..end.unwrap_or(self.text.len())];
        String::from_utf8_lossy(text).trim().to_owned()
    }
}

/// A queue in shared memory.
#[derive(Debug)]
pub(crate) struct Queue {
    map: Mapping,
}

impl Queue {
    /// Bytes of a queue.
    pub(crate) const SIZE: u64 = FILE_SIZE as u64;

    /// Creates the queue under `path`, ready for the engine to open.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut map = Mapping::create(path, FILE_SIZE)?;
        map.write(INDEX_POINTER, (INDEX - INDEX_POINTER) as i64);
        map.write(MAX_MESSAGES, SLOTS as u64);
        map.write(MAX_SIZE, MESSAGE_SIZE as u64);
        for slot in 0..SLOTS {
            let entry = INDEX + 8 * slot;
            let target = FIRST_SLOT + SLOT_STRIDE * slot;
            map.write(entry, (target - entry) as i64);
        }
        let queue = Self { map };
        queue.init_sync().map_err(io::Error::from_raw_os_error)?;
        queue.ready().store(2, Ordering::Release);
        Ok(queue)
    }

    /// Puts a message into the queue. Waits for the lock no longer than `patience`.
    pub(crate) fn send(&mut self, code: u8, text: &[u8], patience: Duration) -> Result<(), QueueError> {
        debug_assert!(text.len() <= MAX_TEXT);
        self.lock(patience)?;
        if self.map.u64(COUNT) as usize >= SLOTS {
            // The driver never has 64 messages in flight to an engine that reads.
            self.unlock();
            return Err(QueueError::Stuck);
        }
        let first = (self.map.u64(FIRST) as usize + SLOTS - 1) % SLOTS;
        self.map.write(FIRST, first as u64);
        self.map.write(COUNT, self.map.u64(COUNT) + 1);
        self.fill(first, code, text);
        let notify = self.map.u64(BLOCKED_RECEIVERS) != 0;
        self.unlock();
        if notify {
            // SAFETY: an initialised condition variable within the mapping.
            unsafe { libc::pthread_cond_signal(self.cond(RECEIVERS)) };
        }
        Ok(())
    }

    /// Takes the oldest message, waiting up to `patience` for one.
    pub(crate) fn receive(&mut self, patience: Duration) -> Result<Option<Message>, QueueError> {
        self.lock(patience)?;
        if self.map.u64(COUNT) == 0 && !patience.is_zero() {
            self.wait_for_message(patience)?;
        }
        let count = self.map.u64(COUNT) as usize;
        if count == 0 {
            self.unlock();
            return Ok(None);
        }
        let position = (self.map.u64(FIRST) as usize + count - 1) % SLOTS;
        let message = self.empty(position);
        self.map.write(COUNT, count as u64 - 1);
        let notify = self.map.u64(BLOCKED_SENDERS) != 0;
        self.unlock();
        if notify {
            // SAFETY: an initialised condition variable within the mapping.
            unsafe { libc::pthread_cond_signal(self.cond(SENDERS)) };
        }
        Ok(Some(message))
    }

    /// Waits with the lock held, as one blocked receiver, for one message or the time.
    fn wait_for_message(&mut self, patience: Duration) -> Result<(), QueueError> {
        let until = deadline(libc::CLOCK_MONOTONIC, patience);
        self.count_receiver(true);
        let mut outcome = 0;
        while outcome == 0 && self.map.u64(COUNT) == 0 {
            // SAFETY: both objects are initialised, the lock is held by this thread.
            outcome = unsafe { libc::pthread_cond_timedwait(self.cond(RECEIVERS), self.mutex(), &raw const until) };
        }
        self.count_receiver(false);
        match outcome {
            0 | libc::ETIMEDOUT => Ok(()),
            code => Err(self.lock_failure(code)),
        }
    }

    fn count_receiver(&mut self, waits: bool) {
        let count = self.map.u64(BLOCKED_RECEIVERS);
        let count = if waits { count + 1 } else { count.wrapping_sub(1) };
        self.map.write(BLOCKED_RECEIVERS, count);
    }

    /// Writes a message into a slot: length, priority, code, text and its NUL.
    fn fill(&mut self, position: usize, code: u8, text: &[u8]) {
        let slot = FIRST_SLOT + SLOT_STRIDE * position;
        self.map.write(slot, MESSAGE_SIZE as u64);
        self.map.write(slot + 8, 0u32);
        self.map.write(slot + SLOT_DATA, code);
        for (i, &byte) in text.iter().chain(&[0]).enumerate() {
            self.map.write(slot + SLOT_DATA + 1 + i, byte);
        }
    }

    fn empty(&mut self, position: usize) -> Message {
        let slot = FIRST_SLOT + SLOT_STRIDE * position;
        let mut text = [0; MESSAGE_SIZE - 1];
        text.copy_from_slice(self.map.bytes(slot + SLOT_DATA + 1, MESSAGE_SIZE - 1));
        let code = self.map.u8(slot + SLOT_DATA);
        self.map.write(slot, 0u64);
        self.map.write(slot + 8, 0u32);
        Message { code, text }
    }

    fn lock(&self, patience: Duration) -> Result<(), QueueError> {
        // SAFETY: an initialised mutex within the mapping.
        let mut outcome = unsafe { libc::pthread_mutex_trylock(self.mutex()) };
        if outcome == libc::EBUSY {
            let until = deadline(libc::CLOCK_REALTIME, patience);
            // SAFETY: as above. Timed, because the engine may be stopped while it locks.
            outcome = unsafe { libc::pthread_mutex_timedlock(self.mutex(), &raw const until) };
        }
        match outcome {
            0 => Ok(()),
            libc::ETIMEDOUT => Err(QueueError::Stuck),
            code => Err(self.lock_failure(code)),
        }
    }

    /// Translates a failed lock. After EOWNERDEAD the lock is held and must be given back
    /// in order, or the mutex could not be used even to find out the same again.
    fn lock_failure(&self, code: i32) -> QueueError {
        if code == libc::EOWNERDEAD {
            // SAFETY: the lock is held by this thread.
            unsafe { libc::pthread_mutex_consistent(self.mutex()) };
            self.unlock();
        }
        match code {
            libc::EOWNERDEAD | libc::ENOTRECOVERABLE => QueueError::OwnerDied,
            other => QueueError::Os(other),
        }
    }

    fn unlock(&self) {
        // SAFETY: called only with the lock held by this thread.
        unsafe { libc::pthread_mutex_unlock(self.mutex()) };
    }

    fn init_sync(&self) -> Result<(), i32> {
        let mut mutex = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        let mut cond = MaybeUninit::<libc::pthread_condattr_t>::uninit();
        let (mutex, cond) = (mutex.as_mut_ptr(), cond.as_mut_ptr());
        // SAFETY: attributes are initialised before use and destroyed after; the objects
        // lie within the mapping and nobody else has the queue yet.
        unsafe {
            check(libc::pthread_mutexattr_init(mutex))?;
            check(libc::pthread_mutexattr_setpshared(mutex, libc::PTHREAD_PROCESS_SHARED))?;
            check(libc::pthread_mutexattr_setrobust(mutex, libc::PTHREAD_MUTEX_ROBUST))?;
            check(libc::pthread_mutex_init(self.mutex(), mutex))?;
            libc::pthread_mutexattr_destroy(mutex);
            check(libc::pthread_condattr_init(cond))?;
            check(libc::pthread_condattr_setpshared(cond, libc::PTHREAD_PROCESS_SHARED))?;
            check(libc::pthread_condattr_setclock(cond, libc::CLOCK_MONOTONIC))?;
            check(libc::pthread_cond_init(self.cond(RECEIVERS), cond))?;
            check(libc::pthread_cond_init(self.cond(SENDERS), cond))?;
            libc::pthread_condattr_destroy(cond);
        }
        Ok(())
    }

    fn mutex(&self) -> *mut libc::pthread_mutex_t {
        self.map.at(MUTEX, size_of::<libc::pthread_mutex_t>()).cast()
    }

    fn cond(&self, offset: usize) -> *mut libc::pthread_cond_t {
        self.map.at(offset, size_of::<libc::pthread_cond_t>()).cast()
    }

    fn ready(&self) -> &AtomicU32 {
        // SAFETY: aligned (a page start), in bounds, lives as long as the mapping.
        unsafe { AtomicU32::from_ptr(self.map.at(READY, 4).cast()) }
    }
}

fn check(code: i32) -> Result<(), i32> {
    if code == 0 { Ok(()) } else { Err(code) }
}

fn deadline(clock: libc::clockid_t, patience: Duration) -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one timespec; these clocks always exist.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    let nanos = now.tv_nsec + i64::from(patience.subsec_nanos());
    libc::timespec {
        tv_sec: now.tv_sec + patience.as_secs() as i64 + nanos / 1_000_000_000,
        tv_nsec: nanos % 1_000_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> (tempfile::TempDir, Queue) {
        let dir = tempfile::tempdir().unwrap();
        let queue = Queue::create(&dir.path().join("queue")).unwrap();
        (dir, queue)
    }

    #[test]
    fn messages_come_out_in_the_order_they_went_in() {
        let (_dir, mut queue) = queue();

        for round in 0..100u8 {
            queue.send(round, b"map map01", Duration::ZERO).unwrap();
            queue.send(round + 100, b"", Duration::ZERO).unwrap();

            let first = queue.receive(Duration::ZERO).unwrap().unwrap();
            assert_eq!((first.code, first.text()), (round, "map map01".to_owned()));
            assert_eq!(queue.receive(Duration::ZERO).unwrap().unwrap().code, round + 100);
        }
        assert!(queue.receive(Duration::from_millis(1)).unwrap().is_none());
    }

    #[test]
    fn a_full_queue_refuses() {
        let (_dir, mut queue) = queue();
        for _ in 0..SLOTS {
            queue.send(1, b"", Duration::ZERO).unwrap();
        }
        assert!(matches!(queue.send(1, b"", Duration::ZERO), Err(QueueError::Stuck)));
    }

    #[test]
    fn the_file_starts_like_the_library_s() {
        let (dir, queue) = queue();
        let bytes = std::fs::read(dir.path().join("queue")).unwrap();
        assert_eq!(bytes.len(), FILE_SIZE);
        assert_eq!(bytes[0], 2);
        assert_eq!(bytes[INDEX..INDEX + 2], [0x00, 0x02]);
        assert_eq!(bytes[INDEX + 8..INDEX + 10], [0x90, 0x02]);
        drop(queue);
    }
}
