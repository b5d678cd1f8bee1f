//! The account: its keys, senders and webhook.

use punctual_stand_ins::messaging::Throttle;

/// An API key and what it may do.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// `SG.…`
    pub key: String,
    /// `mail.send` and others.
    pub scopes: Vec<String>,
}

/// An account's options.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its keys.
    pub api_keys: Vec<ApiKey>,
    /// Whom mail may be from: addresses, or domains.
    pub senders: Vec<String>,
    /// Where events are told.
    pub webhook_url: Option<String>,
    /// Whether they are signed.
    pub webhook_signed: bool,
    /// How long mail takes from one event to the next.
    pub step_ms: i64,
    /// How long events wait for others, to be told together.
    pub batch_ms: i64,
    /// How many requests are let through; none lets all, and answers without the headers of a limit.
    pub throttle: Option<Throttle>,
    /// How many messages and webhooks are kept.
    pub history_capacity: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            api_keys: vec![ApiKey {
                key: "SG.stand-in".into(),
                scopes: vec![
                    "mail.send".into(),
                    "user.webhooks.event.settings.read".into(),
                ],
            }],
            senders: vec!["example.com".into()],
            webhook_url: None,
            webhook_signed: true,
            step_ms: 500,
            batch_ms: 1_000,
            throttle: None,
            history_capacity: 100_000,
        }
    }
}

impl Options {
    /// Whether mail may be from this address.
    pub(crate) fn may_send_as(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let fits = |it: &String| it.eq_ignore_ascii_case(email) || it.eq_ignore_ascii_case(domain);
        self.senders.iter().any(fits)
    }
}
