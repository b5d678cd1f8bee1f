//! What reminders an appointment demands ([`plan`]), what they are called ([`identity`]), and what must
//! change so that the rows say so ([`reconcile`]).

mod cap;
mod contact;
pub mod identity;
mod plan;
mod reconcile;
#[cfg(test)]
mod tests;

pub use contact::check as check_contact;
pub use identity::notification_id;
pub use plan::{ends_reminders, plan};
pub use reconcile::reconcile;
