//! Collectors of telemetry of one's own: the ingestion of Application Insights, and a collector that takes OTLP/HTTP in JSON.
//! They keep what they are sent, for tests to read.
//!
//! - [`Collectors`] is the state; [`Collectors::handle`] takes a request and gives a reply.
//! - [`StandIn`] is the shell: sockets on loopback, and the control routes.
//!
//! All but the shell do no I/O and read no clock. What is not here: queries, sampling, OTLP in protobuf (415).

mod collectors;
mod shell;
mod track;

pub use collectors::{Collectors, KEY, POINTS};
pub use shell::{StandIn, StandInOptions};
