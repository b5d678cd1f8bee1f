//! A message as the API shows it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Accepted,
    Scheduled,
    Queued,
    Sending,
    Sent,
    Delivered,
    Undelivered,
    Failed,
    Canceled,
    Received,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Received => "received",
        }
    }
}

/// A message, out or in.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub sid: String,
    pub account: String,
    pub service: Option<String>,
    /// None until a messaging service has chosen one.
    pub from: Option<String>,
    pub to: String,
    pub body: String,
    pub segments: u32,
    pub inbound: bool,
    pub status: Status,
    pub error: Option<u32>,
    pub created_ms: i64,
    pub sent_ms: Option<i64>,
    pub updated_ms: i64,
    /// After this the message dies.
    pub valid_until_ms: i64,
    pub callback: Option<String>,
}

/// As Twilio writes instants: RFC 2822.
pub(crate) fn rfc2822(at_ms: i64) -> String {
    let at: DateTime<Utc> = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// What a number means that stands in a receipt.
pub(crate) fn meaning(code: u32) -> &'static str {
    match code {
        30_001 => "Queue overflow",
        30_002 => "Account suspended",
        30_003 => "Unreachable destination handset",
        30_004 => "Message blocked",
        30_005 => "Unknown destination handset",
        30_006 => "Landline or unreachable carrier",
        30_007 => "Message filtered",
        30_036 => "Validity Period Expired",
        _ => "Unknown error",
    }
}

impl Message {
    /// `/2010-04-01/Accounts/AC…/Messages/SM…`
    fn path(&self) -> String {
        format!(
            "/2010-04-01/Accounts/{}/Messages/{}",
            self.account, self.sid
        )
    }

    pub(crate) fn show(&self) -> Value {
        let direction = if self.inbound {
            "inbound"
        } else {
            "outbound-api"
        };
        let segments = match self.from {
            Some(_) => self.segments,
            None => 0,
        };
        let path = self.path();
        json!({
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": rfc2822(self.created_ms),
            "date_sent": self.sent_ms.map(rfc2822),
            "date_updated": rfc2822(self.updated_ms),
            "direction": direction,
            "error_code": self.error,
            "error_message": self.error.map(meaning),
            "from": self.from,
            "messaging_service_sid": self.service,
            "num_media": "0",
            "num_segments": segments.to_string(),
            "price": null,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status.name(),
            "subresource_uris": { "media": format!("{path}/Media.json") },
            "to": self.to,
            "uri": format!("{path}.json"),
        })
    }
}
