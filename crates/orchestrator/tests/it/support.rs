//! What the tests share: where the engine and Python are, and how the program is run.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Folder of the engine that tests use.
pub(crate) fn engine_dir() -> PathBuf {
    let dir = std::env::var_os("CLAUDOOM_ENGINE_DIR").map_or_else(|| root().join(".data/engine"), PathBuf::from);
    assert!(dir.is_dir(), "there is no engine in {}: run .mise/tasks/test, which installs it", dir.display());
    dir
}

/// A Python with the packages that tests need.
pub(crate) fn python() -> PathBuf {
    let python =
        std::env::var_os("CLAUDOOM_PYTHON").map_or_else(|| root().join(".data/venv/bin/python"), PathBuf::from);
    assert!(python.exists(), "there is no Python at {}: run .mise/tasks/test, which sets it up", python.display());
    python
}

/// The program, with nothing of the tester's own configuration.
pub(crate) fn orchestrator() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrator"));
    for variable in
        ["DATABASE_URL", "NATS_URL", "AMQP_URL", "GRPC_ADDR", "ORCHESTRATOR_URL", "AGENT_ENDPOINTS", "RUST_LOG"]
    {
        command.env_remove(variable);
    }
    command.env("CLAUDOOM_ENGINE_DIR", engine_dir());
    command
}

/// A command in words, in one process over a data folder.
pub(crate) fn embedded(data: &tempfile::TempDir, command: &str) -> Command {
    let mut embedded = orchestrator();
    embedded.args(command.split(' ')).args(["--embedded", "--data", data.path().to_str().unwrap()]);
    embedded
}

/// Runs a command to its end; it must succeed.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?} ended with {}:\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs a command that must fail with this code, without a panic, and returns what it told.
pub(crate) fn fail(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let told = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{command:?}:\n{told}");
    assert!(!told.contains("panicked"), "{told}");
    told
}

/// Runs a command that prints one JSON value.
pub(crate) fn json(command: &mut Command) -> Value {
    let output = succeed(command);
    serde_json::from_slice(&output.stdout).expect("the program prints JSON")
}

/// A folder that is removed at the end of the test.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// An embedded system of one's own.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    /// One with an experiment file.
    pub(crate) fn new(text: &str) -> Self {
        let data = folder();
        std::fs::write(data.path().join("experiment.toml"), text).unwrap();
        Self(data)
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command in words for it, by the user `ada`.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = embedded(&self.0, words);
        command.env("USER", "ada");
        command
    }

    /// Launches the file and returns the result.
    pub(crate) fn launch(&self, more: &[&str]) -> Value {
        json(self.command("launch").arg(self.path().join("experiment.toml")).args(["-o", "json"]).args(more))
    }

    /// What a command prints.
    pub(crate) fn run(&self, words: &str, args: &[&str]) -> String {
        String::from_utf8_lossy(&succeed(self.command(words).args(args)).stdout).into_owned()
    }
}
