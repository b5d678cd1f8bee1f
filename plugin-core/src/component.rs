//! The component boundary: the exports of `wit/`, each one call into the core.

use crate::contract::export;
use crate::contract::exports::punctual::reminders::{
    consent, delivering, events, planning, rendering, types,
};
use types::*;

struct Core;

impl events::Guest for Core {
    fn read_event(body: Vec<u8>, mapping: String) -> Result<events::Event, Problem> {
        crate::intake::read_event(&body, &mapping)
    }
    fn read_row(row: Vec<u8>, mapping: String) -> Result<Appointment, Problem> {
        crate::intake::read_row(&row, &mapping)
    }
    fn write_row(appointment: Appointment, mapping: String) -> Result<Vec<u8>, Problem> {
        crate::intake::write_row(&appointment, &mapping)
    }
    fn read_mapping(json: String) -> Result<String, Problem> {
        crate::intake::read_mapping(&json)
    }
    fn read_policy(json: String) -> Result<Policy, Problem> {
        crate::intake::read_policy(&json)
    }
    fn read_draft(json: Vec<u8>) -> Result<Vec<FieldChange>, Vec<Problem>> {
        crate::intake::read_draft(&json)
    }
    fn merge(
        id: String,
        stored: Option<events::DatedAppointment>,
        changes: Vec<FieldChange>,
        at: Instant,
    ) -> events::Merged {
        crate::intake::merge(&id, stored, changes, at)
    }
    fn check_appointment(appointment: Appointment) -> Vec<Problem> {
        crate::intake::check_appointment(&appointment)
    }
    fn overlap(a: Appointment, b: Appointment) -> bool {
        crate::intake::overlap(&a, &b)
    }
    fn iana_time_zone(text: String) -> Option<String> {
        crate::zones::iana_time_zone(&text)
    }
    fn civil_days(instants: Vec<Instant>, time_zone: String) -> Option<Vec<String>> {
        crate::zones::civil_days(&instants, &time_zone)
    }
}

impl planning::Guest for Core {
    fn notification_id(
        appointment: String,
        step: String,
        channel: Channel,
        start_at: Instant,
    ) -> Option<String> {
        crate::planning::notification_id(&appointment, &step, channel, start_at)
    }
    fn plan(
        appointment: Appointment,
        policy: Policy,
        person: planning::Person,
        now: Instant,
    ) -> Vec<planning::Planned> {
        crate::planning::plan(&appointment, &policy, &person, now)
    }
    fn reconcile(
        appointment: Option<Appointment>,
        policy: Policy,
        person: planning::Person,
        rows: Vec<Notification>,
        now: Instant,
    ) -> Vec<planning::Change> {
        crate::planning::reconcile(appointment.as_ref(), &policy, &person, &rows, now)
    }
}

impl delivering::Guest for Core {
    fn decide(
        row: Option<Notification>,
        appointment: Option<Appointment>,
        blocks: Blocks,
        switches: Switches,
        message_due_at: Instant,
        now: Instant,
    ) -> delivering::Decision {
        let (row, appointment) = (row.as_ref(), appointment.as_ref());
        crate::delivering::decide(row, appointment, blocks, switches, message_due_at, now)
    }
    fn last_look(row: Notification, now: Instant) -> Option<delivering::Settlement> {
        crate::delivering::last_look(&row, now)
    }

    fn after(
        row: Notification,
        outcome: delivering::Outcome,
        policy: Policy,
        now: Instant,
    ) -> delivering::Next {
        crate::delivering::after(&row, outcome, &policy, now)
    }
    fn on_receipt(row: Notification, news: delivering::Receipt) -> Option<delivering::Turn> {
        crate::delivering::on_receipt(&row, news)
    }
}

impl rendering::Guest for Core {
    fn render(
        appointment: Appointment,
        step: String,
        channel: Channel,
        sender: rendering::Sender,
        policy: Policy,
        links: rendering::Links,
    ) -> Result<rendering::Rendered, String> {
        crate::rendering::render(&appointment, &step, channel, &sender, &policy, &links)
    }
    fn render_stopped(
        locale: Option<String>,
        sender: rendering::Sender,
        policy: Policy,
    ) -> Result<rendering::Rendered, String> {
        crate::rendering::render_stopped(locale.as_deref(), &sender, &policy)
    }
    fn calendar(
        appointment: Appointment,
        sender: rendering::Sender,
        policy: Policy,
        now: Instant,
    ) -> Option<String> {
        crate::rendering::calendar(&appointment, &sender, &policy, now)
    }
    fn measure_sms(text: String) -> rendering::SmsSize {
        crate::sms::measure(&text)
    }
}

impl consent::Guest for Core {
    fn read_reply(text: String) -> Option<consent::Reply> {
        crate::consent::read_reply(&text)
    }
}

export!(Core with_types_in crate::contract);
