//! Follows the health of one agent.

use std::time::Duration;

use runtime::grpc::{self, Address, Client, ClientConfig, Methods};
use runtime::retry::{Backoff, Waits};
use tokio_util::sync::CancellationToken;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::Pool;

/// Waits between attempts to follow an agent that is away.
const WAITS: Backoff = Backoff { first: Duration::from_millis(200), factor: 2.0, cap: Duration::from_secs(5) };

/// Follows until the pool stops, or the agent does.
pub(super) async fn follow(pool: Pool, id: String, address: Address, channel: ClientConfig) {
    let channel = ClientConfig { token: None, ..channel };
    let stop = pool.0.stop.clone();
    let mut waits = Waits::new(WAITS);
    let following = async {
        while pool.agent(&id).is_ok_and(|info| !matches!(info.state, super::State::Stopped)) {
            let reason = listen(&pool, &id, (&address, &channel), &mut waits).await;
            pool.change(&id, |member| member.heard(Err(reason)));
            tokio::time::sleep(waits.next_wait()).await;
        }
    };
    CancellationToken::run_until_cancelled(&stop, following).await;
}

/// Listens until the stream ends, and says why.
async fn listen(pool: &Pool, id: &str, (address, channel): (&Address, &ClientConfig), waits: &mut Waits) -> String {
    let client = match Client::new(address, channel, Methods::default()) {
        Ok(client) => client,
        Err(error) => return error.to_string(),
    };
    let request = HealthCheckRequest { service: agent::service::SERVICE_NAME.to_owned() };
    let mut updates = match HealthClient::new(client).watch(request).await {
        Ok(response) => response.into_inner(),
        Err(status) => return grpc::cause(&status),
    };
    loop {
        match updates.message().await {
            Ok(Some(update)) => {
                waits.reset();
                let verdict = match update.status() {
                    ServingStatus::Serving => Ok(()),
                    other => Err(format!("it says {}", other.as_str_name())),
                };
                pool.change(id, |member| member.heard(verdict));
            }
            Ok(None) => return "it has left".to_owned(),
            Err(status) => return grpc::cause(&status),
        }
    }
}
