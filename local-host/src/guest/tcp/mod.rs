//! `wasi:sockets/tcp` over wires in place of this machine's sockets: what a guest connects to is the harness.

mod bindings;
mod socket;
mod wire;

pub(crate) use socket::link;
pub use wire::Wire;
