//! AMQP: moves bytes between sockets and connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::shared::Shared;
use crate::amqp::Connection;

const LARGEST_COUNT_OF_CONNECTIONS: usize = 1_000;
const READ_BYTES: usize = 64 << 10;
/// A client that takes nothing for so long is gone.
const LONGEST_WRITE: Duration = Duration::from_secs(30);
const LONGEST_TLS_HANDSHAKE: Duration = Duration::from_secs(30);

/// Serves until dropped; then all connections end too.
pub(super) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= LARGEST_COUNT_OF_CONNECTIONS {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => drop(connections.spawn(greet(stream, tls.clone(), shared.clone()))),
            // Out of file handles, for example: breathe, then try again.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn greet(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return converse(stream, &shared).await;
    };
    // A client that does not trust the certificate ends here; that is its business.
    if let Ok(Ok(stream)) = tokio::time::timeout(LONGEST_TLS_HANDSHAKE, tls.accept(stream)).await {
        converse(stream, &shared).await;
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite, shared: &Shared) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut changes = shared.changes();
    let mut buffer = vec![0; READ_BYTES];
    let frame_bytes = shared.with(|bus, _| bus.broker.options().max_frame_bytes);
    let mut connection = Connection::new(frame_bytes, shared.now());
    loop {
        changes.mark_unchanged();
        let now = shared.now();
        shared.with(|bus, _| connection.pump(bus, now));
        let bytes = connection.take_output(now);
        if !bytes.is_empty() {
            let write = async {
                writer.write_all(&bytes).await?;
                writer.flush().await
            };
            if !matches!(tokio::time::timeout(LONGEST_WRITE, write).await, Ok(Ok(()))) {
                return;
            }
        }
        if connection.is_over() {
            let _ = tokio::time::timeout(LONGEST_WRITE, writer.shutdown()).await;
            return;
        }
        tokio::select! {
            read = reader.read(&mut buffer) => match read {
                Ok(0) | Err(_) => return,
                Ok(count) => {
                    let now = shared.now();
                    shared.with(|bus, _| connection.receive(&buffer[..count], bus, now));
                }
            },
            _ = changes.changed() => {}
            () = shared.sleep_until(connection.next_steady_ms()) => {}
            () = shared.clock.wait_until_ms(connection.next_wall_ms().unwrap_or(i64::MAX)) => {}
        }
    }
}
