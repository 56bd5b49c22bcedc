//! A certificate authority of a test's own, and certificates from it as files.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};

/// An authority that nobody else trusts.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

/// A certificate and its key, as PEM files that live as long as their authority.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Authority {
    /// Makes an authority.
    ///
    /// # Panics
    /// If no key can be made or no file written.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "an authority is made, not assumed")]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        // A name of its own: two of one name would be taken for each other, up to the signature.
        let name = format!("claudoom test authority {}", uuid::Uuid::new_v4().simple());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).expect("the authority's file");
        Self { issuer, folder }
    }

    /// The file to trust.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Issues a certificate for these host names and addresses; the first is its common name too.
    ///
    /// # Panics
    /// If a name is none, or no file can be written.
    #[must_use]
    pub fn issue(&self, names: &[&str]) -> Certificate {
        self.issue_as(names, |_| {})
    }

    /// The same, whose time is over.
    ///
    /// # Panics
    /// As [`Self::issue`].
    #[must_use]
    pub fn issue_expired(&self, names: &[&str]) -> Certificate {
        self.issue_as(names, |params| {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        })
    }

    fn issue_as(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Certificate {
        let owned: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(owned).expect("names of hosts");
        params.distinguished_name.push(DnType::CommonName, names[0]);
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let file = |ending: &str| self.folder.path().join(format!("{}.{ending}", uuid::Uuid::new_v4().simple()));
        let issued = Certificate { cert: file("pem"), key: file("key") };
        write(&issued.cert, &certificate.pem());
        write(&issued.key, &key.serialize_pem());
        issued
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file in a temporary folder");
}
