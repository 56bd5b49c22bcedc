//! Sockets that are bound before anything else starts, so that a busy address shows at once.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use tokio::net::{TcpListener, UnixListener, UnixSocket, UnixStream};

use super::Address;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// A bound socket.
#[derive(Debug)]
pub enum Listener {
    /// A TCP port.
    Tcp(TcpListener),
    /// A Unix socket and its file.
    Unix(UnixListener, SocketFile),
}

/// The file of a Unix socket: removed when dropped, unless another process has put its own there since.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {reason}")]
pub struct BindError {
    /// The address.
    pub address: Address,
    /// What is wrong and what to do.
    pub reason: String,
    /// The system's error, where there is one.
    pub source: Option<io::Error>,
}

impl Listener {
    /// Binds an address and starts to queue connections.
    pub async fn bind(address: &Address) -> Result<Self, BindError> {
        match address {
            Address::Tcp { host, port } => match TcpListener::bind((host.as_str(), *port)).await {
                Ok(listener) => Ok(Self::Tcp(listener)),
                Err(error) => {
                    Err(BindError { address: address.clone(), reason: tcp_reason(&error, *port), source: Some(error) })
                }
            },
            Address::Tls { .. } => {
                let reason = "a server speaks TLS by its certificate (--grpc-tls-cert); write host:port".to_owned();
                Err(BindError { address: address.clone(), reason, source: None })
            }
            Address::Unix(path) => {
                let (listener, file) = bind_unix(path).await.map_err(|(reason, source)| BindError {
                    address: address.clone(),
                    reason,
                    source,
                })?;
                Ok(Self::Unix(listener, file))
            }
        }
    }

    /// Returns where this listens, with the port that the system chose if it was 0.
    pub fn address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => {
                let bound = listener.local_addr()?;
                Ok(Address::Tcp { host: bound.ip().to_string(), port: bound.port() })
            }
            Self::Unix(_, file) => Ok(Address::Unix(file.path.clone())),
        }
    }
}

fn tcp_reason(error: &io::Error, port: u16) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "the port is in use; stop the program that holds it (ss -ltnp 'sport = :{port}' names it) or choose \
             another address with --grpc-addr or GRPC_ADDR"
        ),
        io::ErrorKind::PermissionDenied => "ports below 1024 need privileges; choose a higher one".to_owned(),
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; 127.0.0.1 is reachable from here, 0.0.0.0 from everywhere"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

type Reason = (String, Option<io::Error>);

/// Binds beside the final path, closes the socket to other users, and moves it into place: nobody can connect before
/// its mode is right, and a dead socket is replaced in one step.
async fn bind_unix(path: &Path) -> Result<(UnixListener, SocketFile), Reason> {
    check_place(path).await?;
    let failed = |doing: &'static str| {
        move |error: io::Error| (format!("{doing}: {error}; the folder has to exist and be writable"), Some(error))
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    if let Err(error) = fs::remove_file(&beside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(failed("removing a leftover")(error));
    }
    let socket = UnixSocket::new_stream().map_err(failed("opening a socket"))?;
    socket.bind(&beside).map_err(failed("creating the socket"))?;
    let placed = fs::set_permissions(&beside, fs::Permissions::from_mode(0o600))
        .map_err(failed("setting the socket's mode"))
        .and_then(|()| socket.listen(BACKLOG).map_err(failed("listening")))
        .and_then(|listener| {
            let identity = identity(&beside).map_err(failed("looking at the socket"))?;
            fs::rename(&beside, path).map_err(failed("moving the socket into place"))?;
            Ok((listener, SocketFile { path: path.to_owned(), identity }))
        });
    if placed.is_err() {
        // The first failure is the one to report.
        let _ = fs::remove_file(&beside);
    }
    placed
}

/// Refuses a path where somebody listens or where something else than a socket lies.
async fn check_place(path: &Path) -> Result<(), Reason> {
    let kind = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err((format!("{error}; check the path and its permissions"), Some(error))),
    };
    if !kind.is_socket() {
        return Err(("a file that is no socket is in the way; remove it or choose another path".to_owned(), None));
    }
    match UnixStream::connect(path).await {
        Ok(_) => {
            let hint = "another process listens there; stop it or choose another path with --grpc-addr or GRPC_ADDR";
            Err((hint.to_owned(), None))
        }
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        // Gone in between: nothing is in the way any more.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err((format!("cannot tell whether somebody listens there: {error}"), Some(error))),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|now| now == self.identity) {
            // A socket that stays is replaced by the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(dir: &tempfile::TempDir) -> Address {
        Address::Unix(dir.path().join("agent.sock"))
    }

    fn path(address: &Address) -> &Path {
        match address {
            Address::Unix(path) => path,
            Address::Tcp { .. } | Address::Tls { .. } => panic!("a Unix address was expected"),
        }
    }

    #[tokio::test]
    async fn busy_port_is_named_with_what_to_do() {
        let first = Listener::bind(&"127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = first.address().unwrap();

        let error = Listener::bind(&address).await.unwrap_err().to_string();

        assert!(error.contains(&address.to_string()), "{error}");
        assert!(error.contains("in use") && error.contains("--grpc-addr"), "{error}");
    }

    #[tokio::test]
    async fn socket_is_private_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let listener = Listener::bind(&unix(&dir)).await.unwrap();

        let mode = fs::metadata(path(&unix(&dir))).unwrap().permissions().mode();
        drop(listener);

        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn dead_socket_is_replaced_and_a_live_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        // The standard library's listener leaves its file behind, as a killed process does.
        drop(std::os::unix::net::UnixListener::bind(path(&unix(&dir))).unwrap());

        let live = Listener::bind(&unix(&dir)).await.unwrap();
        let error = Listener::bind(&unix(&dir)).await.unwrap_err().to_string();

        assert!(error.contains("another process listens"), "{error}");
        assert_eq!(live.address().unwrap(), unix(&dir));
    }

    #[tokio::test]
    async fn file_in_the_way_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(path(&unix(&dir)), "precious").unwrap();

        let error = Listener::bind(&unix(&dir)).await.unwrap_err().to_string();

        assert!(error.contains("no socket"), "{error}");
        assert_eq!(fs::read_to_string(path(&unix(&dir))).unwrap(), "precious");
    }

    #[tokio::test]
    async fn socket_of_a_successor_is_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        let first = Listener::bind(&unix(&dir)).await.unwrap();
        fs::remove_file(path(&unix(&dir))).unwrap();
        let _second = Listener::bind(&unix(&dir)).await.unwrap();

        drop(first);

        assert!(path(&unix(&dir)).exists());
    }

    #[tokio::test]
    async fn missing_folder_is_named() {
        let address = Address::Unix("/nowhere/at/all/agent.sock".into());

        let error = Listener::bind(&address).await.unwrap_err().to_string();

        assert!(error.contains("unix:///nowhere/at/all/agent.sock") && error.contains("folder"), "{error}");
    }
}
