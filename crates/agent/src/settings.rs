//! What can be set about an agent daemon.

use std::time::Duration;

use runtime::grpc::ServerConfig;

use crate::definition::Defined;

/// Settings of the daemon; the defaults are those of the command line.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Time for one decision. GetAction fails above it; in a session late decisions are counted.
    pub budget: Duration,
    /// Time a new session has for its first message.
    pub config_limit: Duration,
    /// Time that sessions have to end their episodes once the daemon is to stop.
    pub drain_limit: Duration,
    /// The agent that GetAction knows from the start.
    pub definition: Option<Defined>,
    /// Whether reflection is served.
    pub reflection: bool,
    /// How the server treats its connections.
    pub server: ServerConfig,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            budget: Duration::from_millis(100),
            config_limit: Duration::from_secs(10),
            drain_limit: Duration::from_secs(10),
            definition: None,
            reflection: false,
            server: ServerConfig::default(),
        }
    }
}
