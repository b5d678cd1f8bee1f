//! The application among its providers, from a due reminder to a person's inbox and back, against stand-ins that the vendors'
//! own clients judge.

mod consent;
mod content;
mod crash;
mod door;
mod failover;
mod lost;
mod receipts;
mod refusals;
mod signin;
pub mod world;
