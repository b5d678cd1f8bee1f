//! The fence before a provider ([`decide`]) and what follows from its answer ([`after`]).

mod decide;
mod outcome;
#[cfg(test)]
mod tests;

pub use decide::decide;
pub use outcome::after;
