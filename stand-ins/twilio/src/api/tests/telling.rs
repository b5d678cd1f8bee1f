//! What is told: status callbacks and inbound texts, signed; repeated as Twilio does, lost and doubled by faults.

use bytes::Bytes;
use http::Response;
use punctual_stand_ins::testing::shared_text;
use punctual_stand_ins::{Answer, Form, NoAnswer};

use super::*;
use crate::callbacks::signature;

fn answer(status: u16) -> Answer {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    Ok(response)
}

/// Takes what is due, checks its signature, answers, and shows it.
fn hear(stage: &mut Stage, with: &Answer) -> Vec<String> {
    let mut heard = Vec::new();
    for outgoing in stage.twilio.due(stage.now_ms) {
        let request = &outgoing.request;
        let form = Form::read(std::str::from_utf8(request.body()).unwrap());
        let signed = signature(
            &stage.twilio.options.auth_token,
            &request.uri().to_string(),
            &form,
        );
        assert_eq!(request.headers()["x-twilio-signature"], signed.as_str());
        let get = |name: &str| form.get(name).unwrap_or("-").to_owned();
        let words = ["SmsStatus", "ErrorCode", "From", "Body", "OptOutType"].map(get);
        heard.push(format!("{} {}", outgoing.attempt, words.join(" ")));
        stage.twilio.finished(outgoing.job, with, stage.now_ms);
    }
    heard
}

const URL: &str = "http://127.0.0.1:9/callbacks/twilio?a=1";

fn send(url: &str) -> String {
    let mut form = Form::default();
    for (name, value) in [
        ("To", "+12025550123"),
        ("From", "+12025550100"),
        ("Body", "Hi"),
        ("StatusCallback", url),
    ] {
        form.add(name, value);
    }
    format!("POST /Messages.json\n{}", form.write())
}

#[test]
fn each_status_is_told_once() {
    let mut stage = Stage::new();
    stage.step(&send(URL));
    assert_eq!(hear(&mut stage, &answer(200)).len(), 0);
    stage.step("+10");
    let heard = hear(&mut stage, &answer(200));
    expect![[r#"
        1 sent - +12025550100 - -
        1 delivered - +12025550100 - -"#]]
    .assert_eq(&heard.join("\n"));
    assert_eq!(stage.twilio.next_due_ms(), None);
    stage
        .twilio
        .people
        .set(None, Fate::Undelivered { code: 30_005 });
    stage.step(&send(URL));
    stage.step("+10");
    let heard = hear(&mut stage, &answer(500));
    expect![[r#"
        1 sent - +12025550100 - -
        1 undelivered 30005 +12025550100 - -"#]]
    .assert_eq(&heard.join("\n"));
}

#[track_caller]
fn attempts(fragment: &str, with: &Answer, expected: usize) {
    let mut stage = Stage::new();
    stage.step(&send(&format!("{URL}{fragment}")));
    let mut heard = 0;
    for _ in 0..20 {
        stage.step("+1");
        heard += hear(&mut stage, with).len();
    }
    // Two statuses are told.
    assert_eq!(heard, expected * 2, "{fragment:?} {with:?}");
}

#[test]
fn a_callback_is_repeated_as_its_url_says() {
    let (broken, late) = (Err(NoAnswer::Broken), Err(NoAnswer::TimedOut));
    attempts("", &answer(204), 1);
    attempts("", &answer(503), 1);
    attempts("", &broken, 2);
    attempts("", &late, 1);
    attempts("#rc=0", &broken, 1);
    attempts("#rc=3&rp=5xx,rt", &answer(500), 4);
    attempts("#rc=3&rp=5xx,rt", &late, 4);
    attempts("#rc=3&rp=5xx,rt", &answer(404), 1);
    attempts("#rc=99&rp=all", &answer(404), 6);
}

#[test]
fn callbacks_are_lost_doubled_and_overtaken() {
    for (kind, expected) in [
        (FaultKind::Drop, expect!["1 delivered - +12025550100 - -"]),
        (
            FaultKind::Twice,
            expect![[r#"
            1 sent - +12025550100 - -
            1 delivered - +12025550100 - -
            1 sent - +12025550100 - -"#]],
        ),
        (
            FaultKind::Slow,
            expect![[r#"
            1 delivered - +12025550100 - -
            1 sent - +12025550100 - -"#]],
        ),
    ] {
        let mut fault = Fault::once("callback.status", kind);
        fault.delay_ms = 5_000;
        let mut stage = Stage::new().fault(fault);
        stage.step(&send(URL));
        let mut heard = Vec::new();
        for _ in 0..10 {
            stage.step("+1");
            heard.extend(hear(&mut stage, &answer(200)));
        }
        expected.assert_eq(&heard.join("\n"));
    }
}

#[test]
fn what_a_person_writes_is_told() {
    let mut stage = Stage::new();
    let write = |stage: &mut Stage, text: &str| {
        stage
            .twilio
            .write("+12025550123", "+12025550101", text, NOW_MS)
            .unwrap()
    };
    write(&mut stage, "nobody listens");
    stage.twilio.options.inbound_url = Some(URL.into());
    write(&mut stage, "Yes & ñ");
    stage.twilio.options.advanced_opt_out = true;
    write(&mut stage, "STOP");
    let heard = hear(&mut stage, &answer(200));
    expect![[r#"
        1 received - +12025550123 Yes & ñ -
        1 received - +12025550123 STOP STOP"#]]
    .assert_eq(&heard.join("\n"));
    run(
        &mut stage,
        &["GET /Messages.json?To=%2B12025550101"],
        expect![[r#"
            200 STOP, Yes & ñ, nobody listens
        "#]],
    );
}

#[test]
fn signatures_are_the_vendors() {
    let Some(text) = shared_text("data/vectors/twilio_signature.json") else {
        return;
    };
    let vectors: Value = serde_json::from_slice(&text).unwrap();
    let mut seen = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let get = |name: &str| vector[name].as_str().unwrap_or_default();
        if vector["expect_valid"] != true
            || get("algorithm") != "HMAC_SHA1"
            || vector.get("json_body").is_some()
        {
            continue;
        }
        let mut form = Form::default();
        for (name, value) in vector["params"].as_object().into_iter().flatten() {
            form.add(name, value.as_str().unwrap());
        }
        for (name, values) in vector["params_multi"].as_object().into_iter().flatten() {
            for value in values.as_array().unwrap() {
                form.add(name, value.as_str().unwrap());
            }
        }
        let signed = signature(get("auth_token"), get("signed_url"), &form);
        assert_eq!(signed, get("signature"), "{}", get("name"));
        seen += 1;
    }
    assert!(seen >= 7, "{seen} vectors");
}
