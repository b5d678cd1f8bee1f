//! A guest's sockets and their streams.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::p2::Network;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, InputStream, OutputStream, Pollable, StreamError,
    StreamResult, subscribe,
};

use super::bindings::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use super::bindings::wasi::sockets::{tcp, tcp_create_socket};
use super::wire::{GuestEnd, Phase};
use crate::guest::GuestState;

/// The longest read or write at once.
const CHUNK_BYTES: usize = 64 << 10;

/// A socket, as it sits in a guest's table.
pub struct Socket {
    family: IpAddressFamily,
    remote: Option<IpSocketAddress>,
    end: Option<Arc<GuestEnd>>,
}

#[derive(Clone)]
struct Stream(Arc<GuestEnd>);

fn failure(phase: Phase) -> StreamError {
    match phase {
        Phase::Finished => StreamError::Closed,
        _ => StreamError::LastOperationFailed(wasmtime::Error::from(std::io::Error::from(
            std::io::ErrorKind::ConnectionReset,
        ))),
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Socket {
    async fn ready(&mut self) {
        if let Some(end) = &self.end {
            end.until_connected().await;
        }
    }
}

/// Where a guest reads.
struct Reader(Stream);

#[wasmtime_wasi::async_trait]
impl Pollable for Reader {
    async fn ready(&mut self) {
        self.0.0.until_readable().await;
    }
}

impl InputStream for Reader {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let read = self.0.0.read(size.min(CHUNK_BYTES));
        read.map(Bytes::from).map_err(failure)
    }
}

/// Where a guest writes.
struct Writer(Stream);

#[wasmtime_wasi::async_trait]
impl Pollable for Writer {
    async fn ready(&mut self) {
        self.0.0.until_writable().await;
    }
}

impl OutputStream for Writer {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.0.0.write(&bytes).map_err(failure)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.0.0.room().map(drop).map_err(failure)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let room = self.0.0.room().map_err(failure)?;
        Ok(room.min(CHUNK_BYTES))
    }
}

/// The address in Rust's terms.
fn address(address: IpSocketAddress) -> SocketAddr {
    match address {
        IpSocketAddress::Ipv4(v4) => {
            let (a, b, c, d) = v4.address;
            SocketAddr::new(IpAddr::from([a, b, c, d]), v4.port)
        }
        IpSocketAddress::Ipv6(v6) => {
            let (a, b, c, d, e, f, g, h) = v6.address;
            SocketAddr::new(IpAddr::from([a, b, c, d, e, f, g, h]), v6.port)
        }
    }
}

type Answer<T> = wasmtime::Result<Result<T, ErrorCode>>;

/// What a wire has no notion of.
fn unsupported<T>() -> Answer<T> {
    Ok(Err(ErrorCode::NotSupported))
}

impl tcp_create_socket::Host for GuestState {
    fn create_tcp_socket(&mut self, family: IpAddressFamily) -> Answer<Resource<Socket>> {
        let socket = Socket {
            family,
            remote: None,
            end: None,
        };
        Ok(Ok(self.table.push(socket)?))
    }
}

impl tcp::Host for GuestState {}

impl tcp::HostTcpSocket for GuestState {
    fn start_bind(
        &mut self,
        _: Resource<Socket>,
        _: Resource<Network>,
        _: IpSocketAddress,
    ) -> Answer<()> {
        Ok(Ok(()))
    }

    fn finish_bind(&mut self, _: Resource<Socket>) -> Answer<()> {
        Ok(Ok(()))
    }

    fn start_connect(
        &mut self,
        socket: Resource<Socket>,
        _: Resource<Network>,
        remote: IpSocketAddress,
    ) -> Answer<()> {
        let to = address(remote);
        if !self.component.allowed_hosts.allow(&to.to_string(), "tcp") {
            return Ok(Err(ErrorCode::AccessDenied));
        }
        let Some(harness) = self.shared.life.harness().cloned() else {
            return Ok(Err(ErrorCode::RemoteUnreachable));
        };
        let socket = self.table.get_mut(&socket)?;
        if socket.end.is_some() {
            return Ok(Err(ErrorCode::InvalidState));
        }
        let (end, wire) = GuestEnd::new();
        socket.end = Some(Arc::new(end));
        socket.remote = Some(remote);
        harness.connect(self.number, to, wire);
        Ok(Ok(()))
    }

