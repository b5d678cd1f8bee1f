//! Scheduling, cancelling, peeking.

use crate::{
    check_error, check_log, connect, list,
    peer::{Answer, Script},
};
use expect_test::{Expect, expect};
use punctual_servicebus::{
    Error, UnixMs,
    codec::{
        Array, OrderedMap, Value,
        message::{Body, Message},
    },
    ops::{
        outgoing::OutgoingMessage,
        schedule::{Cancellation, SequenceNumber},
    },
};

fn message(id: &str) -> OutgoingMessage {
    OutgoingMessage::scheduled(id, "body", UnixMs(1_790_000_000_000))
}

/// Gives numbers from 100 on. Notes how many messages each request has.
fn scheduler() -> Script {
    let mut next = 100;
    Script {
        request: Box::new(move |_, _, body| {
            let count = list(body, "messages").len() as i64;
            let numbers = (next..next + count).map(Value::Long).collect();
            next += count;
            Answer::ok([("sequence-numbers", Value::Array(Array(numbers)))])
        }),
        ..Script::default()
    }
}

/// Cancels all numbers up to 9, once. A group with one that it does not know fails as a whole.
fn canceller() -> Script {
    let mut waiting: Vec<i64> = (0..10).collect();
    Script {
        request: Box::new(move |_, _, body| {
            let numbers = list(body, "sequence-numbers");
            let number = |value: &Value| match value {
                Value::Long(number) => *number,
                other => panic!("{other:?}"),
            };
            let numbers: Vec<i64> = numbers.iter().map(number).collect();
            if numbers.iter().all(|number| waiting.contains(number)) {
                waiting.retain(|number| !numbers.contains(number));
                return Answer::ok([]);
            }
            Answer::fail(
                404,
                "com.microsoft:message-not-found",
                "Messages not found.",
            )
        }),
        ..Script::default()
    }
}

fn numbers(results: Vec<Result<SequenceNumber, Error>>) -> Vec<i64> {
    results
        .into_iter()
        .map(|number| number.unwrap().0)
        .collect()
}

