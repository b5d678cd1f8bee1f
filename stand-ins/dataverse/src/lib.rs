//! A Dataverse environment of one's own, for tests and for running without Azure: the Web API, and the webhooks that it
//! sends for changes of its rows.
//!
//! It is judged by Microsoft's own client for Python and by the most used one for JavaScript, which run against it in
//! its tests, and by genuine webhook bodies.
//!
//! - [`schema`] is which tables there are. A clinic's own table is a value.
//! - [`store`] keeps rows and knows the rules of writing them.
//! - [`query`] finds rows.
//! - [`api`] is the HTTP face: a request in, a reply out.
//! - [`webhooks`] makes outgoing requests of changes. Whoever drives sends them and says what came back.
//! - [`Dataverse`] is the whole state.
//! - [`StandIn`] is the shell: sockets on loopback, a client, and the control routes.
//!
//! All but the shell do no I/O and read no clock, so that a simulation can run them.
//!
//! ```
//! use bytes::Bytes;
//! use http::Request;
//! use punctual_stand_in_dataverse::access::FixedToken;
//! use punctual_stand_in_dataverse::webhooks::{self, Outcome};
//! use punctual_stand_in_dataverse::{Dataverse, Options, api};
//!
//! let now_ms = 1_795_424_400_000;
//! let token = Box::new(FixedToken("secret".into()));
//! let mut dataverse = Dataverse::new(Options::default(), token, 7, now_ms)?;
//! let request = Request::post("/api/data/v9.2/punctual_appointments")
//!     .header("authorization", "Bearer secret")
//!     .body(Bytes::from_static(br#"{"punctual_name":"Check-up"}"#))?;
//! let reply = api::handle(&mut dataverse, &request, now_ms);
//! assert_eq!(reply.response.status(), 204);
//!
//! for outgoing in webhooks::due(&mut dataverse, now_ms) {
//!     // Hand `outgoing.request` to whoever is at its URL, and say what came back.
//!     webhooks::finished(&mut dataverse, outgoing.job, &Outcome::Status(200), now_ms);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is not here: security roles, impersonation, FetchXML and `?sql=`, `$apply` over related rows or beside other
//! options, change tracking, elastic tables, files, making tables by the API, synchronous steps, `CreateMultiple` as a
//! message of its own for steps.

pub mod access;
pub mod api;
pub mod dataverse;
pub mod limits;
pub mod options;
pub mod query;
pub mod refusal;
pub mod schema;
mod shell;
pub mod store;
pub mod value;
pub mod webhooks;

pub use dataverse::Dataverse;
pub use options::Options;
pub use shell::{StandIn, StandInOptions};
