//! The daemon and command line `orchestrator`.

fn main() -> std::process::ExitCode {
    orchestrator::cli::run().into()
}
