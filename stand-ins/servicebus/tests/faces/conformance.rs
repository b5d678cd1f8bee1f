//! One script, four ways: sent over either face, received over either, the same story.

use std::fmt::Write;

use super::client::{Client, START_MS, bus, message, root, token};
use bytes::Bytes;
use expect_test::{Expect, expect};
use fe2o3_amqp_types::messaging::annotations::OwnedKey;
use fe2o3_amqp_types::messaging::{Accepted, MessageAnnotations, Modified};
use fe2o3_amqp_types::primitives::OrderedMap;
use http::Request;
use punctual_stand_in_servicebus::codec;
use punctual_stand_in_servicebus::rest::{Outcome, handle};
use serde_amqp::Value;
use serde_amqp::primitives::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Face {
    Amqp,
    Rest,
}

/// An AMQP connection and HTTP requests to one queue. Links: 2 to it, 3 from it, 4 from its dead letters.
struct Stage {
    client: Client,
    sends: Face,
    receives: Face,
    /// What was received last: a delivery id, or a location.
    id: u32,
    location: String,
    credits: [u32; 5],
}

impl Stage {
    fn new(sends: Face, receives: Face) -> Self {
        let mut client = Client::trusted(bus());
        client.send_to(2, "probe");
        client.receive_from(3, "probe");
        client.receive_from(4, "probe/$DeadLetterQueue");
        client.hear();
        Self {
            client,
            sends,
            receives,
            id: 0,
            location: String::new(),
            credits: [0; 5],
        }
    }

    fn step(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        match (words[0], self.receives) {
            ("send", _) => self.send(
                words[1],
                words.get(2).map(|seconds| seconds.parse().unwrap()),
            ),
            ("receive", Face::Amqp) => self.receive_amqp(3),
            ("receive", Face::Rest) => self.receive_rest("probe"),
            ("dead", Face::Amqp) => self.receive_amqp(4),
            ("dead", Face::Rest) => self.receive_rest("probe/$DeadLetterQueue"),
            ("complete", Face::Amqp) => self.settle_amqp(true),
            ("abandon", Face::Amqp) => self.settle_amqp(false),
            ("complete", Face::Rest) => self.settle_rest("DELETE"),
            ("abandon", Face::Rest) => self.settle_rest("PUT"),
            (other, _) => panic!("no step is called {other}"),
        }
    }

    fn send(&mut self, id: &str, seconds: Option<i64>) -> String {
        let due_ms = seconds.map(|seconds| START_MS + seconds * 1_000);
        let is_taken = match self.sends {
            Face::Amqp => {
                let mut bytes = Vec::new();
                if let Some(due_ms) = due_ms {
                    let mut annotations = OrderedMap::new();
                    let due = Value::Timestamp(Timestamp::from_milliseconds(due_ms));
                    annotations.insert(OwnedKey::from("x-opt-scheduled-enqueue-time"), due);
                    codec::write(&MessageAnnotations(annotations), &mut bytes);
                }
                bytes.extend_from_slice(&message(id, b"hello"));
                self.client.transfer(2, 0, &bytes);
                self.client.listen().contains("accepted")
            }
            Face::Rest => {
                let due = due_ms.map(|due_ms| {
                    let due = chrono::DateTime::from_timestamp_millis(due_ms).unwrap();
                    format!(
                        ",\"ScheduledEnqueueTimeUtc\":\"{}\"",
                        due.format("%a, %d %b %Y %H:%M:%S GMT")
                    )
                });
                let properties = format!("{{\"MessageId\":\"{id}\"{}}}", due.unwrap_or_default());
                self.http("POST", "/probe/messages", &properties, "hello").0 == 201
            }
        };
        if is_taken {
            "taken".into()
        } else {
            "refused".into()
        }
    }

