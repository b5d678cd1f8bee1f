//! TCP, to an address that is known already.

use crate::error::{Class, Error};
use std::{
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Connects within `timeout`. Looks up no name: in a WASI component under Spin none resolves.
///
/// # Errors
/// [`Class::Retryable`] if nobody answers there.
pub fn connect_tcp(address: SocketAddr, timeout: Duration) -> Result<TcpStream, Error> {
    let failed = |error: std::io::Error| {
        Error::new(
            Class::Retryable,
            "connect",
            format!("{address} does not answer: {error}"),
        )
    };
    let stream = TcpStream::connect_timeout(&address, timeout).map_err(failed)?;
    // Requests are small and wait for their answers.
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}
