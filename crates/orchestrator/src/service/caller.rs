//! Who makes a call, for the journal.

use domain::journal::Actor;
use tonic::Request;
use tonic::transport::server::UdsConnectInfo;

/// The caller: where the call comes from, and who it says it is, which nobody has checked.
pub(super) fn of<T>(request: &Request<T>) -> Actor {
    let stated = request.metadata().get(proto::USER_METADATA).and_then(|user| user.to_str().ok());
    Actor::caller(stated, &origin(request))
}

fn origin<T>(request: &Request<T>) -> String {
    if let Some(address) = request.remote_addr() {
        return format!("grpc {address}");
    }
    let local = request.extensions().get::<UdsConnectInfo>();
    match local.and_then(|info| info.peer_cred) {
        Some(peer) => format!("local uid {}", peer.uid()),
        None => "grpc".to_owned(),
    }
}
