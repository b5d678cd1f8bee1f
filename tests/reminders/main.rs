//! The reminder loop on embedded parts, over HTTP, through the components that ship.

mod answers;
mod api;
mod archive;
mod azure;
mod backfill;
mod between;
mod callbacks;
mod console;
mod crash;
mod delivery;
mod events;
mod genuine;
mod privacy;
mod providers;
mod refusals;
mod restore;
mod rotation;
mod servicebus;
mod slow;
mod staff;
mod telemetry;
mod times;
mod watch;
