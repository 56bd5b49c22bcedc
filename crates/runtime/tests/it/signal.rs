//! The two signals, in a process of their own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use runtime::signal::shutdown_signal;
use tokio_util::sync::CancellationToken;

/// Set for the process that the tests below start and signal.
const CHILD: &str = "CLAUDOOM_SIGNAL_CHILD";

/// Not a test of its own: does nothing unless the tests below start it.
#[tokio::test]
async fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let token = CancellationToken::new();
    shutdown_signal(token.clone()).unwrap();
    println!("\nready");
    token.cancelled().await;
    println!("\ncancelled");
    // Stuck, as a daemon that cannot drain: only the second signal ends it.
    std::thread::sleep(Duration::from_secs(30));
}

struct Stuck(Child);

impl Stuck {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["signal::child", "--exact", "--nocapture"]).env(CHILD, "1");
        let mut stuck = Self(command.stdout(Stdio::piped()).spawn().unwrap());
        stuck.wait_for("ready");
        stuck
    }

    fn wait_for(&mut self, word: &str) {
        // A larger buffer would swallow what the next call waits for.
        let mut lines = BufReader::with_capacity(1, self.0.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == word), "the process ended before it said {word}");
    }

    fn send(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn first_signal_asks_and_the_second_leaves_at_once() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut stuck = Stuck::start();

        stuck.send("-TERM");
        stuck.wait_for("cancelled");
        stuck.send(signal);

        assert_eq!(stuck.0.wait().unwrap().code(), Some(code));
    }
}
