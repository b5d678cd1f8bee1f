//! The resource: its key, numbers and email senders.

use punctual_stand_ins::messaging::Throttle;

use crate::eventgrid::FieldCase;

/// A resource's options.
#[derive(Debug, Clone)]
pub struct Options {
    /// The access key, in base64.
    pub access_key: String,
    /// The numbers and names that SMS may be from.
    pub numbers: Vec<String>,
    /// The addresses that email may be from.
    pub email_senders: Vec<String>,
    /// Where the resource is, as Event Grid says it in `validationUrl`.
    pub base_url: String,
    /// How events write the names of their fields.
    pub field_case: FieldCase,
    /// How far a signed request's date may be from now.
    pub largest_skew_ms: i64,
    /// How long a repeatable request is known.
    pub repeatability_ms: i64,
    /// How many SMS requests a number may make; none throttles nothing.
    pub sms_throttle: Option<Throttle>,
    /// How many emails may be sent; none throttles nothing.
    pub email_throttle: Option<Throttle>,
    /// What `retry-after` says while an email is on its way.
    pub poll_after_seconds: u32,
    /// How long a message takes from one step to the next.
    pub step_ms: i64,
    /// How many messages and events are kept.
    pub history_capacity: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            access_key: "cHVuY3R1YWwtc3RhbmQtaW4tYWNjZXNzLWtleS0wMTIzNDU2Nzg5".into(),
            numbers: vec!["+18445550100".into(), "12025".into()],
            email_senders: vec!["donotreply@example.com".into()],
            base_url: "https://acs.example.com".into(),
            field_case: FieldCase::AsInSamples,
            largest_skew_ms: 15 * 60_000,
            repeatability_ms: 24 * 3_600_000,
            sms_throttle: None,
            email_throttle: None,
            poll_after_seconds: 1,
            step_ms: 500,
            history_capacity: 100_000,
        }
    }
}
