//! The records in a Dataverse environment, by its Web API. There the table is the truth: appointments are read, and
//! events only say that one is worth a look.
//!
//! | To do | Requests |
//! |---|---|
//! | read an appointment and its notifications, and whether its addresses are suppressed | one batch, where an event told the addresses; ten at once are one batch too |
//! | write the rows of an appointment, and see whether it is still the same | one batch with a change set; a second one where somebody else was faster |
//! | read due rows with their appointments | one batch; with a table of the clinic's own, two |
//! | write rows of many appointments | one batch for each twenty, four at a time |
//! | archive fifty rows | a page of rows, their counters, and one change set that counts and deletes |
//!
//! A row's version is its ETag. No write goes out without one, or without `If-None-Match: *`: a plain PATCH would make
//! a deleted row anew. A notification's id is the GUID of its row and its alternate key, so that it exists once.
//!
//! Facts: Dataverse, section 3. Instants are kept in whole seconds there.

mod archive;
mod audit;
mod batch;
mod call;
mod channels;
mod consent;
mod count;
mod find;
mod load;
mod marks;
mod query;
mod refusal;
mod reports;
mod row;
mod table;
mod write;

pub use consent::Foreseen;
pub use row::SELECT as NOTIFICATION_COLUMNS;
pub use table::AppointmentTable;

use super::{
    Changed, Due, Loaded, NotificationFilter, NotificationRow, Page, Records, RecordsError, Tally,
};
use crate::core::{Appointment, Instant, events::DatedAppointment};
use crate::http::Http;
use crate::signin::Tokens;

/// The path of the service.
const ROOT: &str = "/api/data/v9.2/";

/// The records of an environment.
pub struct DataverseRecords<'a, H> {
    /// How to get there.
    pub http: &'a H,
    /// Who we are there.
    pub tokens: &'a dyn Tokens,
    /// The environment, no slash at the end; tokens are for it.
    pub url: &'a str,
    /// Where appointments are.
    pub table: &'a AppointmentTable,
    /// The host's clock.
    pub clock: &'a dyn Fn() -> Instant,
    /// When the caller must have an answer; none: whenever it comes.
    pub deadline: Option<Instant>,
    /// Which addresses will be asked for.
    pub foreseen: Foreseen,
}

impl<H: Http> Records for DataverseRecords<'_, H> {
    async fn load(&self, appointment: &str) -> Result<Option<Loaded>, RecordsError> {
        let mut found = self.read_all(&[appointment.to_owned()]).await?;
        Ok(found.pop().flatten())
    }

    async fn load_all(&self, appointments: &[String]) -> Result<Vec<Option<Loaded>>, RecordsError> {
        self.read_all(appointments).await
    }

    async fn store(
        &self,
        dated: &DatedAppointment,
        deleted: bool,
        expected: i64,
        _: Instant,
    ) -> Result<Option<i64>, RecordsError> {
        match deleted {
            true => self.delete(&dated.appointment.id, expected).await,
            false => self.save(&dated.appointment, expected).await,
        }
    }

    async fn version(&self, appointment: &str) -> Result<Option<i64>, RecordsError> {
        self.read_version(appointment).await
    }

    async fn write_rows(
        &self,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<Vec<bool>, RecordsError> {
        self.write_each(rows, now).await
    }

    async fn write_rows_of(
        &self,
        appointment: &str,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<(Vec<bool>, Option<i64>), RecordsError> {
        self.write_together(appointment, rows, now).await
    }

    async fn for_delivery(&self, notifications: &[String]) -> Result<Due, RecordsError> {
        self.read_due(notifications).await
    }

    async fn of_provider(
        &self,
        provider: &str,
        messages: &[String],
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        self.find_of_provider(provider, messages).await
    }

    async fn others(
        &self,
        appointment: &Appointment,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        self.find_others(appointment, from, to).await
    }

    async fn changed(
        &self,
        since: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Changed>, RecordsError> {
        self.find_changed(since, after, limit).await
    }

    async fn stuck(
        &self,
        overdue_before: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, RecordsError> {
        self.find_stuck(overdue_before, after, limit).await
    }

    async fn notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Page<NotificationRow>, RecordsError> {
        self.list_notifications(filter).await
    }

    async fn of_resource(
        &self,
        resource: &str,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Appointment>, RecordsError> {
        self.find_of_resource(resource, from, to).await
    }

    async fn tally(&self, since: Instant) -> Result<Vec<Tally>, RecordsError> {
        self.count_rows(since).await
    }

    async fn lateness(
        &self,
        bounds_ms: &[i64],
        since: Instant,
    ) -> Result<(Vec<i64>, i64, i64), RecordsError> {
        self.count_lateness(bounds_ms, since).await
    }

    async fn mark(&self, name: &str) -> Result<Option<i64>, RecordsError> {
        let mark = self.read_mark(name).await?;
        Ok(mark.map(|(value, _)| value))
    }

    async fn set_mark(
        &self,
        name: &str,
        expected: Option<i64>,
        value: i64,
    ) -> Result<bool, RecordsError> {
        self.write_mark(name, expected, value).await
    }

    /// Three requests for a number that a collector is told anyway would be the most of what a receipt costs.
    async fn raise(&self, _: &[(&'static str, usize)]) {}
}
