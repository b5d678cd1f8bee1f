//! What the user asks for: sessions, links, messages, credit, settlement.

use super::{
    Connection, Delivery, Event, LinkId, SessionId,
    link::{Direction, Link, LinkState},
    outbox::Outbox,
    session::{Session, SessionState},
};
use crate::codec::{
    Performative,
    definitions::{Fields, Handle, ReceiverSettleMode, Role, SenderSettleMode},
    frame::{self, HEADER_BYTES},
    messaging::{DeliveryState, Source, Target, TargetArchetype},
    performatives::{Attach, Detach, Disposition, End, Transfer},
};

/// What a link is for.
#[derive(Debug, Clone)]
pub struct LinkOptions {
    /// Its name: unique among the links of a container.
    pub name: String,
    /// Which way messages go.
    pub direction: Direction,
    /// The address to receive from.
    pub source: Option<String>,
    /// The address to send to.
    pub target: Option<String>,
    /// Messages are settled by a disposition; if false, by being sent.
    pub unsettled: bool,
    /// Incoming links: settle only after the peer has (rcv-settle-mode "second"), which is what peek-lock needs.
    pub settle_second: bool,
    /// Incoming links: the largest message that is taken, in bytes. A larger one ends the connection.
    pub max_message_bytes: u64,
    /// Properties of the attach.
    pub properties: Option<Fields>,
}

/// Why a message was not taken for sending. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// The link is not attached, or not for sending.
    NotAttached,
    /// The peer has not granted credit. [`Event::Credit`] says when it does.
    NoCredit,
    /// The message is over the peer's limit, in bytes.
    TooLarge(u64),
    /// Too much waits for the peer's window already.
    Full,
    /// The frame could not be encoded.
    Encoding,
}

impl Connection {
    /// Begins a session. [`Event::Began`] follows. `None` if the peer takes no more, or the connection has ended.
    pub fn begin(&mut self) -> Option<SessionId> {
        if !self.is_usable() {
            return None;
        }
        let free = |channel: &u16| self.sessions.iter().all(|s| s.id.0 != *channel);
        let id = SessionId((0..=self.channel_max.min(255)).find(free)?);
        let session = Session::new(id);
        self.out.frame(id.0, &session.begin_frame(), &[]).ok()?;
        self.sessions.push(session);
        Some(id)
    }

    /// Attaches a link. [`Event::Attached`] or [`Event::Detached`] follows. `None` if the session is not there or full.
    pub fn attach(&mut self, session: SessionId, options: &LinkOptions) -> Option<LinkId> {
        let id = LinkId(self.next_link);
        if !self.is_usable() {
            return None;
        }
        let index = self.sessions.iter().position(|s| s.id == session)?;
        let session = &mut self.sessions[index];
        if session.state == SessionState::Ending {
            return None;
        }
        let handle = session.free_handle()?;
        let attach = attach_frame(options, handle);
        self.out.frame(session.id.0, &attach, &[]).ok()?;
        self.next_link += 1;
        session.links.push(Link {
            id,
            name: options.name.clone(),
            direction: options.direction,
            state: LinkState::Attaching,
            handle,
            remote_handle: None,
            delivery_count: 0,
            credit: 0,
            draining: false,
            max_message_bytes: options.max_message_bytes,
            partial: None,
        });
        Some(id)
    }

