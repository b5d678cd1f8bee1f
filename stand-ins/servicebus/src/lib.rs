//! A Service Bus of one's own.

pub mod access;
pub mod address;
pub mod broker;
pub mod bus;
pub mod codec;
pub mod guid;
pub mod options;
pub mod rest;
