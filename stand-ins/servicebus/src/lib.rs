//! A Service Bus of one's own, for tests and for running without Azure: queues over AMQP 1.0 and HTTP.
//!
//! It is judged by the vendor's own clients for Python and JavaScript, which run against it in its tests.
//!
//! - [`broker`] keeps queues: a state machine that is told the time.
//! - [`access`] judges tokens.
//! - [`codec`] reads and writes messages.
//! - [`amqp`] is the AMQP face: bytes in, bytes out.
//! - [`rest`] is the HTTP face: a request in, a reply out.
//! - [`bus`] is the state that the faces share, with the points at which faults strike.
//! - [`StandIn`] is the shell: sockets on loopback, and the control routes.
//!
//! All but the shell do no I/O and read no clock, so that a simulation can run them.
//!
//! What is not here: topics, sessions, transactions, auto-forwarding, partitioned entities, AMQP over WebSockets.
//!
//! ```no_run
//! # async fn run() -> anyhow::Result<()> {
//! use std::sync::Arc;
//! use punctual_stand_in_servicebus::{StandIn, StandInOptions};
//! use punctual_stand_ins::ManualClock;
//!
//! let clock = Arc::new(ManualClock::new(1_795_424_400_000));
//! let options = StandInOptions { clock: clock.clone(), ..StandInOptions::default() };
//! let stand_in = StandIn::start(options).await?;
//! println!("{}", stand_in.connection_string());
//! clock.advance_ms(60_000);
//! let events = stand_in.with(|bus| bus.broker.history().since(0).count());
//! # Ok(())
//! # }
//! ```

pub mod access;
pub mod address;
pub mod amqp;
pub mod broker;
pub mod bus;
pub mod codec;
pub mod guid;
pub mod options;
pub mod rest;
mod shell;

pub use shell::{StandIn, StandInOptions};
