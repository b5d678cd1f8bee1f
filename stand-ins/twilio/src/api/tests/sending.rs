//! What may be sent and what may not, and what becomes of it.

use super::*;

/// A form beside what all have; `To` and `From` may be replaced.
fn form(more: &str) -> String {
    let mut form = String::from("POST /Messages.json\n");
    for (name, usual) in [
        ("To", "%2B12025550123"),
        ("From", "%2B12025550100"),
        ("Body", "Hi"),
    ] {
        if !more.contains(&format!("{name}=")) || more.contains(&format!("Fallback{name}=")) {
            form += &format!("{name}={usual}&");
        }
    }
    form + more
}

#[track_caller]
fn refused(more: &str, expected: Expect) {
    let mut stage = Stage::new();
    run(&mut stage, &[&form(more), "+100"], expected);
    assert_eq!(stage.received().len(), 0);
}

#[test]
fn a_sloppy_request_is_refused() {
    refused(
        "To=abc",
        expect![[r#"
        400 21211 The 'To' number is not a valid phone number.
    "#]],
    );
    refused(
        "To=12025550123",
        expect![[r#"
        400 21211 The 'To' number is not a valid phone number.
    "#]],
    );
    refused(
        "To=+12025550123",
        expect![[r#"
        400 21211 The 'To' number is not a valid phone number.
    "#]],
    );
    refused(
        "To=",
        expect![[r#"
        400 21604 A 'To' phone number is required.
    "#]],
    );
    refused(
        "To=%2B12025550100",
        expect![[r#"
        400 21266 'To' and 'From' number cannot be the same
    "#]],
    );
    refused(
        "From=",
        expect![[r#"
        400 21603 A 'From' phone number is required.
    "#]],
    );
    refused(
        "From=clinic",
        expect![[r#"
        400 21212 The 'From' number is not a valid phone number.
    "#]],
    );
    refused(
        "From=%2B12025550199",
        expect![[r#"
        400 21606 The 'From' phone number is not a valid, SMS-capable inbound phone number or short code for your account.
    "#]],
    );
    refused(
        "MessagingServiceSid=MGffffffffffffffffffffffffffffffff",
        expect![[r#"
            400 20001 there is no such messaging service
        "#]],
    );
    refused(
        "Body=",
        expect![[r#"
        400 21602 Message body is required.
    "#]],
    );
    refused(
        &format!("Body={}", "x".repeat(1601)),
        expect![[r#"
        400 21617 The concatenated message body exceeds the 1600 character limit.
    "#]],
    );
    refused(
        "Boddy=x",
        expect![[r#"
        400 20001 there is no parameter "Boddy"
    "#]],
    );
    refused(
        "Body=a&Body=b",
        expect![[r#"
        400 20001 Body is there more than once
    "#]],
    );
    refused(
        "StatusCallback=callbacks/twilio",
        expect![[r#"
        400 21609 The 'StatusCallback' URL is not a valid URL.
    "#]],
    );
    refused(
        "StatusCallback=https://my_host.example.com/",
        expect![[r#"
        400 21609 The 'StatusCallback' URL is not a valid URL.
    "#]],
    );
    refused(
        "ValidityPeriod=0",
        expect![[r#"
        400 20001 ValidityPeriod must be a number from 1 to 36000
    "#]],
    );
    refused(
        "ValidityPeriod=abc",
        expect![[r#"
        400 20001 ValidityPeriod must be a number from 1 to 36000
    "#]],
    );
    refused(
        "SmartEncoded=True",
        expect![[r#"
        400 20001 SmartEncoded must be one of true, false
    "#]],
    );
    refused(
        "ScheduleType=fixed",
        expect![[r#"
        400 35111 ScheduleType and SendAt come together
    "#]],
    );
    refused(
        "ScheduleType=fixed&SendAt=2026-11-24T09:00:00Z",
        expect![[r#"
            400 35118 MessagingServiceSid is required to schedule a message
        "#]],
    );
    let service = "MessagingServiceSid=MG0123456789abcdef0123456789abcdef&ScheduleType=fixed";
    refused(
        &format!("{service}&SendAt=2026-11-23T09:05:00Z"),
        expect![[r#"
            400 35114 SendAt must be 15 minutes to 35 days ahead
        "#]],
    );
    refused(
        &format!("{service}&SendAt=soon"),
        expect![[r#"
        400 35113 SendAt must be a time in ISO 8601
    "#]],
    );
    refused(
        "MediaUrl=https://example.com/a.png",
        expect![[r#"
        501 20001 MediaUrl is not built in this stand-in
    "#]],
    );
    let json = "POST /Messages.json|content-type: application/json\n{}";
    check(
        &[json],
        expect![[r#"
        415 20415 The body must be application/x-www-form-urlencoded
    "#]],
    );
}

#[test]
fn magic_numbers_answer_as_they_always_do() {
    for (number, expected) in [
        (
            "0001",
            expect![[r#"
            400 21211 The 'To' number is not a valid phone number.
        "#]],
        ),
        (
            "0002",
            expect![[r#"
            400 21612 The message cannot be sent with this combination of 'To' and 'From'.
        "#]],
        ),
        (
            "0003",
            expect![[r#"
            400 21408 Permission to send an SMS has not been enabled for the region of the 'To' number.
        "#]],
        ),
        (
            "0004",
            expect![[r#"
            400 21610 Attempt to send to unsubscribed recipient
        "#]],
        ),
        (
            "0009",
            expect![[r#"
            400 21614 'To' number is not a valid mobile number
        "#]],
        ),
    ] {
        refused(&format!("To=%2B1500555{number}"), expected);
    }
    // base64 of the test credentials
    let test = "QUNmZWRjYmE5ODc2NTQzMjEwZmVkY2JhOTg3NjU0MzIxMDpmZWRjYmE5ODc2NTQzMjEwZmVkY2JhOTg3NjU0MzIxMA==";
    let account = "/2010-04-01/Accounts/ACfedcba9876543210fedcba9876543210";
    let send = |from: &str| {
        format!(
            "POST {account}/Messages.json|authorization: Basic {test}\nTo=%2B12025550123&From=%2B{from}&Body=Hi"
        )
    };
    let mut stage = Stage::new();
    run(
        &mut stage,
        &[
            &send("15005550006"),
            &send("15005550001"),
            &send("15005550007"),
            &send("15005550008"),
            &send("12025550100"),
            &format!("GET {account}/Messages.json|authorization: Basic {test}"),
            "+100",
        ],
        expect![[r#"
            201 queued from +15005550006 segments 1 error null
            400 21212 The 'From' number is not a valid phone number.
            400 21606 The 'From' phone number is not a valid, SMS-capable inbound phone number or short code for your account.
            400 21611 This 'From' number has exceeded the maximum number of queued messages.
            400 21606 The 'From' phone number is not a valid, SMS-capable inbound phone number or short code for your account.
            403 20008 Resource not accessible with Test Account Credentials
        "#]],
    );
    assert_eq!(stage.received().len(), 0, "test credentials send nothing");
}

#[track_caller]
fn way(fate: Fate, more: &str, received: usize, expected: Expect) {
    let mut stage = Stage::new();
    stage.twilio.people.set(Some("+12025550123"), fate);
    let get = "GET /Messages/SID.json";
    run(
        &mut stage,
        &[
            &form(more),
            "+0.6",
            get,
            "+0.5",
            get,
            "+1",
            get,
            "+40000",
            get,
        ],
        expected,
    );
    assert_eq!(stage.received().len(), received);
}

#[test]
fn a_message_goes_its_way() {
    way(
        Fate::Delivered,
        "",
        1,
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        200 sending from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 delivered from +12025550100 segments 1 error null
        200 delivered from +12025550100 segments 1 error null
    "#]],
    );
    way(
        Fate::Delivered,
        "From=&MessagingServiceSid=MG0123456789abcdef0123456789abcdef",
        1,
        expect![[r#"
            201 accepted from - segments 0 error null
            200 queued from +12025550100 segments 1 error null
            200 sending from +12025550100 segments 1 error null
            200 delivered from +12025550100 segments 1 error null
            200 delivered from +12025550100 segments 1 error null
        "#]],
    );
    way(
        Fate::Unconfirmed,
        "",
        1,
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        200 sending from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
    "#]],
    );
    way(
        Fate::Lost,
        "",
        0,
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        200 sending from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
    "#]],
    );
    way(
        Fate::Undelivered { code: 30_003 },
        "",
        0,
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        200 sending from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 undelivered from +12025550100 segments 1 error 30003
        200 undelivered from +12025550100 segments 1 error 30003
    "#]],
    );
    way(
        Fate::Failed { code: 30_001 },
        "",
        0,
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        200 sending from +12025550100 segments 1 error null
        200 failed from +12025550100 segments 1 error 30001
        200 failed from +12025550100 segments 1 error 30001
        200 failed from +12025550100 segments 1 error 30001
    "#]],
    );
    let until_ms = NOW_MS + 3_600_000;
    way(
        Fate::Away { until_ms },
        "",
        1,
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        200 sending from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 sent from +12025550100 segments 1 error null
        200 delivered from +12025550100 segments 1 error null
    "#]],
    );
    way(
        Fate::Away { until_ms },
        "ValidityPeriod=60",
        0,
        expect![[r#"
            201 queued from +12025550100 segments 1 error null
            200 sending from +12025550100 segments 1 error null
            200 sent from +12025550100 segments 1 error null
            200 sent from +12025550100 segments 1 error null
            200 undelivered from +12025550100 segments 1 error 30036
        "#]],
    );
}

#[test]
fn long_texts_take_more_segments() {
    let long = format!("Body={}", "a".repeat(161));
    check(
        &[&form(&long), &form("Body=%C3%A1")],
        expect![[r#"
        201 queued from +12025550100 segments 2 error null
        201 queued from +12025550100 segments 1 error null
    "#]],
    );
}

#[test]
fn the_carrier_loses_doubles_and_delays() {
    for (kind, at_once, later) in [
        (FaultKind::Drop, 0, 0),
        (FaultKind::Twice, 2, 2),
        (FaultKind::Slow, 0, 1),
    ] {
        let mut fault = Fault::once("carrier", kind);
        fault.delay_ms = 60_000;
        let mut stage = Stage::new().fault(fault);
        stage.step(SEND);
        stage.step("+10");
        let soon = stage.received().len();
        stage.step("+100");
        let twice = kind == FaultKind::Twice;
        assert_eq!(soon, if twice { 0 } else { at_once }, "{kind:?}");
        assert_eq!(stage.received().len(), later, "{kind:?}");
    }
}

#[test]
fn stop_stops_a_sender_and_start_starts_it_again() {
    let other = form("From=%2B12025550101");
    let service = form("From=&MessagingServiceSid=MG0123456789abcdef0123456789abcdef");
    let mut stage = Stage::new();
    let texts = |stage: &mut Stage, text: &str, expected: Expect| {
        stage
            .twilio
            .write("+12025550123", "+12025550100", text, NOW_MS)
            .unwrap();
        run(stage, &[SEND, &service, &other], expected);
    };
    texts(
        &mut stage,
        "please stop",
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        201 accepted from - segments 0 error null
        201 queued from +12025550101 segments 1 error null
    "#]],
    );
    texts(
        &mut stage,
        " Stop ",
        expect![[r#"
        400 21610 Attempt to send to unsubscribed recipient
        400 21610 Attempt to send to unsubscribed recipient
        201 queued from +12025550101 segments 1 error null
    "#]],
    );
    texts(
        &mut stage,
        "unstop",
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        201 accepted from - segments 0 error null
        201 queued from +12025550101 segments 1 error null
    "#]],
    );
    let wrong = stage
        .twilio
        .write("+12025550123", "+12025550177", "STOP", NOW_MS);
    assert!(wrong.unwrap_err().starts_with("to must be one of"));
}
