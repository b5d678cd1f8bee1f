//! A Service Bus of one's own.

pub mod address;
pub mod broker;
pub mod codec;
pub mod guid;
pub mod options;
