//! The audit trail: who did what, and when. Only ever added to; it holds ids and never an address, a number or a name.

use super::{Page, RecordsError};
use crate::core::Instant;

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// A GUID. Writing an entry twice leaves one.
    pub id: String,
    /// When; stores may keep whole seconds only.
    pub at: Instant,
    /// Who: `operator` or `staff`.
    pub role: String,
    /// What, as a short code: `appointment.create`.
    pub action: String,
    /// The appointment, the notification, the channel, …
    pub subject: Option<String>,
    /// `done`, or `refused` with the status of the answer.
    pub outcome: String,
}

/// The port.
#[allow(async_fn_in_trait)]
pub trait Audit {
    /// Writes entries; once it returns they are kept.
    async fn note(&self, entries: &[AuditEntry]) -> Result<(), RecordsError>;

    /// Entries, the newest first; of one subject, if it is named.
    async fn audit(
        &self,
        subject: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, RecordsError>;
}