#[test]
fn schedules_in_order_over_one_connection() {
    let (mut client, pipe) = connect(scheduler());
    let messages: Vec<_> = (0..3).map(|n| message(&format!("m{n}"))).collect();
    assert_eq!(
        numbers(client.schedule("reminders", &messages)),
        [100, 101, 102]
    );
    assert_eq!(numbers(client.schedule("reminders", &messages[..1])), [103]);
    assert_eq!(client.schedule("reminders", &[]), []);
    client.close();
    check_log(
        &pipe,
        expect![[r#"
        attach $cbs
        attach $cbs
        put-token $cbs
        attach reminders/$management
        attach reminders/$management
        com.microsoft:schedule-message reminders/$management
        com.microsoft:schedule-message reminders/$management
        close"#]],
    );
}

#[test]
fn many_messages_take_several_requests_and_keep_their_order() {
    let (mut client, pipe) = connect(scheduler());
    let messages: Vec<_> = (0..600).map(|n| message(&format!("m{n}"))).collect();
    let expected: Vec<i64> = (100..700).collect();
    assert_eq!(numbers(client.schedule("q", &messages)), expected);
    let log = &pipe.peer.borrow().log;
    assert_eq!(
        log.iter().filter(|line| line.contains("schedule")).count(),
        3
    );
}

#[test]
fn large_messages_take_several_requests_in_small_frames() {
    let (mut client, pipe) = connect(Script {
        max_frame_bytes: 512,
        max_message_bytes: 20_000,
        ..scheduler()
    });
    let large = |n| OutgoingMessage {
        body: vec![7; 9_000],
        ..message(&format!("m{n}"))
    };
    let messages: Vec<_> = (0..4).map(large).collect();
    assert_eq!(
        numbers(client.schedule("q", &messages)),
        [100, 101, 102, 103]
    );
    let peer = pipe.peer.borrow();
    assert_eq!(
        peer.log
            .iter()
            .filter(|line| line.contains("schedule"))
            .count(),
        2
    );
    assert!(peer.script.transfers > 70, "{}", peer.script.transfers);
}

#[test]
fn what_cannot_be_scheduled_does_not_stop_the_rest() {
    let (mut client, _) = connect(scheduler());
    let messages = [
        message("first"),
        OutgoingMessage {
            body: vec![0; 300_000],
            ..message("too large")
        },
        OutgoingMessage {
            scheduled_at: None,
            ..message("no time")
        },
        message(""),
        message(&"x".repeat(129)),
        message("last"),
    ];
    let mut results = client.schedule("q", &messages).into_iter();
    assert_eq!(results.next(), Some(Ok(SequenceNumber(100))));
    check_error(
        results.next().unwrap(),
        expect!["Invalid: schedule: a message of 300175 bytes is over the limit of 262144"],
    );
    check_error(
        results.next().unwrap(),
        expect!["Invalid: schedule: the message has no time to become active"],
    );
    check_error(
        results.next().unwrap(),
        expect!["Invalid: encode a message: the message id is empty"],
    );
    check_error(
        results.next().unwrap(),
        expect!["Invalid: encode a message: an id has more than 128 characters"],
    );
    assert_eq!(results.next(), Some(Ok(SequenceNumber(101))));
}

#[test]
fn numbers_that_do_not_match_are_an_unknown_outcome() {
    let (mut client, _) = connect(Script {
        request: Box::new(|_, _, _| {
            Answer::ok([(
                "sequence-numbers",
                Value::Array(Array(vec![Value::Long(1)])),
            )])
        }),
        ..Script::default()
    });
    let mut results = client.schedule("q", &[message("a"), message("b")]);
    check_error(
        results.remove(0),
        expect!["UnknownOutcome: schedule: 2 messages were scheduled, but 1 numbers came"],
    );
}

#[test]
fn a_busy_service_says_when_to_come_back() {
    let (mut client, _) = connect(Script {
        request: Box::new(|_, _, _| {
            Answer::fail(
                503,
                "com.microsoft:server-busy",
                "Error code: 50009. Please wait 2 seconds",
            )
        }),
        ..Script::default()
    });
    let result = client.schedule("q", &[message("a")]).remove(0);
    assert!(result.clone().unwrap_err().retry_after().is_some());
    check_error(
        result,
        expect![
            "Retryable: schedule: com.microsoft:server-busy: Error code: 50009. Please wait 2 seconds (status 503)"
        ],
    );
}

/// It may have scheduled the message, and only not said so.
#[test]
fn a_service_that_ran_out_of_time_is_an_unknown_outcome() {
    let (mut client, _) = connect(Script {
        request: Box::new(|_, _, _| Answer::fail(408, "com.microsoft:timeout", "")),
        ..Script::default()
    });
    check_error(
        client.schedule("q", &[message("a")]).remove(0),
        expect!["UnknownOutcome: schedule: com.microsoft:timeout (status 408)"],
    );
    check_error(
        client.peek("q", SequenceNumber(1), 1),
        expect!["Retryable: peek: com.microsoft:timeout (status 408)"],
    );
}

#[track_caller]
fn check_cancel(numbers: &[i64], expected: Expect) {
    let (mut client, pipe) = connect(canceller());
    let numbers: Vec<_> = numbers
        .iter()
        .map(|number| SequenceNumber(*number))
        .collect();
    let word = |answer: Result<Cancellation, Error>| match answer {
        Ok(Cancellation::Cancelled) => "cancelled".to_owned(),
        Ok(Cancellation::TooLateOrUnknown) => "too late".to_owned(),
        Err(error) => error.to_string(),
    };
    let words: Vec<_> = client.cancel("q", &numbers).into_iter().map(word).collect();
    let requests = pipe
        .peer
        .borrow()
        .log
        .iter()
        .filter(|line| line.contains("cancel"))
        .count();
    expected.assert_eq(&format!("{} in {requests} requests", words.join(", ")));
}

#[test]
fn cancelling() {
    check_cancel(&[], expect![" in 0 requests"]);
    check_cancel(&[3], expect!["cancelled in 1 requests"]);
    check_cancel(
        &[3, 4, 5],
        expect!["cancelled, cancelled, cancelled in 1 requests"],
    );
    check_cancel(&[77], expect!["too late in 1 requests"]);
    check_cancel(
        &[3, 77, 5],
        expect!["cancelled, too late, cancelled in 4 requests"],
    );
    check_cancel(&[3, 3], expect!["cancelled, cancelled in 1 requests"]);
}

#[test]
fn many_cancellations_are_pipelined() {
    let (mut client, _) = connect(Script {
        link_credit: 3,
        ..canceller()
    });
    let numbers: Vec<_> = (-200..10).map(SequenceNumber).collect();
    let answers = client.cancel("q", &numbers);
    let cancelled = |answer: &&Result<_, _>| **answer == Ok(Cancellation::Cancelled);
    assert_eq!(answers.iter().filter(cancelled).count(), 10);
    assert_eq!(answers.len(), 210);
    assert_eq!(answers[209], Ok(Cancellation::Cancelled));
}

#[test]
fn peeks() {
    let waiting = Message {
        body: Body::Data(vec![b"look".to_vec()]),
        ..Message::default()
    };
    let (mut client, _) = connect(Script {
        request: Box::new(move |_, operation, body| {
            assert_eq!(operation, "com.microsoft:peek-message");
            let mut map = OrderedMap::new();
            map.insert("from-sequence-number".to_owned().into(), Value::Long(5));
            map.insert("message-count".to_owned().into(), Value::Int(2));
            assert_eq!(*body, Value::Map(map));
            let mut entry = OrderedMap::new();
            let encoded = waiting.encode().unwrap();
            entry.insert(
                Value::String("message".to_owned()),
                Value::Binary(encoded.into()),
            );
            Answer::ok([("messages", Value::List(vec![Value::Map(entry)]))])
        }),
        ..Script::default()
    });
    let peeked = client.peek("q", SequenceNumber(5), 2).unwrap();
    assert_eq!(peeked.len(), 1);
    assert_eq!(peeked[0].data(), b"look".as_slice());
}
