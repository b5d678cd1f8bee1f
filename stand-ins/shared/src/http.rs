//! A small HTTP/1.1 server for loopback: whole requests in, whole responses out, or broken ones on demand.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::faults::{FaultKind, Strike};

const LARGEST_COUNT_OF_CONNECTIONS: usize = 1_000;
const LARGEST_DELAY: Duration = Duration::from_secs(600);

/// How a response leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    Whole,
    /// The connection breaks after half of the body; with an empty body, before the first byte.
    Half,
    /// The connection breaks before the first byte.
    Dropped,
    /// Nothing comes and the connection stays open until the client gives up.
    Silent,
}

/// A response, and what is done to it on the way.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The response, whole.
    pub response: Response<Bytes>,
    /// How it leaves.
    pub manner: Manner,
    /// How long it is held back first.
    pub delay: Duration,
}

impl From<Response<Bytes>> for Reply {
    fn from(response: Response<Bytes>) -> Self {
        Self {
            response,
            manner: Manner::Whole,
            delay: Duration::ZERO,
        }
    }
}

impl Reply {
    /// A response, and what a fault that struck does to it on the way.
    pub fn struck(response: Response<Bytes>, strike: Option<Strike>) -> Self {
        let mut reply = Self::from(response);
        if let Some(strike) = strike {
            reply.manner = match strike.kind {
                FaultKind::Drop | FaultKind::LoseAnswer => Manner::Dropped,
                FaultKind::HalfAnswer => Manner::Half,
                FaultKind::NoAnswer => Manner::Silent,
                _ => Manner::Whole,
            };
            reply.delay = Duration::from_millis(strike.delay_ms);
        }
        reply
    }
}

/// Whoever answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. It may wait, for a long poll; if the client goes away, the future is dropped.
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply>;

    /// The longest body that is read; a longer one is answered with 413.
    fn largest_body_bytes(&self) -> usize {
        4 << 20
    }
}

/// Listens on a loopback address; port 0 takes a free one. Any other address is refused.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    ensure!(
        address.ip().is_loopback(),
        "a stand-in listens on loopback only, not on {address}"
    );
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; is something else there? Port 0 takes a free one")
    })
}

/// Serves until dropped; then all its connections end too.
pub async fn serve(listener: TcpListener, handler: Arc<dyn Handler>) {
    accept(listener, None, handler).await;
}

/// Serves over TLS, until dropped.
pub async fn serve_tls(
    listener: TcpListener,
    config: Arc<rustls::ServerConfig>,
    handler: Arc<dyn Handler>,
) {
    accept(listener, Some(TlsAcceptor::from(config)), handler).await;
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, handler: Arc<dyn Handler>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= LARGEST_COUNT_OF_CONNECTIONS {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                drop(connections.spawn(greet(stream, tls.clone(), handler.clone())));
            }
            // Out of file handles, for example: breathe, then try again.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn greet(stream: TcpStream, tls: Option<TlsAcceptor>, handler: Arc<dyn Handler>) {
    let _ = stream.set_nodelay(true);
    match tls {
        None => converse(stream, handler).await,
        // A client that does not trust the certificate goes away, which is its right.
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                converse(stream, handler).await;
            }
        }
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, handler: Arc<dyn Handler>) {
    let service = service_fn(move |request| {
        let handler = handler.clone();
        async move { one(handler, request).await }
    });
    // An error here is the client's going away, or a fault that was asked for.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection is to break.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("broken on demand")
    }
}

impl std::error::Error for Broken {}

async fn one(
    handler: Arc<dyn Handler>,
    request: Request<Incoming>,
) -> Result<Response<Outgoing>, Broken> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, handler.largest_body_bytes())
        .collect()
        .await
    {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            let mut response = Response::new(Outgoing::whole(Bytes::new()));
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            return Ok(response);
        }
        Err(_) => return Err(Broken),
    };
    let reply = handler.answer(Request::from_parts(parts, body)).await;
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay.min(LARGEST_DELAY)).await;
    }
    let empty = reply.response.body().is_empty();
    match reply.manner {
        Manner::Whole => Ok(reply.response.map(Outgoing::whole)),
        Manner::Half if !empty => Ok(halve(reply.response)),
        Manner::Half | Manner::Dropped => Err(Broken),
        Manner::Silent => {
            tokio::time::sleep(LARGEST_DELAY).await;
            Err(Broken)
        }
    }
}

fn halve(mut response: Response<Bytes>) -> Response<Outgoing> {
    let length = header::HeaderValue::from(response.body().len());
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response.map(|body| Outgoing {
        part: Some(body.slice(..body.len() / 2)),
        end: End::Flush,
    })
}

/// A body that may break off.
struct Outgoing {
    part: Option<Bytes>,
    end: End,
}

/// What comes after the part.
enum End {
    /// The proper end.
    Proper,
    /// A pause, in which hyper writes what it has; then the break.
    Flush,
    /// The break.
    Break,
}

impl Outgoing {
    fn whole(body: Bytes) -> Self {
        Self {
            part: Some(body).filter(|body| !body.is_empty()),
            end: End::Proper,
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(part) = self.part.take() {
            return Poll::Ready(Some(Ok(Frame::data(part))));
        }
        match self.end {
            End::Proper => Poll::Ready(None),
            End::Flush => {
                self.end = End::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Break => Poll::Ready(Some(Err(Broken))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.part.is_none() && matches!(self.end, End::Proper)
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        let length = self.part.as_ref().map_or(0, |part| part.len() as u64);
        match self.end {
            End::Proper => hyper::body::SizeHint::with_exact(length),
            End::Flush | End::Break => hyper::body::SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Echoes the body in the manner that the path names.
    struct Echo;

    impl Handler for Echo {
        fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
            let manner = match request.uri().path() {
                "/half" => Manner::Half,
                "/dropped" => Manner::Dropped,
                _ => Manner::Whole,
            };
            let response = Response::new(request.into_body());
            Box::pin(async move {
                Reply {
                    manner,
                    ..response.into()
                }
            })
        }

        fn largest_body_bytes(&self) -> usize {
            8
        }
    }

    #[track_caller]
    fn check(path: &str, body: &str, first_line: &str, last_line: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let seen = runtime.block_on(async {
            let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let address = listener.local_addr().unwrap();
            let server = tokio::spawn(async move { serve(listener, Arc::new(Echo)).await });
            let mut stream = TcpStream::connect(address).await.unwrap();
            let length = body.len();
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut seen = String::new();
            stream.read_to_string(&mut seen).await.unwrap();
            server.abort();
            seen
        });
        let lines: Vec<_> = seen.split("\r\n").collect();
        assert_eq!(
            (lines[0], lines[lines.len() - 1]),
            (first_line, last_line),
            "{seen}"
        );
    }

    #[test]
    fn responses_leave_whole_or_broken() {
        check("/", "12345678", "HTTP/1.1 200 OK", "12345678");
        check("/", "123456789", "HTTP/1.1 413 Payload Too Large", "");
        check("/half", "12345678", "HTTP/1.1 200 OK", "1234");
        check("/half", "", "", "");
        check("/dropped", "12345678", "", "");
    }

    #[tokio::test]
    async fn only_loopback_is_listened_on() {
        let refused = listen("0.0.0.0:0".parse().unwrap()).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "a stand-in listens on loopback only, not on 0.0.0.0:0"
        );
    }
}
