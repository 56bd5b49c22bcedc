//! A stream and prefix of a test's own on the shared NATS.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::{self, Context};
use futures::StreamExt;
use messaging::jetstream::NatsConfig;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// Where NATS is.
pub(crate) fn url() -> String {
    std::env::var("CLAUDOOM_TEST_NATS").unwrap_or_else(|_| "nats://127.0.0.1:4222".to_owned())
}

/// Settings with names nobody else uses.
pub(crate) fn own_config(url: String) -> NatsConfig {
    let own = Uuid::new_v4().simple().to_string();
    NatsConfig { prefix: format!("test-{own}"), stream: format!("TEST-{own}"), ..NatsConfig::new(url) }
}

/// A client that has nothing to do with the code under test.
pub(crate) async fn independent(url: &str) -> Context {
    let connecting = timeout(Duration::from_secs(5), async_nats::connect(url));
    match connecting.await {
        Ok(Ok(client)) => jetstream::new(client),
        failed => panic!("these tests need NATS with JetStream at {url} (CLAUDOOM_TEST_NATS): {failed:?}"),
    }
}

/// Everything a stream has, read by an ordinary pull consumer.
pub(crate) async fn read_all(context: &Context, stream: &str) -> Vec<jetstream::Message> {
    let Ok(mut stream) = context.get_stream(stream).await else { return Vec::new() };
    let count = stream.info().await.unwrap().state.messages as usize;
    let config =
        pull::Config { deliver_policy: DeliverPolicy::All, ack_policy: AckPolicy::None, ..pull::Config::default() };
    let messages = stream.create_consumer(config).await.unwrap().messages().await.unwrap();
    let read = messages.take(count).map(Result::unwrap).collect::<Vec<_>>();
    timeout(Duration::from_secs(15), read).await.expect("the stream must hand out what it has")
}

/// Deletes a stream when the test ends, however it ends.
pub(crate) struct StreamGuard {
    pub url: String,
    pub stream: String,
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        let (url, stream) = (self.url.clone(), self.stream.clone());
        // A thread and runtime of its own, because a test that panics takes its runtime with it.
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let deleting = async { independent(&url).await.delete_stream(&stream).await };
                let _ = timeout(Duration::from_secs(5), deleting).await;
            });
        });
        let _ = cleaning.join();
    }
}

/// Tries until `attempt` succeeds.
pub(crate) async fn eventually<T, E: std::fmt::Debug>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T, E>) -> T {
    let trying = async {
        loop {
            match attempt().await {
                Ok(value) => return value,
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    timeout(Duration::from_secs(20), trying).await.unwrap_or_else(|_| panic!("{what} must happen"))
}
