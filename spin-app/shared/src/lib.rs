//! What the scheduler, delivery and console components share.
//!
//! - [`core`]: the imported planning core and the outside names of its words.
//! - [`records`], [`queue`], [`senders`]: the three ports, each with its adapters.
//! - [`receipts`]: what providers tell later, read and verified. [`links`]: the links in messages.
//! - [`flows`]: what happens on an event, a due message, a receipt, a reconcile.
//! - [`http`]: requests that go out. [`cache`]: what may be forgotten. [`signin`]: who we are in Azure.
//! - [`telemetry`]: what is told of the work while it goes on.
//! - [`settings`]: the Spin variables, read once a request; nothing falls open.
//! - [`web`]: routing, authentication, problem documents.
//! - [`edge`]: the only place that knows spin_sdk. The rest runs on any host with these traits.

pub mod cache;
pub mod core;
pub mod edge;
pub mod flows;
pub mod http;
pub mod links;
pub mod queue;
pub mod receipts;
pub mod records;
pub mod senders;
pub mod settings;
pub mod signin;
pub mod sql;
pub mod telemetry;
pub mod web;
