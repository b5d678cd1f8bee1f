//! Windows and credit (AMQP 1.0, part 2, sections 2.5.6 and 2.6.7).

use fe2o3_amqp_types::definitions::Handle;
use fe2o3_amqp_types::performatives::Flow;

use super::Turn;
use super::link::Way;
use super::session::{NO_LINK, Session, WINDOW};
use crate::codec::Malformed;

/// How many messages a client may send ahead.
const CREDIT: u32 = 1_000;

impl Session {
    pub(super) fn take_flow(&mut self, flow: &Flow, turn: &mut Turn<'_>) -> Result<(), Malformed> {
        // What the client can take beyond what is on its way: its window, counted from what it has seen.
        let seen = flow.next_incoming_id.unwrap_or(0);
        let under_way = self.next_outgoing_id.wrapping_sub(seen);
        self.peer_window = flow.incoming_window.saturating_sub(under_way);
        self.next_incoming_id = flow.next_outgoing_id;
        if let Some(handle) = &flow.handle {
            let handle = u32::from(handle.clone());
            let link = self.links.get_mut(&handle).ok_or(NO_LINK)?;
            link.used_ms = turn.now.steady_ms;
            if let (Way::Out(out), Some(credit)) = (&mut link.way, flow.link_credit) {
                let seen = flow.delivery_count.unwrap_or(0);
                let under_way = out.delivery_count.wrapping_sub(seen);
                out.credit = credit.saturating_sub(under_way);
                out.drains = flow.drain;
            }
        }
        self.deliver(turn);
        if flow.echo {
            let handle = flow.handle.clone().map(u32::from);
            self.send_flow(handle, false, turn);
        }
        Ok(())
    }

    /// Tells the client how much it may send, when that has become little.
    pub(super) fn top_up(&mut self, handle: u32, turn: &mut Turn<'_>) {
        let window_is_little = self.window < WINDOW / 2;
        match self.links.get_mut(&handle).map(|link| &mut link.way) {
            Some(Way::In(incoming)) if window_is_little || incoming.credit < CREDIT / 2 => {
                incoming.credit = CREDIT;
                self.window = WINDOW;
                self.send_flow(Some(handle), false, turn);
            }
            None if window_is_little => {
                self.window = WINDOW;
                self.send_flow(None, false, turn);
            }
            _ => {}
        }
    }

    /// Tells the client how things stand.
    pub(super) fn send_flow(&mut self, handle: Option<u32>, drain: bool, turn: &mut Turn<'_>) {
        let link = handle.and_then(|handle| self.links.get(&handle));
        // Clients drop a link whose flow has credit and no count, or the other way round.
        let (delivery_count, link_credit) = match link.map(|link| &link.way) {
            Some(Way::In(incoming)) => (Some(incoming.delivery_count), Some(incoming.credit)),
            Some(Way::Out(out)) => (Some(out.delivery_count), Some(out.credit)),
            None => (None, None),
        };
        let flow = Flow {
            next_incoming_id: Some(self.next_incoming_id),
            incoming_window: self.window,
            next_outgoing_id: self.next_outgoing_id,
            outgoing_window: WINDOW,
            handle: link.map(|link| Handle(link.handle)),
            delivery_count,
            link_credit,
            available: None,
            drain,
            echo: false,
            properties: None,
        };
        turn.out.frame(turn.bus, turn.now, self.channel, &flow, &[]);
    }
}
