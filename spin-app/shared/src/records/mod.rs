//! The records port: appointments, and the notification rows that tell each reminder's story.

pub mod any;
pub mod archive;
pub mod audit;
pub mod channels;
pub mod consent;
pub mod dataverse;
pub mod embedded;
mod notification_json;
pub mod reports;
pub mod watched;

pub use reports::Tally;

use crate::core::{
    Appointment, Instant, Notification, NotificationStatus, Reason, Switches,
    events::DatedAppointment,
};

/// An appointment as the records hold it, with its notification rows.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The appointment and when each field was written.
    pub dated: DatedAppointment,
    /// Set once it was deleted; it is kept so that a late event cannot bring it back.
    pub deleted: bool,
    /// Grows with every change.
    pub version: i64,
    /// Every notification row that it ever had.
    pub rows: Vec<NotificationRow>,
}

impl Loaded {
    /// The appointment, none when it was deleted.
    pub fn living(&self) -> Option<&Appointment> {
        (!self.deleted).then_some(&self.dated.appointment)
    }
}

/// A notification row: what decisions need, and what people want to know.
#[derive(Clone, Debug)]
pub struct NotificationRow {
    /// What the core decides from.
    pub core: Notification,
    /// The version read; 0 for a row that is to be created. A write counts only if it still is this.
    pub version: i64,
    /// The broker's number of the scheduled message, where the transport tells it.
    pub sequence_number: Option<String>,
    /// Who sent it.
    pub provider: Option<String>,
    /// What the provider calls it.
    pub provider_message_id: Option<String>,
    /// The last failure in one sentence; no address, number or name in it.
    pub last_error: Option<String>,
    /// When the provider took it.
    pub sent_at: Option<Instant>,
    /// When this sending was first tried; repetitions name it to the provider.
    pub first_attempt_at: Option<Instant>,
    /// The provider that may have taken an earlier attempt, and recognises a repetition: nobody else may be given one.
    pub held_by: Option<String>,
    /// Which words were sent: message, language and version.
    pub template: Option<String>,
    /// The span in which it was planned, as a `traceparent`; whoever plans it anew gives it theirs.
    pub trace: Option<String>,
    /// When the row was last written.
    pub updated_at: Instant,
}

impl NotificationRow {
    /// A row that is to be created.
    pub fn new(core: Notification) -> Self {
        Self {
            core,
            version: 0,
            sequence_number: None,
            provider: None,
            provider_message_id: None,
            last_error: None,
            sent_at: None,
            first_attempt_at: None,
            held_by: None,
            template: None,
            trace: None,
            updated_at: 0,
        }
    }

    /// Ends or moves the row to `status`, clearing what belonged to the state before.
    pub fn turn(&mut self, status: NotificationStatus, reason: Option<Reason>) {
        self.core.status = status;
        self.core.reason = reason;
        self.core.lease_until = None;
        self.core.retry_at = None;
        if matches!(
            status,
            NotificationStatus::Canceled | NotificationStatus::Skipped
        ) {
            self.core.send_now_at = None;
        }
    }
}

/// Which notifications to list. Everything is a narrowing; the default lists all.
#[derive(Clone, Debug, Default)]
pub struct NotificationFilter {
    /// Of one appointment.
    pub appointment: Option<String>,
    /// In one of these statuses; none at all stands for every status.
    pub statuses: Vec<String>,
    /// For one of these reasons; none at all stands for any, and for none.
    pub reasons: Vec<String>,
    /// On one channel.
    pub channel: Option<String>,
    /// Due at or after.
    pub from: Option<Instant>,
    /// Due before.
    pub to: Option<Instant>,
    /// Part of the customer's name or of the service, or the whole id of the row or its appointment.
    pub text: Option<String>,
    /// Whether the text is looked for in address and number too.
    pub in_contacts: bool,
    /// Against the order: the latest due time first.
    pub latest_first: bool,
    /// After an earlier page: its `next`.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is in it.
    pub items: Vec<T>,
    /// Where the next one begins, in the adapter's own words; none after the last.
    pub next: Option<String>,
}

/// An appointment that was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// When, by the store's clock.
    pub at: Instant,
}

/// What a worker needs to know of due notifications.
#[derive(Clone, Debug)]
pub struct Due {
    /// The rows with their appointments, in any order; those of ids that nobody knows are not there.
    pub rows: Vec<(NotificationRow, Option<Appointment>)>,
    /// Which channels send.
    pub switches: Switches,
}

/// The records did not do what was asked. Worth retrying; the text names no person.
#[derive(Debug)]
pub struct RecordsError {
    /// One sentence.
    pub text: String,
    /// Whose fault it is.
    pub fault: Fault,
    /// Not before so many seconds, if the store said so.
    pub retry_after_seconds: Option<u32>,
}

