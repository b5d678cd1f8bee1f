//! A peer in memory, with a clock of its own, for tests of the client.
//!
//! It opens, begins and attaches whatever is asked for, takes tokens, answers requests as the test says, hands out messages for
//! credit, and echoes settlements. All faults are for the test to add: see [`Script`].

mod pipe;
mod script;

pub use pipe::{Pipe, TestClock};
pub use script::{Answer, Fault, Script, Waiting};

use punctual_servicebus::codec::{
    Performative, Value,
    definitions::{self, ErrorCondition, Handle, Role},
    frame::{self, Frame, FrameBuffer, Protocol},
    message::{Body, Message},
    messaging::{
        Accepted, ApplicationProperties, DeliveryState, MessageId, Properties, Rejected,
        TargetArchetype,
    },
    performatives::{
        Attach, Begin, ChannelMax, Close, Detach, Disposition, End, Flow, MaxFrameSize, Open,
        Transfer,
    },
};
use std::collections::HashMap;

/// The peer's end of one connection.
pub struct Peer {
    pub script: Script,
    /// What was asked, one line each.
    pub log: Vec<String>,
    input: FrameBuffer,
    output: Vec<u8>,
    headers: u8,
    opened: bool,
    /// By the client's handle.
    links: HashMap<u32, Attach>,
    /// Replies that came so far, by the client's handle of the link.
    credit: HashMap<u32, (u32, u32)>,
    partial: Vec<u8>,
    next_delivery: u32,
    /// Tag and id of what was handed out.
    handed_out: HashMap<u32, Vec<u8>>,
    hung_up: bool,
    deaf: bool,
}

/// The peer's handles and channels are the client's, plus these: so that nobody gets away with mixing them up.
const HANDLES: u32 = 100;
const CHANNELS: u16 = 7;

impl Peer {
    pub fn new(script: Script) -> Self {
        Self {
            script,
            log: Vec::new(),
            input: FrameBuffer::new(1 << 20),
            output: Vec::new(),
            headers: 0,
            opened: false,
            links: HashMap::new(),
            credit: HashMap::new(),
            partial: Vec::new(),
            next_delivery: 0,
            handed_out: HashMap::new(),
            hung_up: false,
            deaf: false,
        }
    }

    pub fn beat(&mut self) {
        frame::write_heartbeat(&mut self.output);
    }

