//! Genuine frames and messages, and ways to damage them.

use crate::random::Random;
use punctual_servicebus::{
    UnixMs,
    codec::{
        Array, OrderedMap, Performative, Value,
        definitions::{self, AmqpError, Handle, ReceiverSettleMode, Role, SenderSettleMode},
        frame::{self, Protocol},
        messaging::{Accepted, DeliveryState, Modified, Rejected, Source, Target, TargetArchetype},
        performatives::{
            Attach, Begin, ChannelMax, Close, Detach, Disposition, End, Flow, MaxFrameSize, Open,
            Transfer,
        },
    },
    ops::{
        management::Request,
        outgoing::OutgoingMessage,
        schedule::{SequenceNumber, cancel_scheduled},
    },
};

pub struct Corpus {
    /// What a peer sends until two links are attached.
    pub handshake: Vec<Vec<u8>>,
    frames: Vec<Vec<u8>>,
    messages: Vec<Vec<u8>>,
}

const MECHANISMS: &[u8] = b"\0\0\0\x19\x02\x01\0\0\0\x53\x40\xc0\x0c\x01\xa3\x09ANONYMOUS";
const OUTCOME: &[u8] = b"\0\0\0\x10\x02\x01\0\0\0\x53\x44\xc0\x03\x01\x50\0";

impl Corpus {
    pub fn new() -> Self {
        let frames = frames();
        let handshake = vec![
            Protocol::Sasl.header().to_vec(),
            MECHANISMS.to_vec(),
            OUTCOME.to_vec(),
            Protocol::Amqp.header().to_vec(),
            frames[0].clone(),
            frames[1].clone(),
            frames[2].clone(),
            frames[3].clone(),
            frames[4].clone(),
        ];
        Self {
            handshake,
            frames,
            messages: messages(),
        }
    }

    /// A message or a frame, damaged or not.
    pub fn chunk(&self, random: &mut Random) -> Vec<u8> {
        let source = match random.below(8) {
            0 => return (0..random.below(64)).map(|_| random.next() as u8).collect(),
            1 | 2 => &self.frames,
            _ => &self.messages,
        };
        let mut chunk = source[random.below(source.len())].clone();
        damage(&mut chunk, random);
        chunk
    }

    /// One or two frames. If damaged, then mostly behind the header, which would be found out at once.
    pub fn frame_chunk(&self, random: &mut Random) -> Vec<u8> {
        let mut chunk = Vec::new();
        for _ in 0..1 + random.below(2) {
            let mut frame = self.frames[random.below(self.frames.len())].clone();
            match random.below(4) {
                0 => damage(&mut frame, random),
                1 if frame.len() > 8 => {
                    let at = 8 + random.below(frame.len() - 8);
                    frame[at] = interesting(random);
                }
                _ => {}
            }
            chunk.extend(frame);
        }
        chunk
    }
}

fn interesting(random: &mut Random) -> u8 {
    const CODES: [u8; 20] = [
        0x00, 0x01, 0x40, 0x41, 0x43, 0x44, 0x45, 0x53, 0x70, 0x83, 0x98, 0xa0, 0xa3, 0xb0, 0xc0,
        0xc1, 0xd0, 0xe0, 0xf0, 0xff,
    ];
    match random.below(3) {
        0 => random.next() as u8,
        _ => CODES[random.below(CODES.len())],
    }
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..random.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, interesting(random)),
            2 => drop(bytes.remove(at)),
            3 => {
                let piece = bytes[at..].to_vec();
                bytes.extend(piece);
            }
            _ => bytes[at] = interesting(random),
        }
    }
}

fn messages() -> Vec<Vec<u8>> {
    let message = OutgoingMessage {
        content_type: Some("text/plain".to_owned()),
        session_id: Some("s".to_owned()),
        properties: vec![("n".to_owned(), 7.into()), ("t".to_owned(), true.into())],
        time_to_live_ms: Some(60_000),
        ..OutgoingMessage::scheduled("id", "body", UnixMs(1_790_000_000_000))
    };
    let mut map = OrderedMap::new();
    let key = |text: &str| Value::String(text.to_owned());
    map.insert(
        key("list"),
        Value::List(vec![
            Value::Null,
            Value::Bool(true),
            Value::Double(0.5.into()),
        ]),
    );
    map.insert(
        key("array"),
        Value::Array(Array(vec![Value::Uint(1), Value::Uint(2)])),
    );
    map.insert(key("uuid"), Value::Uuid([7; 16].into()));
    map.insert(key("char"), Value::Char('x'));
    let request = Request {
        operation: "com.example:everything",
        properties: vec![("status-code", 200.into())],
        body: Value::Map(map),
        changes: false,
    };
    let cancel = cancel_scheduled(&[SequenceNumber(1), SequenceNumber(2)]);
    // Nulls take a byte on the wire, and far more in memory.
    let head = [
        &[0x00, 0x53, 0x77, 0xd0][..],
        &804u32.to_be_bytes(),
        &800u32.to_be_bytes(),
    ];
    let nulls = [head.concat(), vec![0x40; 800]].concat();
    vec![
        message.encode().unwrap(),
        request.encode("id", "reply", 14_000).unwrap(),
        cancel.encode("id", "reply", 14_000).unwrap(),
        nulls,
    ]
}

