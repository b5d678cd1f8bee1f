//! What every adapter of a port must do, one suite a port: [`queue`], [`records`], [`sender`].
//!
//! A case is an async function over what it tests ([`queue::Broker`], [`records::Desk`], [`sender::Post`]).
//! A new adapter implements that trait and calls the port's `suite!`; see [`embedded`].

/// One test for each case of a port's suite. A case that no list names is dead code, which the lints refuse.
macro_rules! conformance {
    ($subject:expr; $port:ident { $($part:ident { $($case:ident,)* })* }) => {
        mod $port { $(
            mod $part { $(
                #[test]
                fn $case() {
                    futures::executor::block_on(crate::$port::$part::$case(&$subject));
                }
            )* }
        )* }
    };
}
pub(crate) use conformance;

mod dataverse;
mod embedded;
mod embedded_archive;
mod native;
mod queue;
mod records;
mod schema;
mod sender;
mod servicebus;
