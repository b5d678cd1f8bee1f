//! What each provider's words mean, as a table.

use expect_test::{Expect, expect};

use super::event_grid::Delivery;
use super::*;
use crate::core::code;
use crate::web::{Query, Request};

fn tell(news: &News) -> String {
    match news {
        News::Nothing => "nothing".to_owned(),
        News::Reply(reply) => format!(
            "reply from {} by {} {}: {:?}{}",
            reply.from,
            reply.provider,
            reply.message_id,
            reply.text,
            if reply.answered { ", answered" } else { "" }
        ),
        News::Message(told) => {
            let receipt = match told.receipt {
                None => "-".to_owned(),
                Some(Receipt::Sent) => "sent".to_owned(),
                Some(Receipt::Delivered) => "delivered".to_owned(),
                Some(Receipt::Failed(reason)) => format!("failed {}", code(reason)),
            };
            let wish = match &told.wish {
                None => "-".to_owned(),
                Some(Wish::Suppress(address, reason)) => {
                    format!("suppress {address} {}", code(*reason))
                }
                Some(Wish::Lift(address)) => format!("lift {address}"),
            };
            let of = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            format!(
                "{} {} {}: {receipt}; {wish}; {}",
                code(told.channel),
                of(&told.notification),
                of(&told.provider_message_id),
                of(&told.error)
            )
        }
    }
}

fn all(news: Option<Vec<News>>) -> String {
    match news {
        None => "malformed".to_owned(),
        Some(news) => news.iter().map(tell).collect::<Vec<_>>().join("\n"),
    }
}

#[track_caller]
fn twilio(form: &str, expected: Expect) {
    let form = Query::parse(form);
    expected.assert_eq(&tell(&super::twilio::read(form.pairs(), Some("n-1"))));
}

#[test]
fn statuses_of_twilio() {
    let to = "MessageSid=SM1&To=%2B12025550114&From=%2B12025550100";
    for status in [
        "queued",
        "sending",
        "accepted",
        "scheduled",
        "partially_delivered",
        "new-word",
        "",
    ] {
        twilio(&format!("{to}&MessageStatus={status}"), expect!["nothing"]);
    }
    twilio(
        &format!("{to}&MessageStatus=sent"),
        expect!["sms n-1 SM1: sent; -; -"],
    );
    twilio(
        &format!("{to}&MessageStatus=delivered"),
        expect!["sms n-1 SM1: delivered; -; -"],
    );
    // Codes count for failures alone.
    twilio(
        &format!("{to}&MessageStatus=delivered&ErrorCode=30005"),
        expect!["sms n-1 SM1: delivered; -; -"],
    );
    twilio(
        &format!("{to}&SmsStatus=undelivered&ErrorCode=30003"),
        expect!["sms n-1 SM1: failed undeliverable; -; twilio: undelivered, code 30003"],
    );
    twilio(
        &format!("{to}&MessageStatus=failed&ErrorCode=30005"),
        expect![
            "sms n-1 SM1: failed phone_invalid; suppress +12025550114 address_suppressed; twilio: failed, code 30005"
        ],
    );
    twilio(
        &format!("{to}&MessageStatus=failed&ErrorCode=21610"),
        expect![
            "sms n-1 SM1: failed opted_out; suppress +12025550114 opted_out; twilio: failed, code 21610"
        ],
    );
    twilio(
        &format!("{to}&MessageStatus=undelivered&ErrorCode=30007"),
        expect!["sms n-1 SM1: failed provider_rejected; -; twilio: undelivered, code 30007"],
    );
    twilio(
        &format!("{to}&MessageStatus=failed&ErrorCode=30034"),
        expect!["sms n-1 SM1: failed provider_misconfigured; -; twilio: failed, code 30034"],
    );
    twilio(
        &format!("{to}&MessageStatus=failed"),
        expect!["sms n-1 SM1: failed undeliverable; -; twilio: failed"],
    );
}

