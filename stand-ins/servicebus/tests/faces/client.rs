//! An AMQP client in memory: says what a test wants said, and hears the answers. It keeps no rules.

use fe2o3_amqp_types::definitions::{Handle, ReceiverSettleMode, Role, SenderSettleMode};
use fe2o3_amqp_types::messaging::{
    AmqpValue, ApplicationProperties, DeliveryState, MessageId, Properties,
};
use fe2o3_amqp_types::messaging::{Source, Target, TargetArchetype};
use fe2o3_amqp_types::performatives::{
    Attach, Begin, ChannelMax, Disposition, Flow, MaxFrameSize, Open, Transfer,
};
use fe2o3_amqp_types::primitives::{OrderedMap, SimpleValue};
use fe2o3_amqp_types::sasl::SaslInit;
use punctual_stand_in_servicebus::access::{Access, Rights, Rule, sign};
use punctual_stand_in_servicebus::amqp::{Connection, Now};
use punctual_stand_in_servicebus::broker::Broker;
use punctual_stand_in_servicebus::bus::ServiceBus;
use punctual_stand_in_servicebus::codec;
use punctual_stand_in_servicebus::options::{NamespaceOptions, QueueOptions};
use serde::Serialize;
use serde_amqp::Value;
use serde_amqp::primitives::Symbol;
use serde_bytes::ByteBuf;

use super::show::{Heard, read_all, show};

/// 2026-11-23T09:00:00Z
pub const START_MS: i64 = 1_795_424_400_000;

pub fn root() -> Rule {
    Rule {
        name: "root".into(),
        key: "SAS_KEY_VALUE".into(),
        rights: Rights::ALL,
    }
}

pub fn listener() -> Rule {
    Rule {
        name: "listener".into(),
        key: "KEY".into(),
        rights: Rights {
            send: false,
            listen: true,
        },
    }
}

/// A namespace with the queue `probe`, whose messages may fail twice.
pub fn bus() -> ServiceBus {
    let mut broker = Broker::new(NamespaceOptions::default());
    let queue = QueueOptions {
        max_delivery_count: 2,
        ..Default::default()
    };
    broker.create_queue("probe", queue).unwrap();
    ServiceBus::new(broker, Access::new(vec![root(), listener()], None), 1)
}

pub fn token(rule: &Rule, path: &str, seconds: i64) -> String {
    sign(
        &format!("sb://ns.example.com/{path}"),
        rule,
        START_MS / 1000 + seconds,
    )
}

pub struct Client {
    pub bus: ServiceBus,
    pub connection: Connection,
    pub now: Now,
    /// All that was said, to be said again by tests that damage it.
    pub said: Vec<Vec<u8>>,
    inbox: Vec<u8>,
    next_id: u32,
}

impl Client {
    /// Not even a header has been said.
    pub fn silent(bus: ServiceBus) -> Self {
        let now = Now {
            wall_ms: START_MS,
            steady_ms: 0,
        };
        let connection = Connection::new(64 << 10, now);
        Self {
            bus,
            connection,
            now,
            said: Vec::new(),
            inbox: Vec::new(),
            next_id: 0,
        }
    }

    /// Open, with session 0.
    pub fn open(bus: ServiceBus) -> Self {
        let mut client = Self::silent(bus);
        client.greet(65_536, None);
        client.begin(0, 1_000);
        client.hear();
        client
    }

    /// Open, with a token for the whole namespace, links 0 and 1 to `$cbs`.
    pub fn trusted(bus: ServiceBus) -> Self {
        let mut client = Self::open(bus);
        client.send_to(0, "$cbs");
        client.receive_from(1, "$cbs");
        client.credit(1, 100, false);
        client.put_token(&token(&root(), "", 3_600), "sb://ns.example.com/probe");
        client.hear();
        client
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.said.push(bytes.to_vec());
        self.connection.receive(bytes, &mut self.bus, self.now);
    }

