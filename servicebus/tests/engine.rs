//! The engine by itself: bytes in, bytes and events out.

use expect_test::{Expect, expect};
use punctual_servicebus::{
    Moment,
    codec::{
        Performative,
        definitions::{AmqpError, Error, Handle, ReceiverSettleMode, Role, SenderSettleMode},
        frame::{self, Frame, FrameBuffer, Protocol},
        messaging::{Accepted, DeliveryState, Released, Source, Target, TargetArchetype},
        performatives::{
            Attach, Begin, ChannelMax, Close, Detach, Disposition, End, Flow, MaxFrameSize, Open,
            Transfer,
        },
    },
    engine::{Config, Connection, Direction, Event, LinkId, LinkOptions, SendError, SessionId},
};
use std::time::Duration;

const MECHANISMS: &[u8] = b"\0\0\0\x19\x02\x01\0\0\0\x53\x40\xc0\x0c\x01\xa3\x09ANONYMOUS";
const OUTCOME: &[u8] = b"\0\0\0\x10\x02\x01\0\0\0\x53\x44\xc0\x03\x01\x50\0";

/// The peer's channel and handles are not the client's, so that nobody gets away with mixing them up.
const CHANNEL: u16 = 9;
const TO_PEER: u32 = 50;
const FROM_PEER: u32 = 60;

struct Pair {
    engine: Connection,
    session: SessionId,
    outgoing: LinkId,
    incoming: LinkId,
    now: Moment,
}

fn options(name: &str, direction: Direction) -> LinkOptions {
    LinkOptions {
        name: name.to_owned(),
        direction,
        source: Some("q".to_owned()),
        target: Some("q".to_owned()),
        unsettled: true,
        settle_second: true,
        max_message_bytes: 1_000,
        properties: None,
    }
}

fn open() -> Performative {
    Performative::Open(Open {
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
    })
}

fn begin(remote_channel: Option<u16>) -> Performative {
    Performative::Begin(Begin {
        remote_channel,
        next_outgoing_id: 1_000,
        incoming_window: 3,
        outgoing_window: 5_000,
        handle_max: Handle(255),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    })
}

fn attach(name: &str, role: Role, handle: u32) -> Performative {
    Performative::Attach(Attach {
        name: name.to_owned(),
        handle: Handle(handle),
        initial_delivery_count: (role == Role::Sender).then_some(0),
        role,
        snd_settle_mode: SenderSettleMode::Unsettled,
        rcv_settle_mode: ReceiverSettleMode::Second,
        source: Some(Box::new(Source::default())),
        target: Some(Box::new(TargetArchetype::Target(Target::default()))),
        unsettled: None,
        incomplete_unsettled: false,
        max_message_size: Some(2_000),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: None,
    })
}

fn flow(handle: Option<u32>, link_credit: u32, incoming_window: u32, seen: u32) -> Flow {
    Flow {
        next_incoming_id: Some(seen),
        incoming_window,
        next_outgoing_id: 1_000,
        outgoing_window: 5_000,
        handle: handle.map(Handle),
        delivery_count: handle.map(|_| 0),
        link_credit: handle.map(|_| link_credit),
        available: None,
        drain: false,
        echo: false,
        properties: None,
    }
}

fn transfer(delivery_id: Option<u32>, more: bool) -> Transfer {
    Transfer {
        handle: Handle(FROM_PEER),
        delivery_id,
        delivery_tag: Some(b"tag".to_vec().into()),
        message_format: Some(0),
        settled: Some(false),
        more,
        rcv_settle_mode: None,
        state: None,
        resume: false,
        aborted: false,
        batchable: false,
    }
}

fn disposition(role: Role, range: (u32, u32), settled: bool) -> Performative {
    Performative::Disposition(Disposition {
        role,
        first: range.0,
        last: Some(range.1),
        settled,
        state: Some(DeliveryState::Accepted(Accepted {})),
        batchable: false,
    })
}

