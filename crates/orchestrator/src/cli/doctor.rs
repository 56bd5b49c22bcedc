//! `doctor`: is everything there that is needed?

mod dependencies;

use clap::Args;
use serde::Serialize;

use super::output::{self, Form};
use super::services::ServicesArgs;
use super::{Exit, Failure, Place};
use crate::app::scratch;
use crate::shard::{allowed_cpus, pin_current_thread};

/// Shared memory that one engine needs at 320x240, with room to spare, in bytes.
const ENGINE_MEMORY: u64 = 16 << 20;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Remove what killed processes left behind
    #[arg(long)]
    clean: bool,
    /// Re-hash every file of the engine
    #[arg(long)]
    full: bool,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    services: ServicesArgs,
}

/// The outcome of one check.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    ok: bool,
    detail: String,
}

impl Finding {
    fn new(what: &'static str, result: Result<String, String>) -> Self {
        let (ok, detail) = match result {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        Self { what, ok, detail }
    }
}

/// Checks everything; a failed check is the command's failure.
pub(super) async fn run(args: DoctorArgs, place: &Place) -> Result<(), Failure> {
    let mut findings = vec![
        Finding::new("engine", engine(place, args.full)),
        Finding::new("shared memory", shared_memory()),
        Finding::new("leftovers", leftovers(args.clean)),
        Finding::new("processors", processors()),
    ];
    findings.extend(dependencies::check(&args.services).await);
    let failed = findings.iter().filter(|finding| !finding.ok).count();
    match args.output {
        Form::Json => output::json(&findings)?,
        Form::Table => {
            for finding in &findings {
                let mark = if finding.ok { "ok  " } else { "FAIL" };
                output::line(format!("{mark}  {:<14} {}", finding.what, finding.detail))?;
            }
        }
    }
    if failed == 0 {
        return Ok(());
    }
    Err(Failure::new(Exit::Unavailable, miette::miette!("{failed} of {} checks failed", findings.len())))
}

fn engine(place: &Place, full: bool) -> Result<String, String> {
    let folder = place.engine.folder(&place.env);
    let install =
        vizdoom::Install::open(&folder).map_err(|error| format!("{error}; `orchestrator engine install` gets it"))?;
    if full {
        install.verify().map_err(|error| error.to_string())?;
    }
    let checked = if full { "every file verified" } else { "--full verifies every file" };
    Ok(format!("vizdoom {} in {} ({checked})", vizdoom::ENGINE_VERSION, folder.display()))
}

#[allow(unsafe_code, reason = "the size of a file system has no safe call in the tree")]
fn shared_memory() -> Result<String, String> {
    // SAFETY: an all-zero `statvfs` is a valid value to be filled in.
    let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path is NUL-terminated and `stat` is writable.
    if unsafe { libc::statvfs(c"/dev/shm".as_ptr(), &mut stat) } != 0 {
        return Err(format!("/dev/shm cannot be read: {}", std::io::Error::last_os_error()));
    }
    let free = stat.f_bavail * stat.f_frsize;
    let engines = free / ENGINE_MEMORY;
    let shown = format!("{} MiB free in /dev/shm, enough for {engines} engines", free >> 20);
    if engines >= allowed_cpus().len() as u64 {
        Ok(shown)
    } else {
        Err(format!("{shown}; in a container give it more, for instance --shm-size=1g"))
    }
}

fn leftovers(clean: bool) -> Result<String, String> {
    if clean {
        let removed = vizdoom::clean_stale(None).len() + scratch::clean();
        return Ok(format!("{removed} left behind by killed processes removed"));
    }
    Ok("--clean removes what killed processes left behind".into())
}

fn processors() -> Result<String, String> {
    let cpus = allowed_cpus();
    let probe = cpus.first().copied().unwrap_or(0);
    let pinned = std::thread::spawn(move || pin_current_thread(probe)).join();
    let pinning = match pinned {
        Ok(Ok(())) => "shards are pinned, one each",
        _ => "pinning is not allowed here, shards run unpinned",
    };
    Ok(format!("{} ({}): {pinning}", cpus.len(), cpus.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")))
}