    fn frame<T: Serialize>(&mut self, kind: u8, channel: u16, performative: &T, payload: &[u8]) {
        let mut body = Vec::new();
        codec::write(performative, &mut body);
        body.extend_from_slice(payload);
        let mut frame = (8 + body.len() as u32).to_be_bytes().to_vec();
        frame.extend_from_slice(&[2, kind]);
        frame.extend_from_slice(&channel.to_be_bytes());
        frame.extend_from_slice(&body);
        self.bytes(&frame);
    }

    pub fn say<T: Serialize>(&mut self, performative: &T) {
        self.frame(0, 0, performative, &[]);
    }

    pub fn greet(&mut self, max_frame_size: u32, idle_time_out: Option<u32>) {
        self.bytes(b"AMQP\x03\x01\x00\x00");
        let init = SaslInit {
            mechanism: Symbol::from("ANONYMOUS"),
            initial_response: None,
            hostname: None,
        };
        self.frame(1, 0, &init, &[]);
        self.bytes(b"AMQP\x00\x01\x00\x00");
        self.say(&Open {
            container_id: "test".into(),
            hostname: Some("ns.example.com".into()),
            max_frame_size: MaxFrameSize(max_frame_size),
            channel_max: ChannelMax(10),
            idle_time_out,
            outgoing_locales: None,
            incoming_locales: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        });
    }

