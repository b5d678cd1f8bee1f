//! The address of a namespace, by DNS over HTTPS: in a component names do not resolve for TCP.
//!
//! The JSON form that public resolvers offer (`application/dns-json`), since it needs no code for DNS packets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::core::Instant;
use crate::http::{Call, Http};
use crate::queue::QueueError;

const TIMEOUT_MS: i64 = 5_000;
/// An answer is kept for as long as it says, within these bounds.
const KEPT_SECONDS: std::ops::RangeInclusive<u32> = 5..=3_600;
/// The type of an IPv4 address (RFC 1035 section 3.2.2).
const TYPE_A: u16 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    status: u16,
    #[serde(default)]
    answer: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "type")]
    kind: u16,
    #[serde(rename = "TTL", default)]
    ttl_seconds: u32,
    data: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    address: IpAddr,
    until: Instant,
}

/// Looks up an address of `host`, or remembers it.
///
/// # Errors
/// If the resolver does not answer, or knows no address.
pub async fn look_up(
    http: &impl Http,
    cache: &impl Cache,
    resolver: &str,
    host: &str,
    port: u16,
    now: Instant,
) -> Result<SocketAddr, QueueError> {
    let key = format!("dns/{host}");
    let kept = cache.get(&key);
    let kept = kept.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    if let Some(kept) = kept.filter(|kept| now < kept.until) {
        return Ok((kept.address, port).into());
    }
    let mark = if resolver.contains('?') { '&' } else { '?' };
    let url = format!("{resolver}{mark}name={host}&type=A");
    let call = Call::new("GET", url, TIMEOUT_MS).with("accept", "application/dns-json");
    let failed = |why: &str| QueueError::from(format!("looking up {host}: {why}"));
    let answer = http
        .send(call)
        .await
        .map_err(|error| failed(&error.to_string()))?;
    if !answer.is_success() {
        return Err(failed(&format!("the resolver says {}", answer.status)));
    }
    let reply: Reply = serde_json::from_slice(&answer.body)
        .map_err(|_| failed("the resolver does not speak application/dns-json"))?;
    let addresses = reply.answer.iter().filter(|record| record.kind == TYPE_A);
    let mut addresses = addresses
        .filter_map(|record| Some((record.data.parse::<Ipv4Addr>().ok()?, record.ttl_seconds)));
    let Some((address, ttl_seconds)) = addresses.next() else {
        return Err(failed(&format!("no address (DNS code {})", reply.status)));
    };
    let kept_seconds = ttl_seconds.clamp(*KEPT_SECONDS.start(), *KEPT_SECONDS.end());
    let kept = Kept {
        address: address.into(),
        until: now + i64::from(kept_seconds) * 1_000,
    };
    cache.put(&key, &serde_json::to_vec(&kept).unwrap_or_default());
    Ok((address, port).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Answer, HttpError};
    use std::cell::{Cell, RefCell};
    use std::collections::HashMap;

    #[derive(Default)]
    struct Memory(RefCell<HashMap<String, Vec<u8>>>);

    impl Cache for Memory {
        fn get(&self, key: &str) -> Option<Vec<u8>> {
            self.0.borrow().get(key).cloned()
        }
        fn put(&self, key: &str, value: &[u8]) {
            self.0.borrow_mut().insert(key.to_owned(), value.to_vec());
        }
    }

    struct Resolver {
        reply: &'static str,
        asked: Cell<u32>,
    }

    impl Http for Resolver {
        async fn send(&self, call: Call) -> Result<Answer, HttpError> {
            assert_eq!(call.url, "https://dns.example/q?name=ns.example.com&type=A");
            self.asked.set(self.asked.get() + 1);
            let body = self.reply.as_bytes().to_vec();
            Ok(Answer {
                status: 200,
                headers: Vec::new(),
                body,
            })
        }
    }

    fn ask(resolver: &Resolver, memory: &Memory, now: Instant) -> String {
        let found = look_up(
            resolver,
            memory,
            "https://dns.example/q",
            "ns.example.com",
            5671,
            now,
        );
        match futures::executor::block_on(found) {
            Ok(address) => address.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_address_is_kept_as_long_as_it_says() {
        let resolver = Resolver {
            reply: r#"{"Status":0,"Answer":[{"name":"ns.example.com","type":5,"TTL":600,"data":"cloud.example.com"},
                {"name":"cloud.example.com","type":1,"TTL":60,"data":"192.0.2.7"}]}"#,
            asked: Cell::new(0),
        };
        let memory = Memory::default();
        for (now, asked) in [(0, 1), (59_999, 1), (60_000, 2)] {
            assert_eq!(ask(&resolver, &memory, now), "192.0.2.7:5671");
            assert_eq!(resolver.asked.get(), asked, "at {now}");
        }
    }

    #[test]
    fn no_address_is_an_error_that_is_not_kept() {
        for (reply, expected) in [
            (
                r#"{"Status":3}"#,
                "queue: looking up ns.example.com: no address (DNS code 3)",
            ),
            (
                "<html>",
                "queue: looking up ns.example.com: the resolver does not speak application/dns-json",
            ),
        ] {
            let resolver = Resolver {
                reply,
                asked: Cell::new(0),
            };
            let memory = Memory::default();
            assert_eq!(ask(&resolver, &memory, 0), expected);
            assert_eq!(ask(&resolver, &memory, 0), expected);
            assert_eq!(resolver.asked.get(), 2);
        }
    }
}
