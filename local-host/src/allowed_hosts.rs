//! `allowed_outbound_hosts`: where a component may connect to.
//!
//! The rules are Spin's: `scheme://host:port`, each of which may be `*`; a host may be `*.example.com` or an
//! address range; a port may be a range `start..end` without its end; http and https have their usual ports.

use anyhow::{Context, Result, bail, ensure};
use url::{Host, Url};

use crate::variables::Variables;

/// The hosts that one component may reach.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// None for any.
    scheme: Option<String>,
    host: HostRule,
    port: PortRule,
}

#[derive(Debug, Clone)]
enum HostRule {
    Any,
    /// Spin's `self`: requests to the application itself, which name no host.
    ToSelf,
    Subdomains(String),
    Exactly(Host),
    Range(ip_network::IpNetwork),
}

#[derive(Debug, Clone, PartialEq)]
enum PortRule {
    Any,
    Exactly(u16),
    Range(std::ops::Range<u16>),
}

impl AllowedHosts {
    /// Reads the entries of a component. A template that comes out empty, or as a bare `https://`, is left out:
    /// that is how a manifest says "this endpoint, if it is set".
    pub fn new(entries: &[String], variables: &Variables) -> Result<Self> {
        let mut read = Vec::new();
        for text in entries {
            let filled = variables.fill(text)?;
            let is_template = text.contains("{{");
            if is_template && matches!(filled.as_str(), "" | "http://" | "https://") {
                continue;
            }
            read.push(
                Entry::parse(&filled)
                    .with_context(|| format!("allowed_outbound_hosts {text:?}"))?,
            );
        }
        Ok(Self { entries: read })
    }

    /// Whether a connection may be made. `url` is a URL, or `host:port`, which is then taken to have `scheme`.
    pub fn allow(&self, url: &str, scheme: &str) -> bool {
        let parsed = match Url::parse(url) {
            Ok(url) if url.has_host() => Ok(url),
            _ => Url::parse(&format!("{scheme}://{url}")),
        };
        let Ok(url) = parsed else { return false };
        // Of an unknown scheme the URL parser keeps an address as a name, so it is parsed as a host once more.
        let Some(Ok(host)) = url.host_str().map(Host::parse) else {
            return false;
        };
        self.entries
            .iter()
            .any(|entry| entry.allows(url.scheme(), &host, url.port()))
    }
}

impl Entry {
    fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            bail!(
                "must be scheme://host[:port], each of which may be *; \"*://*:*\" allows everything"
            );
        };
        let (host, port) = match rest.rsplit_once(':') {
            None => (rest, ""),
            // An address range or address of IPv6 has colons of its own.
            Some(_) if HostRule::parse(rest).is_ok() => (rest, ""),
            Some((host, tail)) => match tail.split_once('/') {
                Some((port, path)) => {
                    ensure!(path.is_empty(), "must not have a path");
                    (host, port)
                }
                None => (host, tail),
            },
        };
        ensure!(
            scheme == "*" || scheme.chars().all(char::is_alphabetic),
            "the scheme may have letters only"
        );
        let port = PortRule::parse(port, scheme)?;
        let host = HostRule::parse(host).with_context(|| format!("host {host:?}"))?;
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            host,
            port,
        })
    }

    fn allows(&self, scheme: &str, host: &Host, port: Option<u16>) -> bool {
        self.scheme
            .as_deref()
            .is_none_or(|allowed| allowed == scheme)
            && self.host.allows(host)
            && self.port.allows(port.or_else(|| usual_port(scheme)))
    }
}

impl HostRule {
    fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        match text {
            "*" => return Ok(Self::Any),
            "self" | "self.alt" => return Ok(Self::ToSelf),
            _ => {}
        }
        if let Ok(range) = ip_network::IpNetwork::from_str_truncate(text) {
            return Ok(Self::Range(range));
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        ensure!(!text.contains('/'), "must not have a path");
        let (any_below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        ensure!(
            !name.contains('*'),
            "a * stands for the whole host, or for all below a domain: *.example.com"
        );
        match (Host::parse(name)?, any_below) {
            (Host::Domain(domain), true) => Ok(Self::Subdomains(format!(".{domain}"))),
            (_, true) => bail!("only a domain has others below it"),
            (host, false) => Ok(Self::Exactly(host)),
        }
    }

    fn allows(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Exactly(allowed), host) => allowed == host,
            (Self::Subdomains(suffix), Host::Domain(domain)) => domain.ends_with(suffix),
            (Self::Range(range), Host::Ipv4(address)) => range.contains(*address),
            (Self::Range(range), Host::Ipv6(address)) => range.contains(*address),
            _ => false,
        }
    }
}

impl PortRule {
    fn parse(text: &str, scheme: &str) -> Result<Self> {
        let number = |text: &str| {
            text.parse()
                .with_context(|| format!("port {text:?} is not a number"))
        };
        match text {
            "" => match usual_port(scheme) {
                Some(port) => Ok(Self::Exactly(port)),
                None => bail!("needs a port, because {scheme:?} has no usual one"),
            },
            "*" => Ok(Self::Any),
            text => match text.split_once("..") {
                Some((start, end)) => Ok(Self::Range(number(start)?..number(end)?)),
                None => Ok(Self::Exactly(number(text)?)),
            },
        }
    }

    fn allows(&self, port: Option<u16>) -> bool {
        match (self, port) {
            (Self::Any, _) => true,
            (Self::Exactly(allowed), Some(port)) => *allowed == port,
            (Self::Range(range), Some(port)) => range.contains(&port),
            (_, None) => false,
        }
    }
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "mqtt" => Some(1883),
        "mysql" => Some(3306),
        "postgres" => Some(5432),
        "redis" => Some(6379),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
