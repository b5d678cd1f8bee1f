//! Event Grid: the handshake in both schemas, the events of each fate, and how often they come.

use http::HeaderValue;

use super::*;
use crate::eventgrid::{FieldCase, Schema, State};

const URL: &str = "http://127.0.0.1:9/callbacks/acs?key=k";

fn text_with_report() -> String {
    texts::SEND.replace(
        "\"message\"",
        "\"smsSendOptions\":{\"enableDeliveryReport\":true,\"tag\":\"r-1\"},\"message\"",
    )
}

/// A stage whose subscription is active.
fn stage(schema: Schema) -> Stage {
    let mut stage = Stage::new();
    stage.acs.subscribe(URL, schema, stage.now_ms);
    let handshake = stage.acs.due(stage.now_ms).remove(0);
    stage
        .acs
        .finished(handshake.job, &proof(&handshake.request), stage.now_ms);
    assert_eq!(
        stage.acs.subscription.as_ref().unwrap().state,
        State::Active
    );
    stage
}

/// What a receiver answers to a handshake.
fn proof(request: &Request<Bytes>) -> Answer {
    if request.method() == Method::OPTIONS {
        let mut response = answer(200, "").unwrap();
        let origin = request.headers()["webhook-request-origin"].clone();
        response
            .headers_mut()
            .insert("webhook-allowed-origin", origin);
        return Ok(response);
    }
    assert_eq!(
        request.headers()["aeg-event-type"],
        "SubscriptionValidation"
    );
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(
        body[0]["eventType"],
        "Microsoft.EventGrid.SubscriptionValidationEvent"
    );
    let code = &body[0]["data"]["validationCode"];
    answer(200, &json!({ "validationResponse": code }).to_string())
}

fn hear(stage: &mut Stage, with: &Answer) -> Vec<String> {
    let mut heard = Vec::new();
    for outgoing in stage.acs.due(stage.now_ms) {
        let headers = outgoing.request.headers();
        assert_eq!(headers["aeg-event-type"], "Notification");
        assert_eq!(
            headers["aeg-delivery-count"],
            (outgoing.attempt - 1).to_string().as_str()
        );
        heard.push(String::from_utf8(outgoing.request.body().to_vec()).unwrap());
        stage.acs.finished(outgoing.job, with, stage.now_ms);
    }
    heard
}

#[test]
fn nobody_gets_events_who_did_not_prove_that_they_want_them() {
    for (with, state) in [
        (answer(200, "{}"), State::Pending),
        (
            answer(
                200,
                r#"{"validationResponse":"00000000-0000-0000-0000-000000000000"}"#,
            ),
            State::Pending,
        ),
        (answer(404, ""), State::Pending),
        (Err(NoAnswer::Broken), State::Pending),
    ] {
        for schema in [Schema::EventGrid, Schema::CloudEvents] {
            let mut stage = Stage::new();
            stage.acs.subscribe(URL, schema, stage.now_ms);
            let handshake = stage.acs.due(stage.now_ms).remove(0);
            stage.acs.finished(handshake.job, &with, stage.now_ms);
            assert_eq!(
                stage.acs.subscription.as_ref().unwrap().state,
                state,
                "{with:?}"
            );
            stage.step(&text_with_report());
            stage.wait(60);
            assert_eq!(hear(&mut stage, &answer(200, "")), [""; 0]);
            stage.wait(300);
            assert_eq!(
                stage.acs.subscription.as_ref().unwrap().state,
                State::Failed
            );
        }
    }
    let other = HeaderValue::from_static("example.com");
    let mut response = answer(200, "").unwrap();
    response
        .headers_mut()
        .insert("webhook-allowed-origin", other);
    let mut stage = Stage::new();
    stage.acs.subscribe(URL, Schema::CloudEvents, stage.now_ms);
    let handshake = stage.acs.due(stage.now_ms).remove(0);
    stage
        .acs
        .finished(handshake.job, &Ok(response), stage.now_ms);
    assert_eq!(
        stage.acs.subscription.as_ref().unwrap().state,
        State::Pending
    );
}

