//! What Service Bus can be asked, as values: requests that encode to messages, replies that decode from them.
//!
//! Nothing here does I/O or knows a connection. [`crate::Client`] sends these; so can anything else that moves AMQP messages.
//!
//! | Operation | Module |
//! |---|---|
//! | put-token on `$cbs` | [`cbs`] |
//! | request and response on `$management` | [`management`] |
//! | schedule many, cancel one or many | [`schedule`] |
//! | look without taking | [`peek`] |
//! | renew a lock, settle by lock token | [`lock`] |
//! | settle on the link | [`settle`] |
//! | messages out, messages in | [`outgoing`], [`received`] |

pub mod cbs;
pub mod lock;
pub mod management;
pub mod outgoing;
pub mod peek;
pub mod received;
pub mod schedule;
pub mod settle;
