//! Notifications: what will be sent, what was, what was not and why; and what people may do with one, or with many.

mod act;
mod bulk;
mod counts;
mod csv;
mod detail;
mod list;

pub use act::{cancel, move_to, send_now};
pub use bulk::bulk;
pub use counts::counts;
pub use csv::csv;
pub use detail::detail;
pub use list::{expanded, list};
