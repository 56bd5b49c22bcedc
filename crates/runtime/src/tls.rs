//! Files that secure a connection to a service: whom to trust, and who we are.
//!
//! They are read when the process starts, so that a wrong path or a file of the wrong kind is told at once and not at
//! the first connection. TLS itself is rustls with ring, whatever the client library.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate authority to trust, and a certificate of our own where the service asks for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates of authorities, PEM. Without it the well-known authorities are trusted.
    pub ca: Option<PathBuf>,
    /// Our certificate and the chain above it, PEM; together with `key`.
    pub cert: Option<PathBuf>,
    /// The key of our certificate, PEM, readable by us alone.
    pub key: Option<PathBuf>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsFileError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error("{path} holds no {expected} in PEM form")]
    Content {
        /// The file.
        path: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// One of two that belong together is missing.
    #[error("a client certificate and its key must be given together")]
    Half,
}

impl TlsFiles {
    /// Whether any file is named, which means that TLS is wanted.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// Reads every named file once to see that it can be used.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), TlsFileError> {
        self.authorities()?;
        self.identity()?;
        Ok(())
    }

    /// The certificates of the named authorities; none if no file is named.
    ///
    /// # Errors
    /// If the file cannot be used.
    pub fn authorities(&self) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
        self.ca.as_deref().map_or(Ok(Vec::new()), certificates)
    }

    /// Our certificate with its chain, and its key.
    ///
    /// # Errors
    /// If a file cannot be used, or only one of the two is named.
    pub fn identity(&self) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>, TlsFileError> {
        match (&self.cert, &self.key) {
            (None, None) => Ok(None),
            (Some(cert), Some(key)) => Ok(Some((certificates(cert)?, private_key(key)?))),
            _ => Err(TlsFileError::Half),
        }
    }
}

/// Whom to trust: these authorities, or the well-known ones where none are given.
///
/// # Errors
/// If a certificate cannot be that of an authority.
pub fn roots(authorities: Vec<CertificateDer<'static>>) -> Result<RootCertStore, rustls::Error> {
    let mut roots = RootCertStore::empty();
    if authorities.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for authority in authorities {
        roots.add(authority)?;
    }
    Ok(roots)
}

/// The text of a PEM file, for libraries that take text.
///
/// # Errors
/// If it cannot be read.
pub fn pem_text(path: &Path) -> Result<String, TlsFileError> {
    std::fs::read_to_string(path).map_err(|source| TlsFileError::Read { path: path.display().to_string(), source })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let text = pem_text(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(TlsFileError::Content { path: path.display().to_string(), expected: "certificate" }),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFileError> {
    let text = pem_text(path)?;
    // The parser's error is left out: it may quote the file.
    PrivateKeyDer::from_pem_slice(text.as_bytes())
        .map_err(|_| TlsFileError::Content { path: path.display().to_string(), expected: "private key" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let files = TlsFiles { ca: Some(path.clone()), ..TlsFiles::default() };

        assert!(files.check().unwrap_err().to_string().starts_with(&format!("cannot read {}", path.display())));
        std::fs::write(&path, "-----BEGIN SOMETHING ELSE-----\n-----END SOMETHING ELSE-----\n").unwrap();
        let error = files.check().unwrap_err().to_string();
        assert_eq!(error, format!("{} holds no certificate in PEM form", path.display()));
        let half = TlsFiles { cert: Some(path), ..TlsFiles::default() };
        assert!(matches!(half.check(), Err(TlsFileError::Half)));
        assert!(TlsFiles::default().check().is_ok() && !TlsFiles::default().any());
    }
}
