//! Who is at the other end of a connection.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Where a call comes from; every request has one among its extensions.
#[derive(Clone, Debug)]
pub struct Peer {
    place: Place,
    /// Whom its certificate names, if it has shown one of an authority that the server trusts: the common name, or else
    /// the first other name.
    certificate: Option<Arc<str>>,
    calls: Arc<Calls>,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Tcp(Option<SocketAddr>),
    Unix(Option<u32>),
}

impl Peer {
    /// Whether it is on this machine: over a Unix socket or the loopback interface.
    pub fn is_local(&self) -> bool {
        match self.place {
            Place::Unix(_) => true,
            Place::Tcp(address) => address.is_some_and(|address| address.ip().to_canonical().is_loopback()),
        }
    }

    /// Whom its certificate names.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// The calls that are open on the connection.
    pub(super) fn calls(&self) -> &Arc<Calls> {
        &self.calls
    }
}

/// `grpc 10.0.0.7:51234`, `local uid 1000`: the origin of a call in journals.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Tcp(Some(address)) => write!(f, "grpc {address}"),
            Place::Unix(Some(uid)) => write!(f, "local uid {uid}"),
            Place::Tcp(None) | Place::Unix(None) => f.write_str("grpc"),
        }
    }
}

/// Connections that can tell where they lead.
pub(crate) trait Known {
    /// The other end.
    fn peer(&self) -> Peer;
}

impl Known for TcpStream {
    fn peer(&self) -> Peer {
        Peer { place: Place::Tcp(self.peer_addr().ok()), certificate: None, calls: Arc::default() }
    }
}

impl Known for UnixStream {
    fn peer(&self) -> Peer {
        let uid = self.peer_cred().ok().map(|peer| peer.uid());
        Peer { place: Place::Unix(uid), certificate: None, calls: Arc::default() }
    }
}

impl Known for TlsStream<TcpStream> {
    fn peer(&self) -> Peer {
        let (stream, session) = self.get_ref();
        let certificate = session.peer_certificates().and_then(|chain| owner(chain.first()?));
        Peer { certificate: certificate.map(Into::into), ..stream.peer() }
    }
}

fn owner(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let common = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let other = || {
        let names = certificate.subject_alternative_name().ok()??;
        names.value.general_names.first().map(ToString::to_string)
    };
    common.map(str::to_owned).or_else(other).or_else(|| Some(format!("serial {}", certificate.raw_serial_as_string())))
}

/// Counts the calls that are open on a connection.
#[derive(Debug)]
pub(super) struct Calls {
    open: AtomicUsize,
    since: Mutex<Instant>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { open: AtomicUsize::new(0), since: Mutex::new(Instant::now()) }
    }
}

impl Calls {
    /// Counts one more, until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> OpenCall {
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenCall(self.clone())
    }

    /// For how long no call has been open; absent while one is.
    pub(super) fn idle(&self) -> Option<Duration> {
        let quiet = self.open.load(Ordering::Relaxed) == 0;
        quiet.then(|| self.since.lock().unwrap_or_else(PoisonError::into_inner).elapsed())
    }
}

/// A call that is open.
#[derive(Debug)]
pub(super) struct OpenCall(Arc<Calls>);

impl Drop for OpenCall {
    fn drop(&mut self) {
        *self.0.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
impl Peer {
    pub(super) fn local() -> Self {
        Self { place: Place::Unix(Some(0)), certificate: None, calls: Arc::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_of_certificates_are_named() {
        let mut params = rcgen::CertificateParams::new(vec!["agent.example".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "ada");
        let key = rcgen::KeyPair::generate().unwrap();
        let named = params.self_signed(&key).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let unnamed = params.self_signed(&key).unwrap();

        assert_eq!(owner(named.der()), Some("ada".to_owned()));
        assert!(owner(unnamed.der()).unwrap().contains("agent.example"));
        assert_eq!(owner(&CertificateDer::from(vec![1, 2, 3])), None);
    }

    #[test]
    fn addresses_of_this_machine_are_local_in_either_writing() {
        let peer = |text: &str| Peer { place: Place::Tcp(Some(text.parse().unwrap())), ..Peer::local() };
        for (address, local) in
            [("127.0.0.1:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true), ("10.0.0.1:1", false)]
        {
            assert_eq!(peer(address).is_local(), local, "{address}");
        }
        assert_eq!(peer("10.0.0.1:1").to_string(), "grpc 10.0.0.1:1");
    }
}
