//! Where to listen and what to dial.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

/// Longest path of a Unix socket, in bytes: the system allows 107, and a temporary name beside it needs room.
const MAX_SOCKET_PATH: usize = 96;

/// A TCP or Unix socket address: `host:port`, `http://host:port`, `https://host:port`, `[::1]:port`, `unix:///path`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A host (name or address, IPv6 without brackets) and a port.
    Tcp {
        /// Host.
        host: String,
        /// Port; 0 lets the system choose one to listen on.
        port: u16,
    },
    /// The same, of a server that speaks TLS. Only to dial: what a server speaks is a matter of its certificate.
    Tls {
        /// Host, which the server's certificate has to name.
        host: String,
        /// Port.
        port: u16,
    },
    /// A socket in the file system.
    Unix(PathBuf),
}

/// An address that is not understood.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{text}' is not an address: {reason}; write host:port, http://host:port, https://host:port or unix:///path")]
pub struct AddressError {
    text: String,
    reason: String,
}

impl Address {
    /// Returns the address as a URI to dial.
    pub fn uri(&self) -> String {
        match self {
            Self::Tcp { .. } => format!("http://{self}"),
            Self::Tls { .. } | Self::Unix(_) => self.to_string(),
        }
    }

    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp { host, .. } | Self::Tls { host, .. } => {
                host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write_place(f, host, *port),
            Self::Tls { host, port } => {
                f.write_str("https://")?;
                write_place(f, host, *port)
            }
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, host: &str, port: u16) -> fmt::Result {
    if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason: &str| AddressError { text: text.to_owned(), reason: reason.to_owned() };
        if let Some(path) = text.strip_prefix("unix:") {
            // unix:///path and unix:/path are the same absolute path; a relative one changes with the folder.
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.starts_with('/') || path.len() < 2 {
                return Err(wrong("the path of the socket has to be absolute"));
            }
            if path.len() > MAX_SOCKET_PATH {
                return Err(wrong(&format!("the path of a socket has at most {MAX_SOCKET_PATH} bytes")));
            }
            return Ok(Self::Unix(path.into()));
        }
        let (tls, rest) = match text.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (scheme == "https", rest.strip_suffix('/').unwrap_or(rest)),
            Some((scheme, _)) => return Err(wrong(&format!("the scheme {scheme} is not known"))),
            None => (false, text),
        };
        let (host, port) = rest.rsplit_once(':').ok_or_else(|| wrong("the port is missing"))?;
        let port = port.parse().map_err(|_| wrong("the port is not a number from 0 to 65535"))?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(inner) if inner.parse::<std::net::Ipv6Addr>().is_ok() => inner,
            Some(_) => return Err(wrong("the brackets hold no IPv6 address")),
            None if host.is_empty() => return Err(wrong("the host is missing")),
            None if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) => {
                return Err(wrong("the host has characters that no host name has"));
            }
            None => host,
        };
        let host = host.to_owned();
        Ok(if tls { Self::Tls { host, port } } else { Self::Tcp { host, port } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_understood() {
        for (text, shown, uri) in [
            ("localhost:50052", "localhost:50052", "http://localhost:50052"),
            ("http://10.0.0.1:80", "10.0.0.1:80", "http://10.0.0.1:80"),
            ("http://agent:50052/", "agent:50052", "http://agent:50052"),
            ("[::1]:50052", "[::1]:50052", "http://[::1]:50052"),
            ("https://agent:50052/", "https://agent:50052", "https://agent:50052"),
            ("https://[::1]:50052", "https://[::1]:50052", "https://[::1]:50052"),
            ("unix:///run/agent.sock", "unix:///run/agent.sock", "unix:///run/agent.sock"),
            ("unix:/run/agent.sock", "unix:///run/agent.sock", "unix:///run/agent.sock"),
        ] {
            let address: Address = text.parse().unwrap();

            assert_eq!((address.to_string().as_str(), address.uri().as_str()), (shown, uri));
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        let long = format!("unix:///{}", "x".repeat(120));
        for (text, reason) in [
            ("localhost", "port is missing"),
            (":50052", "host is missing"),
            ("localhost:port", "not a number"),
            ("localhost:65536", "not a number"),
            ("ftp://host:1", "scheme ftp"),
            ("http://host:1/path", "not a number"),
            ("::1:50052", "characters"),
            ("[zz]:1", "no IPv6"),
            ("unix://relative.sock", "absolute"),
            ("unix:", "absolute"),
            (long.as_str(), "at most 96"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();

            assert!(error.contains(reason), "{error}");
        }
    }
}
