//! Asking over gRPC.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{PortError, PortResult};
use proto::methods::RETROSPECTION;
use proto::retrospection::v1 as pb;
use proto::retrospection::v1::retrospection_service_client::RetrospectionServiceClient;
use proto::status;
use runtime::grpc::{self, Address, ChannelError, ClientConfig, Methods};
use tonic::Request;

use super::Retrospection;

/// How a process is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub address: Address,
    /// How it is dialled.
    pub channel: ClientConfig,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// A process that is asked over gRPC.
pub struct RemoteRetrospection {
    address: Address,
    client: RetrospectionServiceClient<grpc::Client>,
    timeout: Duration,
}

impl RemoteRetrospection {
    /// The process at an address; it need not be there yet.
    ///
    /// # Errors
    /// If the address cannot be dialled, or the token would travel in the clear.
    pub fn new(settings: &Settings) -> Result<Self, ChannelError> {
        let Settings { address, channel, timeout } = settings;
        let client = grpc::Client::new(address, channel, Methods(&[RETROSPECTION]))?;
        let client = RetrospectionServiceClient::new(client).max_decoding_message_size(grpc::DEFAULT_MAX_MESSAGE_BYTES);
        Ok(Self { address: address.clone(), client, timeout: *timeout })
    }
}

#[async_trait]
impl Retrospection for RemoteRetrospection {
    async fn reflect(&self, request: pb::ReflectRequest) -> PortResult<pb::ReflectResponse> {
        let mut request = Request::new(request);
        request.set_timeout(self.timeout);
        let answered = self.client.clone().reflect(request).await;
        let refused = |refusal: tonic::Status| {
            let message = format!("the retrospection at {}: {}", self.address, refusal.message());
            PortError::new(status::kind(refusal.code()), message)
        };
        Ok(answered.map_err(refused)?.into_inner())
    }
}
