//! The namespace as both protocols see it: queues, keys, faults, randomness. All state is here.

use punctual_stand_ins::{FaultKind, Faults, Point, Random, Strike};

use crate::access::Access;
use crate::broker::{Broker, Refusal};

const ASKED: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Unauthorized,
    FaultKind::Refuse,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

const ASKED_ON_A_LINK: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Unauthorized,
    FaultKind::Refuse,
    FaultKind::Detach,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

const FRAMES: &[FaultKind] = &[FaultKind::Drop, FaultKind::HalfAnswer, FaultKind::Slow];

/// Where this stand-in can be made to fail.
///
/// `amqp.read` is a frame that came, before anything is made of it; `amqp.write` a frame that is about to leave.
/// With `after`, they break a connection at any frame. The others are requests.
pub const POINTS: &[Point] = &[
    Point {
        name: "amqp.read",
        kinds: &[FaultKind::Drop],
    },
    Point {
        name: "amqp.write",
        kinds: FRAMES,
    },
    Point {
        name: "amqp.token",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.attach",
        kinds: ASKED,
    },
    Point {
        name: "amqp.send",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.deliver",
        kinds: &[
            FaultKind::Detach,
            FaultKind::Drop,
            FaultKind::HalfAnswer,
            FaultKind::Slow,
        ],
    },
    Point {
        name: "amqp.settle",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.management.schedule",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.management.cancel",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.management.peek",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.management.renew",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.management.receive",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "amqp.management.settle",
        kinds: ASKED_ON_A_LINK,
    },
    Point {
        name: "rest.send",
        kinds: ASKED,
    },
    Point {
        name: "rest.receive",
        kinds: ASKED,
    },
    Point {
        name: "rest.complete",
        kinds: ASKED,
    },
    Point {
        name: "rest.unlock",
        kinds: ASKED,
    },
    Point {
        name: "rest.renew",
        kinds: ASKED,
    },
];

/// A namespace: the whole state of the stand-in.
pub struct ServiceBus {
    /// The queues.
    pub broker: Broker,
    /// The keys.
    pub access: Access,
    /// The faults that stand.
    pub faults: Faults,
    /// Where tokens and the chances of faults come from.
    pub random: Random,
}

impl ServiceBus {
    /// A namespace whose randomness is the sequence of `seed`.
    pub fn new(broker: Broker, access: Access, seed: u64) -> Self {
        Self {
            broker,
            access,
            faults: Faults::at(POINTS),
            random: Random::seeded(seed),
        }
    }

    /// Whether a fault strikes at this point of [`POINTS`].
    pub fn strike(&mut self, point: &str) -> Option<Strike> {
        self.faults.strike(point, &mut self.random)
    }
}

/// The refusal that a strike asks for, if it is of the kind that answers instead of doing.
pub(crate) fn refusal(strike: Option<Strike>) -> Option<Refusal> {
    use crate::broker::Problem;
    match strike?.kind {
        FaultKind::Busy => Some(Refusal::busy()),
        FaultKind::Unauthorized => {
            Some(Refusal::unauthorized("ExpiredToken: the token is expired."))
        }
        FaultKind::Refuse => Some(Refusal::new(
            Problem::Internal,
            "The service was unable to process the request; please retry the operation.",
        )),
        _ => None,
    }
}