impl Pair {
    /// Two links attached, with credit for two on the outgoing one.
    fn new() -> Self {
        let now = Moment::default();
        let mut engine = Connection::new(&Config::new("test", "contoso.example.com"), now);
        let session = engine.begin().unwrap();
        let link = |engine: &mut Connection, name, direction| {
            engine.attach(session, &options(name, direction)).unwrap()
        };
        let outgoing = link(&mut engine, "out", Direction::Outgoing);
        let incoming = link(&mut engine, "in", Direction::Incoming);
        for bytes in [
            &Protocol::Sasl.header(),
            MECHANISMS,
            OUTCOME,
            &Protocol::Amqp.header(),
        ] {
            engine.receive(bytes, now).unwrap();
        }
        let mut pair = Self {
            engine,
            session,
            outgoing,
            incoming,
            now,
        };
        pair.says(0, open(), &[]).unwrap();
        pair.says(CHANNEL, begin(Some(0)), &[]).unwrap();
        pair.says(CHANNEL, attach("out", Role::Receiver, TO_PEER), &[])
            .unwrap();
        pair.says(CHANNEL, attach("in", Role::Sender, FROM_PEER), &[])
            .unwrap();
        pair.says(
            CHANNEL,
            Performative::Flow(flow(Some(TO_PEER), 2, 3, 0)),
            &[],
        )
        .unwrap();
        pair.engine.transmit(now);
        while pair.engine.poll_event().is_some() {}
        pair
    }

    fn says(&mut self, channel: u16, frame: Performative, payload: &[u8]) -> Result<(), String> {
        let mut bytes = Vec::new();
        frame::write(&mut bytes, channel, &frame, payload).unwrap();
        self.engine
            .receive(&bytes, self.now)
            .map_err(|failure| failure.to_string())
    }

    /// What the engine wrote since the last call, and what it reported, one line each.
    fn seen(&mut self) -> String {
        let mut lines = String::new();
        let mut buffer = FrameBuffer::new(1 << 20);
        buffer.feed(&self.engine.transmit(self.now));
        while let Some(frame) = buffer.frame().unwrap() {
            lines += &match frame {
                Frame::Amqp {
                    performative,
                    payload,
                    ..
                } => {
                    format!("> {} {}\n", short(&performative), payload.len())
                }
                other => format!("> {other:?}\n"),
            };
        }
        while let Some(event) = self.engine.poll_event() {
            lines += &match event {
                Event::Message(incoming) => {
                    format!("message of {} bytes\n", incoming.payload.len())
                }
                event => format!("{event:?}\n"),
            };
        }
        lines
    }
}

/// The parts of a performative that matter here.
fn short(performative: &Performative) -> String {
    match performative {
        Performative::Flow(flow) => {
            let (count, credit) = (flow.delivery_count, flow.link_credit);
            format!(
                "flow window {} count {count:?} credit {credit:?} drain {}",
                flow.incoming_window, flow.drain
            )
        }
        Performative::Transfer(transfer) => {
            format!(
                "transfer id {:?} more {}",
                transfer.delivery_id, transfer.more
            )
        }
        Performative::Disposition(disposition) => {
            format!(
                "disposition {} settled {}",
                disposition.first, disposition.settled
            )
        }
        Performative::Close(close) => {
            let error = close.error.as_ref();
            format!(
                "close {}",
                error
                    .and_then(|e| e.description.clone())
                    .unwrap_or_default()
            )
        }
        Performative::Open(_) => "open".to_owned(),
        Performative::Begin(_) => "begin".to_owned(),
        Performative::Attach(attach) => format!("attach {}", attach.name),
        Performative::Detach(_) => "detach".to_owned(),
        Performative::End(_) => "end".to_owned(),
    }
}

#[test]
fn all_that_was_asked_for_goes_out_with_the_open() {
    let mut engine = Connection::new(
        &Config::new("test", "contoso.example.com"),
        Moment::default(),
    );
    let session = engine.begin().unwrap();
    engine
        .attach(session, &options("out", Direction::Outgoing))
        .unwrap();
    let now = Moment::default();
    assert_eq!(engine.transmit(now), Protocol::Sasl.header());
    engine.receive(&Protocol::Sasl.header(), now).unwrap();
    assert_eq!(engine.transmit(now), b"");
    engine.receive(MECHANISMS, now).unwrap();
    engine.transmit(now);
    engine.receive(OUTCOME, now).unwrap();
    let bytes = engine.transmit(now);
    let frames = bytes.strip_prefix(&Protocol::Amqp.header()).unwrap();
    let mut buffer = FrameBuffer::new(1 << 20);
    buffer.feed(frames);
    let mut names = Vec::new();
    while let Some(Frame::Amqp { performative, .. }) = buffer.frame().unwrap() {
        names.push(short(&performative));
    }
    assert_eq!(names, ["open", "begin", "attach out"]);
}

