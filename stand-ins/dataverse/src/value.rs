//! What a cell can hold.

use chrono::{DateTime, SecondsFormat, Utc};
use punctual_stand_ins::Guid;
use serde_json::{Value as Json, json};

/// A cell that is not empty. An empty one is no entry in its row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text of any kind.
    Text(String),
    /// A number without a fraction, a choice, a state or a status.
    Integer(i64),
    /// A number with a fraction.
    Decimal(f64),
    /// Yes or no.
    Boolean(bool),
    /// An instant in milliseconds since 1970, UTC. Dataverse keeps whole seconds.
    Instant(i64),
    /// An id that is no lookup.
    Guid(Guid),
    /// A lookup: a table's logical name and a row's id.
    Reference(String, Guid),
    /// Several choices.
    Choices(Vec<i64>),
}

impl Value {
    /// As the Web API writes it. A lookup is the id of what it points at.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => json!(text),
            Self::Integer(number) => json!(number),
            Self::Decimal(number) => json!(number),
            Self::Boolean(flag) => json!(flag),
            Self::Instant(at_ms) => json!(instant(*at_ms)),
            Self::Guid(id) | Self::Reference(_, id) => json!(id),
            Self::Choices(numbers) => json!(listed(numbers)),
        }
    }

    /// As keys and comparisons see it: text without its case.
    pub fn folded(&self) -> String {
        match self {
            Self::Text(text) => text.to_lowercase(),
            other => match other.to_json() {
                Json::String(text) => text,
                json => json.to_string(),
            },
        }
    }
}

/// `1,2`
pub fn listed(numbers: &[i64]) -> String {
    let texts: Vec<_> = numbers.iter().map(i64::to_string).collect();
    texts.join(",")
}

/// RFC 3339 in UTC and whole seconds, as the Web API writes instants.
pub fn instant(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .unwrap_or(DateTime::UNIX_EPOCH)
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads an `Edm.DateTimeOffset`: milliseconds since 1970, cut to whole seconds.
pub fn read_instant(text: &str) -> Option<i64> {
    let at: DateTime<Utc> = DateTime::parse_from_rfc3339(text).ok()?.into();
    Some(at.timestamp() * 1000)
}

/// The earliest instant that Dataverse takes: 1753-01-01.
pub const EARLIEST_MS: i64 = -6_847_804_800_000;
