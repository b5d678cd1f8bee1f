//! Azure Communication Services of one's own, for tests and for running without Azure: SMS, email, and the Event Grid that
//! tells what became of them.
//!
//! It is judged by Microsoft's own clients for Python and JavaScript, which run against it in its tests, and by Microsoft's
//! specifications where those lie beside the workspace.
//!
//! - [`options`] is the resource: its key, numbers and email senders.
//! - [`Acs`] is the state; [`Acs::handle`] takes a request and gives a reply.
//! - [`Acs::inbox`] is what people really received; [`Acs::people`] is what becomes of messages to them.
//! - [`eventgrid`] tells of it, after a handshake. [`Acs::due`] are the requests to send; [`Acs::finished`] takes what came back.
//! - [`StandIn`] is the shell: sockets on loopback, a client, and the control routes.
//!
//! All but the shell do no I/O and read no clock, so that a simulation can run them.
//!
//! ```
//! use punctual_stand_in_acs::{Acs, Options, access};
//! use punctual_stand_ins::testing::request;
//!
//! let now_ms = 1_795_424_400_000;
//! let mut acs = Acs::new(Options::default(), 7);
//! let send = request(
//!     "POST /sms?api-version=2026-01-23|host: acs.example.com|content-type: application/json\n\
//!      {\"from\":\"+18445550100\",\"smsRecipients\":[{\"to\":\"+12025550123\"}],\"message\":\"Tomorrow at 9\"}",
//! );
//! let send = access::sign(send, &acs.options.access_key, now_ms);
//! assert_eq!(acs.handle(&send, now_ms).response.status(), 202);
//! acs.tick(now_ms + 60_000);
//! assert_eq!(acs.inbox.of("+12025550123").next().unwrap().text, "Tomorrow at 9");
//! ```
//!
//! What is not here: Messaging Connect, engagement events, domains and numbers as resources, deleting dead letters.

pub mod access;
mod acs;
mod delivery;
mod email;
pub mod eventgrid;
pub mod options;
mod refusal;
mod shell;
mod sms;

pub use acs::{Acs, POINTS};
pub use delivery::Fate;
pub use options::Options;
pub use shell::{StandIn, StandInOptions};
