//! Links as the server sees them.

use std::collections::VecDeque;

use crate::access::Right;
use crate::address::Address;
use crate::broker::Mode;

/// How long a link may be idle before the service detaches it.
pub(super) const LONGEST_IDLE_MS: u64 = 600_000;

/// A link, in one of its two directions.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) handle: u32,
    pub(super) address: Address,
    pub(super) way: Way,
    /// When something last happened here, by the steady clock.
    pub(super) used_ms: u64,
}

/// Which way messages go.
#[derive(Debug)]
pub(super) enum Way {
    In(Incoming),
    Out(Outgoing),
}

/// The client sends.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    /// What the client may still send.
    pub(super) credit: u32,
    pub(super) delivery_count: u32,
    /// A delivery of which more is to come.
    pub(super) partial: Option<Partial>,
}

/// A delivery in pieces.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) delivery_id: u32,
    pub(super) format: u32,
    pub(super) settled: bool,
    /// It has outgrown the link's limit; its bytes are no longer kept.
    pub(super) is_too_large: bool,
    pub(super) bytes: Vec<u8>,
}

/// The client receives.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// What the client will still take.
    pub(super) credit: u32,
    pub(super) delivery_count: u32,
    /// The client wants what there is, and then its credit back.
    pub(super) drains: bool,
    /// Whether what is delivered is locked or gone.
    pub(super) mode: Mode,
    /// The client's name for its end, which requests may give as their `reply-to`.
    pub(super) target: Option<String>,
    /// Responses that wait for credit.
    pub(super) responses: VecDeque<Vec<u8>>,
}

impl Link {
    /// What a token must allow for this link.
    pub(super) fn right(address: &Address, client_sends: bool) -> Option<(Right, String)> {
        match address {
            Address::Cbs => None,
            Address::Management(entity) => Some((Right::Any, format!("{entity}/$management"))),
            Address::Entity(entity) if client_sends => Some((Right::Send, entity.to_string())),
            Address::Entity(entity) => Some((Right::Listen, entity.to_string())),
        }
    }
}
