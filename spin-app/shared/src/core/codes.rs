//! The names that the outside sees for the core's enums: in JSON, in rows, in metrics.

use super::{AppointmentStatus, Channel, NotificationStatus, Reason};

/// An enum with fixed outside names.
pub trait Code: Copy + PartialEq + 'static {
    /// Every case with its name.
    const TABLE: &'static [(Self, &'static str)];
}

/// The outside name.
pub fn code<T: Code>(value: T) -> &'static str {
    T::TABLE
        .iter()
        .find(|(case, _)| *case == value)
        .map_or("", |(_, name)| name)
}

/// The case of an outside name.
pub fn parse<T: Code>(name: &str) -> Option<T> {
    T::TABLE
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(case, _)| *case)
}

impl Code for Channel {
    const TABLE: &'static [(Self, &'static str)] = &[(Self::Email, "email"), (Self::Sms, "sms")];
}

impl Code for AppointmentStatus {
    const TABLE: &'static [(Self, &'static str)] = &[
        (Self::Scheduled, "scheduled"),
        (Self::Confirmed, "confirmed"),
        (Self::Canceled, "canceled"),
        (Self::Completed, "completed"),
        (Self::NoShow, "no_show"),
    ];
}

impl Code for NotificationStatus {
    const TABLE: &'static [(Self, &'static str)] = &[
        (Self::Pending, "pending"),
        (Self::Scheduled, "scheduled"),
        (Self::Sending, "sending"),
        (Self::Sent, "sent"),
        (Self::Delivered, "delivered"),
        (Self::Unknown, "unknown"),
        (Self::Failed, "failed"),
        (Self::Canceled, "canceled"),
        (Self::Skipped, "skipped"),
    ];
}

impl Code for Reason {
    const TABLE: &'static [(Self, &'static str)] = &[
        (Self::DueInPast, "due_in_past"),
        (Self::NoStart, "no_start"),
        (Self::AppointmentStarted, "appointment_started"),
        (Self::AppointmentMoved, "appointment_moved"),
        (Self::AppointmentCanceled, "appointment_canceled"),
        (Self::AppointmentCompleted, "appointment_completed"),
        (Self::AppointmentNoShow, "appointment_no_show"),
        (Self::AppointmentDeleted, "appointment_deleted"),
        (Self::PolicyChanged, "policy_changed"),
        (Self::NoEmail, "no_email"),
        (Self::EmailInvalid, "email_invalid"),
        (Self::NoPhone, "no_phone"),
        (Self::PhoneInvalid, "phone_invalid"),
        (Self::TimeZoneUnknown, "time_zone_unknown"),
        (Self::CanceledByStaff, "canceled_by_staff"),
        (Self::ProviderRejected, "provider_rejected"),
        (Self::RetriesExhausted, "retries_exhausted"),
        (Self::NoTimeLeft, "no_time_left"),
        (Self::TemplateError, "template_error"),
        (Self::OutcomeUnknown, "outcome_unknown"),
        (Self::OptedOut, "opted_out"),
        (Self::AddressSuppressed, "address_suppressed"),
        (Self::DailyCap, "daily_cap"),
        (Self::Undeliverable, "undeliverable"),
        (Self::ProviderMisconfigured, "provider_misconfigured"),
        (Self::ChannelOff, "channel_off"),
    ];
}