#[test]
fn a_message_is_cut_to_the_peers_frames_and_waits_for_its_window() {
    let mut pair = Pair::new();
    let delivery = pair
        .engine
        .send(pair.outgoing, 0, false, &[7; 1_900])
        .unwrap();
    // Four frames of at most 512 bytes, of which the window takes three.
    expect![[r#"
        > transfer id Some(0) more true 487
        > transfer id None more true 492
        > transfer id None more true 492
    "#]]
    .assert_eq(&pair.seen());
    pair.says(CHANNEL, Performative::Flow(flow(None, 0, 3, 3)), &[])
        .unwrap();
    expect![[r#"
        > transfer id None more false 429
    "#]]
    .assert_eq(&pair.seen());
    pair.says(CHANNEL, disposition(Role::Receiver, (0, 0), true), &[])
        .unwrap();
    let state = Some(DeliveryState::Accepted(Accepted {}));
    assert_eq!(
        pair.engine.poll_event(),
        Some(Event::Outcome { delivery, state })
    );
}

#[test]
fn sending_needs_a_link_credit_and_room() {
    let mut pair = Pair::new();
    let (outgoing, incoming) = (pair.outgoing, pair.incoming);
    let send = |pair: &mut Pair, link, bytes| pair.engine.send(link, 0, false, &vec![0; bytes]);
    assert_eq!(send(&mut pair, incoming, 1), Err(SendError::NotAttached));
    assert_eq!(
        send(&mut pair, outgoing, 2_001),
        Err(SendError::TooLarge(2_000))
    );
    assert!(send(&mut pair, outgoing, 1).is_ok());
    assert!(send(&mut pair, outgoing, 1).is_ok());
    assert_eq!(send(&mut pair, outgoing, 1), Err(SendError::NoCredit));
    pair.seen();
    // The peer counts from 0, and has seen nothing yet: its credit of 3 is 1 more for us.
    pair.says(
        CHANNEL,
        Performative::Flow(flow(Some(TO_PEER), 3, 10, 0)),
        &[],
    )
    .unwrap();
    assert_eq!(pair.engine.credit(pair.outgoing), 1);
    expect![[r#"
        Credit(LinkId(0))
    "#]]
    .assert_eq(&pair.seen());
}

#[test]
fn a_peer_that_drains_us_gets_its_credit_back() {
    let mut pair = Pair::new();
    let mut drain = flow(Some(TO_PEER), 2, 10, 0);
    drain.drain = true;
    pair.says(CHANNEL, Performative::Flow(drain), &[]).unwrap();
    expect![[r#"
        > flow window 4096 count Some(2) credit Some(0) drain false 0
    "#]]
    .assert_eq(&pair.seen());
    assert_eq!(pair.engine.credit(pair.outgoing), 0);
}

#[test]
fn messages_come_whole_and_are_settled_second() {
    let mut pair = Pair::new();
    pair.engine.grant(pair.incoming, 2);
    pair.says(
        CHANNEL,
        Performative::Transfer(transfer(Some(7), true)),
        &[1; 400],
    )
    .unwrap();
    // A heartbeat in between changes nothing, nor does leaving out the id.
    pair.engine
        .receive(&[0, 0, 0, 8, 2, 0, 0, 0], pair.now)
        .unwrap();
    pair.says(
        CHANNEL,
        Performative::Transfer(transfer(None, false)),
        &[2; 400],
    )
    .unwrap();
    pair.engine.drain(pair.incoming);
    let mut buffer = Vec::new();
    while let Some(event) = pair.engine.poll_event() {
        buffer.push(event);
    }
    let [Event::Message(incoming)] = buffer.as_slice() else {
        panic!("{buffer:?}");
    };
    assert_eq!(
        (incoming.payload.len(), incoming.tag.as_slice()),
        (800, b"tag".as_slice())
    );
    assert!(pair.engine.dispose(
        incoming.delivery,
        DeliveryState::Released(Released {}),
        false
    ));
    expect![[r#"
        > flow window 4096 count Some(0) credit Some(2) drain false 0
        > flow window 4094 count Some(1) credit Some(1) drain true 0
        > disposition 7 settled false 0
    "#]]
    .assert_eq(&pair.seen());
    let mut drained = flow(Some(FROM_PEER), 0, 10, 0);
    drained.delivery_count = Some(2);
    pair.says(CHANNEL, Performative::Flow(drained), &[])
        .unwrap();
    pair.says(CHANNEL, disposition(Role::Sender, (0, u32::MAX), true), &[])
        .unwrap();
    expect![[r#"
        Drained(LinkId(1))
        Settled { delivery: Delivery { link: LinkId(1), id: 7 }, state: Some(Accepted(Accepted)) }
    "#]]
    .assert_eq(&pair.seen());
    // It is settled: there is nothing more to say about it.
    assert!(!pair.engine.dispose(
        incoming.delivery,
        DeliveryState::Accepted(Accepted {}),
        true
    ));
}

#[test]
fn an_aborted_message_is_forgotten() {
    let mut pair = Pair::new();
    pair.engine.grant(pair.incoming, 2);
    pair.says(
        CHANNEL,
        Performative::Transfer(transfer(Some(7), true)),
        &[1; 400],
    )
    .unwrap();
    let mut abort = transfer(Some(7), false);
    abort.aborted = true;
    pair.says(CHANNEL, Performative::Transfer(abort), &[])
        .unwrap();
    pair.says(
        CHANNEL,
        Performative::Transfer(transfer(Some(8), false)),
        &[1; 4],
    )
    .unwrap();
    expect![[r#"
        > flow window 4096 count Some(0) credit Some(2) drain false 0
        message of 4 bytes
    "#]]
    .assert_eq(&pair.seen());
}

#[test]
fn a_receiver_that_settles_second_is_answered() {
    let mut pair = Pair::new();
    pair.engine.send(pair.outgoing, 0, false, b"m").unwrap();
    pair.seen();
    pair.says(CHANNEL, disposition(Role::Receiver, (0, 0), false), &[])
        .unwrap();
    expect![[r#"
        > disposition 0 settled true 0
        Outcome { delivery: Delivery { link: LinkId(0), id: 0 }, state: Some(Accepted(Accepted)) }
    "#]]
    .assert_eq(&pair.seen());
}

#[test]
fn the_window_is_opened_again_in_time() {
    let mut pair = Pair::new();
    pair.engine.grant(pair.incoming, 10_000);
    pair.seen();
    for id in 0..2_049 {
        pair.says(
            CHANNEL,
            Performative::Transfer(transfer(Some(id), false)),
            &[],
        )
        .unwrap();
    }
    let seen = pair.seen();
    expect!["> flow window 4096 count None credit None drain false 0"]
        .assert_eq(seen.lines().next().unwrap());
}

#[test]
fn errors_of_the_peer_come_with_their_words() {
    let error = || {
        Some(Error::new(
            AmqpError::ResourceDeleted,
            "gone".to_owned(),
            None,
        ))
    };
    let mut pair = Pair::new();
    let detach = Detach {
        handle: Handle(TO_PEER),
        closed: true,
        error: error(),
    };
    pair.says(CHANNEL, Performative::Detach(detach), &[])
        .unwrap();
    expect![[r#"
        > detach 0
        Detached { link: LinkId(0), condition: Some(Condition { name: "amqp:resource-deleted", description: "gone" }) }
    "#]].assert_eq(&pair.seen());
    pair.says(CHANNEL, Performative::End(End { error: error() }), &[])
        .unwrap();
    expect![[r#"
        > end 0
        Detached { link: LinkId(1), condition: Some(Condition { name: "amqp:resource-deleted", description: "gone" }) }
        Ended { session: SessionId(0), condition: Some(Condition { name: "amqp:resource-deleted", description: "gone" }) }
    "#]].assert_eq(&pair.seen());
    let closed = pair.says(0, Performative::Close(Close { error: error() }), &[]);
    expect!["the peer closed the connection: amqp:resource-deleted: gone"]
        .assert_eq(&closed.unwrap_err());
}

#[test]
fn what_we_end_ends() {
    let mut pair = Pair::new();
    pair.engine.detach(pair.outgoing);
    pair.engine.end(pair.session);
    pair.engine.close();
    pair.says(CHANNEL, Performative::End(End { error: None }), &[])
        .unwrap();
    pair.says(0, Performative::Close(Close { error: None }), &[])
        .unwrap();
    pair.engine.receive_end().unwrap();
    expect![[r#"
        > detach 0
        > end 0
        > close  0
        Closed
    "#]]
    .assert_eq(&pair.seen());
}

#[test]
fn silence_ends_and_speech_goes_on() {
    let mut pair = Pair::new();
    // The peer wants to hear from us every 60 s, so a heartbeat goes out after 30 s.
    assert_eq!(pair.engine.next_deadline(), Moment::from_ms(30_000));
    pair.now = pair.now + Duration::from_secs(30);
    pair.engine.tick(pair.now).unwrap();
    assert_eq!(pair.seen(), "> Heartbeat\n");
    assert_eq!(pair.engine.next_deadline(), Moment::from_ms(60_000));
    // We told it 60 s, and wait twice as long.
    pair.now = Moment::from_ms(119_999);
    pair.engine.tick(pair.now).unwrap();
    pair.seen();
    pair.now = Moment::from_ms(120_000);
    assert!(pair.engine.tick(pair.now).is_err());
    expect![[r#"
        > close the peer sent nothing for longer than the idle time-out 0
    "#]]
    .assert_eq(&pair.seen());
}

#[track_caller]
fn check_violation(channel: u16, frame: Performative, payload: &[u8], expected: Expect) {
    let mut pair = Pair::new();
    let failure = pair.says(channel, frame, payload).unwrap_err();
    // The peer is told, and nothing more is taken from it.
    let seen = pair.seen();
    assert!(seen.starts_with("> close "), "{seen}");
    assert!(pair.says(0, open(), &[]).is_err());
    assert_eq!(pair.engine.begin(), None);
    expected.assert_eq(&failure);
}

#[test]
fn violations() {
    check_violation(
        0,
        open(),
        &[],
        expect!["the peer broke the rules of AMQP: a second open"],
    );
    check_violation(
        1,
        begin(None),
        &[],
        expect!["the peer broke the rules of AMQP: the peer begins a session of its own"],
    );
    check_violation(
        1,
        begin(Some(0)),
        &[],
        expect!["the peer broke the rules of AMQP: the peer begins a session of its own"],
    );
    check_violation(
        CHANNEL,
        begin(Some(0)),
        &[],
        expect!["the peer broke the rules of AMQP: two sessions have one channel"],
    );
    check_violation(
        1,
        Performative::End(End { error: None }),
        &[],
        expect!["the peer broke the rules of AMQP: a frame is for a session that is not there"],
    );
    check_violation(
        CHANNEL,
        attach("theirs", Role::Sender, 1),
        &[],
        expect!["the peer broke the rules of AMQP: the peer attaches a link of its own"],
    );
    check_violation(
        CHANNEL,
        attach("theirs", Role::Sender, TO_PEER),
        &[],
        expect!["the peer broke the rules of AMQP: two links have one handle"],
    );
    check_violation(
        CHANNEL,
        Performative::Flow(flow(Some(1), 1, 1, 0)),
        &[],
        expect!["the peer broke the rules of AMQP: a frame is for a link that is not there"],
    );
    check_violation(
        CHANNEL,
        Performative::Transfer(transfer(Some(1), false)),
        &[],
        expect!["the peer broke the rules of AMQP: a message came without credit"],
    );
    let mut wrong_way = transfer(Some(1), false);
    wrong_way.handle = Handle(TO_PEER);
    check_violation(
        CHANNEL,
        Performative::Transfer(wrong_way),
        &[],
        expect!["the peer broke the rules of AMQP: a message came on a link that sends"],
    );
}

#[test]
fn violations_within_a_delivery() {
    let check = |frames: &[(Option<u32>, bool, usize)], expected: Expect| {
        let mut pair = Pair::new();
        pair.engine.grant(pair.incoming, 2);
        let mut say = |(id, more, bytes): &(Option<u32>, bool, usize)| {
            pair.says(
                CHANNEL,
                Performative::Transfer(transfer(*id, *more)),
                &vec![0; *bytes],
            )
        };
        let failure = frames.iter().map(&mut say).find_map(Result::err);
        expected.assert_eq(&failure.unwrap());
    };
    check(
        &[(None, false, 1)],
        expect!["the peer broke the rules of AMQP: a delivery has no delivery-id"],
    );
    check(
        &[(Some(1), true, 1), (Some(2), false, 1)],
        expect!["the peer broke the rules of AMQP: a delivery began inside another"],
    );
    check(
        &[(Some(1), true, 600), (Some(1), false, 600)],
        expect!["the peer broke the rules of AMQP: a message is over the link's size limit"],
    );
    let one = |id| (Some(id), false, 1);
    check(
        &[one(1), one(2), one(3)],
        expect!["the peer broke the rules of AMQP: a message came without credit"],
    );
}