#[test]
fn texts_that_come_by_twilio() {
    let from = "MessageSid=SM2&From=%2B12025550114&To=%2B12025550100&SmsStatus=received";
    twilio(
        &format!("{from}&Body=Stop%20"),
        expect![[r#"reply from +12025550114 by twilio SM2: "Stop ", answered"#]],
    );
    twilio(
        &format!("{from}&Body=please+stop"),
        expect![[r#"reply from +12025550114 by twilio SM2: "please stop""#]],
    );
    twilio(
        &format!("{from}&Body=Arret&OptOutType=STOP"),
        expect![[r#"reply from +12025550114 by twilio SM2: "Arret", answered"#]],
    );
    twilio(
        "MessageSid=SM2&From=CLINIC&SmsStatus=received&Body=Stop",
        expect!["nothing"],
    );
}

#[track_caller]
fn sendgrid(event: &str, expected: Expect) {
    let body = format!(
        r#"[{{"email":"Zoe@Example.com","timestamp":1,"sg_event_id":"e","sg_message_id":"m.filter1","notification_id":"n-1",{event}}}]"#
    );
    expected.assert_eq(&all(super::sendgrid::read(body.as_bytes())));
}

#[test]
fn events_of_sendgrid() {
    sendgrid(
        r#""event":"processed""#,
        expect!["email n-1 m.filter1: sent; -; -"],
    );
    sendgrid(
        r#""event":"deferred","response":"450 try zoe@example.com later""#,
        expect!["email n-1 m.filter1: -; -; -"],
    );
    sendgrid(
        r#""event":"delivered""#,
        expect!["email n-1 m.filter1: delivered; -; -"],
    );
    sendgrid(
        r#""event":"bounce","type":"bounce","status":"5.1.1","reason":"550 zoe@example.com unknown""#,
        expect![
            "email n-1 m.filter1: failed undeliverable; suppress zoe@example.com address_suppressed; sendgrid: bounce, status 5.1.1"
        ],
    );
    sendgrid(
        r#""event":"bounce","type":"blocked","status":"4.7.1""#,
        expect!["email n-1 m.filter1: failed undeliverable; -; sendgrid: blocked, status 4.7.1"],
    );
    sendgrid(
        r#""event":"dropped","reason":"Bounced Address""#,
        expect![
            "email n-1 m.filter1: failed address_suppressed; suppress zoe@example.com address_suppressed; sendgrid: dropped"
        ],
    );
    sendgrid(
        r#""event":"dropped","reason":"Unsubscribed Address""#,
        expect![
            "email n-1 m.filter1: failed opted_out; suppress zoe@example.com opted_out; sendgrid: dropped"
        ],
    );
    sendgrid(
        r#""event":"dropped","reason":"Spam Reporting Address""#,
        expect![
            "email n-1 m.filter1: failed address_suppressed; suppress zoe@example.com address_suppressed; sendgrid: dropped"
        ],
    );
    sendgrid(
        r#""event":"dropped","reason":"whatever""#,
        expect!["email n-1 m.filter1: failed provider_rejected; -; sendgrid: dropped"],
    );
    sendgrid(
        r#""event":"spamreport""#,
        expect!["email n-1 m.filter1: delivered; suppress zoe@example.com address_suppressed; -"],
    );
    sendgrid(
        r#""event":"unsubscribe""#,
        expect!["email n-1 m.filter1: -; suppress zoe@example.com opted_out; -"],
    );
    sendgrid(
        r#""event":"group_resubscribe""#,
        expect!["email n-1 m.filter1: -; lift zoe@example.com; -"],
    );
    sendgrid(r#""event":"open""#, expect!["nothing"]);
    sendgrid(
        r#""event":"click","url":"https://example.com""#,
        expect!["nothing"],
    );
    for (body, expected) in [
        ("[]", ""),
        ("{}", "malformed"),
        ("", "malformed"),
        ("[1]", "malformed"),
    ] {
        assert_eq!(
            all(super::sendgrid::read(body.as_bytes())),
            expected,
            "{body}"
        );
    }
}

fn request(body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        body: body.as_bytes().to_vec(),
        ..Request::default()
    }
}

#[track_caller]
fn event_grid(body: &str, expected: Expect) {
    let told = match event_grid::read(&request(body)) {
        None => "malformed".to_owned(),
        Some(Delivery::Handshake(answer)) => {
            format!(
                "{} {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            )
        }
        Some(Delivery::Events(events)) => all(Some(events.iter().map(acs::read).collect())),
    };
    expected.assert_eq(&told);
}

#[test]
fn events_of_acs_in_both_schemas_and_any_case() {
    event_grid(
        r#"[{"id":"e","eventType":"Microsoft.Communication.SMSDeliveryReportReceived","data":{"messageId":"Outgoing_1","from":"15550100","to":"+12025550114","deliveryStatus":"Delivered","deliveryStatusDetails":"No error.","tag":"n-1"}}]"#,
        expect!["sms n-1 Outgoing_1: delivered; -; -"],
    );
    event_grid(
        r#"{"specversion":"1.0","id":"e","type":"microsoft.communication.smsdeliveryreportreceived","data":{"MessageId":"Outgoing_1","To":"12025550114","DELIVERYSTATUS":"failed","DeliveryStatusDetails":"4007 recipient 12025550114 opted out","Tag":"n-1"}}"#,
        expect![
            "sms n-1 Outgoing_1: failed opted_out; suppress +12025550114 opted_out; acs: not delivered, code 4007"
        ],
    );
    let failed = |details: &str| {
        format!(
            r#"{{"id":"e","type":"Microsoft.Communication.SMSDeliveryReportReceived","data":{{"messageId":"m","to":"+12025550114","deliveryStatus":"Failed","deliveryStatusDetails":"{details}"}}}}"#
        )
    };
    event_grid(
        &failed("4006"),
        expect!["sms - m: failed undeliverable; -; acs: not delivered, code 4006"],
    );
    event_grid(
        &failed("Error 4004: no such number"),
        expect![
            "sms - m: failed phone_invalid; suppress +12025550114 address_suppressed; acs: not delivered, code 4004"
        ],
    );
    event_grid(
        &failed("4010"),
        expect!["sms - m: failed provider_misconfigured; -; acs: not delivered, code 4010"],
    );
    event_grid(&failed("5002"), expect!["sms - m: sent; -; -"]);
    event_grid(
        &failed(""),
        expect!["sms - m: failed undeliverable; -; acs: not delivered"],
    );
    event_grid(
        r#"[{"id":"e","eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"sender":"a@example.com","recipient":"Zoe@example.com","messageId":"m","status":"delivered","deliveryAttemptTimeStamp":"2026-01-01T00:00:00Z"}},
            {"id":"e","eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"Recipient":"Zoe@example.com","MessageId":"m","Status":"Bounced"}},
            {"id":"e","eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"recipient":"Zoe@example.com","messageId":"m","status":"FilteredSpam"}},
            {"id":"e","eventType":"Microsoft.Communication.EmailDeliveryReportReceived","data":{"recipient":"Zoe@example.com","messageId":"m","status":"zoe@example.com"}},
            {"id":"e","eventType":"Microsoft.Communication.EmailEngagementTrackingReportReceived","data":{}}]"#,
        expect![[r#"
            email m m: delivered; -; -
            email m m: failed undeliverable; suppress zoe@example.com address_suppressed; acs: bounced
            email m m: failed provider_rejected; -; acs: filteredspam
            email m m: failed undeliverable; -; acs: failed
            nothing"#]],
    );
    event_grid(
        r#"[{"id":"e","eventType":"Microsoft.Communication.SMSReceived","data":{"MessageId":"Incoming_1","From":"12025550114","To":"18445550100","Message":"opt out"}}]"#,
        expect![[r#"reply from +12025550114 by acs Incoming_1: "opt out""#]],
    );
    for body in ["", "1", "[1]", "{}", "[{\"id\":\"e\"}]"] {
        event_grid(body, expect!["malformed"]);
    }
}

#[test]
fn handshakes_of_event_grid() {
    event_grid(
        r#"[{"id":"e","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"abc","validationUrl":"https://evil.example"}}]"#,
        expect![[r#"200 {"validationResponse":"abc"}"#]],
    );
    let mut options = Request {
        method: "OPTIONS".to_owned(),
        ..Request::default()
    };
    assert!(event_grid::read(&options).is_none());
    options.headers.push((
        "webhook-request-origin".to_owned(),
        "eventgrid.azure.net".to_owned(),
    ));
    let Some(Delivery::Handshake(answer)) = event_grid::read(&options) else {
        panic!("no handshake");
    };
    assert_eq!(answer.status, 200);
    let expected = [
        ("webhook-allowed-origin", "eventgrid.azure.net".to_owned()),
        ("webhook-allowed-rate", "*".to_owned()),
    ];
    assert_eq!(answer.headers, expected);
}

#[test]
fn numbers_and_addresses_have_one_form() {
    for (text, expected) in [
        ("+12025550114", Some("+12025550114")),
        ("12025550114", Some("+12025550114")),
        (" 12025550114 ", Some("+12025550114")),
        ("CLINIC", None),
        ("+1 202 555", None),
        ("", None),
        ("1234567890123456", None),
    ] {
        assert_eq!(number(text).as_deref(), expected, "{text}");
    }
    assert_eq!(
        address(" Zoe@Example.com ").as_deref(),
        Some("zoe@example.com")
    );
    assert_eq!(address("zoe"), None);
}
