//! Versions of what was run.

use std::collections::BTreeMap;

use crate::chaos::services::PrivateServices;

/// Versions of this program, the engine, the policies' behaviour, and of private services.
pub(super) fn versions(services: Option<&PrivateServices>) -> BTreeMap<&'static str, String> {
    let mut versions = BTreeMap::from([
        ("claudoom", env!("CARGO_PKG_VERSION").to_owned()),
        ("engine", vizdoom::ENGINE_VERSION.to_owned()),
        ("behaviour", decision::BEHAVIOUR.to_owned()),
    ]);
    if let Some(services) = services {
        versions.extend(services.versions());
    }
    versions
}
