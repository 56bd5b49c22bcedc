//! Who makes a call, for the journal.

use domain::journal::Actor;
use runtime::grpc::{Identity, Peer, USER_METADATA};
use tonic::Request;

/// The caller: whom its token or certificate names and where the call comes from, which are known, and who it says it is,
/// which nobody has checked.
pub(super) fn of<T>(request: &Request<T>) -> Actor {
    let stated = request.metadata().get(USER_METADATA).and_then(|user| user.to_str().ok());
    let place = request.extensions().get::<Peer>().map_or_else(|| "grpc".to_owned(), ToString::to_string);
    let origin = match request.extensions().get::<Identity>() {
        Some(identity) => format!("{identity}, {place}"),
        None => place,
    };
    Actor::caller(stated, &origin)
}
