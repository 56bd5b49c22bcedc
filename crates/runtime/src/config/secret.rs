//! Values that must not be shown, and where they come from.

use std::{fmt, path::Path};

use url::Url;

/// What stands in place of a secret.
const MASK: &str = "***";

/// A value that is masked wherever it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A secret that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file is not there or not readable.
    #[error("cannot read the secret for --{flag} from {path}: {source}; check the path and who may read the file")]
    Read {
        /// The flag whose companion names the file.
        flag: &'static str,
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Value and file at once.
    #[error("--{flag} and --{flag}-file (or their variables) are both given; remove one of them")]
    Both {
        /// The flag.
        flag: &'static str,
    },
}

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes the value of `flag` from the value or from the file, whichever is given. The end of the line in a file
    /// is not part of the secret.
    pub fn resolve(flag: &'static str, value: Option<&Self>, file: Option<&Path>) -> Result<Option<Self>, SecretError> {
        match (value, file) {
            (Some(_), Some(_)) => Err(SecretError::Both { flag }),
            (value, None) => Ok(value.cloned()),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|source| SecretError::Read {
                    flag,
                    path: path.display().to_string(),
                    source,
                })?;
                Ok(Some(Self(text.trim_end_matches(['\r', '\n']).to_owned())))
            }
        }
    }

    /// Returns text to show: a URL without its password and query values, `***` for anything else.
    pub fn masked(&self) -> String {
        let Ok(mut url) = Url::parse(&self.0) else {
            return MASK.to_owned();
        };
        // `user:word` parses as a URL of scheme `user`; only what has a host is shown at all. A file name
        // (`sqlite:data/x.db`) holds no secret.
        if url.cannot_be_a_base() || !url.has_host() {
            return if url.scheme().starts_with("sqlite") { self.0.clone() } else { MASK.to_owned() };
        }
        if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
            return MASK.to_owned();
        }
        // NATS accepts a token in the place of the user name.
        if url.password().is_none() && !url.username().is_empty() && url.set_username(MASK).is_err() {
            return MASK.to_owned();
        }
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        if !names.is_empty() {
            url.query_pairs_mut().clear().extend_pairs(names.iter().map(|name| (name, MASK)));
        }
        url.into()
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({MASK})")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_never_printed() {
        let secret = Secret::new("hunter2");

        assert_eq!(format!("{secret} {secret:?}"), "*** Secret(***)");
        assert_eq!(secret.masked(), "***");
    }

    #[test]
    fn url_keeps_everything_but_its_password() {
        let masked = |text: &str| Secret::new(text).masked();

        assert_eq!(masked("postgres://doom:pw@db:5432/doom"), "postgres://doom:***@db:5432/doom");
        assert_eq!(masked("postgres://doom:pw@db/doom?sslpassword=x"), "postgres://doom:***@db/doom?sslpassword=***");
        assert_eq!(masked("nats://token@broker:4222"), "nats://***@broker:4222");
        assert_eq!(masked("nats://broker:4222"), "nats://broker:4222");
        assert_eq!(masked("sqlite:data/doom.db"), "sqlite:data/doom.db");
        assert_eq!(masked("admin:pw"), "***");
    }

    #[test]
    fn secret_comes_from_a_file_without_its_line_end() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("url");
        std::fs::write(&file, "postgres://a:b@c/d\n").unwrap();

        let secret = Secret::resolve("database-url", None, Some(&file)).unwrap().unwrap();

        assert_eq!(secret.expose(), "postgres://a:b@c/d");
    }

    #[test]
    fn missing_file_and_two_sources_are_named() {
        let missing = Secret::resolve("amqp-url", None, Some(Path::new("/nowhere/url"))).unwrap_err();
        let both = Secret::resolve("amqp-url", Some(&Secret::new("x")), Some(Path::new("/y"))).unwrap_err();

        assert!(missing.to_string().contains("--amqp-url from /nowhere/url"), "{missing}");
        assert!(both.to_string().contains("remove one"), "{both}");
    }
}
