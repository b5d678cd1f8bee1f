//! Both faces of the stand-in, driven in memory: no socket, no clock, no waiting.

mod client;
mod conformance;
mod conversation;
mod damage;
mod links;
mod show;
mod times;
