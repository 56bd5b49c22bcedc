//! Asks whoever listens on a local port.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// Connects to a local port.
pub(crate) fn dial(port: u16) -> Option<TcpStream> {
    let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ANSWER).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    Some(stream)
}

/// Sends `question` to a local port and reads the first byte of the answer.
pub(crate) fn first_byte(port: u16, question: &[u8]) -> Option<u8> {
    let mut stream = dial(port)?;
    stream.write_all(question).ok()?;
    let mut answer = [0];
    stream.read_exact(&mut answer).ok()?;
    Some(answer[0])
}
