//! What the engine tells its user, and the names it uses for that.

use super::Condition;
use crate::codec::messaging::DeliveryState;

/// A session of a connection: its local channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub(super) u16);

/// A link of a connection. Never used again for another link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub(super) u32);

/// A message that was sent or received on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delivery {
    /// The link.
    pub link: LinkId,
    pub(super) id: u32,
}

/// A message as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// How to settle it.
    pub delivery: Delivery,
    /// The sender's name of the delivery. Service Bus puts the lock token here.
    pub tag: Vec<u8>,
    /// 0, or the vendor's format, such as 0x80013700 for a batch.
    pub format: u32,
    /// The sender has settled it already: there is nothing to settle.
    pub settled: bool,
    /// The encoded message: see [`crate::codec::message::Message::decode`].
    pub payload: Vec<u8>,
}

/// Something that the peer did.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The peer answered our open.
    Opened,
    /// The peer answered our begin.
    Began(SessionId),
    /// The peer answered our attach, and did not refuse.
    Attached {
        /// The link.
        link: LinkId,
        /// The largest message that the peer takes, in bytes; 0 is no limit.
        max_message_bytes: u64,
    },
    /// A sender link may send again.
    Credit(LinkId),
    /// A message came in whole.
    Message(Incoming),
    /// The peer settled a message that we sent.
    Outcome {
        /// Which.
        delivery: Delivery,
        /// How. `None` if it did not say, which a receiver in mode "first" may do.
        state: Option<DeliveryState>,
    },
    /// The peer settled a message that it sent, after our unsettled disposition.
    Settled {
        /// Which.
        delivery: Delivery,
        /// How, in the peer's words.
        state: Option<DeliveryState>,
    },
    /// The peer has no more messages for the credit that was drained.
    Drained(LinkId),
    /// The link is no more, by whoever's will.
    Detached {
        /// The link.
        link: LinkId,
        /// Why, if the peer said so.
        condition: Option<Condition>,
    },
    /// The session is no more. Its links were reported as detached before.
    Ended {
        /// The session.
        session: SessionId,
        /// Why, if the peer said so.
        condition: Option<Condition>,
    },
    /// The peer answered our close.
    Closed,
}
