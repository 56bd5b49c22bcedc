//! What a policy is given besides its genome.

use std::sync::Arc;

use crate::documents::Library;
use crate::experience::Experience;
use crate::rules::RuleSet;

/// Rules and snapshots. They are shared: a session's policy holds on to them and never changes them.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// The reflex rules; those that are built in ([`RuleSet::shooting`]) if there are none.
    pub rules: Option<Arc<RuleSet>>,
    /// Own experience.
    pub experience: Arc<Experience>,
    /// Strategy documents.
    pub documents: Arc<Library>,
}
