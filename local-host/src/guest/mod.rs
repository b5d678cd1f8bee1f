//! What a guest sees: WASI and Spin's interfaces, and the limits it runs under.

mod bindings;
mod key_value;
mod limits;
mod outbound;
mod output;
mod sqlite;
mod sqlite_file;
mod sqlite_host;
mod state;
mod stubs;
mod variables;

pub use outbound::{OutboundFuture, OutboundHttp, RealNetwork};
pub(crate) use sqlite_file::DatabaseFile;
pub(crate) use state::{ComponentConfig, GuestState, HostShared, link};
pub(crate) use stubs::stub_the_rest;
