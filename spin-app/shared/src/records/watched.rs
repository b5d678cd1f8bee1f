//! Records that tell a journal which rows were written. Every state of a notification is one written row, so nothing that
//! happens to a reminder can be left out, whichever flow it happens in.

use super::archive::{Archive, Day, Taken, Waiting};
use super::audit::{Audit, AuditEntry};
use super::channels::{ChannelState, Channels};
use super::consent::{Consent, Listed, Suppression};
use super::reports::{AppointmentFilter, Counts, Reports};
use super::{
    Changed, Due, Loaded, NotificationFilter, NotificationRow, Page, Records, RecordsError, Tally,
};
use crate::core::{
    Appointment, Channel, Instant, NotificationStatus, Reason, events::DatedAppointment,
};
use crate::telemetry::Journal;

/// Records under a journal's eye.
pub struct Watched<'a, R> {
    /// The records.
    pub records: R,
    /// Who is told.
    pub journal: &'a Journal,
}

impl<R> Watched<'_, R> {
    /// Whoever plans a row gives it its trace.
    fn stamp(&self, rows: &mut [NotificationRow]) {
        for row in rows {
            if row.core.status == NotificationStatus::Pending && row.trace.is_none() {
                row.trace = Some(self.journal.span().to_string());
            }
        }
    }

    fn tell(&self, rows: &[NotificationRow], written: &[bool], now: Instant) {
        let written = rows.iter().zip(written).filter(|(_, written)| **written);
        self.journal.turned(written.map(|(row, _)| row), now);
    }
}

