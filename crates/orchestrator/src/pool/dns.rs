//! Agents behind a name, each of its addresses one of them, as a headless service of Kubernetes or a compose service has it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use runtime::grpc::Address;
use runtime::outage::Outage;
use tokio::net::lookup_host;
use tokio::time::sleep;

use super::member::Member;
use super::{Origin, Pool};

/// How often a name is looked up.
const LOOK: Duration = Duration::from_secs(10);

/// A name that leads to agents: `dns://host:port`, or `dns+https://host:port` if they speak TLS, each with a certificate for
/// that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsName {
    host: String,
    port: u16,
    tls: bool,
}

/// What every name of agents begins with.
const PLAIN: &str = "dns://";
const TLS: &str = "dns+https://";

impl DnsName {
    /// Whether the text is meant to be a name of agents, and not an address.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PLAIN) || text.starts_with(TLS)
    }

    /// The agent at one of its addresses.
    fn agent(&self, found: SocketAddr) -> Member {
        let (host, port) = (found.ip().to_string(), found.port());
        let address = if self.tls { Address::Tls { host, port } } else { Address::Tcp { host, port } };
        Member::new(address, Origin::Dns).certified_as(&self.host)
    }
}

impl FromStr for DnsName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let other = || format!("`{text}` is not of the form dns://host:port or dns+https://host:port");
        let (tls, rest) = match (text.strip_prefix(PLAIN), text.strip_prefix(TLS)) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return Err(other()),
        };
        match rest.parse::<Address>() {
            Ok(Address::Tcp { host, port }) => Ok(Self { host, port, tls }),
            Ok(_) => Err(other()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}:{}", if self.tls { TLS } else { PLAIN }, self.host, self.port)
    }
}

/// Looks the name up until the pool stops: addresses that are new become agents, those that are gone leave once nobody
/// plays with them.
pub(super) async fn follow(pool: Pool, name: DnsName) {
    let stop = pool.0.stop.clone();
    let mut outage = Outage::new("the name of agents");
    let looking = async {
        loop {
            match lookup_host((name.host.as_str(), name.port)).await {
                Ok(found) => {
                    outage.up();
                    take_over(&pool, found.map(|found| name.agent(found)));
                }
                // Those that are known stay: a name server that is away says nothing about them.
                Err(error) => outage.down(&format!("{name}: {error}")),
            }
            sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(looking).await;
}

fn take_over(pool: &Pool, found: impl Iterator<Item = Member>) {
    let found: BTreeMap<_, _> = found.map(|member| (member.address().to_string(), member)).collect();
    let mut fresh = Vec::new();
    {
        let mut members = pool.lock();
        for (id, member) in members.iter_mut().filter(|(_, member)| member.origin() == Origin::Dns) {
            if !found.contains_key(id) && !member.is_leaving() {
                member.gone("its name leads there no more");
            }
        }
        members.retain(|_, member| !(member.origin() == Origin::Dns && member.is_over()));
        for (id, member) in found {
            if let Entry::Vacant(place) = members.entry(id) {
                fresh.push(place.key().clone());
                place.insert(member);
            }
        }
    }
    pool.tell();
    for id in fresh {
        pool.watch_health(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_host_and_a_port() {
        for text in ["dns://agent:50052", "dns+https://agent:50052"] {
            assert_eq!(text.parse::<DnsName>().unwrap().to_string(), text);
        }
        for text in ["agent:50052", "dns://agent", "dns://https://agent:1", "dns://", "dns+https://"] {
            assert!(text.parse::<DnsName>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn agents_come_and_go_with_their_addresses() {
        let pool = Pool::fixed(vec![]);
        let name: DnsName = "dns://agent:1".parse().unwrap();
        let found = |ports: &[u16]| -> Vec<Member> {
            ports.iter().map(|port| name.agent(([127, 0, 0, 1], *port).into())).collect()
        };
        let take_over = |pool: &Pool, ports: &[u16]| take_over(pool, found(ports).into_iter());
        let ids = || pool.list().into_iter().map(|info| info.id).collect::<Vec<_>>();

        take_over(&pool, &[1, 2]);
        assert_eq!(ids(), ["127.0.0.1:1", "127.0.0.1:2"]);
        let place = pool.place(None).unwrap();
        take_over(&pool, &[2, 3]);
        assert_eq!(ids(), ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"], "somebody plays with it");
        assert!((0..4).all(|_| pool.place(None).unwrap().id() != "127.0.0.1:1"));
        drop(place);
        take_over(&pool, &[2, 3]);
        assert_eq!(ids(), ["127.0.0.1:2", "127.0.0.1:3"]);
        pool.stop().await;
    }
}
