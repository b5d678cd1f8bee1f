//! What a guest sees: WASI and Spin's interfaces, and the limits it runs under.

mod bindings;
mod key_value;
mod limits;
mod outbound;
mod output;
mod random;
mod sqlite;
mod sqlite_file;
mod sqlite_host;
mod state;
mod stubs;
mod tcp;
mod variables;

pub use outbound::{OutboundFuture, OutboundHttp, RealNetwork};
pub use sqlite_file::Database;
pub(crate) use state::{ComponentConfig, GuestState, HostShared, link, link_wired};
pub(crate) use stubs::stub_the_rest;
pub use tcp::Wire;
