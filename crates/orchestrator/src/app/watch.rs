//! Looks at every dependency by itself, so that one that is silent does not hide the others, and tells the health
//! service what is there.

use std::time::Duration;

use domain::ErrorKind;
use domain::ports::PortResult;
use runtime::health::Readiness;
use runtime::outage::Outage;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::core::Core;

/// Silence between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// Names of the dependencies, in health checks too.
pub const DEPENDENCIES: [&str; 3] = ["store", "queue", "events"];

/// Watches until `stop`.
pub async fn run(core: Core, readiness: Readiness, stop: CancellationToken) {
    let [store, queue, events] = DEPENDENCIES;
    let watch = |name, what| Watch { name, outage: Outage::new(what), readiness: readiness.clone() };
    let Core { store: ledger, queue: jobs, publisher, .. } = core;
    let watching = async {
        tokio::join!(
            watch(store, "the ledger").follow(|| {
                let ledger = ledger.clone();
                async move { ledger.ping().await }
            }),
            watch(queue, "the job queue").follow(|| {
                let jobs = jobs.clone();
                async move { jobs.ping().await }
            }),
            watch(events, "the event stream").follow(|| {
                let publisher = publisher.clone();
                async move { publisher.ping().await }
            }),
        );
    };
    stop.run_until_cancelled(watching).await;
}

/// One dependency.
struct Watch {
    name: &'static str,
    outage: Outage,
    readiness: Readiness,
}

impl Watch {
    async fn follow<F: Future<Output = PortResult<()>> + Send>(mut self, ping: impl Fn() -> F + Send) {
        loop {
            let seen = ping().await;
            match &seen {
                Ok(()) => {
                    self.outage.up();
                }
                // Who reaches for it tells that it is away; what is there and cannot be used is told here.
                Err(error) if matches!(error.kind, ErrorKind::Unavailable | ErrorKind::DeadlineExceeded) => {}
                Err(error) => self.outage.down(&error.message),
            }
            self.readiness.set(self.name, seen.map_err(|error| error.to_string()));
            sleep(LOOK).await;
        }
    }
}