    /// Sends an encoded message. [`Event::Outcome`] follows unless `settled`.
    ///
    /// # Errors
    /// See [`SendError`]. Nothing is sent then.
    pub fn send(
        &mut self,
        link: LinkId,
        format: u32,
        settled: bool,
        message: &[u8],
    ) -> Result<Delivery, SendError> {
        let max_frame_bytes = self.peer_max_frame_bytes as usize;
        let (session, out) = self.session_of(link).ok_or(SendError::NotAttached)?;
        let queued_bytes = session.queued_bytes + message.len();
        let id = session.next_delivery_id;
        let channel = session.id.0;
        let entry = session.link(link).ok_or(SendError::NotAttached)?;
        if entry.state != LinkState::Attached || entry.direction != Direction::Outgoing {
            return Err(SendError::NotAttached);
        }
        let max = entry.max_message_bytes;
        if max > 0 && message.len() as u64 > max {
            return Err(SendError::TooLarge(max));
        }
        if entry.credit == 0 {
            return Err(SendError::NoCredit);
        }
        if queued_bytes > Self::QUEUED_BYTES_MAX {
            return Err(SendError::Full);
        }
        let transfer = Transfer {
            handle: Handle(entry.handle),
            delivery_id: Some(id),
            delivery_tag: Some(id.to_be_bytes().to_vec().into()),
            message_format: Some(format),
            settled: Some(settled),
            more: false,
            rcv_settle_mode: None,
            state: None,
            resume: false,
            aborted: false,
            batchable: false,
        };
        let frames = split(channel, &transfer, message, max_frame_bytes)?;
        entry.credit -= 1;
        entry.delivery_count = entry.delivery_count.wrapping_add(1);
        session.next_delivery_id = id.wrapping_add(1);
        session.queued_bytes += frames.iter().map(Vec::len).sum::<usize>();
        session.queue.extend(frames);
        if !settled {
            session.unsettled_out.insert(id, link);
        }
        session.flush(out);
        Ok(Delivery { link, id })
    }

    /// Whether a sender link has credit now.
    #[must_use]
    pub fn credit(&self, link: LinkId) -> u32 {
        let mut links = self.sessions.iter().flat_map(|session| &session.links);
        links
            .find(|entry| entry.id == link)
            .map_or(0, |entry| entry.credit)
    }

    /// Lets the peer send so many messages from now on, on a link that receives.
    pub fn grant(&mut self, link: LinkId, credit: u32) {
        self.incoming_flow(link, |entry| {
            entry.credit = credit;
            entry.draining = false;
        });
    }

    /// Asks the peer to send what it has for the granted credit, and to use up the rest. [`Event::Drained`] follows.
    pub fn drain(&mut self, link: LinkId) {
        self.incoming_flow(link, |entry| entry.draining = true);
        let entry = self
            .session_of(link)
            .and_then(|(session, _)| session.link(link));
        if let Some(entry) = entry.filter(|entry| entry.credit == 0) {
            entry.draining = false;
            self.events.push_back(Event::Drained(link));
        }
    }

    /// Says what became of a received message. Unsettled, the peer's [`Event::Settled`] follows; settled, nothing does.
    /// False if the delivery is not known (any more).
    pub fn dispose(&mut self, delivery: Delivery, state: DeliveryState, settled: bool) -> bool {
        let Some((session, out)) = self.session_of(delivery.link) else {
            return false;
        };
        if session.unsettled_in.get(&delivery.id) != Some(&delivery.link) {
            return false;
        }
        if settled {
            session.unsettled_in.remove(&delivery.id);
        }
        let channel = session.id.0;
        let disposition = Performative::Disposition(Disposition {
            role: Role::Receiver,
            first: delivery.id,
            last: Some(delivery.id),
            settled,
            state: Some(state),
            batchable: false,
        });
        out.frame(channel, &disposition, &[]).is_ok()
    }

    /// Detaches a link for good. [`Event::Detached`] follows.
    pub fn detach(&mut self, link: LinkId) {
        let Some((session, out)) = self.session_of(link) else {
            return;
        };
        let channel = session.id.0;
        let Some(entry) = session.link(link) else {
            return;
        };
        if entry.state == LinkState::Detaching {
            return;
        }
        entry.state = LinkState::Detaching;
        let detach = Performative::Detach(Detach {
            handle: Handle(entry.handle),
            closed: true,
            error: None,
        });
        let _ = out.frame(channel, &detach, &[]);
    }

