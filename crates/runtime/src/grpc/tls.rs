//! TLS of gRPC servers and channels, with certificates that may be exchanged while the process runs.
//!
//! A server looks at its files when a connection comes, once a second at most, and takes over what has changed; a channel
//! reads its files for every connection it makes. Connections that are open keep what they were made with, so that no
//! stream breaks when a certificate is exchanged.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::tls::{TlsFileError, TlsFiles, roots};

/// How often a server looks at its files at most.
const LOOK: Duration = Duration::from_secs(1);

/// What is spoken over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http2,
    Http1,
}

impl Protocol {
    /// The one name that is offered.
    fn names(self) -> Vec<Vec<u8>> {
        let name: &[u8] = match self {
            Self::Http2 => b"h2",
            Self::Http1 => b"http/1.1",
        };
        vec![name.to_vec()]
    }
}

/// Files that cannot be used together.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] TlsFileError),
    /// There is no certificate to show.
    #[error("a server needs a certificate and its key")]
    NoIdentity,
    /// The certificate, its key or the authorities do not go together.
    #[error("the certificate, its key or the authorities cannot be used: {0}")]
    Unfit(String),
    /// The name of the peer is none that a certificate can have.
    #[error("`{0}` is no name that a certificate can have")]
    Name(String, #[source] InvalidDnsNameError),
}

/// Who is let in where an authority is named.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// Those with a certificate of the authority.
    #[default]
    Required,
    /// Those without one, too; a token may say who they are.
    Optional,
}

/// What a server shows, and whom it lets in: everybody, or, where an authority is named, those with a certificate of it.
pub struct ServerTls {
    files: TlsFiles,
    protocol: Protocol,
    clients: ClientCertificates,
    present: Mutex<Present>,
}

struct Present {
    config: Arc<ServerConfig>,
    stamps: Vec<Stamp>,
    looked: Instant,
}

/// What is different about a file once it is another one.
type Stamp = Option<(SystemTime, u64)>;

impl ServerTls {
    /// Reads the files, for gRPC.
    ///
    /// # Errors
    /// If one of them cannot be used, or they do not go together.
    pub fn load(files: TlsFiles, clients: ClientCertificates) -> Result<Self, TlsError> {
        Self::new(files, Protocol::Http2, clients)
    }

    /// Reads the files, for plain HTTP: whoever probes or scrapes shows no certificate, so none is demanded.
    ///
    /// # Errors
    /// If one of them cannot be used, or they do not go together.
    pub fn load_for_http(files: TlsFiles) -> Result<Self, TlsError> {
        Self::new(TlsFiles { ca: None, ..files }, Protocol::Http1, ClientCertificates::Optional)
    }

    fn new(files: TlsFiles, protocol: Protocol, clients: ClientCertificates) -> Result<Self, TlsError> {
        let stamps = stamps(&files);
        let config = Arc::new(server_config(&files, protocol, clients)?);
        Ok(Self { files, protocol, clients, present: Mutex::new(Present { config, stamps, looked: Instant::now() }) })
    }

    /// What the next connection gets.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        if present.looked.elapsed() >= LOOK {
            present.looked = Instant::now();
            self.renew(&mut present);
        }
        TlsAcceptor::from(present.config.clone())
    }

    /// Takes over files that have changed. Those that do not go together, as while they are being exchanged, are looked at
    /// again next time, and what was there stays in force.
    fn renew(&self, present: &mut Present) {
        let stamps = stamps(&self.files);
        if stamps == present.stamps {
            return;
        }
        match server_config(&self.files, self.protocol, self.clients) {
            Ok(config) => {
                present.config = Arc::new(config);
                present.stamps = stamps;
                tracing::info!("took over new certificate files");
            }
            Err(error) => {
                tracing::warn!(%error, "certificate files have changed and cannot be used: the old stay in force")
            }
        }
    }
}

impl std::fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerTls").field("files", &self.files).finish_non_exhaustive()
    }
}

/// Whom a channel trusts, and what it shows where it is asked: the well-known authorities, and nothing, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientTls {
    files: TlsFiles,
    name: Option<String>,
}

impl ClientTls {
    /// Reads the files once, to see that they can be used.
    ///
    /// # Errors
    /// If one of them cannot be used, or they do not go together.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        client_config(&files)?;
        Ok(Self { files, name: None })
    }

    /// The same for servers whose certificate names this host, at whatever address they are.
    #[must_use]
    pub fn named(self, host: &str) -> Self {
        Self { name: Some(host.to_owned()), ..self }
    }

    /// The name that the certificate of the server at `host` has to have.
    pub(super) fn server_name(&self, host: &str) -> Result<ServerName<'static>, TlsError> {
        let name = self.name.as_deref().unwrap_or(host);
        ServerName::try_from(name.to_owned()).map_err(|error| TlsError::Name(name.to_owned(), error))
    }

    /// What the next connection is made with.
    pub(super) fn connector(&self) -> Result<TlsConnector, TlsError> {
        Ok(TlsConnector::from(Arc::new(client_config(&self.files)?)))
    }
}

fn stamps(files: &TlsFiles) -> Vec<Stamp> {
    let stamp = |path: &PathBuf| {
        let found = fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    [&files.ca, &files.cert, &files.key].into_iter().flatten().map(stamp).collect()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn unfit(error: impl std::fmt::Display) -> TlsError {
    TlsError::Unfit(error.to_string())
}

fn server_config(files: &TlsFiles, protocol: Protocol, clients: ClientCertificates) -> Result<ServerConfig, TlsError> {
    let (chain, key) = files.identity()?.ok_or(TlsError::NoIdentity)?;
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().map_err(unfit)?;
    let builder = match files.ca {
        None => builder.with_no_client_auth(),
        Some(_) => {
            let roots = Arc::new(roots(files.authorities()?).map_err(unfit)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
            let verifier = match clients {
                ClientCertificates::Required => verifier,
                ClientCertificates::Optional => verifier.allow_unauthenticated(),
            };
            builder.with_client_cert_verifier(verifier.build().map_err(unfit)?)
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(unfit)?;
    config.alpn_protocols = protocol.names();
    Ok(config)
}

fn client_config(files: &TlsFiles) -> Result<ClientConfig, TlsError> {
    let builder =
        ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().map_err(unfit)?;
    let builder = builder.with_root_certificates(roots(files.authorities()?).map_err(unfit)?);
    let mut config = match files.identity()? {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(unfit)?,
    };
    config.alpn_protocols = Protocol::Http2.names();
    Ok(config)
}
