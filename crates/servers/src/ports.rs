//! Ports for servers that are killed and come back on the same one.

use std::net::{Ipv4Addr, TcpListener};

/// Below the range from which systems take the ports of outgoing connections: one of those must not take a server's
/// port while the server is down.
const RANGE: std::ops::Range<u16> = 15_000..32_000;

/// A port of this machine that is free now and not likely to be taken.
///
/// # Errors
/// If all are taken.
pub fn free_port() -> std::io::Result<u16> {
    let count = u32::from(RANGE.end - RANGE.start);
    let first = uuid::Uuid::new_v4().as_u128() as u32 % count;
    let ports = (0..count).map(|step| RANGE.start + ((first + step) % count) as u16);
    let free = |&port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    ports.into_iter().find(free).ok_or_else(|| std::io::Error::other("no port of this machine is free"))
}
