//! Every payload that was captured from the vendor's SDKs decodes, and encodes again to the same value.
//!
//! A line of a capture: number, IN or OUT, label, length in bytes, hex.

mod support;

use punctual_servicebus::{
    codec::message::{Body, Message},
    ops::{management::Reply, outgoing::OutgoingMessage, received::BrokeredMessage, schedule},
};

fn check(file: &str) {
    let Some(text) = support::shared(&format!("wire/{file}")) else {
        return;
    };
    let mut count = 0;
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [number, _, label, length, payload] = fields.as_slice() else {
            panic!("{file}: {line} is no capture");
        };
        let payload = support::hex(payload);
        assert_eq!(payload.len().to_string(), **length, "{file} {number}");
        let place = format!("{file} {number} {label}");
        let message = round_trip(&payload, &place);
        if *label == "message" {
            let brokered = BrokeredMessage::decode(&payload).unwrap();
            assert_eq!(brokered.sections, message, "{place}");
        }
        if let Body::Data(members) = &message.body
            && members.len() > 1
        {
            for member in members {
                round_trip(member, &place);
            }
        }
        count += 1;
    }
    assert!(count > 40, "{file} has only {count} payloads");
    println!("{file}: {count} payloads");
}

fn round_trip(payload: &[u8], place: &str) -> Message {
    let message = Message::decode(payload).unwrap_or_else(|error| panic!("{place}: {error}"));
    let again = Message::decode(&message.encode().unwrap()).unwrap();
    assert_eq!(again, message, "{place}");
    message
}

#[test]
fn python() {
    check("wire-python.hex");
}

#[test]
fn javascript() {
    check("wire-js.hex");
}

/// Responses in the captures answer requests of the SDKs, whose ids are not text. Ours are: so the response is made to say so.
#[test]
fn responses_read_as_replies() {
    let Some(text) = support::shared("wire/wire-python.hex") else {
        return;
    };
    let mut numbers = Vec::new();
    for line in text.lines().filter(|line| line.contains(" OUT response ")) {
        let payload = support::hex(line.rsplit(' ').next().unwrap());
        let mut message = Message::decode(&payload).unwrap();
        let id = "ours".to_owned().into();
        message.properties.as_mut().unwrap().correlation_id = Some(id);
        let (id, reply) = Reply::decode(&message.encode().unwrap()).unwrap();
        assert_eq!(id, "ours");
        assert!((200..=410).contains(&reply.status), "{reply:?}");
        if let Ok(scheduled) = schedule::scheduled(reply, 3) {
            numbers.extend(scheduled);
        }
    }
    assert_eq!(numbers.len(), 3);
}

/// What we schedule has the sections that the SDK for Python writes, but for its empty ones.
#[test]
fn our_messages_are_like_theirs() {
    let due = punctual_servicebus::UnixMs(0x01a2_074f_8195);
    let ours = OutgoingMessage::scheduled("m", "body", due)
        .encode()
        .unwrap();
    assert_eq!(
        support::to_hex(&ours),
        "005372c12802a31c782d6f70742d7363686564756c65642d656e71756575652d74696d6583000001a2074f8195\
         005373c00401a1016d\
         005375a004626f6479"
    );
}
