//! The fence before a provider ([`decide`]) and what follows from its answer ([`after`]).

mod decide;
mod outcome;

pub use decide::decide;
pub use outcome::after;
