//! The layers of configuration, on a command line like a daemon's.

use std::{fs, path::PathBuf};

use clap::{Parser, Subcommand};
use runtime::config::{ConfigArgs, DatabaseArgs, GrpcServerArgs, Loaded, Loader, TelemetryArgs};

#[derive(Parser, Debug)]
struct Cli {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    telemetry: TelemetryArgs,
    #[command(subcommand)]
    command: Daemon,
}

#[derive(Subcommand, Debug)]
enum Daemon {
    Serve(Serve),
}

#[derive(clap::Args, Debug)]
struct Serve {
    #[command(flatten)]
    grpc: GrpcServerArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    #[arg(long, value_delimiter = ',')]
    agent_endpoints: Vec<String>,
}

impl Cli {
    fn serve(&self) -> &Serve {
        let Daemon::Serve(serve) = &self.command;
        serve
    }
}

fn load(args: &[&str]) -> Result<Loaded<Cli>, clap::Error> {
    let loader = Loader::<Cli>::new().default_value("grpc-addr", "127.0.0.1:50052");
    loader.load_from(["agent"].iter().chain(args))
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("daemon.toml");
    fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn file_lies_between_flags_and_defaults() {
    let (_dir, path) = file("grpc-keepalive-ms = 5000\ngrpc-timeout-ms = 7000\nlog = 'debug'\nreflection = true\n");
    let path = path.to_str().unwrap();

    let cli = load(&["--config-file", path, "serve", "--grpc-timeout-ms", "9000"]).unwrap().config;

    let grpc = &cli.serve().grpc;
    assert_eq!((grpc.grpc_keepalive_ms, grpc.grpc_timeout_ms, grpc.grpc_max_message_mb), (5_000, 9_000, 16));
    assert_eq!((grpc.reflection, cli.telemetry.log.as_str()), (true, "debug"));
    assert_eq!(grpc.grpc_addr.to_string(), "127.0.0.1:50052");
    assert!(!load(&["serve", "--config-file", path, "--reflection=false"]).unwrap().config.serve().grpc.reflection);
}

#[test]
fn file_gives_lists() {
    let (_dir, path) = file("agent-endpoints = ['a:1', 'b:2']\n");

    let cli = load(&["serve", "--config-file", path.to_str().unwrap()]).unwrap().config;

    assert_eq!(cli.serve().agent_endpoints, ["a:1", "b:2"]);
}

#[test]
fn wrong_files_are_explained_without_showing_secrets() {
    for (text, expected) in [
        ("grpc-keepalive = 1", "unknown key 'grpc-keepalive'"),
        ("config-file = 'x'", "unknown key 'config-file'"),
        ("grpc-keepalive-ms = 'often'", "key 'grpc-keepalive-ms'"),
        ("grpc-max-message-mb = 101", "key 'grpc-max-message-mb'"),
        ("grpc-addr = 'nowhere'", "the port is missing"),
        ("[grpc]\naddr = 1", "unknown key 'grpc'"),
        ("database-url = { password = 'hunter2' }", "a table is not a value"),
        ("grpc-addr = ", "is not TOML"),
    ] {
        let (_dir, path) = file(text);

        let error = load(&["serve", "--config-file", path.to_str().unwrap()]).unwrap_err();

        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
    let missing = load(&["--config-file", "/nowhere/daemon.toml", "serve"]).unwrap_err();
    assert!(missing.to_string().contains("cannot read the config file /nowhere/daemon.toml"), "{missing}");
}

#[test]
fn printed_configuration_masks_secrets_and_reads_back() {
    let (_dir, path) = file("database-url = 'postgres://doom:hunter2@db/doom'\n");
    let path = path.to_str().unwrap();

    let loaded =
        load(&["serve", "--config-file", path, "--print-config", "--grpc-addr", "unix:///run/a.sock"]).unwrap();

    assert!(loaded.print_requested);
    assert!(
        loaded.effective.contains(r#"database-url = "postgres://doom:***@db/doom" # from"#),
        "{}",
        loaded.effective
    );
    assert!(
        loaded.effective.contains(r#"grpc-addr = "unix:///run/a.sock" # from --grpc-addr"#),
        "{}",
        loaded.effective
    );
    assert!(loaded.effective.contains("grpc-keepalive-ms = 20000 # from default"), "{}", loaded.effective);
    assert!(!loaded.effective.contains("hunter2"));
    let (_dir, again) = file(&loaded.effective);
    let again = load(&["serve", "--config-file", again.to_str().unwrap()]).unwrap();
    assert_eq!(again.config.serve().grpc.grpc_addr.to_string(), "unix:///run/a.sock");
}

#[test]
fn help_shows_no_secret_of_the_file() {
    let (_dir, path) = file("database-url = 'postgres://doom:hunter2@db/doom'\n");

    let help = load(&["serve", "--config-file", path.to_str().unwrap(), "--help"]).unwrap_err();

    assert!(help.to_string().contains("--database-url"), "{help}");
    assert!(!help.to_string().contains("hunter2"), "{help}");
}

#[test]
fn secret_comes_from_its_file() {
    let (_dir, path) = file("sqlite:data/doom.db\n");

    let cli = load(&["serve", "--database-url-file", path.to_str().unwrap()]).unwrap().config;

    assert_eq!(cli.serve().database.url().unwrap().unwrap().expose(), "sqlite:data/doom.db");
}
