//! One session: its links, its transfer windows, and what is not settled yet.

use super::{
    Condition, Delivery, Event, Failure, LinkId, SessionId,
    link::{Direction, Link, LinkState},
    outbox::Outbox,
};
use crate::codec::{
    Performative,
    definitions::{Handle, Role},
    messaging::TargetArchetype,
    performatives::{Attach, Begin, Detach, Flow},
};
use std::collections::{BTreeMap, VecDeque};

/// Transfers that the peer may send before it needs a new window.
pub(super) const INCOMING_WINDOW: u32 = 4_096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionState {
    /// Our begin is out.
    Beginning,
    /// Both began.
    Mapped,
    /// Our end is out: what still comes is dropped.
    Ending,
}

#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) state: SessionState,
    pub(super) remote_channel: Option<u16>,
    pub(super) links: Vec<Link>,
    pub(super) handle_max: u32,
    /// Id of our next transfer. Its first value is 0, so that it is also the count of transfers.
    pub(super) next_outgoing_id: u32,
    pub(super) next_delivery_id: u32,
    /// Transfers that the peer takes from us now.
    pub(super) remote_window: u32,
    next_incoming_id: u32,
    incoming_window: u32,
    /// Encoded transfers that wait for a window.
    pub(super) queue: VecDeque<Vec<u8>>,
    pub(super) queued_bytes: usize,
    /// What we sent and the peer has not settled.
    pub(super) unsettled_out: BTreeMap<u32, LinkId>,
    /// What the peer sent and has not settled.
    pub(super) unsettled_in: BTreeMap<u32, LinkId>,
}

impl Session {
    pub(super) fn new(id: SessionId) -> Self {
        Self {
            id,
            state: SessionState::Beginning,
            remote_channel: None,
            links: Vec::new(),
            handle_max: u32::MAX,
            next_outgoing_id: 0,
            next_delivery_id: 0,
            remote_window: 0,
            next_incoming_id: 0,
            incoming_window: INCOMING_WINDOW,
            queue: VecDeque::new(),
            queued_bytes: 0,
            unsettled_out: BTreeMap::new(),
            unsettled_in: BTreeMap::new(),
        }
    }

    pub(super) fn begin_frame(&self) -> Performative {
        Performative::Begin(Begin {
            remote_channel: None,
            next_outgoing_id: self.next_outgoing_id,
            incoming_window: INCOMING_WINDOW,
            outgoing_window: INCOMING_WINDOW,
            handle_max: Handle(u32::from(u16::MAX)),
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        })
    }

    pub(super) fn began(&mut self, remote_channel: u16, begin: &Begin) {
        self.remote_channel = Some(remote_channel);
        self.next_incoming_id = begin.next_outgoing_id;
        self.remote_window = begin.incoming_window;
        self.handle_max = begin.handle_max.0;
        if self.state == SessionState::Beginning {
            self.state = SessionState::Mapped;
        }
    }

    /// The lowest handle that is free.
    pub(super) fn free_handle(&self) -> Option<u32> {
        (0..=self.handle_max).find(|handle| self.links.iter().all(|link| link.handle != *handle))
    }

    pub(super) fn link(&mut self, id: LinkId) -> Option<&mut Link> {
        self.links.iter_mut().find(|link| link.id == id)
    }

    pub(super) fn by_remote_handle(&mut self, handle: &Handle) -> Result<&mut Link, Failure> {
        self.links
            .iter_mut()
            .find(|link| link.remote_handle == Some(handle.0))
            .ok_or(Failure::Violation(
                "a frame is for a link that is not there",
            ))
    }

    /// A flow with the session's numbers, and a link's if given.
    pub(super) fn flow_frame(&self, link: Option<&Link>) -> Performative {
        let incoming = link.is_some_and(|link| link.direction == Direction::Incoming);
        let begun = self.remote_channel.is_some();
        Performative::Flow(Flow {
            next_incoming_id: begun.then_some(self.next_incoming_id),
            incoming_window: self.incoming_window,
            next_outgoing_id: self.next_outgoing_id,
            outgoing_window: INCOMING_WINDOW,
            handle: link.map(|link| Handle(link.handle)),
            delivery_count: link.map(|link| link.delivery_count),
            link_credit: link.map(|link| link.credit),
            available: None,
            drain: incoming && link.is_some_and(|link| link.draining),
            echo: false,
            properties: None,
        })
    }

