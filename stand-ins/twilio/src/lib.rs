//! A Twilio of one's own, for tests and for running without an account: messages over its API, their way to people, the
//! signed callbacks that tell of it, and texts that people send back.
//!
//! It is judged by Twilio's own clients for Python and JavaScript, signature validators included, which run against it in
//! its tests, and by Twilio's specification where that lies beside the workspace.
//!
//! - [`options`] is the account: its credentials, numbers and messaging services.
//! - [`Twilio`] is the state; [`Twilio::handle`] takes a request and gives a reply.
//! - [`Twilio::inbox`] is what people really received; [`Twilio::people`] is what becomes of messages to them.
//! - [`callbacks`] signs what Twilio tells. [`Twilio::due`] are the requests to send; [`Twilio::finished`] takes what came back.
//! - [`StandIn`] is the shell: sockets on loopback, a client, and the control routes.
//!
//! All but the shell do no I/O and read no clock, so that a simulation can run them.
//!
//! ```
//! use punctual_stand_in_twilio::{Options, Twilio};
//! use punctual_stand_ins::testing::request;
//!
//! let now_ms = 1_795_424_400_000;
//! let options = Options::default();
//! let path = format!("/2010-04-01/Accounts/{}/Messages.json", options.account_sid);
//! let credentials = options.basic();
//! let mut twilio = Twilio::new(options, 7);
//! let send = request(&format!(
//!     "POST {path}|authorization: {credentials}|content-type: application/x-www-form-urlencoded\n\
//!      To=%2B12025550123&From=%2B12025550100&Body=Tomorrow+at+9"
//! ));
//! assert_eq!(twilio.handle(&send, now_ms).response.status(), 201);
//! twilio.tick(now_ms + 60_000);
//! assert_eq!(twilio.inbox.of("+12025550123").next().unwrap().text, "Tomorrow at 9");
//! ```
//!
//! What is not here: media, content templates, calls, channels other than SMS, the queue of a sender that is too fast.

mod access;
mod api;
pub mod callbacks;
mod carrier;
mod magic;
mod message;
pub mod options;
mod refusal;
mod shell;
mod twilio;

pub use carrier::Fate;
pub use options::Options;
pub use shell::{StandIn, StandInOptions};
pub use twilio::{POINTS, Twilio};
