//! What is told: events in signed batches, by each fate; repeated, lost and doubled.

use super::*;

const URL: &str = "http://127.0.0.1:9/callbacks/sendgrid";

fn stage() -> Stage {
    Stage::with(Options {
        webhook_url: Some(URL.into()),
        ..Options::default()
    })
}

fn answer(status: u16) -> Answer {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    Ok(response)
}

/// Takes the batches that are due, checks their signatures, answers, and shows the events.
fn hear(stage: &mut Stage, with: &Answer) -> Vec<String> {
    let mut heard = Vec::new();
    for outgoing in stage.sendgrid.due(stage.now_ms) {
        let request = &outgoing.request;
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        let timestamp = header("x-twilio-email-event-webhook-timestamp");
        let signature = header("x-twilio-email-event-webhook-signature");
        assert_eq!(timestamp, (stage.now_ms / 1000).to_string());
        verify(
            &stage.sendgrid.key.public_key(),
            signature,
            timestamp,
            request.body(),
        );
        let events: Value = serde_json::from_slice(request.body()).unwrap();
        let events = events.as_array().unwrap().iter().map(|event| {
            assert!(
                event["sg_message_id"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("{}.", stage.message_id))
            );
            assert_eq!(event["reminder_id"], "r-1");
            let words = ["event", "type", "reason", "attempt", "category"];
            let words = words.map(|name| event[name].as_str().unwrap_or("-"));
            words.join(" ")
        });
        heard.push(format!(
            "{}: {}",
            outgoing.attempt,
            events.collect::<Vec<_>>().join("; ")
        ));
        stage.sendgrid.finished(outgoing.job, with, stage.now_ms);
    }
    heard
}

/// As anybody who has the public key verifies: the key's point is the end of its SPKI.
fn verify(public_key: &str, signature: &str, timestamp: &str, body: &[u8]) {
    use base64::engine::general_purpose::STANDARD;
    let spki = STANDARD.decode(public_key).unwrap();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&spki[26..]).unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    let signature = p256::ecdsa::Signature::from_der(&signature).unwrap();
    key.verify(&[timestamp.as_bytes(), body].concat(), &signature)
        .unwrap();
}

#[track_caller]
fn fate(fate: Fate, received: usize, expected: Expect) {
    let mut stage = stage();
    stage.sendgrid.people.set(Some("Pat@example.com"), fate);
    let mut heard = Vec::new();
    for _ in 0..2 {
        stage.step(&mail(r#"{"categories":["reminder"]}"#));
        for _ in 0..10 {
            stage.wait(30);
            heard.extend(hear(&mut stage, &answer(200)));
        }
    }
    expected.assert_eq(&heard.join("\n"));
    assert_eq!(stage.received().len(), received);
}

#[test]
fn each_fate_is_told() {
    fate(
        Fate::Delivered,
        2,
        expect![[r#"
        1: processed - - - reminder; delivered - - - reminder
        1: processed - - - reminder; delivered - - - reminder"#]],
    );
    fate(
        Fate::Unconfirmed,
        2,
        expect![[r#"
        1: processed - - - reminder
        1: processed - - - reminder"#]],
    );
    fate(
        Fate::Lost,
        0,
        expect![[r#"
        1: processed - - - reminder
        1: processed - - - reminder"#]],
    );
    fate(
        Fate::Bounced,
        0,
        expect![[r#"
        1: processed - - - reminder; bounce bounce 550 5.1.1 The email account that you tried to reach does not exist. - reminder
        1: dropped - Bounced Address - reminder"#]],
    );
    fate(
        Fate::Blocked,
        0,
        expect![[r#"
        1: processed - - - reminder; bounce blocked 550 5.7.1 Message refused for now. - reminder
        1: processed - - - reminder; bounce blocked 550 5.7.1 Message refused for now. - reminder"#]],
    );
    fate(
        Fate::Deferred { times: 2 },
        2,
        expect![[r#"
        1: processed - - - reminder; deferred - - 1 reminder
        1: deferred - - 2 reminder
        1: delivered - - - reminder
        1: processed - - - reminder; deferred - - 1 reminder
        1: deferred - - 2 reminder
        1: delivered - - - reminder"#]],
    );
    fate(
        Fate::Opened,
        2,
        expect![[r#"
        1: processed - - - reminder; delivered - - - reminder
        1: open - - - reminder
        1: processed - - - reminder; delivered - - - reminder
        1: open - - - reminder"#]],
    );
    fate(
        Fate::ReportedAsSpam,
        1,
        expect![[r#"
        1: processed - - - reminder; delivered - - - reminder
        1: spamreport - - - reminder
        1: dropped - Spam Reporting Address - reminder"#]],
    );
    fate(
        Fate::Unsubscribed,
        1,
        expect![[r#"
        1: processed - - - reminder; delivered - - - reminder
        1: unsubscribe - - - reminder
        1: dropped - Unsubscribed Address - reminder"#]],
    );
}

#[test]
fn a_batch_that_is_not_taken_comes_again_with_the_same_events() {
    let mut stage = stage();
    stage.step(&mail("{}"));
    stage.wait(10);
    let first = hear(&mut stage, &answer(500));
    assert_eq!(hear(&mut stage, &answer(500)).len(), 0);
    stage.wait(60);
    let second = hear(&mut stage, &Err(NoAnswer::Broken));
    assert_eq!(first[0].replacen('1', "2", 1), second[0]);
    stage.wait(300);
    assert_eq!(hear(&mut stage, &answer(200)).len(), 1);
    stage.wait(100_000);
    assert_eq!(hear(&mut stage, &answer(200)).len(), 0);
    let attempts: Vec<_> = stage
        .sendgrid
        .courier
        .since(0)
        .map(|it| it.status)
        .collect();
    assert_eq!(attempts, [Some(500), None, Some(200)]);
}

#[test]
fn batches_are_lost_doubled_and_held_back() {
    for (kind, soon, later) in [
        (FaultKind::Drop, 0, 0),
        (FaultKind::Twice, 2, 0),
        (FaultKind::Slow, 0, 1),
    ] {
        let mut stage = stage();
        let mut fault = Fault::once("webhook", kind);
        fault.delay_ms = 60_000;
        stage.sendgrid.faults.add(fault).unwrap();
        stage.step(&mail("{}"));
        stage.wait(1);
        let held = if kind == FaultKind::Slow { 0 } else { 60 };
        stage.wait(held);
        assert_eq!(hear(&mut stage, &answer(200)).len(), soon, "{kind:?}");
        stage.wait(60);
        assert_eq!(hear(&mut stage, &answer(200)).len(), later, "{kind:?}");
    }
}

#[test]
fn the_mailbox_loses_doubles_and_delays() {
    for (kind, received) in [
        (FaultKind::Drop, 0),
        (FaultKind::Twice, 2),
        (FaultKind::Slow, 1),
    ] {
        let mut stage = stage();
        let mut fault = Fault::once("carrier", kind);
        fault.delay_ms = 60_000;
        stage.sendgrid.faults.add(fault).unwrap();
        stage.step(&mail("{}"));
        stage.wait(120);
        assert_eq!(stage.received().len(), received, "{kind:?}");
    }
}