    /// The peer's flow: windows, credit, drain.
    pub(super) fn flow(
        &mut self,
        flow: &Flow,
        out: &mut Outbox,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Failure> {
        // Part 2, section 2.5.6. Without next-incoming-id the peer has not seen our begin.
        let seen = flow.next_incoming_id.unwrap_or(0);
        let window = seen
            .wrapping_add(flow.incoming_window)
            .wrapping_sub(self.next_outgoing_id);
        self.remote_window = if window > u32::MAX / 2 { 0 } else { window };
        let mut answer_link = None;
        if let Some(handle) = &flow.handle {
            let link = self.by_remote_handle(handle)?;
            let id = link.id;
            match link.direction {
                Direction::Outgoing => {
                    if link.credited(flow) {
                        events.push_back(Event::Credit(id));
                    }
                    if flow.drain && link.credit > 0 {
                        // We send at once what we send, so nothing waits: the credit is used up.
                        link.delivery_count = link.delivery_count.wrapping_add(link.credit);
                        link.credit = 0;
                        answer_link = Some(id);
                    }
                }
                Direction::Incoming => {
                    if link.advanced(flow) {
                        events.push_back(Event::Drained(id));
                    }
                }
            }
            if flow.echo {
                answer_link = Some(id);
            }
        }
        self.flush(out);
        if answer_link.is_some() || flow.echo {
            let link = answer_link.and_then(|id| self.links.iter().find(|link| link.id == id));
            out.frame(self.id.0, &self.flow_frame(link), &[])?;
        }
        Ok(())
    }

    /// Writes queued transfers as far as the peer's window goes.
    pub(super) fn flush(&mut self, out: &mut Outbox) {
        while self.remote_window > 0 {
            let Some(frame) = self.queue.pop_front() else {
                return;
            };
            self.queued_bytes -= frame.len();
            self.remote_window -= 1;
            self.next_outgoing_id = self.next_outgoing_id.wrapping_add(1);
            out.encoded(&frame);
        }
    }

    /// Counts a transfer that came, and opens the window again in time.
    pub(super) fn count_incoming(&mut self, out: &mut Outbox) -> Result<(), Failure> {
        self.next_incoming_id = self.next_incoming_id.wrapping_add(1);
        self.incoming_window = self
            .incoming_window
            .checked_sub(1)
            .ok_or(Failure::Violation(
                "a transfer came without a session window",
            ))?;
        if self.incoming_window < INCOMING_WINDOW / 2 {
            self.incoming_window = INCOMING_WINDOW;
            out.frame(self.id.0, &self.flow_frame(None), &[])?;
        }
        Ok(())
    }

    /// The peer's half of an attach that we began.
    pub(super) fn attached(
        &mut self,
        attach: &Attach,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Failure> {
        let direction = match attach.role {
            Role::Sender => Direction::Incoming,
            Role::Receiver => Direction::Outgoing,
        };
        let taken = |handle| move |link: &Link| link.remote_handle == Some(handle);
        if self.links.iter().any(taken(attach.handle.0)) {
            return Err(Failure::Violation("two links have one handle"));
        }
        let link = self
            .links
            .iter_mut()
            .find(|link| {
                link.name == attach.name
                    && link.direction == direction
                    && link.remote_handle.is_none()
            })
            .ok_or(Failure::Violation("the peer attaches a link of its own"))?;
        link.remote_handle = Some(attach.handle.0);
        if link.state == LinkState::Detaching {
            return Ok(());
        }
        let terminus = match direction {
            Direction::Outgoing => {
                let max = attach.max_message_size.unwrap_or(0);
                link.max_message_bytes = max;
                matches!(attach.target.as_deref(), Some(TargetArchetype::Target(_)))
            }
            Direction::Incoming => {
                link.delivery_count = attach.initial_delivery_count.unwrap_or(0);
                attach.source.is_some()
            }
        };
        if terminus {
            link.state = LinkState::Attached;
            events.push_back(Event::Attached {
                link: link.id,
                max_message_bytes: link.max_message_bytes,
            });
        } else {
            link.state = LinkState::Refused;
        }
        Ok(())
    }

    /// The peer's detach: answers it if it came first.
    pub(super) fn detached(
        &mut self,
        detach: &Detach,
        out: &mut Outbox,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Failure> {
        let link = self.by_remote_handle(&detach.handle)?;
        let (id, handle, state) = (link.id, link.handle, link.state);
        if state != LinkState::Detaching {
            let answer = Performative::Detach(Detach {
                handle: Handle(handle),
                closed: detach.closed,
                error: None,
            });
            out.frame(self.id.0, &answer, &[])?;
        }
        self.links.retain(|link| link.id != id);
        self.unsettled_in.retain(|_, link| *link != id);
        self.unsettled_out.retain(|_, link| *link != id);
        events.push_back(Event::Detached {
            link: id,
            condition: detach.error.as_ref().map(Condition::from_wire),
        });
        Ok(())
    }

    /// Removes what `first..=last` names, whichever way the numbers wrap.
    pub(super) fn settled(
        unsettled: &mut BTreeMap<u32, LinkId>,
        first: u32,
        last: u32,
    ) -> Vec<Delivery> {
        let ids: Vec<u32> = if first <= last {
            unsettled.range(first..=last).map(|(id, _)| *id).collect()
        } else {
            let (high, low) = (unsettled.range(first..), unsettled.range(..=last));
            high.chain(low).map(|(id, _)| *id).collect()
        };
        let remove = |id| unsettled.remove(&id).map(|link| Delivery { link, id });
        ids.into_iter().filter_map(remove).collect()
    }
}