#[test]
fn a_person_may_ask_for_the_validation_url_instead() {
    let mut stage = Stage::new();
    stage.acs.subscribe(URL, Schema::EventGrid, stage.now_ms);
    let handshake = stage.acs.due(stage.now_ms).remove(0);
    stage
        .acs
        .finished(handshake.job, &answer(200, ""), stage.now_ms);
    let body: Value = serde_json::from_slice(handshake.request.body()).unwrap();
    let url = body[0]["data"]["validationUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = url.strip_prefix("https://acs.example.com").unwrap();
    let ask = |stage: &mut Stage, path: &str| {
        let request = testing::request(&format!("GET {path}"));
        stage
            .acs
            .handle(&request, stage.now_ms)
            .response
            .status()
            .as_u16()
    };
    assert_eq!(ask(&mut stage, "/eventgrid/validate?code=x"), 400);
    assert_eq!(ask(&mut stage, path), 200);
    assert_eq!(
        stage.acs.subscription.as_ref().unwrap().state,
        State::Active
    );
    assert_eq!(ask(&mut stage, path), 400, "once");
}

#[track_caller]
fn told(schema: Schema, expected: Expect) {
    let mut stage = stage(schema);
    stage.step(&text_with_report());
    stage.step(emails::SEND);
    stage
        .acs
        .write("+12025550123", "+18445550100", "STOP", stage.now_ms)
        .unwrap();
    stage.wait(10);
    let heard: Vec<_> = hear(&mut stage, &answer(200, ""))
        .iter()
        .map(|it| short(it))
        .collect();
    expected.assert_eq(&(heard.join("\n") + "\n"));
}

#[test]
fn events_are_told_in_either_schema() {
    told(
        Schema::EventGrid,
        expect![[r#"
        [{"data":{"From":"12025550123","Message":"STOP","MessageId":"Incoming_2026112309000071bb54d8-d101-45b9-834d-0bff90150280","ReceivedTimestamp":"2026-11-23T09:00:00.0000000Z","SegmentCount":1,"To":"18445550100"},"dataVersion":"1.0","eventTime":"2026-11-23T09:00:00.0000000Z","eventType":"Microsoft.Communication.SMSReceived","id":"Incoming_2026112309000071bb54d8-d101-45b9-834d-0bff90150280","metadataVersion":"1","subject":"/phonenumber/18445550100","topic":"/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in"}]
        [{"data":{"deliveryAttempts":[{"segmentsFailed":1,"segmentsSucceeded":0,"timestamp":"2026-11-23T09:00:01.0000000Z"}],"deliveryStatus":"Failed","deliveryStatusDetails":"4007","from":"18445550100","messageId":"Outgoing…","receivedTimestamp":"2026-11-23T09:00:01.0000000Z","tag":"r-1","to":"+12025550123"},"dataVersion":"1.0","eventTime":"2026-11-23T09:00:01.0000000Z","eventType":"Microsoft.Communication.SMSDeliveryReportReceived","id":"Outgoing…","metadataVersion":"1","subject":"/phonenumber/18445550100","topic":"/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in"}]
        [{"data":{"deliveryAttemptTimeStamp":"2026-11-23T09:00:01.0000000Z","deliveryStatusDetails":{"recipientMailServerHostName":"mx.example.com","statusMessage":"No error."},"internetMessageId":"<8540c0de-899f-5cce-acb5-3ec493af3800@example.com>","messageId":"8540c0de-899f-5cce-acb5-3ec493af3800","recipient":"pat@example.com","sender":"DoNotReply@example.com","status":"delivered"},"dataVersion":"1.0","eventTime":"2026-11-23T09:00:01.0000000Z","eventType":"Microsoft.Communication.EmailDeliveryReportReceived","id":"e099ec6c-d736-4ca5-85e7-bb0f12278575","metadataVersion":"1","subject":"sender/DoNotReply@example.com/message/8540c0de-899f-5cce-acb5-3ec493af3800","topic":"/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in"}]
    "#]],
    );
    told(
        Schema::CloudEvents,
        expect![[r#"
        {"data":{"From":"12025550123","Message":"STOP","MessageId":"Incoming_2026112309000071bb54d8-d101-45b9-834d-0bff90150280","ReceivedTimestamp":"2026-11-23T09:00:00.0000000Z","SegmentCount":1,"To":"18445550100"},"id":"Incoming_2026112309000071bb54d8-d101-45b9-834d-0bff90150280","source":"/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in","specversion":"1.0","subject":"/phonenumber/18445550100","time":"2026-11-23T09:00:00.0000000Z","type":"Microsoft.Communication.SMSReceived"}
        {"data":{"DeliveryAttempts":[{"SegmentsFailed":1,"SegmentsSucceeded":0,"Timestamp":"2026-11-23T09:00:01.0000000Z"}],"DeliveryStatus":"Failed","DeliveryStatusDetails":"4007","From":"18445550100","MessageId":"Outgoing…","ReceivedTimestamp":"2026-11-23T09:00:01.0000000Z","Tag":"r-1","To":"+12025550123"},"id":"Outgoing…","source":"/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in","specversion":"1.0","subject":"/phonenumber/18445550100","time":"2026-11-23T09:00:01.0000000Z","type":"Microsoft.Communication.SMSDeliveryReportReceived"}
        {"data":{"deliveryAttemptTimeStamp":"2026-11-23T09:00:01.0000000Z","deliveryStatusDetails":{"recipientMailServerHostName":"mx.example.com","statusMessage":"No error."},"internetMessageId":"<8540c0de-899f-5cce-acb5-3ec493af3800@example.com>","messageId":"8540c0de-899f-5cce-acb5-3ec493af3800","recipient":"pat@example.com","sender":"DoNotReply@example.com","status":"delivered"},"id":"e099ec6c-d736-4ca5-85e7-bb0f12278575","source":"/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in","specversion":"1.0","subject":"sender/DoNotReply@example.com/message/8540c0de-899f-5cce-acb5-3ec493af3800","time":"2026-11-23T09:00:01.0000000Z","type":"Microsoft.Communication.EmailDeliveryReportReceived"}
    "#]],
    );
}

#[test]
fn the_fields_are_those_of_the_vendors_samples() {
    for (sample, schema) in [
        ("eventgrid_sms_delivery_report_received", Schema::EventGrid),
        (
            "cloudevents_sms_delivery_report_received",
            Schema::CloudEvents,
        ),
        ("eventgrid_sms_received", Schema::EventGrid),
        (
            "eventgrid_email_delivery_report_received",
            Schema::EventGrid,
        ),
    ] {
        let Some(text) = testing::shared_text(&format!("data/specs/examples/{sample}.json")) else {
            return;
        };
        let sample: Value = serde_json::from_slice(&text).unwrap();
        let kind = |event: &Value| event.get("eventType").or(event.get("type")).cloned();
        let mut stage = stage(schema);
        stage.step(&texts::SEND.replace(
            "\"message\"",
            "\"smsSendOptions\":{\"enableDeliveryReport\":true},\"message\"",
        ));
        stage.step(emails::SEND);
        stage
            .acs
            .write("+12025550123", "+18445550100", "STOP", stage.now_ms)
            .unwrap();
        stage.wait(10);
        let heard = hear(&mut stage, &answer(200, ""));
        let heard = heard
            .iter()
            .map(|it| serde_json::from_str::<Value>(it).unwrap());
        let heard = heard.map(|it| if it.is_array() { it[0].clone() } else { it });
        let ours = heard
            .into_iter()
            .find(|it| kind(it) == kind(&sample))
            .unwrap();
        for (ours, sample) in [(&ours, &sample), (&ours["data"], &sample["data"])] {
            let names = |it: &Value| {
                it.as_object()
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect::<BTreeSet<_>>()
            };
            let (ours, sample) = (names(ours), names(sample));
            let known = ["internetMessageId".to_owned()];
            let more: Vec<_> = ours
                .difference(&sample)
                .filter(|it| !known.contains(it))
                .collect();
            assert!(more.is_empty(), "{more:?}");
            assert!(sample.is_subset(&ours), "{sample:?}");
        }
    }
}

#[track_caller]
fn fate(fate: Fate, received: usize, expected: Expect) {
    let mut stage = stage(Schema::EventGrid);
    stage.acs.options.field_case = FieldCase::Pascal;
    stage.acs.people.set(None, fate);
    stage.step(
        &text_with_report().replace("\"tag\"", "\"deliveryReportTimeoutInSeconds\":60,\"tag\""),
    );
    stage.step(emails::SEND);
    stage.wait(100);
    let heard = hear(&mut stage, &answer(200, ""));
    let heard = heard.iter().map(|it| {
        let event: Value = serde_json::from_str(it).unwrap();
        let data = &event[0]["data"];
        let get = |name: &str| data[name].as_str().unwrap_or("-").to_owned();
        ["DeliveryStatus", "DeliveryStatusDetails", "Tag", "Status"]
            .map(get)
            .join(" ")
    });
    expected.assert_eq(&heard.collect::<Vec<_>>().join("; "));
    assert_eq!(stage.received().len(), received);
}

#[test]
fn each_fate_is_told() {
    fate(
        Fate::Delivered,
        2,
        expect!["Delivered No error. r-1 -; - - - delivered"],
    );
    fate(Fate::Unconfirmed, 2, expect!["Failed 5002 r-1 -"]);
    fate(Fate::Lost, 0, expect!["Failed 5002 r-1 -"]);
    fate(
        Fate::Undelivered { code: 4006 },
        0,
        expect!["Failed 4006 r-1 -; - - - failed"],
    );
    fate(
        Fate::Bounced,
        0,
        expect!["Failed 4004 r-1 -; - - - bounced"],
    );
    fate(
        Fate::FilteredSpam,
        0,
        expect!["Failed 4004 r-1 -; - - - filteredSpam"],
    );
    fate(
        Fate::Quarantined,
        0,
        expect!["Failed 4004 r-1 -; - - - quarantined"],
    );
}

#[track_caller]
fn attempts(with: &Answer, expected: usize, dead: usize) {
    let mut stage = stage(Schema::EventGrid);
    stage.step(&text_with_report());
    let mut ids = BTreeSet::new();
    let mut count = 0;
    for _ in 0..2_000 {
        stage.wait(60);
        for event in hear(&mut stage, with) {
            count += 1;
            ids.insert(serde_json::from_str::<Value>(&event).unwrap()[0]["id"].to_string());
        }
    }
    assert_eq!(
        (count, ids.len(), stage.acs.dead_letters.len()),
        (expected, 1, dead),
        "{with:?}"
    );
}

#[test]
fn events_come_again_for_a_day_unless_they_are_refused() {
    attempts(&answer(200, ""), 1, 0);
    for status in [400, 401, 403, 413] {
        attempts(&answer(status, ""), 1, 1);
    }
    attempts(&answer(503, ""), 11, 1);
    attempts(&Err(NoAnswer::TimedOut), 11, 1);
}

#[test]
fn events_are_lost_doubled_and_overtaken() {
    for (kind, soon, later) in [
        (FaultKind::Drop, 0, 0),
        (FaultKind::Twice, 2, 0),
        (FaultKind::Slow, 0, 1),
    ] {
        let mut stage = stage(Schema::EventGrid);
        let mut fault = Fault::once("event", kind);
        fault.delay_ms = 60_000;
        stage.acs.faults.add(fault).unwrap();
        stage.step(&text_with_report());
        stage.wait(2);
        let held = if kind == FaultKind::Twice { 60 } else { 0 };
        stage.wait(held);
        assert_eq!(hear(&mut stage, &answer(200, "")).len(), soon, "{kind:?}");
        stage.wait(60);
        assert_eq!(hear(&mut stage, &answer(200, "")).len(), later, "{kind:?}");
    }
}
