//! What every adapter of a port must do, one suite a port: [`queue`], [`records`], [`sender`].
//!
//! A case is an async function over what it tests ([`queue::Broker`], [`records::Desk`], [`sender::Post`]).
//! A new adapter implements that trait and names itself to [`conformance!`]; see [`embedded`].

mod embedded;
mod native;
mod queue;
mod records;
mod sender;

/// One test for each case of a suite. A case that no list names is dead code, which the lints refuse.
macro_rules! conformance {
    ($subject:expr; $($suite:path { $($case:ident)* })*) => { $(
        mod $suite { $(
            #[test]
            fn $case() {
                futures::executor::block_on(crate::$suite::$case(&$subject));
            }
        )* }
    )* };
}
