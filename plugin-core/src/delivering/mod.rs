//! The fence before a provider ([`decide`], [`last_look`]), what follows from its answer ([`after`]) and from its
//! later word ([`on_receipt`]).

mod decide;
mod outcome;
mod receipt;
#[cfg(test)]
mod tests;

pub use decide::{decide, last_look};
pub use outcome::after;
pub use receipt::on_receipt;