    /// Ends a session and its links. [`Event::Ended`] follows.
    pub fn end(&mut self, id: SessionId) {
        if !self.is_usable() {
            return;
        }
        let Some(session) = self.session(id) else {
            return;
        };
        if session.state != SessionState::Ending {
            session.state = SessionState::Ending;
            let _ = self
                .out
                .frame(id.0, &Performative::End(End { error: None }), &[]);
        }
    }

    /// The session of a link, and where its frames go. `None` if we have ended either, or the connection.
    fn session_of(&mut self, link: LinkId) -> Option<(&mut Session, &mut Outbox)> {
        if !self.is_usable() {
            return None;
        }
        let has = |session: &&mut Session| {
            let alive = session.state != SessionState::Ending;
            alive && session.links.iter().any(|entry| entry.id == link)
        };
        let session = self.sessions.iter_mut().find(has)?;
        Some((session, &mut self.out))
    }

    /// Changes a receiving link's credit or drain, and tells the peer.
    fn incoming_flow(&mut self, link: LinkId, change: impl FnOnce(&mut Link)) {
        let Some((session, out)) = self.session_of(link) else {
            return;
        };
        let Some(entry) = session.link(link) else {
            return;
        };
        if entry.state != LinkState::Attached || entry.direction != Direction::Incoming {
            return;
        }
        change(entry);
        let entry = session.links.iter().find(|entry| entry.id == link);
        let _ = out.frame(session.id.0, &session.flow_frame(entry), &[]);
    }
}

/// The transfers of one message, none larger than the peer's frames: part 2, section 2.6.14.
fn split(
    channel: u16,
    transfer: &Transfer,
    message: &[u8],
    max_frame_bytes: usize,
) -> Result<Vec<Vec<u8>>, SendError> {
    let mut frames = Vec::new();
    let mut transfer = transfer.clone();
    let mut rest = message;
    loop {
        transfer.more = true;
        let performative = Performative::Transfer(transfer.clone());
        let head = crate::codec::encode(&performative).map_err(|_| SendError::Encoding)?;
        let room = max_frame_bytes
            .saturating_sub(head.len() + HEADER_BYTES)
            .max(1);
        let (piece, after) = rest.split_at(room.min(rest.len()));
        transfer.more = !after.is_empty();
        let mut bytes = Vec::with_capacity(head.len() + HEADER_BYTES + piece.len());
        let performative = Performative::Transfer(transfer.clone());
        frame::write(&mut bytes, channel, &performative, piece).map_err(|_| SendError::Encoding)?;
        frames.push(bytes);
        if after.is_empty() {
            return Ok(frames);
        }
        rest = after;
        transfer.delivery_id = None;
        transfer.delivery_tag = None;
        transfer.message_format = None;
        transfer.settled = None;
    }
}

fn attach_frame(options: &LinkOptions, handle: u32) -> Performative {
    let incoming = options.direction == Direction::Incoming;
    let source = Source {
        address: options.source.clone(),
        ..Source::default()
    };
    let target = Target {
        address: options.target.clone(),
        ..Target::default()
    };
    Performative::Attach(Attach {
        name: options.name.clone(),
        handle: Handle(handle),
        role: if incoming {
            Role::Receiver
        } else {
            Role::Sender
        },
        snd_settle_mode: if options.unsettled {
            SenderSettleMode::Unsettled
        } else {
            SenderSettleMode::Settled
        },
        rcv_settle_mode: if options.settle_second {
            ReceiverSettleMode::Second
        } else {
            ReceiverSettleMode::First
        },
        source: Some(Box::new(source)),
        target: Some(Box::new(TargetArchetype::Target(target))),
        unsettled: None,
        incomplete_unsettled: false,
        initial_delivery_count: (!incoming).then_some(0),
        max_message_size: (incoming && options.max_message_bytes > 0)
            .then_some(options.max_message_bytes),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: options.properties.clone(),
    })
}
