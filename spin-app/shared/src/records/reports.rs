//! What the console reads: lists with what belongs to them, counts, and a person's story. Nothing is decided from these.

use super::{Loaded, NotificationFilter, Page, RecordsError};
use crate::core::{Appointment, Instant};

/// Which appointments to list. Everything is a narrowing; the default lists all that are not deleted.
#[derive(Clone, Debug, Default)]
pub struct AppointmentFilter {
    /// Starting at or after.
    pub from: Option<Instant>,
    /// Starting before.
    pub to: Option<Instant>,
    /// Part of the customer's name or of the service, or the whole id.
    pub text: Option<String>,
    /// Whether the text is looked for in address and number too.
    pub in_contacts: bool,
    /// In one of these statuses; none at all stands for every status.
    pub statuses: Vec<String>,
    /// Of one resource.
    pub resource: Option<String>,
    /// Against the order: the latest start first.
    pub latest_first: bool,
    /// After an earlier page: its `next`.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// How many rows stand in a state.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Outside name of the status.
    pub status: String,
    /// Outside name of the reason, or empty.
    pub reason: String,
    /// Outside name of the channel.
    pub channel: String,
    /// Who sends or sent it, or empty; empty too where that was not asked.
    pub provider: String,
    /// How many.
    pub count: i64,
}

/// How many rows of a status are due in a time of [`QUARTER_MS`].
#[derive(Clone, Debug)]
pub struct DueCount {
    /// Where it begins.
    pub at: Instant,
    /// Outside name of the status.
    pub status: String,
    /// How many.
    pub count: i64,
}

/// Every zone's midnight is at the full quarter of an hour, so that days can be put together of quarters.
pub const QUARTER_MS: i64 = 900_000;

/// Counted rows.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// By status, reason and channel, in any order.
    pub by_state: Vec<Tally>,
    /// By due time and status, in the order of time.
    pub by_due: Vec<DueCount>,
}

/// The port. Every adapter passes the suite in `tests/conformance/records/reports.rs`.
#[allow(async_fn_in_trait)]
pub trait Reports {
    /// Counts all that the filter lets through, whatever its page.
    async fn count(&self, filter: &NotificationFilter) -> Result<Counts, RecordsError>;

    /// When the latest reminders that were due between two instants were due, and when they were sent; in any order, at most
    /// `limit`.
    async fn deliveries(
        &self,
        from: Instant,
        to: Instant,
        limit: u32,
    ) -> Result<Vec<(Instant, Instant)>, RecordsError>;

    /// Those of the appointments that are not deleted, in any order.
    async fn living(&self, appointments: &[String]) -> Result<Vec<Appointment>, RecordsError>;

    /// Appointments: not deleted, by start and id. Those without a start are as if they began in 1970. Their rows are not read.
    async fn appointments(&self, filter: &AppointmentFilter) -> Result<Page<Loaded>, RecordsError>;

    /// The appointments of the same person with their rows, the latest ones first: of the same address or the same number.
    async fn of_person(
        &self,
        appointment: &Appointment,
        limit: u32,
    ) -> Result<Vec<Loaded>, RecordsError>;
}
