//! Texts: verdicts, repetition, opt-outs.

use super::*;

pub(super) const SEND: &str = r#"POST /sms?api-version=2026-01-23
{"from":"+18445550100","smsRecipients":[{"to":"+12025550123"}],"message":"Hi"}"#;

/// A text with members replaced or added; null takes one away.
fn text(changes: &str) -> String {
    let mut body = json!({ "from": "+18445550100", "smsRecipients": [{ "to": "+12025550123" }], "message": "Hi" });
    let changes: Value = serde_json::from_str(changes).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    format!("POST /sms?api-version=2026-01-23\n{body}")
}

#[track_caller]
fn refused(changes: &str, expected: Expect) {
    let mut stage = Stage::new();
    run(&mut stage, &[&text(changes)], expected);
    stage.wait(60);
    assert_eq!(stage.received().len(), 0);
}

#[test]
fn a_sloppy_request_is_refused() {
    refused(
        r#"{"from":null}"#,
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"from is required.","target":"from"}}
    "#]],
    );
    refused(
        r#"{"message":""}"#,
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"message must have 1 to 2048 characters.","target":"message"}}
    "#]],
    );
    refused(
        &json!({ "message": "x".repeat(2049) }).to_string(),
        expect![[r#"
            400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"message must have 1 to 2048 characters.","target":"message"}}
        "#]],
    );
    refused(
        r#"{"smsRecipients":[]}"#,
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"smsRecipients must have 1 to 100 items.","target":"smsRecipients"}}
    "#]],
    );
    let many: Vec<_> = (0..101).map(|_| json!({ "to": "+12025550123" })).collect();
    refused(
        &json!({ "smsRecipients": many }).to_string(),
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"smsRecipients must have 1 to 100 items.","target":"smsRecipients"}}
    "#]],
    );
    refused(
        r#"{"smsSendOptions":{"tag":"x"}}"#,
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"smsSendOptions.enableDeliveryReport is required.","target":"smsSendOptions.enableDeliveryReport"}}
    "#]],
    );
    refused(
        r#"{"smsSendOptions":{"enableDeliveryReport":true,"deliveryReportTimeoutInSeconds":59}}"#,
        expect![[r#"
            400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"smsSendOptions.deliveryReportTimeoutInSeconds must be an integer from 60 to 43200.","target":"smsSendOptions.deliveryReportTimeoutInSeconds"}}
        "#]],
    );
    refused(
        r#"{"recipients":[]}"#,
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"recipients is not known.","target":"recipients"}}
    "#]],
    );
    refused(
        r#"{"from":"+18445550199"}"#,
        expect![[r#"
        202 {"value":[{"errorMessage":"The From phone number does not belong to the resource.","httpStatusCode":404,"successful":false,"to":"+12025550123"}]}
    "#]],
    );
    run(
        &mut Stage::new(),
        &["POST /sms?api-version=2026-01-23\n[]"],
        expect![[r#"
            400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"The body must be an object.","target":""}}
        "#]],
    );
}

#[test]
fn each_recipient_has_a_verdict() {
    let mut stage = Stage::new();
    let mut fault = Fault::once("sms.item", FaultKind::Fail);
    fault.after = 1;
    stage.acs.faults.add(fault).unwrap();
    let several = r#"{"smsRecipients":[
        {"to":"+12025550123"},
        {"to":"+112345678901"},
        {"to":"+12025550124"},
        {"to":"+12025550125","repeatabilityRequestId":"fda6d242-46aa-4247-8bf6-619a1206f9c3","repeatabilityFirstSent":"Mon, 23 Nov 2026 08:59:00 GMT"},
        {"to":"+12025550126","repeatabilityRequestId":"fda6d242-46aa-4247-8bf6-619a1206f9c4"},
        {"to":"+12025550126","repeatabilityRequestId":"fda6d242-46aa-4247-8bf6-619a1206f9c4","repeatabilityFirstSent":"2026-11-23T08:59:00Z"},
        {"to":"+12025550126","repeatabilityRequestId":"r-1","repeatabilityFirstSent":"Mon, 23 Nov 2026 08:59:00 GMT"},
        {"to":"+12025550126","repeatabilityFirstSent":"Mon, 23 Nov 2026 08:59:00 GMT"},
        {"to":"+12025550126","repeatabilityRequestId":"fda6d242-46aa-4247-8bf6-619a1206f9c5","repeatabilityFirstSent":"Sun, 22 Nov 2026 09:00:00 GMT"}
    ],"smsSendOptions":{"enableDeliveryReport":true,"tag":"r-1"}}"#;
    run(
        &mut stage,
        &[&text(several)],
        expect![[r#"
        202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","successful":true,"to":"+12025550123"},{"errorMessage":"Invalid To phone number format.","httpStatusCode":400,"successful":false,"to":"+112345678901"},{"errorMessage":"ServiceUnavailable","httpStatusCode":503,"successful":false,"to":"+12025550124"},{"httpStatusCode":202,"messageId":"Outgoing…","repeatabilityResult":"accepted","successful":true,"to":"+12025550125"},{"errorMessage":"Request sent with Invalid DateTime value for repeatability-first-sent. Expected is DateTime ,RFC1123 pattern.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550126"},{"errorMessage":"Request sent with Invalid DateTime value for repeatability-first-sent. Expected is DateTime ,RFC1123 pattern.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550126"},{"errorMessage":"Request sent with a repeatability-request-id that is no UUID.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550126"},{"errorMessage":"Request sent with repeatability-first-sent and without repeatability-request-id.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550126"},{"errorMessage":"The repeatability-first-sent is too long ago.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550126"}]}
    "#]],
    );
    stage.wait(60);
    expect![[r#"
        +12025550123 Hi {"tag": "r-1"}
        +12025550125 Hi {"repeatabilityRequestId": "fda6d242-46aa-4247-8bf6-619a1206f9c3", "tag": "r-1"}"#]].assert_eq(&stage.received().join("\n"));
}

/// A repeatable text to somebody.
fn repeatable(to: &str, message: &str, first_sent: &str) -> String {
    let recipient = json!({
        "to": to,
        "repeatabilityRequestId": "fda6d242-46aa-4247-8bf6-619a1206f9c3",
        "repeatabilityFirstSent": first_sent,
    });
    text(&json!({ "smsRecipients": [recipient], "message": message }).to_string())
}

#[test]
fn a_repeated_request_is_done_once() {
    let first = "Mon, 23 Nov 2026 09:00:00 GMT";
    let again = repeatable("+12025550123", "Hi", first);
    // Whatever happened to the answer, or to the item.
    for kind in [
        FaultKind::LoseAnswer,
        FaultKind::FailAfter,
        FaultKind::Fail,
        FaultKind::Slow,
    ] {
        for point in ["sms.send", "sms.item"] {
            let mut stage = Stage::new();
            let _ = stage.acs.faults.add(Fault::once(point, kind));
            for _ in 0..3 {
                stage.step(&again);
                stage.wait(60);
            }
            assert_eq!(stage.received().len(), 1, "{point} {kind:?}");
        }
    }
    let mut stage = Stage::new();
    let answers = [stage.step(&again), stage.step(&again)];
    assert_eq!(answers[0], answers[1], "the same message");
    stage.wait(60);
    let of = |to: &str, message: &str, date: &str| repeatable(to, message, date);
    run(
        &mut stage,
        &[
            &again.replace("fda6d242", "FDA6D242"),
            &of("+12025550124", "Hi", first),
            &of("+12025550123", "Ho", first),
            &of("+12025550123", "Hi", "Mon, 23 Nov 2026 09:00:01 GMT"),
        ],
        expect![[r#"
            202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","repeatabilityResult":"accepted","successful":true,"to":"+12025550123"}]}
            202 {"value":[{"errorMessage":"The repeatability-request-id was used for another message.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550124"}]}
            202 {"value":[{"errorMessage":"The repeatability-request-id was used for another message.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550123"}]}
            202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","repeatabilityResult":"accepted","successful":true,"to":"+12025550123"}]}
        "#]],
    );
    stage.wait(60);
    // Who changes the date asks for another message.
    assert_eq!(stage.received().len(), 2);
    stage.wait(86_400);
    run(
        &mut stage,
        &[&again],
        expect![[r#"
        202 {"value":[{"errorMessage":"The repeatability-first-sent is too long ago.","httpStatusCode":400,"repeatabilityResult":"rejected","successful":false,"to":"+12025550123"}]}
    "#]],
    );
    stage.wait(60);
    assert_eq!(
        stage.received().len(),
        2,
        "what is not known any more is not done"
    );
}

#[test]
fn numbers_have_limits() {
    let mut stage = Stage::with(Options {
        sms_throttle: Some(Throttle {
            requests: 1,
            window_ms: 60_000,
        }),
        ..Options::default()
    });
    run(
        &mut stage,
        &[SEND, SEND, &text(r#"{"from":"12025"}"#)],
        expect![[r#"
            202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","successful":true,"to":"+12025550123"}]}
            429 x-ms-error-code=TooManyRequests {"error":{"code":"TooManyRequests","message":"The request was throttled. Please try again later."}}
            202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","successful":true,"to":"+12025550123"}]}
        "#]],
    );
    stage.wait(60);
    run(
        &mut stage,
        &[SEND],
        expect![[r#"
        202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","successful":true,"to":"+12025550123"}]}
    "#]],
    );
}

#[test]
fn who_opted_out_gets_nothing() {
    let opt = |what: &str, to: &str| {
        format!(
            "POST /sms/optouts:{what}?api-version=2026-01-23\n{{\"from\":\"+18445550100\",\"recipients\":[{{\"to\":\"{to}\"}}]}}"
        )
    };
    let mut stage = Stage::new();
    run(
        &mut stage,
        &[
            &opt("check", "+12025550123"),
            &opt("add", "+12025550123"),
            &opt("check", "+12025550123"),
            SEND,
            &opt("check", "abc"),
            &opt("add", "+12025550123").replace("recipients", "people"),
            &opt("add", "+12025550123").replace("0100", "0199"),
        ],
        expect![[r#"
            200 {"value":[{"httpStatusCode":200,"isOptedOut":false,"to":"+12025550123"}]}
            200 {"value":[{"httpStatusCode":200,"to":"+12025550123"}]}
            200 {"value":[{"httpStatusCode":200,"isOptedOut":true,"to":"+12025550123"}]}
            202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","successful":true,"to":"+12025550123"}]}
            200 {"value":[{"errorMessage":"Invalid To phone number format.","httpStatusCode":400,"to":"abc"}]}
            400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"recipients is required. people is not known.","target":"recipients"}}
            404 x-ms-error-code=NotFound {"error":{"code":"NotFound","message":"The From phone number does not belong to the resource."}}
        "#]],
    );
    stage.wait(60);
    assert_eq!(stage.received().len(), 0);
    run(
        &mut stage,
        &[&opt("remove", "+12025550123"), SEND],
        expect![[r#"
            200 {"value":[{"httpStatusCode":200,"to":"+12025550123"}]}
            202 {"value":[{"httpStatusCode":202,"messageId":"Outgoing…","successful":true,"to":"+12025550123"}]}
        "#]],
    );
    stage.wait(60);
    assert_eq!(stage.received().len(), 1);
    let write = |stage: &mut Stage, text: &str| {
        stage
            .acs
            .write("+12025550123", "+18445550100", text, NOW_MS)
            .unwrap();
        stage.step(SEND);
        stage.wait(60);
        stage.received().len()
    };
    assert_eq!(write(&mut stage, "stop"), 1);
    assert_eq!(write(&mut stage, "thanks"), 1);
    assert_eq!(write(&mut stage, "START"), 2);
    assert!(
        stage
            .acs
            .write("+12025550123", "+18445550199", "x", NOW_MS)
            .is_err()
    );
}
