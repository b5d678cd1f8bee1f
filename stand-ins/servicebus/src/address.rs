//! Addresses: which queue, and which face of it.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::broker::Part;

const LONGEST_ADDRESS: usize = 2_048;

/// A queue or its dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    queue: String,
    part: Part,
}

/// What a link or a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `$cbs`: tokens.
    Cbs,
    /// `{entity}/$management`: operations.
    Management(Entity),
    /// `{entity}`: messages.
    Entity(Entity),
}

impl Entity {
    /// A queue.
    pub fn queue_named(name: &str) -> Self {
        Self {
            queue: name.to_ascii_lowercase(),
            part: Part::Main,
        }
    }

    /// The dead letters of a queue.
    pub fn dead_letters_of(name: &str) -> Self {
        Self {
            part: Part::DeadLetters,
            ..Self::queue_named(name)
        }
    }

    /// The queue's name in lower case: names differ by more than case.
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// Which half.
    pub fn part(&self) -> Part {
        self.part
    }

    /// Reads `queue`, `queue/$DeadLetterQueue`, also percent-encoded and in any case.
    pub fn parse(path: &str) -> Option<Self> {
        match Address::parse(path)? {
            Address::Entity(entity) => Some(entity),
            Address::Cbs | Address::Management(_) => None,
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.queue)?;
        match self.part {
            Part::Main => Ok(()),
            Part::DeadLetters => formatter.write_str("/$deadletterqueue"),
        }
    }
}

impl Address {
    /// Reads an address with or without scheme and authority. Case does not matter.
    pub fn parse(address: &str) -> Option<Self> {
        let path = path_of(address)?;
        if path == "$cbs" {
            return Some(Self::Cbs);
        }
        let (path, is_management) = match path.strip_suffix("/$management") {
            Some(path) => (path, true),
            None => (path.as_str(), false),
        };
        let (queue, part) = match path.strip_suffix("/$deadletterqueue") {
            Some(queue) => (queue, Part::DeadLetters),
            None => (path, Part::Main),
        };
        if queue.is_empty() || queue.contains('$') {
            return None;
        }
        let entity = Entity {
            queue: queue.to_owned(),
            part,
        };
        Some(if is_management {
            Self::Management(entity)
        } else {
            Self::Entity(entity)
        })
    }
}

/// The path of a URI or of a plain address: decoded, in lower case, without slashes at the ends.
///
/// This is also how far a token reaches: to its own path and all below.
pub fn path_of(uri: &str) -> Option<String> {
    if uri.len() > LONGEST_ADDRESS {
        return None;
    }
    let rest = match uri.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => uri,
    };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8().ok()?;
    Some(path.trim_matches('/').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: &str) {
        let seen = match Address::parse(address) {
            None => "none".to_owned(),
            Some(Address::Cbs) => "cbs".into(),
            Some(Address::Management(entity)) => format!("management of {entity}"),
            Some(Address::Entity(entity)) => entity.to_string(),
        };
        assert_eq!(seen, expected, "{address}");
    }

    #[test]
    fn addresses_as_clients_write_them() {
        check("probe", "probe");
        check("/Probe/", "probe");
        check("amqps://localhost:5994/probe", "probe");
        check("sb://ns.example.com/a/b", "a/b");
        check("probe/$management", "management of probe");
        check("amqps://localhost/probe/$MANAGEMENT", "management of probe");
        check("probe/$DeadLetterQueue", "probe/$deadletterqueue");
        check("probe/%24DeadLetterQueue", "probe/$deadletterqueue");
        check(
            "probe/$DeadLetterQueue/$management",
            "management of probe/$deadletterqueue",
        );
        check("$cbs", "cbs");
        check("amqps://localhost/$cbs", "cbs");
    }

    #[test]
    fn what_is_no_address_is_none() {
        for address in [
            "",
            "/",
            "sb://host",
            "$management",
            "/$deadletterqueue",
            "probe/$transfer",
            "a%ff",
        ] {
            check(address, "none");
        }
        check(&"a".repeat(2_049), "none");
    }
}
