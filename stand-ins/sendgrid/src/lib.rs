//! A SendGrid of one's own, for tests and for running without an account: mail send, the way of mail to people, and the
//! signed event webhook that tells of it.
//!
//! It is judged by SendGrid's own clients for Python and JavaScript, signature verifiers included, which run against it in
//! its tests, and by SendGrid's specification where that lies beside the workspace.
//!
//! - [`options`] is the account: its keys, senders and webhook.
//! - [`SendGrid`] is the state; [`SendGrid::handle`] takes a request and gives a reply.
//! - [`SendGrid::inbox`] is what people really received; [`SendGrid::people`] is what becomes of mail to them.
//! - [`events`] signs what SendGrid tells. [`SendGrid::due`] are the requests to send; [`SendGrid::finished`] takes what came back.
//! - [`StandIn`] is the shell: sockets on loopback, a client, and the control routes.
//!
//! All but the shell do no I/O and read no clock, so that a simulation can run them.
//!
//! ```
//! use punctual_stand_in_sendgrid::{Options, SendGrid};
//! use punctual_stand_ins::testing::request;
//!
//! let now_ms = 1_795_424_400_000;
//! let mut sendgrid = SendGrid::new(Options::default(), 7);
//! let send = request(
//!     "POST /v3/mail/send|authorization: Bearer SG.stand-in|content-type: application/json\n\
//!      {\"personalizations\":[{\"to\":[{\"email\":\"pat@example.com\"}]}],\"from\":{\"email\":\"clinic@example.com\"},\
//!       \"subject\":\"Tomorrow\",\"content\":[{\"type\":\"text/plain\",\"value\":\"At nine.\"}]}",
//! );
//! assert_eq!(sendgrid.handle(&send, now_ms).response.status(), 202);
//! sendgrid.tick(now_ms + 60_000);
//! assert_eq!(sendgrid.inbox.of("pat@example.com").next().unwrap().text, "At nine.");
//! ```
//!
//! What is not here: templates, batches, substitutions, bypassing lists, the APIs of suppressions, inbound mail.

mod delivery;
pub mod events;
mod mail;
pub mod options;
mod refusal;
mod sendgrid;
mod shell;

pub use delivery::{Fate, Suppression};
pub use options::Options;
pub use sendgrid::{POINTS, SendGrid};
pub use shell::{StandIn, StandInOptions};
