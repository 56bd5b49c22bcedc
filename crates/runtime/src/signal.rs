//! SIGINT and SIGTERM: the first asks, the second insists.

use std::{io, sync::mpsc};

use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Exit code after SIGINT, as shells report it.
const SIGINT_EXIT: i32 = 130;
/// Exit code after SIGTERM, as shells report it.
const SIGTERM_EXIT: i32 = 143;

/// Watches for SIGINT and SIGTERM from now to the end of the process. The first cancels `token`; the second leaves at
/// once with exit code 130 or 143.
///
/// A thread of its own does the watching, so that the second signal works when the daemon's own threads are stuck.
/// Call it once.
pub fn shutdown_signal(token: CancellationToken) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    let (report, registered) = mpsc::sync_channel(1);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || runtime.block_on(watch(token, &report)))?;
    registered.recv().unwrap_or_else(|_| Err(io::Error::other("the thread that watches signals ended")))
}

async fn watch(token: CancellationToken, report: &mpsc::SyncSender<io::Result<()>>) {
    let handlers = signal(SignalKind::interrupt()).and_then(|int| Ok((int, signal(SignalKind::terminate())?)));
    let (mut interrupt, mut terminate) = match handlers {
        Ok(handlers) => handlers,
        // The caller waits for the report and hears of the failure there.
        Err(error) => return drop(report.send(Err(error))),
    };
    if report.send(Ok(())).is_err() {
        return;
    }
    let mut asked = false;
    loop {
        let (name, code) = tokio::select! {
            _ = interrupt.recv() => ("SIGINT", SIGINT_EXIT),
            _ = terminate.recv() => ("SIGTERM", SIGTERM_EXIT),
        };
        if asked {
            warn!(signal = name, "second signal, leaving at once");
            std::process::exit(code);
        }
        info!(signal = name, "stopping; a second signal leaves at once");
        asked = true;
        token.cancel();
    }
}
