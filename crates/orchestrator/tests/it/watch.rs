//! Whoever follows an experiment hears every event once, though the daemon is killed meanwhile.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::daemons::{Process, free_port, wait_until_ready};
use crate::support::{orchestrator, python, root};
use crate::system::System;

const EXPERIMENT: &str = "name = \"watched\"\nseed = 7\n[scenario]\nname = \"basic\"\ntimeout = 60\n[agent]\n\
                          policy = \"aim\"\n[seeds]\nepisodes = 2\n[evolution]\npopulation = 4\ngenerations = 2\n";

/// Prints the number of each event, and ends with the experiment.
const FOLLOW: &str = "import sys, claudoom\n\
                      with claudoom.Client() as client:\n    \
                          for event in client.experiment(sys.argv[1]).watch():\n        \
                              print(event.sequence, event.is_final, flush=True)\n";

/// A program that follows, and the numbers that it has told.
struct Follower {
    child: Child,
    lines: Box<dyn Iterator<Item = String>>,
    told: Vec<u64>,
}

impl Follower {
    /// The event's number comes first in every line of the output.
    fn new(mut child: Child, output: impl std::io::Read + 'static) -> Self {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        child.stdin.take();
        let mut follower = Self { child, lines: Box::new(lines), told: vec![] };
        let first = follower.lines.next().expect("an event");
        follower.told.extend(number(&first));
        follower
    }

    /// Every number told, once the program has ended as it should.
    fn until_the_end(mut self) -> Vec<u64> {
        let rest: Vec<_> = self.lines.by_ref().collect();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {rest:?}");
        self.told.extend(rest.iter().filter_map(|line| number(line)));
        self.told
    }
}

fn number(line: &str) -> Option<u64> {
    line.split_whitespace().next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_hears_every_event_once_though_the_daemon_is_killed() {
    let system = System::new().await;
    let address = format!("127.0.0.1:{}", free_port());
    let server = format!("http://{address}");
    let serve = |name: &str, more: &[&str]| {
        let mut command = system.command("serve");
        command.args(["--grpc-addr", &address]).args(more);
        let process = Process::start(command, &system.log(name));
        wait_until_ready(&server);
        process
    };
    let first = serve("first", &[]);
    let file = system.data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let launched =
        crate::support::json(orchestrator().arg("launch").arg(&file).args(["-o", "json", "--server", &server]));
    let id = launched["id"].as_str().unwrap();
    let mut watch = orchestrator();
    watch.args(["watch", id, "--server", &server]).stderr(Stdio::piped()).stdout(Stdio::null());
    let mut watch = watch.spawn().unwrap();
    let output = watch.stderr.take().unwrap();
    let watch = Follower::new(watch, output);
    let mut script = Command::new(python());
    script.args(["-c", FOLLOW, id]).env("ORCHESTRATOR_URL", &server).stdout(Stdio::piped());
    script.env("PYTHONPATH", root().join("clients/python/src")).env("PYTHONDONTWRITEBYTECODE", "1");
    let mut script = script.spawn().unwrap();
    let output = script.stdout.take().unwrap();
    let script = Follower::new(script, output);

    first.signal("KILL");
    drop(first);
    let second = serve("second", &["--workers", "1"]);
    let (of_watch, of_script) = (watch.until_the_end(), script.until_the_end());

    assert!(of_script.len() > 10, "{of_script:?}");
    assert_eq!(of_script, (1..=of_script.len() as u64).collect::<Vec<_>>());
    // One line per generation is told, not one per agent.
    assert!(of_watch.first() == Some(&1) && of_watch.last() == of_script.last(), "{of_watch:?}");
    assert!(of_watch.is_sorted_by(|before, after| before < after), "{of_watch:?}");
    assert_eq!(second.stop(), Some(0));
}
