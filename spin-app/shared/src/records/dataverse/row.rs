//! Notification rows as JSON of the Web API. The columns are described in `power-platform/schema`; a test holds the two
//! against each other.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::query::{instant, seconds};
use crate::core::{Channel, Code, Instant, Notification, NotificationStatus, Reason, code, parse};
use crate::records::{NotificationRow, RecordsError};

/// The table's set.
pub const SET: &str = "punctual_notifications";
/// The row's own GUID, which is the notification's id.
pub const ID: &str = "punctual_notificationid";
/// The lookup to Punctual's own table of appointments, and its navigation property.
pub const APPOINTMENT: &str = "punctual_appointment";

/// The columns that are read.
pub const SELECT: &str = "punctual_notificationid,punctual_appointmentid,punctual_step,punctual_channel,punctual_startat,\
    punctual_dueat,punctual_status,punctual_reason,punctual_attempts,punctual_leaseuntil,punctual_retryat,punctual_sendnowat,\
    punctual_sequencenumber,punctual_provider,punctual_providermessageid,punctual_lasterror,punctual_sentat,\
    punctual_firstattemptat,punctual_heldby,punctual_template,punctual_trace,modifiedon";

/// The first value of each choice; the others follow in the order of the contract.
const FIRST_OPTION: i64 = 749_700_000;
/// As long as the column is, in UTF-16 units.
const ERROR_UNITS_MAX: usize = 2_000;
const MESSAGE_ID_UNITS_MAX: usize = 200;
/// Whole numbers of Dataverse are signed and have 32 bits.
const NUMBER_MAX: i64 = 2_147_483_647;

/// The value of a choice.
pub fn option<T: Code>(value: T) -> i64 {
    let place = T::TABLE.iter().position(|(case, _)| *case == value);
    FIRST_OPTION
        + place
            .and_then(|place| i64::try_from(place).ok())
            .unwrap_or(0)
}

fn case<T: Code>(value: &Value) -> Option<T> {
    let place = usize::try_from(value.as_i64()? - FIRST_OPTION).ok()?;
    T::TABLE.get(place).map(|(case, _)| *case)
}

/// The version in an `@odata.etag`: `W/"1234567"`.
pub fn version(etag: &str) -> Option<i64> {
    etag.strip_prefix("W/\"")?.strip_suffix('"')?.parse().ok()
}

/// The version as `If-Match` wants it.
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// Reads a row.
pub fn read(row: &Value) -> Result<NotificationRow, RecordsError> {
    let text = |column: &str| row[column].as_str().map(str::to_owned);
    let time = |column: &str| text(column).as_deref().and_then(time);
    let wrong = |column: &str| {
        RecordsError::new(format!(
            "punctual_notification: {column} holds what this build does not know"
        ))
    };
    let needed = |column: &str| text(column).ok_or_else(|| wrong(column));
    let needed_time = |column: &str| time(column).ok_or_else(|| wrong(column));
    let channel: Channel =
        case(&row["punctual_channel"]).ok_or_else(|| wrong("punctual_channel"))?;
    let status: NotificationStatus =
        case(&row["punctual_status"]).ok_or_else(|| wrong("punctual_status"))?;
    let reason: Option<Reason> = text("punctual_reason").as_deref().and_then(parse);
    Ok(NotificationRow {
        core: Notification {
            id: needed(ID)?.to_ascii_lowercase(),
            appointment_id: needed("punctual_appointmentid")?,
            step: needed("punctual_step")?,
            channel,
            start_at: needed_time("punctual_startat")?,
            due_at: needed_time("punctual_dueat")?,
            status,
            reason,
            attempts: row["punctual_attempts"]
                .as_u64()
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or(0),
            lease_until: time("punctual_leaseuntil"),
            retry_at: time("punctual_retryat"),
            send_now_at: time("punctual_sendnowat"),
        },
        version: row["@odata.etag"]
            .as_str()
            .and_then(version)
            .ok_or_else(|| wrong("@odata.etag"))?,
        sequence_number: text("punctual_sequencenumber"),
        provider: text("punctual_provider"),
        provider_message_id: text("punctual_providermessageid"),
        last_error: text("punctual_lasterror"),
        sent_at: time("punctual_sentat"),
        first_attempt_at: time("punctual_firstattemptat"),
        held_by: text("punctual_heldby"),
        template: text("punctual_template"),
        trace: text("punctual_trace"),
        updated_at: time("modifiedon").unwrap_or(0),
    })
}