    fn finish_connect(
        &mut self,
        socket: Resource<Socket>,
    ) -> Answer<(Resource<DynInputStream>, Resource<DynOutputStream>)> {
        let Some(end) = self.table.get(&socket)?.end.clone() else {
            return Ok(Err(ErrorCode::NotInProgress));
        };
        match end.phase() {
            Phase::Connecting => return Ok(Err(ErrorCode::WouldBlock)),
            Phase::Refused => return Ok(Err(ErrorCode::ConnectionRefused)),
            Phase::Cut => return Ok(Err(ErrorCode::ConnectionReset)),
            Phase::Open | Phase::Finished => {}
        }
        let stream = Stream(end);
        let input: DynInputStream = Box::new(Reader(stream.clone()));
        let output: DynOutputStream = Box::new(Writer(stream));
        let input = self.table.push_child(input, &socket)?;
        let output = self.table.push_child(output, &socket)?;
        Ok(Ok((input, output)))
    }

    fn start_listen(&mut self, _: Resource<Socket>) -> Answer<()> {
        unsupported()
    }

    fn finish_listen(&mut self, _: Resource<Socket>) -> Answer<()> {
        unsupported()
    }

    fn accept(
        &mut self,
        _: Resource<Socket>,
    ) -> Answer<(
        Resource<Socket>,
        Resource<DynInputStream>,
        Resource<DynOutputStream>,
    )> {
        unsupported()
    }

    fn local_address(&mut self, _: Resource<Socket>) -> Answer<IpSocketAddress> {
        unsupported()
    }

    fn remote_address(&mut self, socket: Resource<Socket>) -> Answer<IpSocketAddress> {
        let remote = self.table.get(&socket)?.remote;
        Ok(remote.ok_or(ErrorCode::InvalidState))
    }

    fn is_listening(&mut self, _: Resource<Socket>) -> wasmtime::Result<bool> {
        Ok(false)
    }

    fn address_family(&mut self, socket: Resource<Socket>) -> wasmtime::Result<IpAddressFamily> {
        Ok(self.table.get(&socket)?.family)
    }

    fn set_listen_backlog_size(&mut self, _: Resource<Socket>, _: u64) -> Answer<()> {
        unsupported()
    }

    fn keep_alive_enabled(&mut self, _: Resource<Socket>) -> Answer<bool> {
        unsupported()
    }

    fn set_keep_alive_enabled(&mut self, _: Resource<Socket>, _: bool) -> Answer<()> {
        Ok(Ok(()))
    }

    fn keep_alive_idle_time(&mut self, _: Resource<Socket>) -> Answer<u64> {
        unsupported()
    }

    fn set_keep_alive_idle_time(&mut self, _: Resource<Socket>, _: u64) -> Answer<()> {
        Ok(Ok(()))
    }

    fn keep_alive_interval(&mut self, _: Resource<Socket>) -> Answer<u64> {
        unsupported()
    }

    fn set_keep_alive_interval(&mut self, _: Resource<Socket>, _: u64) -> Answer<()> {
        Ok(Ok(()))
    }

    fn keep_alive_count(&mut self, _: Resource<Socket>) -> Answer<u32> {
        unsupported()
    }

    fn set_keep_alive_count(&mut self, _: Resource<Socket>, _: u32) -> Answer<()> {
        Ok(Ok(()))
    }

    fn hop_limit(&mut self, _: Resource<Socket>) -> Answer<u8> {
        unsupported()
    }

    fn set_hop_limit(&mut self, _: Resource<Socket>, _: u8) -> Answer<()> {
        Ok(Ok(()))
    }

    fn receive_buffer_size(&mut self, _: Resource<Socket>) -> Answer<u64> {
        Ok(Ok(CHUNK_BYTES as u64))
    }

    fn set_receive_buffer_size(&mut self, _: Resource<Socket>, _: u64) -> Answer<()> {
        Ok(Ok(()))
    }

    fn send_buffer_size(&mut self, _: Resource<Socket>) -> Answer<u64> {
        Ok(Ok(CHUNK_BYTES as u64))
    }

    fn set_send_buffer_size(&mut self, _: Resource<Socket>, _: u64) -> Answer<()> {
        Ok(Ok(()))
    }

    fn subscribe(&mut self, socket: Resource<Socket>) -> wasmtime::Result<Resource<DynPollable>> {
        subscribe(&mut self.table, socket)
    }

    fn shutdown(&mut self, _: Resource<Socket>, _: tcp::ShutdownType) -> Answer<()> {
        Ok(Ok(()))
    }

    fn drop(&mut self, socket: Resource<Socket>) -> wasmtime::Result<()> {
        self.table.delete(socket)?;
        Ok(())
    }
}

/// Puts wires in the place of sockets.
pub(crate) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    tcp::add_to_linker::<_, HasSelf<GuestState>>(linker, |state| state)?;
    tcp_create_socket::add_to_linker::<_, HasSelf<GuestState>>(linker, |state| state)
}
