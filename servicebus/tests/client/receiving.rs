//! Receiving, settling, renewing, sending.

use crate::{
    check_error, check_log, connect,
    peer::{Answer, Script, Waiting},
};
use expect_test::{Expect, expect};
use punctual_servicebus::{
    codec::{
        Array, Symbol, Timestamp, Value,
        definitions::{self, ErrorCondition},
        message::{Body, Message},
        messaging::{DeliveryState, Header, MessageAnnotations, Rejected},
    },
    ops::{outgoing::OutgoingMessage, settle::Disposition},
};
use std::{collections::HashMap, time::Duration};

const TAG: [u8; 16] = [
    0x18, 0x09, 0xb8, 0x24, 0x1f, 0xbd, 0x12, 0xe9, 0xb, 0xb4, 0xd, 0xb9, 0x54, 0x4b, 0x1a, 0x77,
];

fn waiting(count: u8, body: &[u8]) -> HashMap<String, std::collections::VecDeque<Waiting>> {
    let message = |n: u8| {
        let mut annotations = MessageAnnotations::default();
        annotations.insert("x-opt-sequence-number".into(), Value::Long(i64::from(n)));
        let locked_until = Timestamp::from(1_780_000_060_000);
        annotations.insert("x-opt-locked-until".into(), Value::Timestamp(locked_until));
        let message = Message {
            header: Some(Header {
                delivery_count: u32::from(n),
                ..Header::default()
            }),
            message_annotations: Some(annotations),
            body: Body::Data(vec![body.to_vec()]),
            ..Message::default()
        };
        let mut tag = TAG.to_vec();
        tag[15] = n;
        (tag, message.encode().unwrap())
    };
    HashMap::from([("q".to_owned(), (0..count).map(message).collect())])
}

const WAIT: Duration = Duration::from_secs(10);

