//! The program `agent`.

fn main() -> anyhow::Result<()> {
    agent::cli::Cli::load().run()
}
