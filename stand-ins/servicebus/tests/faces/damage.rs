//! Damage: whatever a client sends, the stand-in does not panic, answers within bounds, and keeps its queues whole.

use std::sync::LazyLock;

use super::client::{Client, bus, message};
use fe2o3_amqp_types::messaging::Accepted;
use proptest::prelude::*;
use punctual_stand_ins::Fault;

/// The client's part of a conversation in which everything happens once.
static CONVERSATION: LazyLock<Vec<Vec<u8>>> = LazyLock::new(conversation);

fn conversation() -> Vec<Vec<u8>> {
    let mut client = Client::trusted(bus());
    client.send_to(2, "probe");
    client.receive_from(3, "probe");
    client.credit(3, 5, false);
    for id in ["a", "b", "c"] {
        client.transfer(2, 0, &message(id, b"body"));
    }
    client.hear();
    client.settle(1, 2, Accepted {});
    client.send_to(4, "probe/$management");
    client.receive_from(5, "probe/$management");
    client.credit(5, 5, false);
    client.request(
        4,
        &[("operation", "com.microsoft:peek-message")],
        serde_amqp::Value::Null,
    );
    client.say(&fe2o3_amqp_types::performatives::Detach {
        handle: 3u32.into(),
        closed: true,
        error: None,
    });
    client.say(&fe2o3_amqp_types::performatives::Close { error: None });
    client.said
}

/// Says it again, and answers how many bytes came back.
fn again(client: &mut Client, words: &[Vec<u8>]) -> usize {
    let mut answered = 0;
    for bytes in words {
        client.bytes(bytes);
        answered += client.connection.take_output(client.now).len();
    }
    answered
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_changed_byte_or_a_lost_frame_does_no_harm(
        word in 0usize..40, at in 0usize..400, byte in any::<u8>(), lost in 0usize..40,
    ) {
        let mut words = CONVERSATION.clone();
        let count = words.len();
        let length = words[word % count].len();
        words[word % count][at % length] = byte;
        words.remove(lost % count);
        let mut client = Client::silent(bus());
        let answered = again(&mut client, &words);
        prop_assert!(answered < 64 << 10, "{answered}");
    }

    #[test]
    fn rubbish_after_a_good_beginning_does_no_harm(
        spoken in 0usize..40, rubbish in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut words = CONVERSATION.clone();
        words.truncate(spoken);
        words.push(rubbish);
        let mut client = Client::silent(bus());
        let answered = again(&mut client, &words);
        prop_assert!(answered < 64 << 10, "{answered}");
    }

    #[test]
    fn how_a_conversation_is_torn_does_not_matter(piece in 1usize..200) {
        let whole = CONVERSATION.clone();
        let mut client = Client::silent(bus());
        let expected = again(&mut client, &whole);
        let torn: Vec<Vec<u8>> = whole.concat().chunks(piece).map(<[u8]>::to_vec).collect();
        let mut client = Client::silent(bus());
        prop_assert_eq!(again(&mut client, &torn), expected);
    }
}

/// Breaks the connection at every frame, in both directions: each message stays one message, somewhere.
#[test]
fn a_connection_may_break_at_any_frame() {
    let whole = CONVERSATION.clone();
    for (at, kind) in [
        ("amqp.read", "drop"),
        ("amqp.write", "drop"),
        ("amqp.write", "half-answer"),
    ] {
        let mut ends = 0;
        for after in 0..60 {
            let mut client = Client::silent(bus());
            let fault: Fault = serde_json::from_str(&format!(
                r#"{{"at":"{at}","kind":"{kind}","after":{after}}}"#
            ))
            .unwrap();
            client.bus.faults.add(fault).unwrap();
            again(&mut client, &whole);
            assert!(client.connection.is_over());
            ends += usize::from(client.bus.faults.standing().is_empty());
            let (_, _, depth) = client.bus.broker.queues().next().unwrap();
            let events = client.bus.broker.history().since(0);
            let counted = events.fold((0, 0), |(came, went), event| {
                match format!("{:?}", event.what).as_str() {
                    "Accepted" => (came + 1, went),
                    "Completed" => (came, went + 1),
                    _ => (came, went),
                }
            });
            assert_eq!(
                depth.messages,
                counted.0 - counted.1,
                "{at} {kind} after {after}"
            );
        }
        assert!(ends > 15, "the fault struck at {ends} different frames");
    }
}