#[test]
fn receives_what_is_there_and_no_more() {
    let (mut client, pipe) = connect(Script {
        messages: waiting(5, &[9; 10_000]),
        piece_bytes: 700,
        ..Script::default()
    });
    let mut received = client.receive("q", 3, WAIT).unwrap();
    received.extend(client.receive("q", 3, WAIT).unwrap());
    assert_eq!(client.receive("q", 3, WAIT).unwrap(), []);
    assert_eq!(received.len(), 5);
    for (n, received) in (0..).zip(&received) {
        let message = received.message.as_ref().unwrap();
        assert_eq!(message.sequence_number(), Some(n));
        assert_eq!(i64::from(message.failed_deliveries()), n);
        assert_eq!(message.data().len(), 10_000);
        assert_eq!(message.locked_until().unwrap().0, 1_780_000_060_000);
    }
    let token = received[0].lock_token.unwrap().to_string();
    assert_eq!(token, "24b80918-bd1f-e912-0bb4-0db9544b1a00");
    check_log(
        &pipe,
        expect![[r#"
        attach $cbs
        attach $cbs
        put-token $cbs
        attach q"#]],
    );
}

#[track_caller]
fn check_settle(disposition: &Disposition, expected: Expect) {
    let (mut client, pipe) = connect(Script {
        messages: waiting(1, b""),
        ..Script::default()
    });
    let received = client.receive("q", 1, WAIT).unwrap();
    client.settle(&received[0], disposition).unwrap();
    expected.assert_eq(pipe.peer.borrow().log.last().unwrap());
}

#[test]
fn settling() {
    check_settle(&Disposition::Complete, expect!["settle Accepted(Accepted)"]);
    check_settle(
        &Disposition::Abandon,
        expect![
            "settle Modified(Modified { delivery_failed: Some(true), undeliverable_here: Some(false), message_annotations: None })"
        ],
    );
    check_settle(&Disposition::Release, expect!["settle Released(Released)"]);
    check_settle(
        &Disposition::Defer,
        expect![
            "settle Modified(Modified { delivery_failed: Some(true), undeliverable_here: Some(true), message_annotations: None })"
        ],
    );
    let dead_letter = Disposition::DeadLetter {
        reason: "no_such_notification".to_owned(),
        description: "Nobody knows it.".to_owned(),
    };
    check_settle(
        &dead_letter,
        expect![[
            r#"settle Rejected(Rejected { error: Some(Error { condition: Custom(Symbol("com.microsoft:dead-letter")), description: None, info: Some(OrderedMap({Symbol("DeadLetterReason"): String("no_such_notification"), Symbol("DeadLetterErrorDescription"): String("Nobody knows it.")})) }) })"#
        ]],
    );
}

#[test]
fn a_lost_lock_is_seen_whatever_was_asked() {
    let lost = || {
        let condition = ErrorCondition::Custom(Symbol::from("com.microsoft:message-lock-lost"));
        let error = definitions::Error::new(condition, "The lock is gone.".to_owned(), None);
        DeliveryState::Rejected(Rejected { error: Some(error) })
    };
    let (mut client, _) = connect(Script {
        messages: waiting(3, b""),
        settle: Box::new(move |tag, _| (tag[15] != 1).then(lost)),
        ..Script::default()
    });
    let received = client.receive("q", 3, WAIT).unwrap();
    let dead_letter = Disposition::DeadLetter {
        reason: String::new(),
        description: String::new(),
    };
    let asked = [
        (&received[0], &Disposition::Complete),
        (&received[1], &Disposition::Complete),
        (&received[2], &dead_letter),
    ];
    let mut results = client.settle_all(&asked).into_iter();
    check_error(
        results.next().unwrap(),
        expect!["LockLost: settle: com.microsoft:message-lock-lost: The lock is gone."],
    );
    assert_eq!(results.next(), Some(Ok(())));
    check_error(
        results.next().unwrap(),
        expect!["LockLost: settle: com.microsoft:message-lock-lost: The lock is gone."],
    );
}

#[test]
fn after_the_link_is_gone_the_lock_token_settles() {
    let (mut client, pipe) = connect(Script {
        messages: waiting(1, b""),
        request: Box::new(|address, operation, body| {
            if operation == "com.microsoft:renew-lock" {
                return Answer::fail(410, "com.microsoft:message-lock-lost", "");
            }
            assert_eq!(
                (address, operation),
                ("q/$management", "com.microsoft:update-disposition")
            );
            let token: [u8; 16] = [
                0x24, 0xb8, 0x09, 0x18, 0xbd, 0x1f, 0xe9, 0x12, 0xb, 0xb4, 0xd, 0xb9, 0x54, 0x4b,
                0x1a, 0,
            ];
            let tokens = crate::list(body, "lock-tokens");
            assert_eq!(tokens, [Value::Uuid(token.into())]);
            Answer::ok([])
        }),
        ..Script::default()
    });
    let received = client.receive("q", 1, WAIT).unwrap();
    pipe.peer
        .borrow_mut()
        .detach_all("q", ("amqp:link:detach-forced", "Idle timeout"));
    // Makes the client read the detach.
    check_error(
        client.renew(&received[0]),
        expect!["LockLost: renew: com.microsoft:message-lock-lost (status 410)"],
    );
    client.settle(&received[0], &Disposition::Complete).unwrap();
}

#[test]
fn what_another_connection_received_is_settled_by_token() {
    let (mut first, _) = connect(Script {
        messages: waiting(1, b""),
        ..Script::default()
    });
    let received = first.receive("q", 1, WAIT).unwrap();
    let pipe = crate::Pipe::new(crate::Peer::new(Script {
        messages: waiting(1, b""),
        request: Box::new(|_, _, _| Answer::ok([])),
        ..Script::default()
    }));
    let mut options = crate::options();
    options.container_id = "another".to_owned();
    let mut second = crate::Client::connect(pipe.end(), &options, pipe.clock.clone()).unwrap();
    second.receive("q", 1, WAIT).unwrap();
    second.settle(&received[0], &Disposition::Abandon).unwrap();
    let log = pipe.peer.borrow().log.join("\n");
    assert!(
        log.ends_with("com.microsoft:update-disposition q/$management"),
        "{log}"
    );
}

#[test]
fn renews() {
    let (mut client, _) = connect(Script {
        messages: waiting(1, b""),
        request: Box::new(|_, operation, body| {
            assert_eq!(operation, "com.microsoft:renew-lock");
            assert_eq!(crate::list(body, "lock-tokens").len(), 1);
            let until = Value::Timestamp(Timestamp::from(1_780_000_120_000));
            Answer::ok([("expirations", Value::Array(Array(vec![until])))])
        }),
        ..Script::default()
    });
    let received = client.receive("q", 1, WAIT).unwrap();
    assert_eq!(client.renew(&received[0]).unwrap().0, 1_780_000_120_000);
}

#[test]
fn a_message_that_cannot_be_read_can_be_dead_lettered() {
    let rubbish = (TAG.to_vec(), vec![0x00, 0x53, 0x99, 0x45]);
    let (mut client, _) = connect(Script {
        messages: HashMap::from([("q".to_owned(), [rubbish].into())]),
        ..Script::default()
    });
    let received = client.receive("q", 1, WAIT).unwrap();
    assert!(received[0].message.is_err());
    let disposition = Disposition::DeadLetter {
        reason: "unreadable".to_owned(),
        description: String::new(),
    };
    client.settle(&received[0], &disposition).unwrap();
}

#[test]
fn a_service_that_does_not_end_a_drain_loses_the_link() {
    let (mut client, pipe) = connect(Script {
        messages: waiting(1, b""),
        answers_drain: false,
        ..Script::default()
    });
    let before = pipe.clock.elapsed();
    // What has come is handed out all the same.
    assert_eq!(client.receive("q", 2, WAIT).unwrap().len(), 1);
    assert_eq!(pipe.clock.elapsed() - before, Duration::from_secs(5));
    pipe.peer.borrow_mut().script.answers_drain = true;
    assert_eq!(client.receive("q", 2, WAIT).unwrap(), []);
}

#[test]
fn sends() {
    let (mut client, pipe) = connect(Script {
        link_credit: 2,
        outcome: Box::new(|message| {
            let id = message
                .properties
                .as_ref()
                .and_then(|p| p.message_id.clone());
            if format!("{id:?}").contains("m3") {
                let condition = Symbol::from("amqp:resource-limit-exceeded");
                let condition = ErrorCondition::Custom(condition);
                let error =
                    definitions::Error::new(condition, "The queue is full.".to_owned(), None);
                return DeliveryState::Rejected(Rejected { error: Some(error) });
            }
            DeliveryState::Accepted(punctual_servicebus::codec::messaging::Accepted {})
        }),
        ..Script::default()
    });
    let message = |n| OutgoingMessage {
        message_id: format!("m{n}"),
        ..OutgoingMessage::default()
    };
    let messages: Vec<_> = (0..5).map(message).collect();
    let mut results = client.send("q", &messages);
    check_error(
        results.remove(3),
        expect!["Quota: send: amqp:resource-limit-exceeded: The queue is full."],
    );
    assert_eq!(results, vec![Ok(()); 4]);
    let log = &pipe.peer.borrow().log;
    assert_eq!(log.iter().filter(|line| *line == "send q").count(), 5);
}
