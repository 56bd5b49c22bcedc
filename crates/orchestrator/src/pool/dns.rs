//! Agents behind a name, each of its addresses one of them, as a headless service of Kubernetes or a compose service has it.

use std::collections::BTreeMap;
use std::fmt;
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

/// A name that leads to agents: `dns://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsName {
    host: String,
    port: u16,
}

impl FromStr for DnsName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("dns://").ok_or_else(|| format!("`{text}` is not of the form dns://host:port"))?;
        match rest.parse::<Address>() {
            Ok(Address::Tcp { host, port }) => Ok(Self { host, port }),
            Ok(_) => Err(format!("`{text}` is not of the form dns://host:port")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dns://{}:{}", self.host, self.port)
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
                    let address =
                        |found: std::net::SocketAddr| Address::Tcp { host: found.ip().to_string(), port: found.port() };
                    take_over(&pool, &found.map(address).collect::<Vec<_>>());
                }
                // Those that are known stay: a name server that is away says nothing about them.
                Err(error) => outage.down(&format!("{name}: {error}")),
            }
            sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(looking).await;
}

fn take_over(pool: &Pool, found: &[Address]) {
    let found: BTreeMap<_, _> = found.iter().map(|address| (address.to_string(), address)).collect();
    let mut fresh = Vec::new();
    {
        let mut members = pool.lock();
        for (id, member) in members.iter_mut().filter(|(_, member)| member.origin() == Origin::Dns) {
            if !found.contains_key(id) && !member.is_leaving() {
                member.gone("its name leads there no more");
            }
        }
        members.retain(|_, member| !(member.origin() == Origin::Dns && member.is_over()));
        for (id, address) in &found {
            if !members.contains_key(id) {
                members.insert(id.clone(), Member::new((*address).clone(), Origin::Dns));
                fresh.push(id.clone());
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
        assert_eq!("dns://agent:50052".parse::<DnsName>().unwrap().to_string(), "dns://agent:50052");
        for text in ["agent:50052", "dns://agent", "dns://https://agent:1", "dns://"] {
            assert!(text.parse::<DnsName>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn agents_come_and_go_with_their_addresses() {
        let pool = Pool::fixed(vec![]);
        let addresses = |ports: &[u16]| -> Vec<Address> {
            ports.iter().map(|port| format!("127.0.0.1:{port}").parse().unwrap()).collect()
        };
        let ids = || pool.list().into_iter().map(|info| info.id).collect::<Vec<_>>();

        take_over(&pool, &addresses(&[1, 2]));
        assert_eq!(ids(), ["127.0.0.1:1", "127.0.0.1:2"]);
        let place = pool.place(None).unwrap();
        take_over(&pool, &addresses(&[2, 3]));
        assert_eq!(ids(), ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"], "somebody plays with it");
        assert!((0..4).all(|_| pool.place(None).unwrap().id() != "127.0.0.1:1"));
        drop(place);
        take_over(&pool, &addresses(&[2, 3]));
        assert_eq!(ids(), ["127.0.0.1:2", "127.0.0.1:3"]);
        pool.stop().await;
    }
}
