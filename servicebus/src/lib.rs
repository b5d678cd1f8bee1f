//! Azure Service Bus over AMQP 1.0, for places where no SDK goes: WebAssembly components, small native programs, simulations.
//!
//! Four layers, each usable without those above it:
//!
//! 1. [`codec`]: frames, performatives and messages, with limits.
//! 2. [`engine`]: an AMQP client connection without I/O. Bytes in, bytes out, `now` as an argument.
//! 3. [`ops`]: what Service Bus can be asked, as values: schedule, cancel, peek, renew, settle, put-token. And [`sas`], which
//!    makes tokens.
//! 4. [`Client`]: a blocking client over any [`transport::Transport`], with TLS by rustls.
//!
#![cfg_attr(feature = "tls-rustcrypto", doc = "```no_run")]
#![cfg_attr(not(feature = "tls-rustcrypto"), doc = "```ignore")]
//! use punctual_servicebus::{
//!     Client, Credential, Options,
//!     transport::{SystemClock, Clock, connect_tcp, tls::{Tls, TlsOptions}},
//! };
//! use std::{sync::Arc, time::Duration};
//!
//! let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
//! let namespace = "contoso.servicebus.windows.net";
//! // The address is found elsewhere. The certificate must be for the namespace, whatever the address.
//! let tcp = connect_tcp("10.1.2.3:5671".parse()?, Duration::from_secs(5))?;
//! let tls = Tls::connect(tcp, namespace, &TlsOptions::default(), &clock, Duration::from_secs(5))?;
//! let credential = Credential::SharedKey { name: "worker".into(), key: "…".into() };
//! let mut client = Client::connect(tls, &Options::new(namespace, credential, "worker-1"), clock)?;
//! for received in client.receive("reminders", 10, Duration::from_secs(20))? {
//!     client.settle(&received, &punctual_servicebus::ops::settle::Disposition::Complete)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds everywhere
//!
//! - Nothing waits without an end: every wait has a time-out, and [`Client::set_deadline`] bounds them all.
//! - Nothing that a peer sends can make it panic, nest without end, or grow without bound.
//! - An answer that was lost is [`Class::UnknownOutcome`], never a failure and never a success.
//! - No error text holds a key, a token, or the content of a message.

pub mod client;
pub mod codec;
pub mod engine;
mod error;
pub mod moment;
pub mod ops;
pub mod sas;
pub mod transport;

pub use client::{Client, Credential, Options, Received};
pub use error::{Class, Error};
pub use moment::{Moment, UnixMs};
