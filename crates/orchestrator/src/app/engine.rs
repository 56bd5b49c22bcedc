//! Where the engine and the data of this user are.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use clap::Args;
use miette::IntoDiagnostic;
use vizdoom::{ENGINE_VERSION, Install};

use crate::cli::Failure;

/// What the process inherits from the user's environment, read once with the command line.
#[derive(Debug, Clone, Args)]
pub struct Env {
    /// Home folder
    #[arg(long, env = "HOME", hide = true, global = true)]
    pub home: Option<PathBuf>,
    /// Folder for the data of programs
    #[arg(long, env = "XDG_DATA_HOME", hide = true, global = true)]
    pub xdg_data_home: Option<PathBuf>,
    /// Name of the user
    #[arg(long, env = "USER", hide = true, global = true)]
    pub user: Option<String>,
}

impl Env {
    /// The folder for claudoom's data: engines, and the runs of `demo`.
    #[must_use]
    pub fn data_home(&self) -> PathBuf {
        let given = self.xdg_data_home.clone().filter(|path| path.is_absolute());
        let base = given.or_else(|| self.home.as_ref().map(|home| home.join(".local/share")));
        base.unwrap_or_else(|| PathBuf::from(".data")).join("claudoom")
    }

    /// Who runs this program, for journals: `name@host`, or the number of a user without a name.
    #[must_use]
    pub fn whoami(&self) -> String {
        let named = self.user.clone().filter(|user| !user.trim().is_empty());
        let number =
            || std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |me| format!("uid-{}", me.uid()));
        format!("{}@{}", named.unwrap_or_else(number), host_name())
    }
}

/// The name of this machine.
#[must_use]
pub fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// Which engine is used.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Engine")]
pub struct EngineArgs {
    /// Folder of the installed engine
    #[arg(long, env = "CLAUDOOM_ENGINE_DIR", value_name = "DIR", global = true)]
    pub engine_dir: Option<PathBuf>,

    /// Python used to download the engine; it is not needed afterwards
    #[arg(long, env = "CLAUDOOM_INSTALL_PYTHON", value_name = "PROGRAM", default_value = "python3", global = true)]
    pub python: String,
}

impl EngineArgs {
    /// The engine's folder.
    #[must_use]
    pub fn folder(&self, env: &Env) -> PathBuf {
        self.engine_dir.clone().unwrap_or_else(|| env.data_home().join("engine").join(ENGINE_VERSION))
    }

    /// The installed engine.
    ///
    /// # Errors
    /// If it is not installed, or another version is.
    pub fn open(&self, env: &Env) -> Result<Install, Failure> {
        Install::open(self.folder(env)).into_diagnostic().map_err(Failure::engine)
    }
}
