//! TLS files as the AMQP client takes them.

use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use runtime::tls::{TlsFileError, TlsFiles, pem_text};

/// Reads the files; they are checked while that is done.
pub(super) fn config(files: &TlsFiles) -> Result<OwnedTLSConfig, TlsFileError> {
    files.check()?;
    let identity = match (&files.cert, &files.key) {
        (Some(cert), Some(key)) => {
            Some(OwnedIdentity::PKCS8 { pem: pem_text(cert)?.into_bytes(), key: pem_text(key)?.into_bytes() })
        }
        _ => None,
    };
    Ok(OwnedTLSConfig { identity, cert_chain: files.ca.as_deref().map(pem_text).transpose()? })
}