/// What the peer's open, begin and attaches look like, and all that may follow.
fn frames() -> Vec<Vec<u8>> {
    let error = || {
        let text = "something is wrong".to_owned();
        Some(definitions::Error::new(
            AmqpError::InternalError,
            text,
            None,
        ))
    };
    let attach = |name: &str, role: Role, handle| {
        let incoming = role == Role::Sender;
        Performative::Attach(Attach {
            name: name.to_owned(),
            handle: Handle(handle),
            role,
            snd_settle_mode: SenderSettleMode::Unsettled,
            rcv_settle_mode: ReceiverSettleMode::Second,
            source: Some(Box::new(Source {
                address: Some("q".to_owned()),
                ..Source::default()
            })),
            target: Some(Box::new(TargetArchetype::Target(Target {
                address: Some("q".to_owned()),
                ..Target::default()
            }))),
            unsettled: None,
            incomplete_unsettled: false,
            initial_delivery_count: incoming.then_some(0),
            max_message_size: Some(262_144),
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        })
    };
    let flow = |handle, drain| {
        Performative::Flow(Flow {
            next_incoming_id: Some(0),
            incoming_window: 5,
            next_outgoing_id: 0,
            outgoing_window: 5_000,
            handle: Some(Handle(handle)),
            delivery_count: Some(0),
            link_credit: Some(3),
            available: None,
            drain,
            echo: drain,
            properties: None,
        })
    };
    let transfer = |id, more| {
        Performative::Transfer(Transfer {
            handle: Handle(1),
            delivery_id: Some(id),
            delivery_tag: Some(vec![1; 16].into()),
            message_format: Some(0),
            settled: Some(false),
            more,
            rcv_settle_mode: None,
            state: None,
            resume: false,
            aborted: false,
            batchable: false,
        })
    };
    let disposition = |role, state| {
        Performative::Disposition(Disposition {
            role,
            first: 0,
            last: Some(u32::MAX),
            settled: true,
            state: Some(state),
            batchable: false,
        })
    };
    let rejected = DeliveryState::Rejected(Rejected { error: error() });
    let modified = DeliveryState::Modified(Modified {
        delivery_failed: Some(true),
        undeliverable_here: None,
        message_annotations: None,
    });
    let open = Performative::Open(Open {
        container_id: "peer".to_owned(),
        hostname: None,
        max_frame_size: MaxFrameSize(512),
        channel_max: ChannelMax(10),
        idle_time_out: Some(60_000),
        outgoing_locales: None,
        incoming_locales: None,
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    });
    let begin = Performative::Begin(Begin {
        remote_channel: Some(0),
        next_outgoing_id: 0,
        incoming_window: 5_000,
        outgoing_window: 5_000,
        handle_max: Handle(255),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    });
    let detach = Performative::Detach(Detach {
        handle: Handle(1),
        closed: true,
        error: error(),
    });
    let all = [
        (open, 0),
        (begin, 0),
        (attach("Outgoing", Role::Receiver, 0), 0),
        (attach("Incoming", Role::Sender, 1), 0),
        (flow(0, false), 0),
        (flow(0, true), 0),
        (flow(1, true), 0),
        (transfer(0, false), 300),
        (transfer(1, true), 300),
        (transfer(1, false), 3_000),
        (
            disposition(Role::Receiver, DeliveryState::Accepted(Accepted {})),
            0,
        ),
        (disposition(Role::Sender, rejected), 0),
        (disposition(Role::Sender, modified), 0),
        (detach, 0),
        (Performative::End(End { error: error() }), 0),
        (Performative::Close(Close { error: error() }), 0),
        (Performative::Close(Close { error: None }), 0),
    ];
    let encode = |(performative, payload): (Performative, usize)| {
        let mut bytes = Vec::new();
        frame::write(&mut bytes, 0, &performative, &vec![9; payload]).unwrap();
        bytes
    };
    let mut frames: Vec<_> = all.into_iter().map(encode).collect();
    frames.push(b"\0\0\0\x08\x02\0\0\0".to_vec());
    frames
}
