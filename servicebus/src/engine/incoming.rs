//! What the peer says about sessions, links and messages.

use super::{
    Condition, Connection, Event, Failure, Incoming,
    event::Delivery,
    link::{Direction, LinkState},
    session::{Session, SessionState},
};
use crate::codec::{
    Performative,
    definitions::Role,
    performatives::{Begin, Disposition, End, Transfer},
};

impl Connection {
    /// Gives a frame to the session that it is for.
    pub(super) fn route(
        &mut self,
        channel: u16,
        performative: Performative,
        payload: &[u8],
    ) -> Result<(), Failure> {
        if let Performative::Begin(begin) = &performative {
            return self.began(channel, begin);
        }
        let at = self
            .sessions
            .iter()
            .position(|session| session.remote_channel == Some(channel))
            .ok_or(Failure::Violation(
                "a frame is for a session that is not there",
            ))?;
        if let Performative::End(end) = performative {
            return self.ended(at, &end);
        }
        let session = &mut self.sessions[at];
        if session.state == SessionState::Ending {
            return Ok(());
        }
        let (out, events) = (&mut self.out, &mut self.events);
        match performative {
            Performative::Attach(attach) => session.attached(&attach, events),
            Performative::Detach(detach) => session.detached(&detach, out, events),
            Performative::Flow(flow) => session.flow(&flow, out, events),
            Performative::Transfer(transfer) => {
                session.count_incoming(out)?;
                events.extend(transferred(session, &transfer, payload)?);
                Ok(())
            }
            Performative::Disposition(disposition) => self.disposed(at, &disposition),
            Performative::Open(_)
            | Performative::Close(_)
            | Performative::Begin(_)
            | Performative::End(_) => Err(Failure::Violation("a frame is out of place")),
        }
    }

    fn began(&mut self, channel: u16, begin: &Begin) -> Result<(), Failure> {
        if self
            .sessions
            .iter()
            .any(|s| s.remote_channel == Some(channel))
        {
            return Err(Failure::Violation("two sessions have one channel"));
        }
        let session = begin
            .remote_channel
            .and_then(|ours| self.sessions.iter_mut().find(|s| s.id.0 == ours))
            .filter(|session| session.remote_channel.is_none())
            .ok_or(Failure::Violation("the peer begins a session of its own"))?;
        session.began(channel, begin);
        if session.state == SessionState::Mapped {
            self.events.push_back(Event::Began(session.id));
        }
        Ok(())
    }

    fn ended(&mut self, at: usize, end: &End) -> Result<(), Failure> {
        let session = self.sessions.remove(at);
        if session.state != SessionState::Ending {
            let answer = Performative::End(End { error: None });
            self.out.frame(session.id.0, &answer, &[])?;
        }
        let condition = end.error.as_ref().map(Condition::from_wire);
        for link in session.links {
            self.events.push_back(Event::Detached {
                link: link.id,
                condition: condition.clone(),
            });
        }
        self.events.push_back(Event::Ended {
            session: session.id,
            condition,
        });
        Ok(())
    }

    /// The peer's word on deliveries: ours if it is the receiver, its own if it is the sender.
    fn disposed(&mut self, at: usize, disposition: &Disposition) -> Result<(), Failure> {
        let session = &mut self.sessions[at];
        let (first, last) = (
            disposition.first,
            disposition.last.unwrap_or(disposition.first),
        );
        let state = &disposition.state;
        let decided = disposition.settled || state.as_ref().is_some_and(|s| s.is_terminal());
        match disposition.role {
            Role::Receiver if decided => {
                let settled = Session::settled(&mut session.unsettled_out, first, last);
                for delivery in settled {
                    if !disposition.settled {
                        // A receiver in mode "second" waits for us to settle too: part 2, section 2.6.12.
                        let answer = Performative::Disposition(Disposition {
                            role: Role::Sender,
                            first: delivery.id,
                            last: None,
                            settled: true,
                            state: state.clone(),
                            batchable: false,
                        });
                        self.out.frame(session.id.0, &answer, &[])?;
                    }
                    let state = state.clone();
                    self.events.push_back(Event::Outcome { delivery, state });
                }
            }
            Role::Sender if disposition.settled => {
                for delivery in Session::settled(&mut session.unsettled_in, first, last) {
                    let state = state.clone();
                    self.events.push_back(Event::Settled { delivery, state });
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn transferred(
    session: &mut Session,
    transfer: &Transfer,
    payload: &[u8],
) -> Result<Option<Event>, Failure> {
    let link = session.by_remote_handle(&transfer.handle)?;
    if link.direction != Direction::Incoming {
        return Err(Failure::Violation("a message came on a link that sends"));
    }
    if link.state != LinkState::Attached {
        return Ok(None);
    }
    let Some(message) = link.take(transfer, payload)? else {
        return Ok(None);
    };
    let delivery = Delivery {
        link: link.id,
        id: message.delivery_id,
    };
    if !message.settled {
        session.unsettled_in.insert(delivery.id, delivery.link);
    }
    Ok(Some(Event::Message(Incoming {
        delivery,
        tag: message.tag,
        format: message.format,
        settled: message.settled,
        payload: message.payload,
    })))
}
