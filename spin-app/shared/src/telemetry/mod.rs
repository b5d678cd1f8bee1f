//! What is told of the work while it goes on: lines for people and machines, and traces for those who collect them.
//!
//! One trace leads from a booking to the receipt of its reminders. The trace begins with the change's own correlation id,
//! lies in the row that was planned because of it, goes with the message through the queue, with the call to the provider,
//! and is there again when a receipt finds its row.
//!
//! Telemetry never holds a name, an address, a number, a key or a query string, it is bounded in size and time, and
//! nothing waits for it but the end of a request that was already answered.

pub mod app_insights;
pub mod counters;
pub mod entry;
pub mod export;
pub mod journal;
pub mod line;
pub mod otlp;
pub mod span;

pub use entry::{Called, Counted, Entry, Served, Turned};
pub use journal::{Journal, Level};
pub use span::Span;
