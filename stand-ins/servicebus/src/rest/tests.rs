//! Each test is a list of requests, and what came back.

use std::fmt::Write;

use super::*;
use crate::access::{Access, Rights, Rule, sign};
use crate::broker::Broker;
use crate::options::{NamespaceOptions, QueueOptions};
use expect_test::{Expect, expect};
use punctual_stand_ins::Fault;

fn rule(name: &str, rights: Rights) -> Rule {
    Rule {
        name: name.into(),
        key: "SAS_KEY_VALUE".into(),
        rights,
    }
}

/// 2026-11-23T09:00:00Z
const START_MS: i64 = 1_795_424_400_000;

struct Stage {
    bus: ServiceBus,
    now_ms: i64,
    waiting: Option<Waiting>,
    last_location: String,
}

impl Stage {
    fn new() -> Self {
        let mut broker = Broker::new(NamespaceOptions::default());
        let queue = QueueOptions {
            max_delivery_count: 2,
            ..Default::default()
        };
        broker.create_queue("Probe", queue).unwrap();
        let listen = Rights {
            send: false,
            listen: true,
        };
        let rules = vec![rule("root", Rights::ALL), rule("listener", listen)];
        let bus = ServiceBus::new(broker, Access::new(rules, None), 1);
        Self {
            bus,
            now_ms: START_MS,
            waiting: None,
            last_location: String::new(),
        }
    }

    /// `METHOD /path header: value\theader: value\nbody`, `+seconds`, or `look` to look again for a waiting receive.
    fn step(&mut self, line: &str) -> String {
        if let Some(seconds) = line.strip_prefix('+') {
            self.now_ms += seconds.parse::<i64>().unwrap() * 1000;
        }
        if line == "look" || line.starts_with('+') {
            let Some(waiting) = self.waiting.clone() else {
                return "nobody waits".into();
            };
            let Some(reply) = resume(&mut self.bus, &waiting, self.now_ms) else {
                return "still waits".into();
            };
            self.waiting = None;
            return self.show(&reply);
        }
        let (head, body) = line.split_once('\n').unwrap_or((line, ""));
        let mut words = head.splitn(3, ' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let path = path.replace("LAST", &self.last_location);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "ns.example.com");
        let root = rule("root", Rights::ALL);
        let token = sign(
            "https://ns.example.com/probe",
            &root,
            START_MS / 1000 + 3600,
        );
        let mut token = Some(token);
        for pair in words
            .next()
            .unwrap_or_default()
            .split('\t')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once(": ").unwrap();
            match (name, value) {
                ("authorization", "none") => token = None,
                ("authorization", value) => token = Some(value.to_owned()),
                _ => request = request.header(name, value),
            }
        }
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let request = request
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap();
        match handle(&mut self.bus, &request, self.now_ms) {
            Outcome::Done(reply) => self.show(&reply),
            Outcome::Wait(waiting) => {
                self.waiting = Some(waiting);
                "waits".into()
            }
        }
    }

    fn show(&mut self, reply: &Reply) -> String {
        let response = &reply.response;
        let mut seen = response.status().as_u16().to_string();
        if reply.manner != Manner::Whole || !reply.delay.is_zero() {
            let _ = write!(seen, " ({:?} after {:?})", reply.manner, reply.delay);
        }
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes());
            if name == "location" {
                self.last_location = value.trim_start_matches("http://ns.example.com").to_owned();
            }
            let _ = write!(seen, "\n    {name}: {value}");
        }
        if !response.body().is_empty() {
            let _ = write!(seen, "\n    {}", String::from_utf8_lossy(response.body()));
        }
        seen
    }
}

#[track_caller]
fn check_on(mut stage: Stage, steps: &[&str], expected: Expect) {
    let mut seen = String::new();
    for step in steps {
        let _ = writeln!(
            seen,
            "{}\n -> {}",
            step.replace('\n', " | "),
            stage.step(step)
        );
    }
    expected.assert_eq(&seen);
}

#[track_caller]
fn check(steps: &[&str], expected: Expect) {
    check_on(Stage::new(), steps, expected);
}

