//! The fence before a provider ([`decide`], [`last_look`]) and what follows from its answer ([`after`]).

mod decide;
mod outcome;
#[cfg(test)]
mod tests;

pub use decide::{decide, last_look};
pub use outcome::after;