/// Whose fault an error of the records is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The store's, or nobody's: try again.
    Store,
    /// The caller's: `after` is no `next` of an earlier page.
    Cursor,
    /// The caller's: the store does not take such an appointment.
    Appointment,
}

impl RecordsError {
    /// An error that may pass, and says nothing of when.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            fault: Fault::Store,
            retry_after_seconds: None,
        }
    }

    /// The caller's fault.
    pub fn of(fault: Fault, text: impl Into<String>) -> Self {
        Self {
            fault,
            ..Self::new(text)
        }
    }

    /// `after` is nothing that a page ended with.
    pub fn cursor() -> Self {
        Self::of(Fault::Cursor, "after must be the `next` of an earlier page")
    }
}

impl std::fmt::Display for RecordsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "records: {}", self.text)
    }
}

impl std::error::Error for RecordsError {}

/// The port. Every adapter passes the suite in `tests/conformance/records`. Writes are guarded by versions
/// instead of held locks, because a web API has no locks to hold: whoever finds the version changed reads
/// again and decides again.
#[allow(async_fn_in_trait)]
pub trait Records {
    /// An appointment with all its rows; none when it was never heard of.
    async fn load(&self, appointment: &str) -> Result<Option<Loaded>, RecordsError>;

    /// Several at once, in the order given.
    async fn load_all(&self, appointments: &[String]) -> Result<Vec<Option<Loaded>>, RecordsError>;

    /// Stores an appointment if its version still is `expected` (0: not there yet), and tells its new version. None:
    /// somebody was faster.
    async fn store(
        &self,
        dated: &DatedAppointment,
        deleted: bool,
        expected: i64,
        now: Instant,
    ) -> Result<Option<i64>, RecordsError>;

    /// The appointment's version now; none when it was never heard of.
    async fn version(&self, appointment: &str) -> Result<Option<i64>, RecordsError>;

    /// Writes rows, each only if its version is unchanged; the written ones carry their new version afterwards.
    /// For each whether it was written.
    async fn write_rows(
        &self,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<Vec<bool>, RecordsError>;

    /// The same for rows of one appointment, and then that appointment's version: none when it is no longer there, or
    /// never was. Where each request takes long this is one.
    async fn write_rows_of(
        &self,
        appointment: &str,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<(Vec<bool>, Option<i64>), RecordsError>;

    /// The rows of these ids with their appointments, and the switches: one request, where requests take long.
    async fn for_delivery(&self, notifications: &[String]) -> Result<Due, RecordsError>;

    /// The rows that a provider knows by these ids of its own, in any order; unknown ids are left out.
    async fn of_provider(
        &self,
        provider: &str,
        messages: &[String],
    ) -> Result<Vec<NotificationRow>, RecordsError>;

    /// Rows of the person's other appointments that are due between two instants and went out or are about to. The
    /// same person is who has the same address or the same number.
    async fn others(
        &self,
        appointment: &Appointment,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<NotificationRow>, RecordsError>;

    /// Appointments changed at or after `since`, in the order of the change. One may come twice, none is left out.
    async fn changed(
        &self,
        since: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Changed>, RecordsError>;

    /// Ids of appointments with a row whose message may be missing: pending, or open and due before
    /// `overdue_before`. One may come twice, none is left out.
    async fn stuck(
        &self,
        overdue_before: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, RecordsError>;

    /// Notifications for the console, in the order of due time and id or against it.
    async fn notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Page<NotificationRow>, RecordsError>;

    /// Living appointments of a resource that touch the span.
    async fn of_resource(
        &self,
        resource: &str,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Appointment>, RecordsError>;

    /// Rows by status, reason, channel and provider; of those due at or after `since`.
    async fn tally(&self, since: Instant) -> Result<Vec<Tally>, RecordsError>;

    /// For each upper bound in milliseconds, how many sent reminders were at most so late; then how many there are, and
    /// the sum of their lateness. Of those due at or after `since`.
    async fn lateness(
        &self,
        bounds_ms: &[i64],
        since: Instant,
    ) -> Result<(Vec<i64>, i64, i64), RecordsError>;

    /// A named mark, such as the end of the last reconcile.
    async fn mark(&self, name: &str) -> Result<Option<i64>, RecordsError>;

    /// Sets a mark if it still has the value `expected`; false when somebody was faster.
    async fn set_mark(
        &self,
        name: &str,
        expected: Option<i64>,
        value: i64,
    ) -> Result<bool, RecordsError>;

    /// Adds to counters, where a scraper reads them from the store (`telemetry/counters.rs`). It is for the eye: where it
    /// fails, what was counted has happened all the same.
    async fn raise(&self, counts: &[(&'static str, usize)]);
}
