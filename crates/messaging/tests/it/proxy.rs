//! A TCP proxy whose connections a test can cut, and which it can close for a while.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the proxy does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Shut,
}

/// A proxy to one server; it ends when dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    gate: Arc<watch::Sender<Gate>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts on a free port.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Arc::new(watch::Sender::new(Gate::Open));
        let accepting = tokio::spawn(accept(listener, server, gate.subscribe()));
        Self { address, gate, accepting }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts every connection, and every new one at once until it is opened.
    pub(crate) fn shut(&self) {
        self.gate.send_replace(Gate::Shut);
    }

    /// Lets connections through again.
    pub(crate) fn open(&self) {
        self.gate.send_replace(Gate::Open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shut();
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, gate: watch::Receiver<Gate>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(carry(client, server, gate.clone()));
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, mut gate: watch::Receiver<Gate>) {
    let carrying = async {
        if let Ok(mut upstream) = TcpStream::connect(server).await {
            let _ = copy_bidirectional(&mut client, &mut upstream).await;
        }
    };
    tokio::select! {
        biased;
        _ = gate.wait_for(|gate| *gate == Gate::Shut) => {}
        () = carrying => {}
    }
}
