//! What carries the bytes: anything that reads and writes with a time-out.

mod clock;
mod tcp;
#[cfg(feature = "tls")]
pub mod tls;

pub use clock::{Clock, SystemClock};
pub use tcp::connect_tcp;

use std::{
    io::{self, Read, Write},
    time::Duration,
};

/// A byte stream whose reads and writes end.
///
/// A read or write that takes longer than the time-out returns [`io::ErrorKind::WouldBlock`] or [`io::ErrorKind::TimedOut`] and has
/// done nothing. One that made progress but has no bytes to show returns [`io::ErrorKind::Interrupted`] and is called again.
pub trait Transport: Read + Write {
    /// Sets the time-out of each following read and write. Never zero.
    ///
    /// # Errors
    /// If the stream cannot do that.
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
    }
}

impl Transport for std::net::TcpStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}
