//! A field and its value, by name: how mapping and drafts make a `field-change`.

use crate::types::{FieldChange, Instant};

/// The change that gives a text field its value; none for a field that holds no text.
pub(super) fn text(field: &str, value: Option<String>) -> Option<FieldChange> {
    Some(match field {
        "service" => FieldChange::Service(value),
        "customer_name" => FieldChange::CustomerName(value),
        "email" => FieldChange::Email(value),
        "phone" => FieldChange::Phone(value),
        "time_zone" => FieldChange::TimeZone(value),
        "locale" => FieldChange::Locale(value),
        "resource" => FieldChange::Resource(value),
        "notes" => FieldChange::Notes(value),
        _ => return None,
    })
}

/// The change that gives a time field its value; none for a field that holds no time.
pub(super) fn instant(field: &str, value: Option<Instant>) -> Option<FieldChange> {
    match field {
        "start_at" => Some(FieldChange::StartAt(value)),
        "end_at" => Some(FieldChange::EndAt(value)),
        _ => None,
    }
}