    fn http(
        &mut self,
        method: &str,
        path: &str,
        properties: &str,
        body: &str,
    ) -> (u16, http::Response<Bytes>) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "ns.example.com")
            .header("authorization", token(&root(), "", 3_600))
            .header("brokerproperties", properties)
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap();
        match handle(&mut self.client.bus, &request, self.client.now.wall_ms) {
            Outcome::Done(reply) => (reply.response.status().as_u16(), reply.response),
            Outcome::Wait(_) => panic!("no request here waits"),
        }
    }

    fn receive_amqp(&mut self, link: u32) -> String {
        let seen = self.credits[link as usize];
        self.client.flow(link, seen, 1, true, self.id + 1, 1_000);
        self.credits[link as usize] += 1;
        let heard = self.client.hear();
        let Some(transfer) = heard.iter().find(|heard| !heard.payload.is_empty()) else {
            return "nothing".into();
        };
        self.id += 1;
        let content = codec::decode(&transfer.payload).unwrap();
        let reason = content.application.get("DeadLetterReason");
        let reason = reason.map_or(String::new(), |reason| format!(" {reason:?}"));
        let body = String::from_utf8_lossy(&codec::body_bytes(&content.body)).into_owned();
        format!(
            "{} {body} delivery {}{reason}",
            content.id().unwrap(),
            content.header.delivery_count + 1
        )
    }

    fn receive_rest(&mut self, entity: &str) -> String {
        let (status, response) = self.http(
            "POST",
            &format!("/{entity}/messages/head?timeout=0"),
            "{}",
            "",
        );
        if status == 204 {
            return "nothing".into();
        }
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        self.location = header("location")
            .unwrap()
            .replace("http://ns.example.com", "");
        let properties: serde_json::Value =
            serde_json::from_str(&header("brokerproperties").unwrap()).unwrap();
        let reason =
            header("deadletterreason").map_or(String::new(), |reason| format!(" String({reason})"));
        let body = String::from_utf8_lossy(response.body()).into_owned();
        let id = properties["MessageId"].as_str().unwrap();
        format!(
            "{id} {body} delivery {}{reason}",
            properties["DeliveryCount"]
        )
    }

    fn settle_amqp(&mut self, is_done: bool) -> String {
        let modified = Modified {
            delivery_failed: Some(true),
            undeliverable_here: None,
            message_annotations: None,
        };
        match is_done {
            true => self.client.settle(self.id, self.id, Accepted {}),
            false => self.client.settle(self.id, self.id, modified),
        }
        let said = self.client.listen();
        if said.contains("lock-lost") {
            "lock lost".into()
        } else {
            "done".into()
        }
    }

    fn settle_rest(&mut self, method: &str) -> String {
        let location = self.location.clone();
        match self.http(method, &location, "{}", "").0 {
            404 => "lock lost".into(),
            200 => "done".into(),
            other => other.to_string(),
        }
    }
}

fn tell(sends: Face, receives: Face, script: &str) -> String {
    let mut stage = Stage::new(sends, receives);
    let mut told = String::new();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let outcome = match line.strip_prefix('+') {
            Some(seconds) => {
                stage.client.now.wall_ms += seconds.parse::<i64>().unwrap() * 1_000;
                String::new()
            }
            None => stage.step(line),
        };
        let _ = writeln!(told, "{line}: {outcome}");
    }
    for event in stage.client.bus.broker.history().since(0) {
        let _ = write!(told, "{:?}#{} ", event.what, event.sequence_number);
    }
    told + "\n"
}

#[track_caller]
fn check(script: &str, expected: Expect) {
    let story = tell(Face::Amqp, Face::Amqp, script);
    expected.assert_eq(&story);
    for (sends, receives) in [
        (Face::Amqp, Face::Rest),
        (Face::Rest, Face::Amqp),
        (Face::Rest, Face::Rest),
    ] {
        assert_eq!(
            tell(sends, receives, script),
            story,
            "sent over {sends:?}, received over {receives:?}"
        );
    }
}

#[test]
fn messages_are_sent_received_and_completed() {
    check(
        "receive\nsend a\nsend b\nreceive\ncomplete\nreceive\ncomplete\nreceive",
        expect![[r#"
        receive: nothing
        send a: taken
        send b: taken
        receive: a hello delivery 1
        complete: done
        receive: b hello delivery 1
        complete: done
        receive: nothing
        Accepted#1 Accepted#2 Delivered#1 Completed#1 Delivered#2 Completed#2 
    "#]],
    );
}

#[test]
fn scheduled_messages_come_in_time() {
    check(
        "send late 60\nsend early 30\nreceive\n+30\nreceive\ncomplete\nreceive\n+30\nreceive\ncomplete",
        expect![[r#"
        send late 60: taken
        send early 30: taken
        receive: nothing
        +30: 
        receive: early hello delivery 1
        complete: done
        receive: nothing
        +30: 
        receive: late hello delivery 1
        complete: done
        Scheduled#1 Scheduled#2 Activated#3 Delivered#3 Completed#3 Activated#4 Delivered#4 Completed#4 
    "#]],
    );
}

#[test]
fn failed_messages_come_again_and_then_are_dead_letters() {
    check(
        "send a\nreceive\nabandon\nreceive\nabandon\nreceive\ndead\ncomplete\ndead",
        expect![[r#"
        send a: taken
        receive: a hello delivery 1
        abandon: done
        receive: a hello delivery 2
        abandon: done
        receive: nothing
        dead: a hello delivery 3 String("MaxDeliveryCountExceeded")
        complete: done
        dead: nothing
        Accepted#1 Delivered#1 Abandoned#1 Delivered#1 Abandoned#1 DeadLettered#1 Delivered#1 Completed#1 
    "#]],
    );
}

#[test]
fn lost_locks_are_noticed() {
    check(
        "send a\nreceive\n+60\ncomplete\nreceive\ncomplete",
        expect![[r#"
        send a: taken
        receive: a hello delivery 1
        +60: 
        complete: lock lost
        receive: a hello delivery 2
        complete: done
        Accepted#1 Delivered#1 LockExpired#1 Delivered#1 Completed#1 
    "#]],
    );
}