    pub fn begin(&mut self, channel: u16, incoming_window: u32) {
        let begin = Begin {
            remote_channel: None,
            next_outgoing_id: 0,
            incoming_window,
            outgoing_window: 1_000,
            handle_max: Handle(100),
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        self.frame(0, channel, &begin, &[]);
    }

    fn attach(
        &mut self,
        handle: u32,
        role: Role,
        snd: SenderSettleMode,
        source: &str,
        target: &str,
    ) {
        let source = Source {
            address: Some(source.into()),
            ..Default::default()
        };
        let target = Target {
            address: Some(target.into()),
            ..Default::default()
        };
        self.say(&Attach {
            name: format!("link-{handle}"),
            handle: Handle(handle),
            role,
            snd_settle_mode: snd,
            rcv_settle_mode: ReceiverSettleMode::Second,
            source: Some(Box::new(source)),
            target: Some(Box::new(TargetArchetype::Target(target))),
            unsettled: None,
            incomplete_unsettled: false,
            initial_delivery_count: None,
            max_message_size: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        });
    }

    pub fn send_to(&mut self, handle: u32, address: &str) {
        self.attach(
            handle,
            Role::Sender,
            SenderSettleMode::Unsettled,
            "here",
            address,
        );
    }

    pub fn receive_from(&mut self, handle: u32, address: &str) {
        let here = format!("reply-{handle}");
        self.attach(
            handle,
            Role::Receiver,
            SenderSettleMode::Unsettled,
            address,
            &here,
        );
    }

    pub fn take_from(&mut self, handle: u32, address: &str) {
        self.attach(
            handle,
            Role::Receiver,
            SenderSettleMode::Settled,
            address,
            "here",
        );
    }

    pub fn credit(&mut self, handle: u32, credit: u32, drain: bool) {
        self.flow(handle, 0, credit, drain, 0, 1_000);
    }

    pub fn flow(
        &mut self,
        handle: u32,
        seen: u32,
        credit: u32,
        drain: bool,
        next_incoming_id: u32,
        window: u32,
    ) {
        self.say(&Flow {
            next_incoming_id: Some(next_incoming_id),
            incoming_window: window,
            next_outgoing_id: self.next_id,
            outgoing_window: 1_000,
            handle: Some(Handle(handle)),
            delivery_count: Some(seen),
            link_credit: Some(credit),
            available: None,
            drain,
            echo: false,
            properties: None,
        });
    }

    pub fn transfer(&mut self, handle: u32, format: u32, payload: &[u8]) {
        self.transfer_part(handle, Some(format), payload, false);
    }

    pub fn transfer_part(&mut self, handle: u32, format: Option<u32>, payload: &[u8], more: bool) {
        let id = format.is_some().then_some(self.next_id);
        self.next_id += u32::from(format.is_some());
        let transfer = Transfer {
            handle: Handle(handle),
            delivery_id: id,
            delivery_tag: id.map(|id| ByteBuf::from(id.to_be_bytes())),
            message_format: format,
            settled: Some(false),
            more,
            rcv_settle_mode: None,
            state: None,
            resume: false,
            aborted: false,
            batchable: false,
        };
        self.frame(0, 0, &transfer, payload);
    }

    pub fn settle(&mut self, first: u32, last: u32, state: impl Into<DeliveryState>) {
        self.say(&Disposition {
            role: Role::Receiver,
            first,
            last: Some(last),
            settled: false,
            state: Some(state.into()),
            batchable: false,
        });
    }

    /// A request over the link `handle`, to be answered on `reply-{handle + 1}`.
    pub fn request(&mut self, handle: u32, properties: &[(&str, &str)], body: Value) {
        let named = Properties {
            message_id: Some(MessageId::Ulong(u64::from(self.next_id))),
            reply_to: Some(format!("reply-{}", handle + 1)),
            ..Default::default()
        };
        let own: OrderedMap<String, SimpleValue> = properties
            .iter()
            .map(|(name, value)| ((*name).to_owned(), SimpleValue::String((*value).to_owned())))
            .collect();
        let mut bytes = Vec::new();
        codec::write(&named, &mut bytes);
        codec::write(&ApplicationProperties(own), &mut bytes);
        codec::write(&AmqpValue(body), &mut bytes);
        self.transfer(handle, 0, &bytes);
    }

    pub fn put_token(&mut self, token: &str, audience: &str) {
        let properties = [
            ("operation", "put-token"),
            ("type", "jwt"),
            ("name", audience),
        ];
        self.request(0, &properties, Value::String(token.into()));
    }

    /// What the stand-in says now.
    pub fn hear(&mut self) -> Vec<Heard> {
        self.connection.pump(&mut self.bus, self.now);
        let bytes = self.connection.take_output(self.now);
        self.inbox.extend_from_slice(&bytes);
        read_all(&mut self.inbox)
    }

    /// The same as text; payloads of responses are shown.
    pub fn listen(&mut self) -> String {
        let mut text = String::new();
        for heard in self.hear() {
            text += &format!("{heard}\n");
            let Some(value) = response(&heard.payload) else {
                continue;
            };
            text += &format!("    {value}\n");
        }
        if !self.inbox.is_empty() {
            text += &format!("and {} bytes of a frame\n", self.inbox.len());
        }
        if self.connection.is_over() {
            text += "over\n";
        }
        text
    }

    /// Lets time pass on both clocks.
    pub fn pass(&mut self, seconds: u64) {
        self.now.wall_ms += seconds as i64 * 1_000;
        self.now.steady_ms += seconds * 1_000;
    }
}

/// The application properties and the body of a response.
fn response(mut payload: &[u8]) -> Option<String> {
    let mut shown = Vec::new();
    while !payload.is_empty() {
        let (section, rest) = payload.split_at(codec::value_len(payload).ok()?);
        match codec::descriptor(section).ok()?.0 {
            0x74 | 0x77 => shown.push(show(&codec::read(section).ok()?)),
            0x73 => {}
            _ => return None,
        }
        payload = rest;
    }
    Some(shown.join(" ")).filter(|shown| !shown.is_empty())
}

/// A message with an id and a body.
pub fn message(id: &str, body: &[u8]) -> Vec<u8> {
    let properties = Properties {
        message_id: Some(MessageId::String(id.into())),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    codec::write(&properties, &mut bytes);
    bytes.extend_from_slice(&codec::data_section(body));
    bytes
}

/// The id, the body and the count of failed deliveries of a message that was delivered.
pub fn delivered(payload: &[u8]) -> String {
    let content = codec::decode(payload).expect("a message");
    let body = codec::body_bytes(&content.body);
    let body = if body.len() > 40 {
        format!("{} bytes", body.len())
    } else {
        String::from_utf8_lossy(&body).into()
    };
    format!(
        "{} {body:?} failed={}",
        content.id().unwrap_or_default(),
        content.header.delivery_count
    )
}
