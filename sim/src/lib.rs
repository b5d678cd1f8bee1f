//! Months of clinic life in seconds: the component files that are shipped run in a world that is a function of a seed.
//!
//! - [`clinic`]: what people do, out of the seed.
//! - [`profile`]: how bad the world is. Each fault is a probability there.
//! - [`world`]: one thread, one clock, one sequence of chance. It takes the place of the network, of Dataverse,
//!   Service Bus, Entra and the providers, of timers and staff; it lets guests on from host call to host call, and kills them.
//! - [`parts`]: what the application is put together from: embedded parts, or Azure's and the providers'.
//! - [`check`]: the promises of ARCHITECTURE.md, held against what people did and what the provider received.
//! - [`lies`], [`mutations`]: ways to break the application on purpose, to see that the checker finds each.
//! - [`run`]: a seed from its beginning to its verdict. [`small`]: one appointment, and every order.
//! - [`soak`]: the same application over real sockets and in real time, for minutes.
//!
//! The host that serves the guests is `punctual-host`'s `BareHost`: it owns clocks, randomness, SQLite and network, and
//! everything there comes from here. The components do not know that they are simulated.

pub mod check;
pub mod clinic;
pub mod dice;
pub mod gates;
pub mod lies;
pub mod log;
pub mod mutations;
pub mod order;
pub mod parts;
pub mod profile;
pub mod run;
pub mod small;
pub mod soak;
pub mod transport;
pub mod world;
