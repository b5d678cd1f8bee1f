//! Runs a Spin application from its `spin.toml`, without the Spin CLI and under a clock that can be steered.
//!
//! It follows Spin: routes, variables, `allowed_outbound_hosts`, SQLite, key-value, files, component dependencies, one
//! fresh instance for each request. It adds nothing that a component could notice, but for the time of day.
//! What it does not run it refuses by name.
//!
//! ```no_run
//! # async fn run() -> anyhow::Result<()> {
//! use punctual_host::{Host, HostOptions, VirtualClock};
//!
//! let mut options = HostOptions::new("spin.toml", "data").variable("admin_token", "secret");
//! options.clock = VirtualClock::starting_at("2026-03-01T09:00:00Z".parse()?, 0.0)?;
//! let host = Host::start(options).await?;
//! println!("{} at {}", host.url(), host.clock().now_rfc3339());
//! host.clock().advance(std::time::Duration::from_secs(3600));
//! host.stop().await;
//! # Ok(())
//! # }
//! ```

mod allowed_hosts;
mod application;
mod bare;
pub mod client;
mod clock;
mod compose;
mod engine;
mod files;
mod guest;
mod harness;
mod host;
mod life;
mod log;
pub mod manifest;
mod options;
mod routes;
mod serve;
mod template;
mod timers;
pub mod variables;

pub use application::Application;
pub use bare::{BareHost, BareOptions, Guest};
pub use clock::VirtualClock;
pub use guest::{Database, OutboundFuture, OutboundHttp, RealNetwork, Wire};
pub use harness::{Harness, HostCall, Moment};
pub use host::Host;
pub use life::{BeforeCall, CrashPoint, When};
pub use log::Log;
pub use options::HostOptions;
pub use timers::Timers;
