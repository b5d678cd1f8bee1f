//! The records that the settings chose.

use super::archive::{Archive, Day, Taken, Waiting};
use super::audit::{Audit, AuditEntry};
use super::channels::{ChannelState, Channels};
use super::consent::{Consent, Listed, Suppression};
use super::dataverse::DataverseRecords;
use super::embedded::EmbeddedRecords;
use super::reports::{AppointmentFilter, Counts, Reports};
use super::{
    Changed, Due, Loaded, NotificationFilter, NotificationRow, Page, Records, RecordsError, Tally,
};
use crate::core::{Appointment, Channel, Instant, Reason, events::DatedAppointment};
use crate::http::Http;
use crate::sql::Sql;

/// One of the adapters.
pub enum AnyRecords<'a, S, H> {
    /// `records=embedded`.
    Embedded(EmbeddedRecords<'a, S>),
    /// `records=dataverse`.
    Dataverse(DataverseRecords<'a, H>),
}

/// Calls the adapter that it is.
macro_rules! each {
    ($self:ident, $records:ident => $call:expr) => {
        match $self {
            Self::Embedded($records) => $call,
            Self::Dataverse($records) => $call,
        }
    };
}

impl<S: Sql, H: Http> Records for AnyRecords<'_, S, H> {
    async fn load(&self, appointment: &str) -> Result<Option<Loaded>, RecordsError> {
        each!(self, records => records.load(appointment).await)
    }

    async fn load_all(&self, appointments: &[String]) -> Result<Vec<Option<Loaded>>, RecordsError> {
        each!(self, records => records.load_all(appointments).await)
    }

    async fn store(
        &self,
        dated: &DatedAppointment,
        deleted: bool,
        expected: i64,
        now: Instant,
    ) -> Result<Option<i64>, RecordsError> {
        each!(self, records => records.store(dated, deleted, expected, now).await)
    }

    async fn version(&self, appointment: &str) -> Result<Option<i64>, RecordsError> {
        each!(self, records => records.version(appointment).await)
    }

    async fn write_rows(
        &self,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<Vec<bool>, RecordsError> {
        each!(self, records => records.write_rows(rows, now).await)
    }

    async fn write_rows_of(
        &self,
        appointment: &str,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<(Vec<bool>, Option<i64>), RecordsError> {
        each!(self, records => records.write_rows_of(appointment, rows, now).await)
    }

    async fn for_delivery(&self, notifications: &[String]) -> Result<Due, RecordsError> {
        each!(self, records => records.for_delivery(notifications).await)
    }

    async fn of_provider(
        &self,
        provider: &str,
        messages: &[String],
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        each!(self, records => records.of_provider(provider, messages).await)
    }

    async fn others(
        &self,
        appointment: &Appointment,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        each!(self, records => records.others(appointment, from, to).await)
    }

    async fn changed(
        &self,
        since: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Changed>, RecordsError> {
        each!(self, records => records.changed(since, after, limit).await)
    }

    async fn stuck(
        &self,
        overdue_before: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, RecordsError> {
        each!(self, records => records.stuck(overdue_before, after, limit).await)
    }

    async fn notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Page<NotificationRow>, RecordsError> {
        each!(self, records => records.notifications(filter).await)
    }

    async fn of_resource(
        &self,
        resource: &str,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Appointment>, RecordsError> {
        each!(self, records => records.of_resource(resource, from, to).await)
    }

    async fn tally(&self, since: Instant) -> Result<Vec<Tally>, RecordsError> {
        each!(self, records => records.tally(since).await)
    }

    async fn lateness(
        &self,
        bounds_ms: &[i64],
        since: Instant,
    ) -> Result<(Vec<i64>, i64, i64), RecordsError> {
        each!(self, records => records.lateness(bounds_ms, since).await)
    }

    async fn mark(&self, name: &str) -> Result<Option<i64>, RecordsError> {
        each!(self, records => records.mark(name).await)
    }

    async fn set_mark(
        &self,
        name: &str,
        expected: Option<i64>,
        value: i64,
    ) -> Result<bool, RecordsError> {
        each!(self, records => records.set_mark(name, expected, value).await)
    }

    async fn raise(&self, counts: &[(&'static str, usize)]) {
        each!(self, records => records.raise(counts).await);
    }
}

impl<S: Sql, H: Http> Consent for AnyRecords<'_, S, H> {
    fn foresee(&self, addresses: &[(Channel, String)]) {
        each!(self, records => records.foresee(addresses));
    }

    async fn look_up(&self, addresses: &[(Channel, String)]) -> Result<(), RecordsError> {
        each!(self, records => records.look_up(addresses).await)
    }

    async fn suppressed(
        &self,
        addresses: &[(Channel, String)],
    ) -> Result<Vec<(Channel, String, Reason)>, RecordsError> {
        each!(self, records => records.suppressed(addresses).await)
    }

    async fn suppress(&self, entry: &Suppression, now: Instant) -> Result<bool, RecordsError> {
        each!(self, records => records.suppress(entry, now).await)
    }

    async fn suppressions(
        &self,
        channel: Option<Channel>,
        text: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Listed>, RecordsError> {
        each!(self, records => records.suppressions(channel, text, after, limit).await)
    }

    async fn suppression(
        &self,
        channel: Channel,
        address: &str,
        reason: Reason,
    ) -> Result<Option<Listed>, RecordsError> {
        each!(self, records => records.suppression(channel, address, reason).await)
    }

    async fn unsuppress(&self, id: &str) -> Result<bool, RecordsError> {
        each!(self, records => records.unsuppress(id).await)
    }

    async fn lift(&self, channel: Channel, address: &str) -> Result<bool, RecordsError> {
        each!(self, records => records.lift(channel, address).await)
    }
}

impl<S: Sql, H: Http> Reports for AnyRecords<'_, S, H> {
    async fn count(&self, filter: &NotificationFilter) -> Result<Counts, RecordsError> {
        each!(self, records => records.count(filter).await)
    }

    async fn deliveries(
        &self,
        from: Instant,
        to: Instant,
        limit: u32,
    ) -> Result<Vec<(Instant, Instant)>, RecordsError> {
        each!(self, records => records.deliveries(from, to, limit).await)
    }

    async fn living(&self, appointments: &[String]) -> Result<Vec<Appointment>, RecordsError> {
        each!(self, records => records.living(appointments).await)
    }

    async fn appointments(&self, filter: &AppointmentFilter) -> Result<Page<Loaded>, RecordsError> {
        each!(self, records => records.appointments(filter).await)
    }

    async fn of_person(
        &self,
        appointment: &Appointment,
        limit: u32,
    ) -> Result<Vec<Loaded>, RecordsError> {
        each!(self, records => records.of_person(appointment, limit).await)
    }
}

impl<S: Sql, H: Http> Audit for AnyRecords<'_, S, H> {
    async fn note(&self, entries: &[AuditEntry]) -> Result<(), RecordsError> {
        each!(self, records => records.note(entries).await)
    }

    async fn audit(
        &self,
        subject: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, RecordsError> {
        each!(self, records => records.audit(subject, after, limit).await)
    }
}

impl<S: Sql, H: Http> Channels for AnyRecords<'_, S, H> {
    async fn channels(&self) -> Result<Vec<ChannelState>, RecordsError> {
        each!(self, records => records.channels().await)
    }

    async fn set_channel(
        &self,
        state: &ChannelState,
        before: Option<Instant>,
    ) -> Result<bool, RecordsError> {
        each!(self, records => records.set_channel(state, before).await)
    }
}

impl<S: Sql, H: Http> Archive for AnyRecords<'_, S, H> {
    async fn waiting(&self, before: Instant) -> Result<Waiting, RecordsError> {
        each!(self, records => records.waiting(before).await)
    }

    async fn take(&self, before: Instant, limit: u32) -> Result<Taken, RecordsError> {
        each!(self, records => records.take(before, limit).await)
    }

    async fn give_back(&self) -> Result<bool, RecordsError> {
        each!(self, records => records.give_back().await)
    }

    async fn archived(&self) -> Result<Vec<Tally>, RecordsError> {
        each!(self, records => records.archived().await)
    }

    async fn archived_days(
        &self,
        from: &str,
        to: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Day>, RecordsError> {
        each!(self, records => records.archived_days(from, to, after, limit).await)
    }
}
