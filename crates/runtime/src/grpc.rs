//! gRPC servers and channels, tuned alike on both sides.

mod access;
mod address;
mod body;
mod client;
mod connection;
mod counts;
mod layer;
mod listener;
mod method;
mod peer;
mod probe;
pub mod reason;
pub mod server;
mod tls;

use std::time::Duration;

pub use access::{Access, Admission, Identity, Trust};
pub use address::{Address, AddressError};
pub use client::{ChannelError, Client, ClientConfig, USER_METADATA, cause, channel, is_of_the_transport};
pub use counts::name as code_name;
pub use listener::{BindError, Listener};
pub use method::{BASE, Kind, Method, Methods, Needs};
pub(crate) use peer::Known;
pub use peer::Peer;
pub use probe::{NotReady, ready};
pub use server::{Reflection, ServerConfig, Stopped, base_routes, serve};
pub use tls::{ClientCertificates, ClientTls, ServerTls, TlsError};

/// Largest message unless configured, in bytes.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Largest HTTP/2 frame, in bytes: a screen takes one frame instead of several, a third off its round trip. Both
/// sides have to agree.
const MAX_FRAME_BYTES: u32 = 256 * 1024;

/// Bytes in flight per stream; the protocol's 65,535 make a screen wait for a window update.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;

/// Bytes in flight per connection; bounds the memory that one peer can hold.
const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;

/// Largest list of headers, in bytes: room for error details, none for floods.
const MAX_HEADER_BYTES: u32 = 16 * 1024;

/// Time between keepalive pings unless configured.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// Time a peer has to answer a ping before its connection is given up.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
