//! What a simulation decides about the guests of a [`BareHost`](crate::BareHost).

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;

use crate::guest::Wire;

/// A call of a guest that has an effect outside of it.
#[derive(Debug, Clone, Copy)]
pub struct HostCall<'a> {
    /// Which guest of its host.
    pub guest: u64,
    /// The component that it is of.
    pub component: &'a str,
    /// `sqlite`, `key-value` or `http`.
    pub kind: &'static str,
    /// The statement, the operation, or method and URL.
    pub detail: &'a str,
}

impl fmt::Display for HostCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail: Vec<&str> = self.detail.split_whitespace().collect();
        write!(f, "{} {} {}", self.component, self.kind, detail.join(" "))
    }
}

/// A moment that the harness makes a guest wait for.
pub type Moment = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Stands between guests and the effects of their calls.
pub trait Harness: Send + Sync + 'static {
    /// Completes when the call may have its effect. A guest that is dropped before has had none.
    fn before(&self, call: HostCall<'_>) -> Moment;

    /// The effect is there. Completes when the guest may learn of it.
    fn after(&self, call: HostCall<'_>) -> Moment;

    /// The statement that is executed when a guest asks for `statement`.
    fn statement(&self, guest: u64, statement: String) -> String;

    /// A guest connects to an address that the manifest allows. Whoever answers there has the other end of the wire.
    fn connect(&self, guest: u64, to: SocketAddr, wire: Wire);
}
