//! What an environment is like.

use std::collections::BTreeMap;

use punctual_stand_ins::Guid;

use crate::limits::ServiceProtection;
use crate::schema::{Schema, TableDefinition, appointment, punctual};

/// An environment's options.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its tables, beside the platform's own.
    pub tables: Vec<TableDefinition>,
    /// Its host name, as webhooks tell it in `x-ms-dynamics-organization`.
    pub host: String,
    /// Its unique name.
    pub organization_name: String,
    /// Whether Punctual's solution was imported: then its endpoint and steps are there, and the endpoint has neither
    /// URL nor key yet.
    pub solution_imported: bool,
    /// The applications that have a user here. The first is the one of [`Caller::Anyone`](crate::access::Caller).
    pub application_users: Vec<Guid>,
    /// The tenant that a refused caller is sent to.
    pub tenant: Guid,
    /// Throttling; none throttles nothing.
    pub service_protection: Option<ServiceProtection>,
    /// How long after the start the index of an alternate key becomes active.
    pub key_index_ms: i64,
    /// How often building the index of a key fails, by the key's logical name, before it succeeds.
    pub key_index_failures: BTreeMap<String, u32>,
    /// What `OperationCreatedOn` of asynchronous steps is skewed by, in minutes east of Greenwich.
    pub skew_minutes: i64,
    /// How long after a change its webhook is sent.
    pub webhook_delay_ms: i64,
    /// How long after 502, 503 or 504 a webhook is tried once more.
    pub webhook_retry_ms: i64,
    /// A body larger than this loses its parts: 256 KB.
    pub webhook_body_bytes: usize,
    /// An aggregate over more rows is refused: 50,000.
    pub aggregate_rows: usize,
    /// How many requests and webhooks the history keeps.
    pub history_capacity: usize,
}

impl Default for Options {
    fn default() -> Self {
        let guid = |text: &str| text.parse().unwrap_or(Guid::NIL);
        Self {
            tables: punctual().chain([appointment()]).collect(),
            host: "org5550100.crm.dynamics.com".into(),
            organization_name: "unq5550100".into(),
            solution_imported: true,
            // Those of the stand-in of Entra: its application and its managed identity.
            application_users: vec![
                guid("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"),
                guid("bbbbbbbb-cccc-dddd-eeee-ffffffffffff"),
            ],
            tenant: guid("11111111-2222-3333-4444-555555555555"),
            service_protection: None,
            key_index_ms: 0,
            key_index_failures: BTreeMap::new(),
            skew_minutes: 0,
            webhook_delay_ms: 0,
            webhook_retry_ms: 5_000,
            webhook_body_bytes: 256 << 10,
            aggregate_rows: 50_000,
            history_capacity: 100_000,
        }
    }
}

impl Options {
    /// The schema, if the tables fit together.
    pub(crate) fn schema(&self) -> Result<Schema, String> {
        Schema::new(self.tables.clone())
    }
}
