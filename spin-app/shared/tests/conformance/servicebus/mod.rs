//! Both transports of Service Bus through the suite of the queue, against the stand-in in memory: no sockets, and a clock
//! that the tests hold.

mod amqp;
mod rest;
pub mod world;
