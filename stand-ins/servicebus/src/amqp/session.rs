//! A session: its links, its windows, what is not settled (AMQP 1.0, part 2, section 2.5).

use std::collections::{BTreeMap, VecDeque};

use fe2o3_amqp_types::definitions::{Error, Handle};
use fe2o3_amqp_types::performatives::{Begin, Detach, Transfer};

use super::link::{LONGEST_IDLE_MS, Link, Way};
use super::performative::Performative;
use super::{Turn, amqp_error, error};
use crate::address::{Address, Entity};
use crate::codec::Malformed;
use crate::guid::Guid;

/// How many transfer frames the client may have under way.
pub(super) const WINDOW: u32 = 5_000;
pub(super) const LARGEST_HANDLE: u32 = 255;

pub(super) struct Session {
    pub(super) channel: u16,
    pub(super) peer_frame_bytes: u32,
    pub(super) links: BTreeMap<u32, Link>,
    pub(super) unsettled: BTreeMap<u32, Unsettled>,
    pub(super) next_delivery_id: u32,
    /// The link over which something was delivered last.
    pub(super) last_served: u32,
    /// Transfer frames that wait for the client's window.
    pub(super) outbox: VecDeque<(Transfer, Vec<u8>)>,
    pub(super) next_outgoing_id: u32,
    pub(super) peer_window: u32,
    pub(super) next_incoming_id: u32,
    pub(super) window: u32,
}

/// A message that a client has and has not settled.
#[derive(Debug, Clone)]
pub(super) struct Unsettled {
    pub(super) handle: u32,
    pub(super) entity: Entity,
    pub(super) token: Guid,
}

pub(super) const NO_LINK: Malformed = Malformed("a frame names a handle without a link");

impl Session {
    pub(super) fn new(channel: u16, begin: &Begin, peer_frame_bytes: u32) -> Self {
        Self {
            channel,
            peer_frame_bytes,
            links: BTreeMap::new(),
            unsettled: BTreeMap::new(),
            next_delivery_id: 0,
            last_served: 0,
            outbox: VecDeque::new(),
            next_outgoing_id: 0,
            peer_window: begin.incoming_window,
            next_incoming_id: begin.next_outgoing_id,
            window: WINDOW,
        }
    }

    /// The answer to the client's `begin`.
    pub(super) fn begin(&self) -> Begin {
        Begin {
            remote_channel: Some(self.channel),
            next_outgoing_id: self.next_outgoing_id,
            incoming_window: self.window,
            outgoing_window: WINDOW,
            handle_max: Handle(LARGEST_HANDLE),
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        }
    }

    pub(super) fn take(
        &mut self,
        performative: Performative,
        turn: &mut Turn<'_>,
    ) -> Result<(), Malformed> {
        match performative {
            Performative::Attach(attach) => self.attach(*attach, turn),
            Performative::Flow(flow) => self.take_flow(&flow, turn),
            Performative::Transfer(transfer, payload) => {
                self.take_transfer(*transfer, payload, turn)
            }
            Performative::Disposition(disposition) => {
                self.take_disposition(disposition, turn);
                Ok(())
            }
            Performative::Detach(detach) => {
                let handle = u32::from(detach.handle.clone());
                // After a detach of ours the client's may be on its way.
                if self.forget(handle) {
                    let answer = Detach {
                        error: None,
                        ..detach
                    };
                    turn.out
                        .frame(turn.bus, turn.now, self.channel, &answer, &[]);
                }
                Ok(())
            }
            Performative::Open(_)
            | Performative::Begin(_)
            | Performative::End
            | Performative::Close => Err(Malformed(
                "a performative of the connection came to a session",
            )),
        }
    }

    /// Whether there is any link.
    pub(super) fn has_links(&self) -> bool {
        !self.links.is_empty()
    }

    /// When the first idle link is to be detached, by the steady clock.
    pub(super) fn next_idle_ms(&self) -> Option<u64> {
        self.links
            .values()
            .map(|link| link.used_ms + LONGEST_IDLE_MS)
            .min()
    }

    /// Delivers what can be delivered, and detaches what has been idle.
    pub(super) fn pump(&mut self, turn: &mut Turn<'_>) {
        self.deliver(turn);
        let is_idle = |link: &&Link| turn.now.steady_ms >= link.used_ms + LONGEST_IDLE_MS;
        let idle: Vec<u32> = self
            .links
            .values()
            .filter(is_idle)
            .map(|link| link.handle)
            .collect();
        for handle in idle {
            let text = "The link is force detached because it was idle. Idle timeout: 00:10:00.";
            self.detach(handle, error("amqp:link:detach-forced", text), turn);
        }
    }

    /// Detaches a link for a reason.
    pub(super) fn detach(&mut self, handle: u32, error: Error, turn: &mut Turn<'_>) {
        if self.forget(handle) {
            let detach = Detach {
                handle: Handle(handle),
                closed: true,
                error: Some(error),
            };
            turn.out
                .frame(turn.bus, turn.now, self.channel, &detach, &[]);
        }
    }

    /// Removes a link. What it delivered stays locked until the locks run out.
    fn forget(&mut self, handle: u32) -> bool {
        self.unsettled
            .retain(|_, unsettled| unsettled.handle != handle);
        self.outbox
            .retain(|(transfer, _)| transfer.handle != Handle(handle));
        self.links.remove(&handle).is_some()
    }

    /// Detaches the links for which no token is left.
    pub(super) fn detach_unauthorized(&mut self, turn: &mut Turn<'_>) {
        let refused = self.links.values().filter_map(|link| {
            let (right, path) = Link::right(&link.address, matches!(link.way, Way::In(_)))?;
            let refusal = turn.check(right, &path).err()?;
            Some((link.handle, refusal))
        });
        for (handle, refusal) in refused.collect::<Vec<_>>() {
            self.detach(handle, amqp_error(&refusal), turn);
        }
    }

    /// The link over which a response goes: the one that `reply-to` names, else the newest to that address.
    pub(super) fn response_link(
        &mut self,
        address: &Address,
        reply_to: Option<&str>,
    ) -> Option<&mut Link> {
        let fits = |link: &&Link| link.address == *address && matches!(link.way, Way::Out(_));
        let is_named = |link: &&Link| match (&link.way, reply_to) {
            (Way::Out(out), Some(name)) => link.name == name || out.target.as_deref() == Some(name),
            _ => false,
        };
        let mut links = self.links.values().filter(fits);
        let named = self.links.values().filter(fits).find(is_named);
        let handle = named.or_else(|| links.next_back())?.handle;
        self.links.get_mut(&handle)
    }
}
