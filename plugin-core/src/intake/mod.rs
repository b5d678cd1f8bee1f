//! What comes in: Dataverse events and rows, appointment JSON and settings, read into the words of the contract
//! and merged into what is known.
//!
//! Nothing here trusts its input: a member that is needed and wrong is a [`Problem`](crate::types::Problem)
//! in the sender's own terms, a member that is unknown in an event is ignored (Dataverse adds some every
//! year), and one that is unknown in a setting or a draft is refused, since there it is a typing error.

mod appointment;
mod change;
mod check;
mod contact;
mod datacontract;
mod draft;
mod duration;
mod event;
mod fields;
mod mapping;
mod merge;
mod object;
mod policy;
mod row;
mod status;
#[cfg(test)]
mod tests;

pub use check::{check_appointment, overlap};
pub use contact::{e164, is_e164, is_email, is_locale};
pub use draft::read_draft;
pub use event::read_event;
pub use mapping::read_mapping;
pub use merge::merge;
pub use policy::read_policy;
pub use row::{read_row, write_row};

pub use crate::zones::iana_time_zone;
