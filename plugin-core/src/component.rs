//! The component boundary: the exports of `wit/`, each one call into the core.

use crate::contract::export;
use crate::contract::exports::punctual::reminders::{
    delivering, events, planning, rendering, types,
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
    fn plan(appointment: Appointment, policy: Policy, now: Instant) -> Vec<planning::Planned> {
        crate::planning::plan(&appointment, &policy, now)
    }
    fn reconcile(
        appointment: Option<Appointment>,
        policy: Policy,
        rows: Vec<Notification>,
        now: Instant,
    ) -> Vec<planning::Change> {
        crate::planning::reconcile(appointment.as_ref(), &policy, &rows, now)
    }
}

impl delivering::Guest for Core {
    fn decide(
        row: Option<Notification>,
        appointment: Option<Appointment>,
        message_due_at: Instant,
        now: Instant,
    ) -> delivering::Decision {
        crate::delivering::decide(row.as_ref(), appointment.as_ref(), message_due_at, now)
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
}

impl rendering::Guest for Core {
    fn render(
        appointment: Appointment,
        step: String,
        channel: Channel,
        sender: rendering::Sender,
        policy: Policy,
    ) -> Result<rendering::Message, String> {
        crate::rendering::render(&appointment, &step, channel, &sender, &policy)
    }
    fn measure_sms(text: String) -> rendering::SmsSize {
        crate::sms::measure(&text)
    }
}

export!(Core with_types_in crate::contract);
