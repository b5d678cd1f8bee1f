//! Links: sending, receiving, settling, requests, faults.

use super::client::{Client, START_MS, bus, delivered, message};
use expect_test::{Expect, expect};
use fe2o3_amqp_types::messaging::{Accepted, Modified, Rejected, Released};
use punctual_stand_in_servicebus::codec;
use punctual_stand_in_servicebus::guid::{Guid, swapped};
use punctual_stand_ins::Fault;
use serde_amqp::Value;
use serde_amqp::primitives::{Array, OrderedMap, Timestamp, Uuid};
use serde_bytes::ByteBuf;

/// Links 2 to and 3 from the queue, 4 and 5 to its management.
fn linked() -> Client {
    let mut client = Client::trusted(bus());
    client.send_to(2, "probe");
    client.receive_from(3, "probe");
    client.send_to(4, "probe/$management");
    client.receive_from(5, "probe/$management");
    client.credit(5, 100, false);
    client.hear();
    client
}

#[track_caller]
fn check(talk: impl FnOnce(&mut Client), expected: Expect) {
    let mut client = linked();
    talk(&mut client);
    expected.assert_eq(&client.listen());
}

#[test]
fn what_is_sent_is_delivered_as_far_as_credit_goes() {
    check(
        |client| {
            client.credit(3, 1, false);
            client.transfer(2, 0, &message("a", b"one"));
            client.transfer(2, 0, &message("b", b"two"));
        },
        expect![[r#"
            0 disposition(true 1 1 true accepted())
            0 transfer(3 1 <16 bytes> 0 false) +175 bytes
            0 disposition(true 2 2 true accepted())
        "#]],
    );
}

#[test]
fn a_delivery_in_pieces_is_one_message() {
    let mut client = linked();
    let bytes = message("a", &[b'x'; 3_000]);
    client.transfer_part(2, Some(0), &bytes[..1_000], true);
    client.transfer_part(2, None, &bytes[1_000..], false);
    client.credit(3, 1, false);
    let heard = client.hear();
    assert_eq!(
        delivered(&heard.last().unwrap().payload),
        "a \"3000 bytes\" failed=0"
    );
}

#[test]
fn a_small_frame_size_and_window_are_kept_to() {
    let mut sender = linked();
    sender.transfer(2, 0, &message("a", &[b'x'; 1_000]));
    let mut client = Client::silent(sender.bus);
    client.greet(512, None);
    client.begin(0, 10);
    client.send_to(0, "$cbs");
    client.receive_from(1, "$cbs");
    client.credit(1, 1, false);
    client.put_token(
        &super::client::token(&super::client::root(), "", 60),
        "sb://ns.example.com/probe",
    );
    client.take_from(3, "probe");
    client.hear();
    // The response was frame 0 and 1. One more frame is allowed, then two, then as many as it takes.
    let mut pieces = Vec::new();
    for (seen, window) in [(0, 1), (1, 2), (3, 100)] {
        client.flow(3, 0, 1, false, seen + 1, window);
        let heard = client.hear();
        assert!(heard.len() <= window as usize, "{}", heard.len());
        pieces.extend(heard.into_iter().flat_map(|heard| heard.payload));
    }
    assert_eq!(delivered(&pieces), "a \"1000 bytes\" failed=0");
}

#[test]
fn a_drain_is_answered_with_the_credit_used_up() {
    check(
        |client| {
            client.transfer(2, 0, &message("a", b"one"));
            client.hear();
            client.credit(3, 10, true);
        },
        expect![[r#"
            0 transfer(3 1 <16 bytes> 0 false) +175 bytes
            0 flow(2 4999 2 5000 3 10 0 - true)
        "#]],
    );
}

#[test]
fn receivers_share() {
    check(
        |client| {
            client.receive_from(6, "probe");
            client.credit(3, 2, false);
            client.credit(6, 2, false);
            client.hear();
            for id in ["a", "b", "c"] {
                client.transfer(2, 0, &message(id, b""));
            }
        },
        expect![[r#"
            0 disposition(true 1 1 true accepted())
            0 transfer(3 1 <16 bytes> 0 false) +172 bytes
            0 disposition(true 2 2 true accepted())
            0 transfer(6 2 <16 bytes> 0 false) +172 bytes
            0 disposition(true 3 3 true accepted())
            0 transfer(3 3 <16 bytes> 0 false) +172 bytes
        "#]],
    );
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    check(
        |client| {
            let member = |id: &str| codec::data_section(&message(id, b"x")).to_vec();
            client.transfer(2, 0x8001_3700, &[member("a"), member("b")].concat());
            client.transfer(
                2,
                0x8001_3700,
                &[member("c"), codec::data_section(b"rubbish").to_vec()].concat(),
            );
            let large = message("large", &[b'x'; 300_000]);
            let mut pieces = large.chunks(60_000).enumerate().peekable();
            while let Some((index, piece)) = pieces.next() {
                client.transfer_part(2, (index == 0).then_some(0), piece, pieces.peek().is_some());
            }
            client.credit(3, 10, true);
        },
        expect![[r#"
            0 disposition(true 1 1 true accepted())
            0 disposition(true 2 2 true rejected(error(:com.microsoft:argument-error "a value with a numeric descriptor was expected" {})))
            0 disposition(true 3 3 true rejected(error(:amqp:link:message-size-exceeded "The delivery exceeds the 262144 bytes that this link allows." {})))
            0 transfer(3 1 <16 bytes> 0 false) +173 bytes
            0 transfer(3 2 <16 bytes> 0 false) +173 bytes
            0 flow(4 4992 3 5000 3 10 0 - true)
        "#]],
    );
}

#[test]
fn settling_is_confirmed_with_the_same_outcome() {
    check(
        |client| {
            for id in ["a", "b", "c", "d"] {
                client.transfer(2, 0, &message(id, b""));
            }
            client.credit(3, 4, false);
            client.hear();
            let modified = Modified {
                delivery_failed: Some(true),
                undeliverable_here: None,
                message_annotations: None,
            };
            client.settle(1, 2, Accepted {});
            client.settle(3, 3, Released {});
            client.settle(4, 4, modified);
            client.settle(5, 5, Accepted {});
        },
        expect![[r#"
            0 disposition(false 1 1 true accepted())
            0 disposition(false 2 2 true accepted())
            0 disposition(false 3 3 true released())
            0 disposition(false 4 4 true modified(true))
        "#]],
    );
}

#[test]
fn a_lock_that_ran_out_is_rejected_with_an_error() {
    check(
        |client| {
            client.transfer(2, 0, &message("a", b""));
            client.credit(3, 1, false);
            client.hear();
            client.pass(60);
            client.settle(1, 1, Rejected { error: None });
        },
        expect![[r#"
            0 disposition(false 1 1 true rejected(error(:com.microsoft:message-lock-lost "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue." {})))
        "#]],
    );
}

#[test]
fn a_link_that_goes_leaves_its_messages_locked() {
    check(
        |client| {
            client.transfer(2, 0, &message("a", b""));
            client.credit(3, 1, false);
            client.hear();
            client.say(&fe2o3_amqp_types::performatives::Detach {
                handle: 3u32.into(),
                closed: true,
                error: None,
            });
            client.receive_from(3, "probe");
            client.flow(3, 0, 1, false, 2, 1_000);
            client.hear();
            client.pass(60);
        },
        expect![[r#"
            0 transfer(3 2 <16 bytes> 0 false) +173 bytes
        "#]],
    );
}

fn map(pairs: Vec<(&str, Value)>) -> Value {
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| (Value::String(name.into()), value));
    Value::Map(pairs.collect::<OrderedMap<_, _>>())
}

fn longs(numbers: &[i64]) -> Value {
    Value::Array(Array::from(
        numbers
            .iter()
            .map(|number| Value::Long(*number))
            .collect::<Vec<_>>(),
    ))
}

fn ask(client: &mut Client, operation: &str, body: Value) {
    client.request(
        4,
        &[("operation", &format!("com.microsoft:{operation}"))],
        body,
    );
}

fn schedule(client: &mut Client, ids: &[&str], seconds: i64) {
    use fe2o3_amqp_types::messaging::MessageAnnotations;
    use fe2o3_amqp_types::messaging::annotations::OwnedKey;
    let members = ids.iter().map(|id| {
        let mut annotations = OrderedMap::new();
        let due = Timestamp::from_milliseconds(START_MS + seconds * 1_000);
        annotations.insert(
            OwnedKey::from("x-opt-scheduled-enqueue-time"),
            Value::Timestamp(due),
        );
        let mut bytes = Vec::new();
        codec::write(&MessageAnnotations(annotations), &mut bytes);
        bytes.extend_from_slice(&message(id, b"x"));
        map(vec![
            ("message-id", Value::String((*id).into())),
            ("message", Value::Binary(ByteBuf::from(bytes))),
        ])
    });
    ask(
        client,
        "schedule-message",
        map(vec![("messages", Value::List(members.collect()))]),
    );
}

#[test]
fn management_schedules_cancels_and_peeks() {
    check(
        |client| {
            schedule(client, &["a", "b", "c"], 60);
            ask(
                client,
                "cancel-scheduled-message",
                map(vec![("sequence-numbers", longs(&[2]))]),
            );
            ask(
                client,
                "cancel-scheduled-message",
                map(vec![("sequence-numbers", longs(&[2]))]),
            );
            let peek = |from: i64| {
                map(vec![
                    ("from-sequence-number", Value::Long(from)),
                    ("message-count", Value::Int(9)),
                ])
            };
            ask(client, "peek-message", peek(0));
            ask(client, "peek-message", peek(4));
            client.pass(60);
            ask(
                client,
                "cancel-scheduled-message",
                map(vec![("sequence-numbers", longs(&[1]))]),
            );
        },
        expect![[r#"
            0 disposition(true 1 1 true accepted())
            0 transfer(5 1 <4 bytes> 0 true) +111 bytes
                0x74({"statusCode"=200 "statusDescription"="OK"}) 0x77({"sequence-numbers"=array[1L 2L 3L]})
            0 disposition(true 2 2 true accepted())
            0 transfer(5 2 <4 bytes> 0 true) +65 bytes
                0x74({"statusCode"=200 "statusDescription"="OK"}) 0x77({})
            0 disposition(true 3 3 true accepted())
            0 transfer(5 3 <4 bytes> 0 true) +159 bytes
                0x74({"statusCode"=404 "statusDescription"="Messages not found. Missing sequence numbers: 2" "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
            0 disposition(true 4 4 true accepted())
            0 transfer(5 4 <4 bytes> 0 true) +484 bytes
                0x74({"statusCode"=200 "statusDescription"="OK"}) 0x77({"messages"=[{"message"=<183 bytes>} {"message"=<183 bytes>}]})
            0 disposition(true 5 5 true accepted())
            0 transfer(5 5 <4 bytes> 0 true) +124 bytes
                0x74({"statusCode"=204 "statusDescription"="No messages." "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
            0 disposition(true 6 6 true accepted())
            0 transfer(5 6 <4 bytes> 0 true) +159 bytes
                0x74({"statusCode"=404 "statusDescription"="Messages not found. Missing sequence numbers: 1" "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
        "#]],
    );
}

#[test]
fn management_renews_and_settles_locks_of_others() {
    check(
        |client| {
            client.transfer(2, 0, &message("a", b""));
            client.credit(3, 1, false);
            let heard = client.hear();
            let tag = heard.iter().find_map(|heard| match heard.value.as_ref()? {
                Value::Described(described) => match &described.value {
                    Value::List(fields) => match fields.get(2)? {
                        Value::Binary(tag) if tag.len() == 16 => Some(tag.to_vec()),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            });
            let tag: [u8; 16] = tag.expect("a delivery tag").try_into().unwrap();
            let token = Uuid::from(swapped(Guid(tag)).0);
            let tokens = || Value::Array(Array::from(vec![Value::Uuid(token.clone())]));
            client.pass(30);
            ask(client, "renew-lock", map(vec![("lock-tokens", tokens())]));
            let dead_letter = map(vec![
                ("disposition-status", Value::String("suspended".into())),
                ("deadletter-reason", Value::String("bad".into())),
                ("lock-tokens", tokens()),
            ]);
            ask(client, "update-disposition", dead_letter);
            ask(client, "renew-lock", map(vec![("lock-tokens", tokens())]));
        },
        expect![[r#"
            0 disposition(true 2 2 true accepted())
            0 transfer(5 2 <4 bytes> 0 true) +90 bytes
                0x74({"statusCode"=200 "statusDescription"="OK"}) 0x77({"expirations"=array[@1795424490000]})
            0 disposition(true 3 3 true accepted())
            0 transfer(5 3 <4 bytes> 0 true) +65 bytes
                0x74({"statusCode"=200 "statusDescription"="OK"}) 0x77({})
            0 disposition(true 4 4 true accepted())
            0 transfer(5 4 <4 bytes> 0 true) +222 bytes
                0x74({"statusCode"=410 "statusDescription"="The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue." "errorCondition"=:com.microsoft:message-lock-lost}) 0x77({})
        "#]],
    );
}

#[test]
fn requests_that_cannot_be_are_refused() {
    check(
        |client| {
            ask(client, "schedule-message", Value::Null);
            ask(
                client,
                "schedule-message",
                map(vec![("messages", Value::List(vec![map(vec![])]))]),
            );
            ask(
                client,
                "cancel-scheduled-message",
                map(vec![("sequence-numbers", Value::Long(1))]),
            );
            ask(
                client,
                "peek-message",
                map(vec![
                    ("from-sequence-number", Value::Long(0)),
                    ("message-count", Value::Int(-1)),
                ]),
            );
            ask(
                client,
                "renew-lock",
                map(vec![("lock-tokens", longs(&[1]))]),
            );
            ask(
                client,
                "update-disposition",
                map(vec![("disposition-status", Value::String("lost".into()))]),
            );
            ask(
                client,
                "receive-by-sequence-number",
                map(vec![("sequence-numbers", longs(&[7]))]),
            );
            ask(client, "get-session-state", Value::Null);
        },
        expect![[r#"
            0 disposition(true 1 1 true accepted())
            0 transfer(5 1 <4 bytes> 0 true) +159 bytes
                0x74({"statusCode"=400 "statusDescription"="messages must be a list of messages, one at least." "errorCondition"=:com.microsoft:argument-error}) 0x77({})
            0 disposition(true 2 2 true accepted())
            0 transfer(5 2 <4 bytes> 0 true) +166 bytes
                0x74({"statusCode"=400 "statusDescription"="Each of messages must hold the encoded message as binary." "errorCondition"=:com.microsoft:argument-error}) 0x77({})
            0 disposition(true 3 3 true accepted())
            0 transfer(5 3 <4 bytes> 0 true) +166 bytes
                0x74({"statusCode"=400 "statusDescription"="sequence-numbers must be an array of longs, one at least." "errorCondition"=:com.microsoft:argument-error}) 0x77({})
            0 disposition(true 4 4 true accepted())
            0 transfer(5 4 <4 bytes> 0 true) +149 bytes
                0x74({"statusCode"=400 "statusDescription"="message-count must be an int above zero." "errorCondition"=:com.microsoft:argument-error}) 0x77({})
            0 disposition(true 5 5 true accepted())
            0 transfer(5 5 <4 bytes> 0 true) +161 bytes
                0x74({"statusCode"=400 "statusDescription"="lock-tokens must be an array of uuids, one at least." "errorCondition"=:com.microsoft:argument-error}) 0x77({})
            0 disposition(true 6 6 true accepted())
            0 transfer(5 6 <4 bytes> 0 true) +179 bytes
                0x74({"statusCode"=400 "statusDescription"="disposition-status must be completed, abandoned, defered or suspended." "errorCondition"=:com.microsoft:argument-error}) 0x77({})
            0 disposition(true 7 7 true accepted())
            0 transfer(5 7 <4 bytes> 0 true) +186 bytes
                0x74({"statusCode"=404 "statusDescription"="Failed to lock one or more specified messages. The message does not exist." "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
            0 disposition(true 8 8 true accepted())
            0 transfer(5 8 <4 bytes> 0 true) +133 bytes
                0x74({"statusCode"=501 "statusDescription"="There is no such operation here." "errorCondition"=:amqp:not-implemented}) 0x77({})
        "#]],
    );
}

#[track_caller]
fn check_fault(fault: &str, expected: Expect) {
    let mut client = linked();
    let fault: Fault = serde_json::from_str(fault).unwrap();
    client.bus.faults.add(fault).unwrap();
    client.credit(3, 1, false);
    client.transfer(2, 0, &message("a", b""));
    client.settle(1, 1, Accepted {});
    ask(
        &mut client,
        "cancel-scheduled-message",
        map(vec![("sequence-numbers", longs(&[7]))]),
    );
    let mut seen = client.listen();
    client.pass(1);
    seen += &format!("-- 1 s\n{}", client.listen());
    let kept: Vec<String> = client
        .bus
        .broker
        .history()
        .since(0)
        .map(|event| format!("{:?}", event.what))
        .collect();
    seen += &format!("history: {}\n", kept.join(" "));
    expected.assert_eq(&seen);
}

#[test]
fn faults_strike_as_they_should() {
    check_fault(
        r#"{"at":"amqp.send","kind":"busy"}"#,
        expect![[r#"
        0 disposition(true 1 1 true rejected(error(:com.microsoft:server-busy "The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again." {})))
        0 disposition(true 2 2 true accepted())
        0 transfer(5 1 <4 bytes> 0 true) +159 bytes
            0x74({"statusCode"=404 "statusDescription"="Messages not found. Missing sequence numbers: 7" "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
        -- 1 s
        history: 
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.send","kind":"lose-answer"}"#,
        expect![[r#"
        over
        -- 1 s
        over
        history: Accepted
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.send","kind":"no-answer"}"#,
        expect![[r#"
        0 transfer(3 1 <16 bytes> 0 false) +172 bytes
        0 disposition(false 1 1 true accepted())
        0 disposition(true 2 2 true accepted())
        0 transfer(5 2 <4 bytes> 0 true) +159 bytes
            0x74({"statusCode"=404 "statusDescription"="Messages not found. Missing sequence numbers: 7" "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
        -- 1 s
        history: Accepted Delivered Completed
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.settle","kind":"detach"}"#,
        expect![[r#"
        0 disposition(true 1 1 true accepted())
        0 transfer(3 1 <16 bytes> 0 false) +172 bytes
        0 detach(3 true error(:amqp:link:detach-forced "The link is force detached. The service moved it." {}))
        0 disposition(true 2 2 true accepted())
        0 transfer(5 2 <4 bytes> 0 true) +159 bytes
            0x74({"statusCode"=404 "statusDescription"="Messages not found. Missing sequence numbers: 7" "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
        -- 1 s
        history: Accepted Delivered
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.settle","kind":"half-answer"}"#,
        expect![[r#"
        0 disposition(true 1 1 true accepted())
        0 transfer(3 1 <16 bytes> 0 false) +172 bytes
        and 12 bytes of a frame
        over
        -- 1 s
        and 12 bytes of a frame
        over
        history: Accepted Delivered Completed
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.deliver","kind":"drop"}"#,
        expect![[r#"
        0 disposition(true 1 1 true accepted())
        over
        -- 1 s
        over
        history: Accepted Delivered
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.management","kind":"unauthorized"}"#,
        expect![[r#"
        0 disposition(true 1 1 true accepted())
        0 transfer(3 1 <16 bytes> 0 false) +172 bytes
        0 disposition(false 1 1 true accepted())
        0 disposition(true 2 2 true accepted())
        0 transfer(5 2 <4 bytes> 0 true) +140 bytes
            0x74({"statusCode"=401 "statusDescription"="ExpiredToken: the token is expired." "errorCondition"=:amqp:unauthorized-access}) 0x77({})
        -- 1 s
        history: Accepted Delivered Completed
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.management.cancel","kind":"slow","delay_ms":900}"#,
        expect![[r#"
        -- 1 s
        0 disposition(true 1 1 true accepted())
        0 transfer(3 1 <16 bytes> 0 false) +172 bytes
        0 disposition(false 1 1 true accepted())
        0 disposition(true 2 2 true accepted())
        0 transfer(5 2 <4 bytes> 0 true) +159 bytes
            0x74({"statusCode"=404 "statusDescription"="Messages not found. Missing sequence numbers: 7" "errorCondition"=:com.microsoft:message-not-found}) 0x77({})
        history: Accepted Delivered Completed
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.read","kind":"drop","after":2}"#,
        expect![[r#"
        0 disposition(true 1 1 true accepted())
        0 transfer(3 1 <16 bytes> 0 false) +172 bytes
        over
        -- 1 s
        over
        history: Accepted Delivered
    "#]],
    );
    check_fault(
        r#"{"at":"amqp.write","kind":"half-answer","after":1}"#,
        expect![[r#"
        0 disposition(true 1 1 true accepted())
        and 105 bytes of a frame
        over
        -- 1 s
        and 105 bytes of a frame
        over
        history: Accepted Delivered
    "#]],
    );
}

#[test]
fn a_link_can_be_refused() {
    let mut client = Client::trusted(bus());
    for kind in ["refuse", "busy", "unauthorized"] {
        let fault: Fault =
            serde_json::from_str(&format!(r#"{{"at":"amqp.attach","kind":"{kind}"}}"#)).unwrap();
        client.bus.faults.add(fault).unwrap();
        client.receive_from(3, "probe");
    }
    expect![[r#"
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:amqp:internal-error "The service was unable to process the request; please retry the operation." {}))
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:com.microsoft:server-busy "The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again." {}))
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:amqp:unauthorized-access "ExpiredToken: the token is expired." {}))
    "#]].assert_eq(&client.listen());
}