impl<R: Records> Records for Watched<'_, R> {
    async fn write_rows(
        &self,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<Vec<bool>, RecordsError> {
        self.stamp(rows);
        let written = self.records.write_rows(rows, now).await?;
        self.tell(rows, &written, now);
        Ok(written)
    }

    async fn write_rows_of(
        &self,
        appointment: &str,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<(Vec<bool>, Option<i64>), RecordsError> {
        self.stamp(rows);
        let (written, version) = self.records.write_rows_of(appointment, rows, now).await?;
        self.tell(rows, &written, now);
        Ok((written, version))
    }

    async fn raise(&self, counts: &[(&'static str, usize)]) {
        self.journal.counted(counts);
        self.records.raise(counts).await;
    }

    // The rest is theirs.

    async fn load(&self, appointment: &str) -> Result<Option<Loaded>, RecordsError> {
        self.records.load(appointment).await
    }

    async fn load_all(&self, appointments: &[String]) -> Result<Vec<Option<Loaded>>, RecordsError> {
        self.records.load_all(appointments).await
    }

    async fn store(
        &self,
        dated: &DatedAppointment,
        deleted: bool,
        expected: i64,
        now: Instant,
    ) -> Result<Option<i64>, RecordsError> {
        self.records.store(dated, deleted, expected, now).await
    }

    async fn version(&self, appointment: &str) -> Result<Option<i64>, RecordsError> {
        self.records.version(appointment).await
    }

    async fn for_delivery(&self, notifications: &[String]) -> Result<Due, RecordsError> {
        self.records.for_delivery(notifications).await
    }

    async fn of_provider(
        &self,
        provider: &str,
        messages: &[String],
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        self.records.of_provider(provider, messages).await
    }

    async fn others(
        &self,
        appointment: &Appointment,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        self.records.others(appointment, from, to).await
    }

    async fn changed(
        &self,
        since: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Changed>, RecordsError> {
        self.records.changed(since, after, limit).await
    }

    async fn stuck(
        &self,
        overdue_before: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, RecordsError> {
        self.records.stuck(overdue_before, after, limit).await
    }

    async fn notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Page<NotificationRow>, RecordsError> {
        self.records.notifications(filter).await
    }

    async fn of_resource(
        &self,
        resource: &str,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Appointment>, RecordsError> {
        self.records.of_resource(resource, from, to).await
    }

    async fn tally(&self, since: Instant) -> Result<Vec<Tally>, RecordsError> {
        self.records.tally(since).await
    }

    async fn lateness(
        &self,
        bounds_ms: &[i64],
        since: Instant,
    ) -> Result<(Vec<i64>, i64, i64), RecordsError> {
        self.records.lateness(bounds_ms, since).await
    }

    async fn mark(&self, name: &str) -> Result<Option<i64>, RecordsError> {
        self.records.mark(name).await
    }

    async fn set_mark(
        &self,
        name: &str,
        expected: Option<i64>,
        value: i64,
    ) -> Result<bool, RecordsError> {
        self.records.set_mark(name, expected, value).await
    }
}

impl<R: Consent> Consent for Watched<'_, R> {
    fn foresee(&self, addresses: &[(Channel, String)]) {
        self.records.foresee(addresses);
    }

    async fn look_up(&self, addresses: &[(Channel, String)]) -> Result<(), RecordsError> {
        self.records.look_up(addresses).await
    }

    async fn suppressed(
        &self,
        addresses: &[(Channel, String)],
    ) -> Result<Vec<(Channel, String, Reason)>, RecordsError> {
        self.records.suppressed(addresses).await
    }

    async fn suppress(&self, entry: &Suppression, now: Instant) -> Result<bool, RecordsError> {
        self.records.suppress(entry, now).await
    }

    async fn suppressions(
        &self,
        channel: Option<Channel>,
        text: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Listed>, RecordsError> {
        let found = self.records.suppressions(channel, text, after, limit);
        found.await
    }

    async fn suppression(
        &self,
        channel: Channel,
        address: &str,
        reason: Reason,
    ) -> Result<Option<Listed>, RecordsError> {
        self.records.suppression(channel, address, reason).await
    }

    async fn unsuppress(&self, id: &str) -> Result<bool, RecordsError> {
        self.records.unsuppress(id).await
    }

    async fn lift(&self, channel: Channel, address: &str) -> Result<bool, RecordsError> {
        self.records.lift(channel, address).await
    }
}

impl<R: Reports> Reports for Watched<'_, R> {
    async fn count(&self, filter: &NotificationFilter) -> Result<Counts, RecordsError> {
        self.records.count(filter).await
    }

    async fn deliveries(
        &self,
        from: Instant,
        to: Instant,
        limit: u32,
    ) -> Result<Vec<(Instant, Instant)>, RecordsError> {
        self.records.deliveries(from, to, limit).await
    }

    async fn living(&self, appointments: &[String]) -> Result<Vec<Appointment>, RecordsError> {
        self.records.living(appointments).await
    }

    async fn appointments(&self, filter: &AppointmentFilter) -> Result<Page<Loaded>, RecordsError> {
        self.records.appointments(filter).await
    }

    async fn of_person(
        &self,
        appointment: &Appointment,
        limit: u32,
    ) -> Result<Vec<Loaded>, RecordsError> {
        self.records.of_person(appointment, limit).await
    }
}

impl<R: Audit> Audit for Watched<'_, R> {
    async fn note(&self, entries: &[AuditEntry]) -> Result<(), RecordsError> {
        self.records.note(entries).await
    }

    async fn audit(
        &self,
        subject: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, RecordsError> {
        self.records.audit(subject, after, limit).await
    }
}

impl<R: Channels> Channels for Watched<'_, R> {
    async fn channels(&self) -> Result<Vec<ChannelState>, RecordsError> {
        self.records.channels().await
    }

    async fn set_channel(
        &self,
        state: &ChannelState,
        before: Option<Instant>,
    ) -> Result<bool, RecordsError> {
        self.records.set_channel(state, before).await
    }
}

impl<R: Archive> Archive for Watched<'_, R> {
    async fn waiting(&self, before: Instant) -> Result<Waiting, RecordsError> {
        self.records.waiting(before).await
    }

    async fn take(&self, before: Instant, limit: u32) -> Result<Taken, RecordsError> {
        self.records.take(before, limit).await
    }

    async fn give_back(&self) -> Result<bool, RecordsError> {
        self.records.give_back().await
    }

    async fn archived(&self) -> Result<Vec<Tally>, RecordsError> {
        self.records.archived().await
    }

    async fn archived_days(
        &self,
        from: &str,
        to: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Day>, RecordsError> {
        self.records.archived_days(from, to, after, limit).await
    }
}
