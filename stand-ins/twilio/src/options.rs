//! The account: its credentials, numbers and messaging services.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use punctual_stand_ins::messaging::Throttle;

/// A messaging service: a name for several senders.
#[derive(Debug, Clone)]
pub struct Service {
    /// `MG` and 32 hexadecimal digits.
    pub sid: String,
    /// Its senders. The first one is taken.
    pub numbers: Vec<String>,
    /// Where it tells of messages that name no callback of their own.
    pub status_callback: Option<String>,
}

/// An account's options.
#[derive(Debug, Clone)]
pub struct Options {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The account's password, which also signs callbacks.
    pub auth_token: String,
    /// API keys: `SK` and 32 hexadecimal digits, and a secret.
    pub api_keys: Vec<(String, String)>,
    /// The account of the test credentials, and its password.
    pub test_credentials: (String, String),
    /// The account's numbers.
    pub numbers: Vec<String>,
    /// The account's messaging services.
    pub services: Vec<Service>,
    /// Where texts that people send are told.
    pub inbound_url: Option<String>,
    /// Whether inbound texts say what Twilio made of them (`OptOutType`), as with Advanced Opt-Out.
    pub advanced_opt_out: bool,
    /// How long a message takes from one status to the next.
    pub step_ms: i64,
    /// How long after it was taken a message is in lists.
    pub list_lag_ms: i64,
    /// How many requests are let through; none lets all.
    pub throttle: Option<Throttle>,
    /// How many messages and callbacks are kept.
    pub history_capacity: usize,
}

impl Default for Options {
    fn default() -> Self {
        let number = "+12025550100".to_owned();
        Self {
            account_sid: "AC0123456789abcdef0123456789abcdef".into(),
            auth_token: "0123456789abcdef0123456789abcdef".into(),
            api_keys: vec![(
                "SK0123456789abcdef0123456789abcdef".into(),
                "api-key-secret".into(),
            )],
            test_credentials: (
                "ACfedcba9876543210fedcba9876543210".into(),
                "fedcba9876543210fedcba9876543210".into(),
            ),
            numbers: vec![number.clone(), "+12025550101".into()],
            services: vec![Service {
                sid: "MG0123456789abcdef0123456789abcdef".into(),
                numbers: vec![number],
                status_callback: None,
            }],
            inbound_url: None,
            advanced_opt_out: false,
            step_ms: 500,
            list_lag_ms: 0,
            throttle: None,
            history_capacity: 100_000,
        }
    }
}

impl Options {
    /// The `Authorization` header of the account itself.
    pub fn basic(&self) -> String {
        let pair = format!("{}:{}", self.account_sid, self.auth_token);
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// The messaging service with this SID.
    pub(crate) fn service(&self, sid: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.sid == sid)
    }
}