    fn fault(&mut self, fault: Fault) {
        let error = |condition: &str| {
            let condition = ErrorCondition::Custom(condition.into());
            Some(definitions::Error::new(
                condition,
                "a fault".to_owned(),
                None,
            ))
        };
        self.deaf = true;
        match fault {
            Fault::Nothing => {}
            Fault::HangUp => self.hung_up = true,
            Fault::HalfAFrame => {
                self.output.extend([0, 0, 0, 99, 2, 0, 0]);
                self.hung_up = true;
            }
            Fault::Rubbish => self
                .output
                .extend([0, 0, 0, 12, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
            Fault::Oversized => self.output.extend([0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0]),
            Fault::Close(condition) => {
                let close = Performative::Close(Close {
                    error: error(condition),
                });
                frame::write(&mut self.output, 0, &close, &[]).unwrap();
            }
            Fault::End(condition) => {
                self.deaf = false;
                self.links.clear();
                let end = End {
                    error: error(condition),
                };
                self.say(0, Performative::End(end), &[]);
            }
            Fault::Detach(condition) => {
                self.deaf = false;
                self.detach_all("q/$management", (condition, "a fault"));
            }
        }
    }

    fn receive(&mut self, bytes: &[u8]) {
        if let Some(fault) = self.script.fault.take() {
            self.fault(fault);
            return;
        }
        if self.deaf {
            return;
        }
        self.input.feed(bytes);
        loop {
            if self.headers == 0 || (self.headers == 2 && !self.opened) {
                let Some(protocol) = self.input.header().unwrap() else {
                    return;
                };
                self.output.extend(protocol.header());
                self.headers += 1;
                match protocol {
                    Protocol::Sasl => self.output.extend(SASL_MECHANISMS),
                    Protocol::Amqp => self.opened = true,
                }
                continue;
            }
            // Golden bytes: sasl-init is the client's only SASL frame, and the codec here reads those of servers.
            if self.headers == 1 {
                if self.input.pending_bytes() == 0 {
                    return;
                }
                self.headers = 2;
                self.input = FrameBuffer::new(1 << 20);
                self.output.extend(SASL_OK);
                return;
            }
            match self.input.frame().unwrap() {
                None => return,
                Some(Frame::Heartbeat) => self.log.push("heartbeat".to_owned()),
                Some(Frame::Sasl(_)) => panic!("SASL is over"),
                Some(Frame::Amqp {
                    channel,
                    performative,
                    payload,
                }) => self.frame(channel, *performative, payload),
            }
        }
    }

    fn say(&mut self, channel: u16, performative: Performative, payload: &[u8]) {
        frame::write(&mut self.output, channel + CHANNELS, &performative, payload).unwrap();
    }

    fn frame(&mut self, channel: u16, performative: Performative, payload: Vec<u8>) {
        match performative {
            Performative::Open(_) => {
                let open = Performative::Open(Open {
                    container_id: "peer".to_owned(),
                    hostname: None,
                    max_frame_size: MaxFrameSize(self.script.max_frame_bytes),
                    channel_max: ChannelMax(8191),
                    idle_time_out: Some(240_000),
                    outgoing_locales: None,
                    incoming_locales: None,
                    offered_capabilities: None,
                    desired_capabilities: None,
                    properties: None,
                });
                frame::write(&mut self.output, 0, &open, &[]).unwrap();
            }
            Performative::Begin(begin) => {
                let answer = Begin {
                    remote_channel: Some(channel),
                    ..begin
                };
                self.say(channel, Performative::Begin(answer), &[]);
            }
            Performative::Attach(attach) => self.attach(channel, attach),
            Performative::Flow(flow) => self.flow(channel, &flow),
            Performative::Transfer(transfer) => self.transfer(channel, &transfer, &payload),
            Performative::Disposition(disposition) => self.disposition(channel, &disposition),
            Performative::Detach(detach) => {
                let handle = detach.handle.0;
                if self.links.remove(&handle).is_some() {
                    self.detach(channel, handle, None);
                }
            }
            // Only ever the answer to ours.
            Performative::End(_) => {}
            Performative::Close(close) => {
                self.log.push(match close.error {
                    Some(error) => format!("close {}", error.description.unwrap_or_default()),
                    None => "close".to_owned(),
                });
                let answer = Performative::Close(Close { error: None });
                frame::write(&mut self.output, 0, &answer, &[]).unwrap();
            }
        }
    }

    fn address(attach: &Attach) -> String {
        let address = match (&attach.role, attach.target.as_deref()) {
            (Role::Sender, Some(TargetArchetype::Target(target))) => target.address.clone(),
            (Role::Receiver, _) => attach
                .source
                .as_ref()
                .and_then(|source| source.address.clone()),
            _ => None,
        };
        address.unwrap_or_default()
    }

    fn attach(&mut self, channel: u16, attach: Attach) {
        let handle = attach.handle.0;
        let address = Self::address(&attach);
        let refusal = (self.script.refuse)(&address);
        let (role, delivery_count) = match attach.role {
            Role::Sender => (Role::Receiver, None),
            Role::Receiver => (Role::Sender, Some(0)),
        };
        let answer = Attach {
            handle: Handle(handle + HANDLES),
            role: role.clone(),
            source: attach.source.clone().filter(|_| refusal.is_none()),
            target: attach.target.clone().filter(|_| refusal.is_none()),
            initial_delivery_count: delivery_count,
            max_message_size: Some(self.script.max_message_bytes),
            ..attach.clone()
        };
        self.log.push(format!("attach {address}"));
        self.say(channel, Performative::Attach(answer), &[]);
        if let Some((condition, description)) = refusal {
            self.detach(channel, handle, Some((condition, description)));
            return;
        }
        self.links.insert(handle, attach);
        if role == Role::Receiver {
            self.grant(channel, handle, 0);
        }
    }

    fn grant(&mut self, channel: u16, handle: u32, delivery_count: u32) {
        let link_credit = self.script.link_credit;
        let flow = Flow {
            handle: Some(Handle(handle + HANDLES)),
            delivery_count: Some(delivery_count),
            link_credit: Some(link_credit),
            ..self.session_flow()
        };
        self.say(channel, Performative::Flow(flow), &[]);
    }

    fn session_flow(&self) -> Flow {
        Flow {
            next_incoming_id: Some(self.script.transfers),
            incoming_window: 5_000,
            next_outgoing_id: 0,
            outgoing_window: 5_000,
            handle: None,
            delivery_count: None,
            link_credit: None,
            available: None,
            drain: false,
            echo: false,
            properties: None,
        }
    }

    pub fn detach(
        &mut self,
        channel: u16,
        handle: u32,
        error: Option<(&'static str, &'static str)>,
    ) {
        self.links.remove(&handle);
        let error = error.map(|(condition, description)| {
            let condition = ErrorCondition::Custom(condition.into());
            definitions::Error::new(condition, description.to_owned(), None)
        });
        let detach = Detach {
            handle: Handle(handle + HANDLES),
            closed: true,
            error,
        };
        self.say(channel, Performative::Detach(detach), &[]);
    }

    /// Detaches every link to this address, as the service does with idle ones.
    pub fn detach_all(&mut self, address: &str, error: (&'static str, &'static str)) {
        let found = |(handle, attach): (&u32, &Attach)| {
            (Self::address(attach) == address).then_some(*handle)
        };
        let handles: Vec<u32> = self.links.iter().filter_map(found).collect();
        for handle in handles {
            self.detach(0, handle, Some(error));
        }
    }

    fn flow(&mut self, channel: u16, flow: &Flow) {
        let Some(Handle(handle)) = flow.handle else {
            return;
        };
        let Some(attach) = self.links.get(&handle) else {
            return;
        };
        let address = Self::address(attach);
        let limit = flow.delivery_count.unwrap_or(0) + flow.link_credit.unwrap_or(0);
        let (sent, _) = self.credit.get(&handle).copied().unwrap_or((0, 0));
        self.credit
            .insert(handle, (sent, limit.saturating_sub(sent)));
        while self.credit[&handle].1 > 0 {
            let messages = self.script.messages.get_mut(&address);
            let Some((tag, payload)) = messages.and_then(|messages| messages.pop_front()) else {
                break;
            };
            self.hand_out(channel, handle, tag, &payload);
        }
        let (delivery_count, credit) = self.credit[&handle];
        if flow.drain && self.script.answers_drain {
            self.credit.insert(handle, (delivery_count + credit, 0));
            let answer = Flow {
                handle: Some(Handle(handle + HANDLES)),
                delivery_count: Some(delivery_count + credit),
                link_credit: Some(0),
                drain: true,
                ..self.session_flow()
            };
            self.say(channel, Performative::Flow(answer), &[]);
        }
    }

    /// Sends a message in transfers of at most `script.piece_bytes`.
    fn hand_out(&mut self, channel: u16, handle: u32, tag: Vec<u8>, payload: &[u8]) {
        let id = self.next_delivery;
        self.next_delivery += 1;
        self.handed_out.insert(id, tag.clone());
        if let Some((count, credit)) = self.credit.get_mut(&handle) {
            *count += 1;
            *credit = credit.saturating_sub(1);
        }
        let pieces: Vec<&[u8]> = payload.chunks(self.script.piece_bytes).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let transfer = Transfer {
                handle: Handle(handle + HANDLES),
                delivery_id: Some(id),
                delivery_tag: (at == 0).then(|| tag.clone().into()),
                message_format: (at == 0).then_some(0),
                settled: Some(false),
                more: at + 1 < pieces.len(),
                rcv_settle_mode: None,
                state: None,
                resume: false,
                aborted: false,
                batchable: false,
            };
            self.say(channel, Performative::Transfer(transfer), piece);
        }
    }

    fn transfer(&mut self, channel: u16, transfer: &Transfer, payload: &[u8]) {
        self.script.transfers += 1;
        if !self.links.contains_key(&transfer.handle.0) {
            // Crossed our detach on the way.
            return;
        }
        self.partial.extend(payload);
        if transfer.more {
            return;
        }
        let payload = std::mem::take(&mut self.partial);
        let id = transfer.delivery_id.unwrap_or(0);
        let address = Self::address(&self.links[&transfer.handle.0]);
        let message = Message::decode(&payload).unwrap();
        let (count, _) = self
            .credit
            .get(&transfer.handle.0)
            .copied()
            .unwrap_or((0, 0));
        self.credit.insert(transfer.handle.0, (count + 1, 0));
        if address == "$cbs" || address.ends_with("/$management") {
            self.settle_theirs(channel, id, DeliveryState::Accepted(Accepted {}));
            self.request(channel, &address, message);
        } else {
            self.log.push(format!("send {address}"));
            let state = (self.script.outcome)(&message);
            self.settle_theirs(channel, id, state);
        }
        self.grant(channel, transfer.handle.0, count + 1);
    }

    fn settle_theirs(&mut self, channel: u16, id: u32, state: DeliveryState) {
        let disposition = Disposition {
            role: Role::Receiver,
            first: id,
            last: None,
            settled: true,
            state: Some(state),
            batchable: false,
        };
        self.say(channel, Performative::Disposition(disposition), &[]);
    }

    fn request(&mut self, channel: u16, address: &str, message: Message) {
        let properties = message.properties.unwrap_or_default();
        let application = message.application_properties.unwrap_or_default();
        let operation = application.get("operation").cloned().unwrap_or_default();
        let operation = match operation {
            punctual_servicebus::codec::SimpleValue::String(operation) => operation,
            other => panic!("the operation is {other:?}"),
        };
        let Body::Value(body) = message.body else {
            panic!("a request has a value");
        };
        self.log.push(format!("{operation} {address}"));
        let answer = match address {
            "$cbs" => (self.script.token)(&application, &body),
            _ => (self.script.request)(address, &operation, &body),
        };
        let Answer::Reply(status, condition, description, body) = answer else {
            return;
        };
        let reply_to = properties.reply_to.unwrap_or_default();
        let responses = self.links.iter().find(|(_, attach)| {
            matches!(attach.target.as_deref(), Some(TargetArchetype::Target(target))
                if attach.role == Role::Receiver && target.address.as_ref() == Some(&reply_to))
        });
        let handle = *responses.expect("the reply-to is a link").0;
        let reply = reply(properties.message_id, status, condition, description, body);
        let tag = self.next_delivery.to_be_bytes().to_vec();
        self.hand_out(channel, handle, tag, &reply);
    }

    fn disposition(&mut self, channel: u16, disposition: &Disposition) {
        if disposition.role != Role::Receiver || disposition.settled {
            return;
        }
        let state = disposition.state.clone().unwrap();
        self.log.push(format!("settle {state:?}"));
        for id in disposition.first..=disposition.last.unwrap_or(disposition.first) {
            let tag = self.handed_out.remove(&id).unwrap_or_default();
            let state = match (self.script.settle)(&tag, &state) {
                Some(state) => state,
                None => match &state {
                    DeliveryState::Rejected(_) => DeliveryState::Rejected(Rejected { error: None }),
                    state => state.clone(),
                },
            };
            let answer = Disposition {
                role: Role::Sender,
                first: id,
                last: None,
                settled: true,
                state: Some(state),
                batchable: false,
            };
            self.say(channel, Performative::Disposition(answer), &[]);
        }
    }
}

fn reply(
    correlation_id: Option<MessageId>,
    status: i32,
    condition: &str,
    description: &str,
    body: Value,
) -> Vec<u8> {
    let mut map = ApplicationProperties::default();
    map.insert("statusCode".to_owned(), status.into());
    map.insert(
        "statusDescription".to_owned(),
        description.to_owned().into(),
    );
    if !condition.is_empty() {
        let condition = punctual_servicebus::codec::Symbol::from(condition);
        map.insert("errorCondition".to_owned(), condition.into());
    }
    let message = Message {
        properties: Some(Properties {
            correlation_id,
            ..Properties::default()
        }),
        application_properties: Some(map),
        body: Body::Value(body),
        ..Message::default()
    };
    message.encode().unwrap()
}

/// The frame of the genuine service, as published in noodlefrenzy/node-amqp10#299.
const SASL_MECHANISMS: &[u8] =
    b"\x00\x00\x00\x3f\x02\x01\x00\x00\x00\x53\x40\xc0\x32\x01\xe0\x2f\x04\xb3\
    \x00\x00\x00\x07MSSBCBS\x00\x00\x00\x05PLAIN\x00\x00\x00\x09ANONYMOUS\x00\x00\x00\x08EXTERNAL";

const SASL_OK: &[u8] = b"\x00\x00\x00\x10\x02\x01\x00\x00\x00\x53\x44\xc0\x03\x01\x50\x00";