#[test]
fn a_message_is_sent_received_and_completed() {
    check(
        &[
            "POST /probe/messages content-type: text/plain\tbrokerproperties: {\"MessageId\":\"job 7/3\",\"Label\":\"look\",\"TimeToLive\":3600,\"Unknown\":1}\tpriority: \"high\"\tcount: 3\thuge: 5000000000\tplain: as it is\nhello",
            "POST /probe/messages/head",
            "POST LAST",
            "DELETE LAST",
            "DELETE LAST",
            "POST /probe/messages/head?timeout=0",
        ],
        expect![[r#"
            POST /probe/messages content-type: text/plain	brokerproperties: {"MessageId":"job 7/3","Label":"look","TimeToLive":3600,"Unknown":1}	priority: "high"	count: 3	huge: 5000000000	plain: as it is | hello
             -> 201
            POST /probe/messages/head
             -> 201
                priority: "high"
                count: 3
                huge: 5000000000
                plain: "as it is"
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","Label":"look","LockToken":"910a2dec-8902-4cc1-beeb-8da1658eec67","LockedUntilUtc":"Mon, 23 Nov 2026 09:01:00 GMT","MessageId":"job 7/3","SequenceNumber":1,"State":"Active","TimeToLive":3600.0}
                content-type: text/plain
                location: http://ns.example.com/probe/messages/job%207%2F3/910a2dec-8902-4cc1-beeb-8da1658eec67
                hello
            POST LAST
             -> 200
            DELETE LAST
             -> 200
            DELETE LAST
             -> 404
                content-type: application/xml; charset=utf-8
                <Error><Code>404</Code><Detail>The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.</Detail></Error>
            POST /probe/messages/head?timeout=0
             -> 204
        "#]],
    );
}

#[test]
fn scheduled_messages_come_when_they_are_due() {
    check(
        &[
            "POST /probe/messages brokerproperties: {\"MessageId\":\"a\",\"ScheduledEnqueueTimeUtc\":\"Mon, 23 Nov 2026 09:01:00 GMT\"}\nhello",
            "POST /probe/messages/head?timeout=90",
            "look",
            "+59",
            "+1",
        ],
        expect![[r#"
            POST /probe/messages brokerproperties: {"MessageId":"a","ScheduledEnqueueTimeUtc":"Mon, 23 Nov 2026 09:01:00 GMT"} | hello
             -> 201
            POST /probe/messages/head?timeout=90
             -> waits
            look
             -> still waits
            +59
             -> still waits
            +1
             -> 201
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:01:00 GMT","LockToken":"910a2dec-8902-4cc1-beeb-8da1658eec67","LockedUntilUtc":"Mon, 23 Nov 2026 09:02:00 GMT","MessageId":"a","ScheduledEnqueueTimeUtc":"Mon, 23 Nov 2026 09:01:00 GMT","SequenceNumber":2,"State":"Active","TimeToLive":922337203685.4775}
                location: http://ns.example.com/probe/messages/a/910a2dec-8902-4cc1-beeb-8da1658eec67
                hello
        "#]],
    );
}

#[test]
fn a_receive_waits_as_long_as_it_says() {
    check(
        &[
            "POST /probe/messages/head?timeout=5",
            "+4",
            "+1",
            "DELETE /probe/messages/head",
            "+59",
            "POST /probe/messages brokerproperties: {\"MessageId\":\"a\"}\nhello",
            "look",
        ],
        expect![[r#"
            POST /probe/messages/head?timeout=5
             -> waits
            +4
             -> still waits
            +1
             -> 204
            DELETE /probe/messages/head
             -> waits
            +59
             -> still waits
            POST /probe/messages brokerproperties: {"MessageId":"a"} | hello
             -> 201
            look
             -> 200
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:01:04 GMT","MessageId":"a","SequenceNumber":1,"State":"Active","TimeToLive":922337203685.4775}
                hello
        "#]],
    );
}

#[test]
fn a_batch_is_taken_as_a_whole() {
    check(
        &[
            "POST /probe/messages content-type: application/vnd.microsoft.servicebus.json\n[{\"Body\":\"one\",\"BrokerProperties\":{\"MessageId\":\"1\",\"TimeToLiveTimeSpan\":\"0.00:00:40\"},\"UserProperties\":{\"n\":1,\"s\":\"ö\"}},{\"Body\":\"two\",\"BrokerProperties\":{\"MessageId\":\"2\"}}]",
            "DELETE /probe/messages/head",
            "DELETE /probe/messages/head",
            "POST /probe/messages content-type: application/vnd.microsoft.servicebus.json\n[{\"Body\":\"one\"},{\"Body\":\"two\",\"BrokerProperties\":{\"TimeToLive\":-1}}]",
            "DELETE /probe/messages/head?timeout=0",
            "POST /probe/messages content-type: application/vnd.microsoft.servicebus.json\n[]",
        ],
        expect![[r#"
            POST /probe/messages content-type: application/vnd.microsoft.servicebus.json | [{"Body":"one","BrokerProperties":{"MessageId":"1","TimeToLiveTimeSpan":"0.00:00:40"},"UserProperties":{"n":1,"s":"ö"}},{"Body":"two","BrokerProperties":{"MessageId":"2"}}]
             -> 201
            DELETE /probe/messages/head
             -> 200
                n: 1
                s: "\u00f6"
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","MessageId":"1","SequenceNumber":1,"State":"Active","TimeToLive":40.0}
                one
            DELETE /probe/messages/head
             -> 200
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","MessageId":"2","SequenceNumber":2,"State":"Active","TimeToLive":922337203685.4775}
                two
            POST /probe/messages content-type: application/vnd.microsoft.servicebus.json | [{"Body":"one"},{"Body":"two","BrokerProperties":{"TimeToLive":-1}}]
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>TimeToLive must be a number of seconds above zero.</Detail></Error>
            DELETE /probe/messages/head?timeout=0
             -> 204
            POST /probe/messages content-type: application/vnd.microsoft.servicebus.json | []
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>The batch is empty.</Detail></Error>
        "#]],
    );
}

#[test]
fn messages_that_fail_too_often_are_dead_letters() {
    check(
        &[
            "POST /probe/messages brokerproperties: {\"MessageId\":\"a\"}\nhello",
            "POST /probe/messages/head",
            "PUT LAST",
            "POST /probe/messages/head",
            "PUT LAST",
            "POST /probe/messages/head?timeout=0",
            "POST /probe/%24DeadLetterQueue/messages/head",
            "DELETE LAST",
        ],
        expect![[r#"
            POST /probe/messages brokerproperties: {"MessageId":"a"} | hello
             -> 201
            POST /probe/messages/head
             -> 201
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","LockToken":"910a2dec-8902-4cc1-beeb-8da1658eec67","LockedUntilUtc":"Mon, 23 Nov 2026 09:01:00 GMT","MessageId":"a","SequenceNumber":1,"State":"Active","TimeToLive":922337203685.4775}
                location: http://ns.example.com/probe/messages/a/910a2dec-8902-4cc1-beeb-8da1658eec67
                hello
            PUT LAST
             -> 200
            POST /probe/messages/head
             -> 201
                brokerproperties: {"DeliveryCount":2,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","LockToken":"f893a2ee-fb32-455e-b1c1-8690ee42c90b","LockedUntilUtc":"Mon, 23 Nov 2026 09:01:00 GMT","MessageId":"a","SequenceNumber":1,"State":"Active","TimeToLive":922337203685.4775}
                location: http://ns.example.com/probe/messages/a/f893a2ee-fb32-455e-b1c1-8690ee42c90b
                hello
            PUT LAST
             -> 200
            POST /probe/messages/head?timeout=0
             -> 204
            POST /probe/%24DeadLetterQueue/messages/head
             -> 201
                deadletterreason: "MaxDeliveryCountExceeded"
                deadlettererrordescription: "Message could not be consumed after 2 delivery attempts."
                brokerproperties: {"DeadLetterSource":"Probe","DeliveryCount":3,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","LockToken":"71bb54d8-d101-45b9-834d-0bff90150280","LockedUntilUtc":"Mon, 23 Nov 2026 09:01:00 GMT","MessageId":"a","SequenceNumber":1,"State":"Active","TimeToLive":922337203685.4775}
                location: http://ns.example.com/probe/$deadletterqueue/messages/a/71bb54d8-d101-45b9-834d-0bff90150280
                hello
            DELETE LAST
             -> 200
        "#]],
    );
}

#[test]
fn locks_that_ran_out_are_not_found() {
    check(
        &[
            "POST /probe/messages brokerproperties: {\"MessageId\":\"a\"}\nhello",
            "POST /probe/messages/head",
            "DELETE /probe/messages/b/00000000-0000-4000-8000-000000000000",
            "DELETE /probe/messages/a/rubbish",
            "+60",
            "PUT LAST",
            "POST LAST",
        ],
        expect![[r#"
            POST /probe/messages brokerproperties: {"MessageId":"a"} | hello
             -> 201
            POST /probe/messages/head
             -> 201
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","LockToken":"910a2dec-8902-4cc1-beeb-8da1658eec67","LockedUntilUtc":"Mon, 23 Nov 2026 09:01:00 GMT","MessageId":"a","SequenceNumber":1,"State":"Active","TimeToLive":922337203685.4775}
                location: http://ns.example.com/probe/messages/a/910a2dec-8902-4cc1-beeb-8da1658eec67
                hello
            DELETE /probe/messages/b/00000000-0000-4000-8000-000000000000
             -> 404
                content-type: application/xml; charset=utf-8
                <Error><Code>404</Code><Detail>The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.</Detail></Error>
            DELETE /probe/messages/a/rubbish
             -> 404
                content-type: application/xml; charset=utf-8
                <Error><Code>404</Code><Detail>The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.</Detail></Error>
            +60
             -> nobody waits
            PUT LAST
             -> 404
                content-type: application/xml; charset=utf-8
                <Error><Code>404</Code><Detail>The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.</Detail></Error>
            POST LAST
             -> 404
                content-type: application/xml; charset=utf-8
                <Error><Code>404</Code><Detail>The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.</Detail></Error>
        "#]],
    );
}

#[test]
fn tokens_are_checked() {
    let listener = rule(
        "listener",
        Rights {
            send: false,
            listen: true,
        },
    );
    let listener = sign("https://ns.example.com/", &listener, START_MS / 1000 + 60);
    let elsewhere = sign(
        "https://ns.example.com/other",
        &rule("root", Rights::ALL),
        START_MS / 1000 + 60,
    );
    let over = sign(
        "https://ns.example.com/",
        &rule("root", Rights::ALL),
        START_MS / 1000,
    );
    let with = |token: &str, path: &str| format!("POST {path} authorization: {token}\nx");
    let steps = [
        with("none", "/probe/messages"),
        with("Bearer ey.x.y", "/probe/messages"),
        with(&listener, "/probe/messages"),
        with(&listener, "/probe/messages/head?timeout=0"),
        with(&elsewhere, "/probe/messages"),
        with(&over, "/probe/messages"),
    ];
    let mut stage = Stage::new();
    let mut seen = String::new();
    for step in steps {
        let _ = writeln!(seen, "{}", stage.step(&step));
    }
    expect![[r#"
        401
            content-type: application/xml; charset=utf-8
            <Error><Code>401</Code><Detail>MissingToken: the Authorization header must hold a SharedAccessSignature or a Bearer token.</Detail></Error>
        401
            content-type: application/xml; charset=utf-8
            <Error><Code>401</Code><Detail>InvalidToken: this namespace takes shared access signatures only.</Detail></Error>
        401
            content-type: application/xml; charset=utf-8
            <Error><Code>401</Code><Detail>Unauthorized access: the token is not for this queue, or its rule does not allow this.</Detail></Error>
        204
        401
            content-type: application/xml; charset=utf-8
            <Error><Code>401</Code><Detail>Unauthorized access: the token is not for this queue, or its rule does not allow this.</Detail></Error>
        401
            content-type: application/xml; charset=utf-8
            <Error><Code>401</Code><Detail>ExpiredToken: the token is expired.</Detail></Error>
    "#]].assert_eq(&seen);
}

#[test]
fn what_cannot_be_is_refused() {
    let large = format!("POST /probe/messages\n{}", "x".repeat(256 << 10));
    let mut stage = Stage::new();
    assert!(stage.step(&large).starts_with("403"));
    check_on(
        stage,
        &[
            "POST /probe/messages brokerproperties: {\"ScheduledEnqueueTimeUtc\":\"2026-11-23T09:00:00Z\"}\nx",
            "POST /probe/messages brokerproperties: {\"PartitionKey\":\"a\",\"SessionId\":\"b\"}\nx",
            "POST /probe/messages brokerproperties: [\nx",
            "POST /probe/$deadletterqueue/messages\nx",
            "GET /probe/messages",
            "POST /probe",
            "DELETE /$cbs/messages/head",
        ],
        expect![[r#"
            POST /probe/messages brokerproperties: {"ScheduledEnqueueTimeUtc":"2026-11-23T09:00:00Z"} | x
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>ScheduledEnqueueTimeUtc must be an RFC 1123 date like Sun, 06 Nov 1994 08:49:37 GMT.</Detail></Error>
            POST /probe/messages brokerproperties: {"PartitionKey":"a","SessionId":"b"} | x
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>PartitionKey must equal SessionId when both are set.</Detail></Error>
            POST /probe/messages brokerproperties: [ | x
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>BrokerProperties must be one JSON object: EOF while parsing a list at line 1 column 1</Detail></Error>
            POST /probe/$deadletterqueue/messages | x
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>Nothing can be sent to a dead-letter queue.</Detail></Error>
            GET /probe/messages
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>There is no such resource; see the REST reference.</Detail></Error>
            POST /probe
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>There is no such resource; see the REST reference.</Detail></Error>
            DELETE /$cbs/messages/head
             -> 400
                content-type: application/xml; charset=utf-8
                <Error><Code>400</Code><Detail>There is no such resource; see the REST reference.</Detail></Error>
        "#]],
    );
}

#[test]
fn a_queue_that_is_not_there_is_gone() {
    let root = sign(
        "https://ns.example.com/",
        &rule("root", Rights::ALL),
        START_MS / 1000 + 60,
    );
    let step = format!("POST /nowhere/messages authorization: {root}\nx");
    let mut stage = Stage::new();
    let seen = stage.step(&step);
    assert!(seen.starts_with("410"), "{seen}");
}

#[test]
fn faults_strike_before_or_after_the_effect() {
    let mut stage = Stage::new();
    let faults = [
        r#"{"at":"rest.send","kind":"busy","retry_after_seconds":3}"#,
        r#"{"at":"rest.send","kind":"unauthorized"}"#,
        r#"{"at":"rest.send","kind":"drop"}"#,
        r#"{"at":"rest.send","kind":"lose-answer"}"#,
        r#"{"at":"rest.receive","kind":"slow","delay_ms":700}"#,
        r#"{"at":"rest.receive","kind":"half-answer"}"#,
    ];
    for fault in faults {
        let fault: Fault = serde_json::from_str(fault).unwrap();
        stage.bus.faults.add(fault).unwrap();
    }
    check_on(
        stage,
        &[
            "POST /probe/messages\nbusy",
            "POST /probe/messages\nunauthorized",
            "POST /probe/messages\ndropped",
            "POST /probe/messages brokerproperties: {\"MessageId\":\"a\"}\nanswer lost",
            "DELETE /probe/messages/head",
            "DELETE /probe/messages/head?timeout=0",
        ],
        expect![[r#"
            POST /probe/messages | busy
             -> 503
                content-type: application/xml; charset=utf-8
                retry-after: 3
                <Error><Code>503</Code><Detail>The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again.</Detail></Error>
            POST /probe/messages | unauthorized
             -> 401
                content-type: application/xml; charset=utf-8
                <Error><Code>401</Code><Detail>ExpiredToken: the token is expired.</Detail></Error>
            POST /probe/messages | dropped
             -> 200 (Dropped after 0ns)
            POST /probe/messages brokerproperties: {"MessageId":"a"} | answer lost
             -> 201 (Dropped after 0ns)
            DELETE /probe/messages/head
             -> 200 (Whole after 700ms)
                brokerproperties: {"DeliveryCount":1,"EnqueuedSequenceNumber":0,"EnqueuedTimeUtc":"Mon, 23 Nov 2026 09:00:00 GMT","MessageId":"a","SequenceNumber":1,"State":"Active","TimeToLive":922337203685.4775}
                answer lost
            DELETE /probe/messages/head?timeout=0
             -> 204 (Half after 0ns)
        "#]],
    );
}
