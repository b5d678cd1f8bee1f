//! What the vendors' specifications let through and their services do not.

use punctual_app::http::Call;
use punctual_app::web::Query;
use serde_json::Value;

use crate::recorder;

fn json(call: &Call) -> Value {
    serde_json::from_slice(&call.body).expect("JSON")
}

fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit())
}

/// No member but these.
#[track_caller]
fn only(value: &Value, known: &[&str]) {
    for name in value.as_object().expect("an object").keys() {
        assert!(known.contains(&name.as_str()), "{name} is not known");
    }
}

#[test]
fn twilio_takes_no_unknown_field_and_one_sender() {
    const KNOWN: [&str; 6] = [
        "To",
        "Body",
        "From",
        "MessagingServiceSid",
        "ValidityPeriod",
        "StatusCallback",
    ];
    for full in [false, true] {
        let call = recorder::twilio_send(full);
        let text = String::from_utf8(call.body).unwrap();
        // A plus that is not escaped is a space.
        assert!(!text.contains('+'), "{text}");
        let form = Query::parse(&text);
        for (name, value) in form.pairs() {
            assert!(
                KNOWN.contains(&name.as_str()) && !value.is_empty(),
                "{name}"
            );
            assert_eq!(
                form.pairs()
                    .iter()
                    .filter(|(other, _)| other == name)
                    .count(),
                1
            );
        }
        assert!(is_e164(form.get("To").unwrap()));
        assert_ne!(
            form.get("From").is_some(),
            form.get("MessagingServiceSid").is_some()
        );
        assert!(form.get("From").is_none_or(is_e164));
        assert!((1..=1_600).contains(&form.get("Body").unwrap().chars().count()));
        // It begins in an hour.
        assert_eq!(form.get("ValidityPeriod"), Some("3600"));
    }
}

#[test]
fn sendgrid_has_words_no_forbidden_header_and_its_arguments_where_they_belong() {
    const FORBIDDEN: [&str; 12] = [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ];
    for full in [false, true] {
        let call = recorder::sendgrid(full);
        assert!(call.body.len() < 1_000_000);
        let body = json(&call);
        only(
            &body,
            &[
                "from",
                "personalizations",
                "subject",
                "content",
                "tracking_settings",
                "reply_to",
                "headers",
                "attachments",
            ],
        );
        let to = &body["personalizations"][0];
        only(to, &["to", "custom_args"]);
        assert!(to["custom_args"].to_string().len() < 10_000);
        assert!(body["custom_args"].is_null());
        assert!(!body["subject"].as_str().unwrap().is_empty());
        let kinds: Vec<_> = body["content"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["text/plain", "text/html"]);
        for (_, setting) in body["tracking_settings"].as_object().unwrap() {
            assert_eq!(setting["enable"], false);
        }
        let headers = body["headers"].as_object();
        assert_eq!(headers.is_some(), full);
        for name in headers.into_iter().flat_map(|headers| headers.keys()) {
            assert!(!FORBIDDEN.contains(&name.to_lowercase().as_str()), "{name}");
        }
        assert!(body["send_at"].is_null());
    }
}

#[test]
fn acs_texts_have_one_recipient_and_both_marks_of_a_repetition() {
    let call = recorder::acs_sms();
    let body = json(&call);
    only(
        &body,
        &["from", "smsRecipients", "message", "smsSendOptions"],
    );
    let recipients = body["smsRecipients"].as_array().unwrap();
    assert_eq!(recipients.len(), 1);
    only(
        &recipients[0],
        &["to", "repeatabilityRequestId", "repeatabilityFirstSent"],
    );
    assert!(is_e164(recipients[0]["to"].as_str().unwrap()));
    let id = recipients[0]["repeatabilityRequestId"].as_str().unwrap();
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'5'));
    let first = recipients[0]["repeatabilityFirstSent"].as_str().unwrap();
    // When the first attempt was made, not this one.
    assert_eq!(first, "Mon, 01 Jun 2026 07:59:45 GMT");
    assert!(chrono::DateTime::parse_from_rfc2822(first).is_ok());
    assert!((1..=2_048).contains(&body["message"].as_str().unwrap().chars().count()));
    assert_eq!(body["smsSendOptions"]["enableDeliveryReport"], true);
    signed(&call);
}

#[test]
fn acs_emails_name_their_operation() {
    for full in [false, true] {
        let call = recorder::acs_email(full);
        only(
            &json(&call),
            &[
                "senderAddress",
                "content",
                "recipients",
                "userEngagementTrackingDisabled",
                "replyTo",
                "headers",
                "attachments",
            ],
        );
        assert_eq!(json(&call)["userEngagementTrackingDisabled"], true);
        let header = |name: &str| {
            call.headers
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(
            header("operation-id"),
            Some("56a94a9c-6083-5c07-ad1b-fe969cacdd3d")
        );
        assert_eq!(header("authorization"), Some("Bearer a-token"));
    }
    signed(&recorder::acs_operation());
}

/// The specification does not ask for authentication at all.
#[track_caller]
fn signed(call: &Call) {
    let (_, signature) = call
        .headers
        .iter()
        .find(|(name, _)| *name == "authorization")
        .expect("it is signed");
    assert!(
        signature
            .starts_with("HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=")
    );
}
