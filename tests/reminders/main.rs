//! The reminder loop on embedded parts, over HTTP, through the components that ship.

mod api;
mod between;
mod crash;
mod delivery;
mod events;
mod refusals;
mod staff;
mod times;
