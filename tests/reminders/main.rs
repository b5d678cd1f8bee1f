//! The reminder loop on embedded parts, over HTTP, through the components that ship.

mod api;
mod crash;
mod delivery;
mod events;
mod refusals;
mod times;
