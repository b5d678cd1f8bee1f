//! An Entra ID of one's own: it gives tokens to applications and managed identities, for tests and for running
//! without Azure.
//!
//! - [`directory`] is what there is: one tenant, applications, identities, resources.
//! - [`token`] makes tokens and judges them. Other stand-ins hold a [`token::Judge`].
//! - [`entra`] is the state; [`Entra::handle`] takes a request and gives a reply.
//! - [`StandIn`] is the shell: sockets on loopback, and the control routes.
//!
//! All but the shell do no I/O and read no clock, so that a simulation can run them.
//!
//! What is not here: users, sign-in pages, refresh tokens, certificates as credentials. Tokens are signed with HS256,
//! for they are nobody's business but the judge's. The signature of a federated assertion is not looked at, since its
//! issuer's keys are elsewhere; its claims are.

pub mod directory;
pub mod entra;
mod error;
mod managed;
mod oauth;
mod shell;
pub mod token;

pub use entra::Entra;
pub use shell::{StandIn, StandInOptions};
