//! What `up` prints when it is ready: where everything is, and lines to paste.

use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use punctual_host::Host;

/// The text. `key` is the development key, or none when the keys are the user's own.
pub fn text(host: &Host, key: Option<&str>, data: &Path) -> String {
    let (url, now) = (host.url(), host.clock().now());
    let speed = match host.clock().speed() {
        0.0 => "standing still".to_owned(),
        1.0 => "running at the real speed".to_owned(),
        factor => format!("running {factor} times as fast as the real one"),
    };
    let control = host.control_url().unwrap_or_default();
    let keys = match key {
        Some(key) => {
            format!("webhook key, timer key and admin token: {key} (none is set, so all are this)")
        }
        None => "webhook key, timer key and admin token: your own".to_owned(),
    };
    let [webhook, timer, admin] = match key {
        Some(key) => [key; 3],
        None => [
            "$SPIN_VARIABLE_WEBHOOK_KEY",
            "$SPIN_VARIABLE_TIMER_KEY",
            "$SPIN_VARIABLE_ADMIN_TOKEN",
        ],
    };
    let body = webhook_body(now);
    format!(
        r#"
Punctual is ready: {url}
  page     {url}/
  clock    {control}/clock, now {}, {speed}
  data     {}
  {keys}

An appointment arrives from Dataverse, in a bit more than a week:
  curl -s {url}/webhooks/dataverse -H "x-punctual-key: {webhook}" -H 'content-type: application/json' -d '{body}'
Appointments, reminders, and what was sent:
  curl -s {url}/api/appointments -H "authorization: Bearer {admin}"
  curl -s {url}/api/notifications -H "authorization: Bearer {admin}"
  curl -s {url}/api/outbox -H "authorization: Bearer {admin}"
Step the clock a day forward, and send what is due:
  curl -s {control}/clock -d '{{"advance_seconds":86400}}'
  curl -s -X POST "{url}/deliver?wait=0&max=100" -H "x-punctual-key: {timer}"

Ctrl-C stops it.
"#,
        host.clock().now_rfc3339(),
        data.display(),
    )
}

/// A body as Dataverse posts it when a row is created: what matters of it, in its own shape.
fn webhook_body(now: DateTime<Utc>) -> String {
    // On a full hour, so that the reminders' times are easy to follow.
    let hour = now.timestamp().div_euclid(3600) + 1;
    let start = DateTime::from_timestamp(hour * 3600, 0).unwrap_or(now) + Duration::days(8);
    let date = |time: DateTime<Utc>| format!("/Date({})/", time.timestamp_millis());
    let attributes = [
        ("punctual_service", "Check-up".to_owned()),
        ("punctual_customername", "Robin Meyer".to_owned()),
        ("punctual_email", "robin@example.com".to_owned()),
        ("punctual_phone", "+12025550114".to_owned()),
        ("punctual_start", date(start)),
        ("punctual_end", date(start + Duration::minutes(30))),
        ("punctual_timezone", "Europe/Berlin".to_owned()),
        ("modifiedon", date(now)),
    ];
    let attributes =
        attributes.map(|(key, value)| serde_json::json!({ "key": key, "value": value }));
    let id = "5f0c7a52-6f0b-4b0e-9d3a-0b1f6c1f7e01";
    let body = serde_json::json!({
        "MessageName": "Create",
        "PrimaryEntityName": "punctual_appointment",
        "PrimaryEntityId": id,
        "InputParameters": [{ "key": "Target", "value": {
            "__type": "Entity:http://schemas.microsoft.com/xrm/2011/Contracts",
            "LogicalName": "punctual_appointment",
            "Id": id,
            "Attributes": attributes,
        } }],
    });
    body.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_webhook_body_survives_a_shell() {
        let body = webhook_body("2026-03-01T09:15:00Z".parse().unwrap());
        assert!(!body.contains('\''), "it stands between single quotes");
        assert!(
            body.contains("/Date(1773050400000)/"),
            "2026-03-09T10:00:00Z: {body}"
        );
    }
}