/// An instant of the Web API.
pub fn time(text: &str) -> Option<Instant> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_millis())
}

/// What a row is from its first day on. `link` is the set of the table that its lookup leads to, if any.
pub fn identity(row: &NotificationRow, link: Option<&str>) -> Map<String, Value> {
    let core = &row.core;
    let mut body = object(json!({
        "punctual_name": format!("{} {}", core.step, code(core.channel)),
        "punctual_key": core.id,
        "punctual_appointmentid": core.appointment_id,
        "punctual_step": core.step,
        "punctual_channel": option(core.channel),
        "punctual_startat": instant(core.start_at),
    }));
    if let Some(set) = link {
        body.insert(
            format!("{APPOINTMENT}@odata.bind"),
            format!("/{set}({})", core.appointment_id).into(),
        );
    }
    body
}

/// What of a row may change.
pub fn state(row: &NotificationRow) -> Map<String, Value> {
    let core = &row.core;
    let time = |at: Option<Instant>| at.map(instant);
    // Both ends as they are kept, so that nobody is surprised by the difference.
    let lateness = row
        .sent_at
        .map(|sent_at| (seconds(sent_at) - seconds(core.due_at)).clamp(-NUMBER_MAX, NUMBER_MAX));
    object(json!({
        "punctual_dueat": instant(core.due_at),
        "punctual_status": option(core.status),
        "punctual_reason": core.reason.map(code),
        "punctual_attempts": i64::from(core.attempts).min(NUMBER_MAX),
        "punctual_leaseuntil": time(core.lease_until),
        "punctual_retryat": time(core.retry_at),
        "punctual_sendnowat": time(core.send_now_at),
        "punctual_sequencenumber": row.sequence_number,
        "punctual_provider": row.provider,
        "punctual_providermessageid": row.provider_message_id.as_deref().map(|id| cut(id, MESSAGE_ID_UNITS_MAX)),
        "punctual_lasterror": row.last_error.as_deref().map(|error| cut(error, ERROR_UNITS_MAX)),
        "punctual_sentat": time(row.sent_at),
        "punctual_firstattemptat": time(row.first_attempt_at),
        "punctual_heldby": row.held_by,
        "punctual_template": row.template,
        "punctual_trace": row.trace,
        "punctual_lateness": lateness,
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// As much of a text as fits into so many UTF-16 units.
fn cut(text: &str, units_max: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > units_max
    });
    end.map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_letters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "abc");
        assert_eq!(cut("a🦷b", 3), "a🦷");
        assert_eq!(cut("a🦷b", 2), "a");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn versions() {
        assert_eq!(version("W/\"1234567\""), Some(1_234_567));
        assert_eq!(version(&etag(-1)), Some(-1));
        for wrong in ["", "\"1\"", "W/\"\"", "W/\"a\"", "W/\"1"] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn choices_are_numbered_in_the_order_of_the_contract() {
        assert_eq!(option(Channel::Email), 749_700_000);
        assert_eq!(option(NotificationStatus::Skipped), 749_700_008);
        for (status, _) in NotificationStatus::TABLE {
            assert_eq!(case(&option(*status).into()), Some(*status));
        }
        for wrong in [749_699_999, 749_700_009, 0] {
            assert_eq!(case::<NotificationStatus>(&wrong.into()), None);
        }
    }
}
