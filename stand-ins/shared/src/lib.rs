//! What every stand-in of a cloud service needs and none should write twice.
//!
//! A stand-in is a pure core (bytes or requests in, bytes or responses out) in a thin shell that owns sockets.
//! The core takes `now` and a [`Random`] from whoever drives it, so that a simulation can run it in one thread
//! under its own clock. This crate has the small parts for the core ([`Random`], [`Faults`], [`Ledger`], [`Outbox`], and
//! [`messaging`] for those that carry messages to people) and the shell: [`shell`] whole for a [`Core`] that speaks
//! HTTP, and its parts ([`Clock`], [`serve`], [`send`], [`Authority`], the routes of [`control`]) for others.
//! [`testing`] and [`judges`] are for their tests.
//!
//! A stand-in listens on loopback and nowhere else: [`listen`] refuses any other address. So does [`send`].

pub mod clock;
pub mod control;
pub mod faults;
mod form;
mod guid;
mod http;
pub mod judges;
mod ledger;
pub mod messaging;
mod outbox;
mod random;
mod sender;
pub mod shell;
pub mod testing;
mod tls;

pub use clock::{Clock, ManualClock, SystemClock};
pub use faults::{Fault, FaultKind, Faults, Point, Strike};
pub use form::Form;
pub use guid::{Guid, NoGuid};
pub use http::{Handler, Manner, Reply, listen, serve, serve_tls};
pub use ledger::{Entry, Ledger};
pub use outbox::{Answer, Outbox, Outgoing};
pub use random::Random;
pub use sender::{NoAnswer, send};
pub use shell::{Core, Shell, ShellOptions};
pub use tls::{Authority, Leaf};
