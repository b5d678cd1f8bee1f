//! A small HTTP client, for timers and for whoever drives a host.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A response with its whole body.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as text, whatever it is.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.text()))
    }
}

/// Sends a request to an `http://` URL over a connection of its own and waits for the whole reply.
pub async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Reply> {
    Connection::open(url)
        .await?
        .send(method, url, headers, body)
        .await
}

/// A connection that is kept between requests, as a busy client keeps it.
pub struct Connection {
    authority: Authority,
    sender: SendRequest<Full<Bytes>>,
    /// Moves the bytes; ends with the connection.
    mover: JoinHandle<()>,
}

impl Connection {
    /// Connects to the host of an `http://` URL.
    pub async fn open(url: &str) -> Result<Self> {
        let (authority, _) = parse(url)?;
        let address = (authority.host(), authority.port_u16().unwrap_or(80));
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {authority}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let mover = tokio::spawn(async move {
            // What breaks the connection is told to whoever waits for a reply.
            let _ = connection.await;
        });
        Ok(Self {
            authority,
            sender,
            mover,
        })
    }

    /// Sends a request and waits for the whole reply. The URL must be on the host that this is a connection to.
    pub async fn send(
        &mut self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Reply> {
        let (authority, path) = parse(url)?;
        ensure!(
            authority == self.authority,
            "this is a connection to {}, not to {authority}",
            self.authority
        );
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, authority.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into()))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.mover.abort();
    }
}

fn parse(url: &str) -> Result<(Authority, PathAndQuery)> {
    let uri: Uri = url
        .parse()
        .with_context(|| format!("{url:?} is not a URL"))?;
    ensure!(
        uri.scheme_str() == Some("http"),
        "{url:?} is not an http URL"
    );
    let parts = uri.into_parts();
    let authority = parts.authority.context("the URL has no host")?;
    let path = parts.path_and_query;
    Ok((
        authority,
        path.unwrap_or_else(|| PathAndQuery::from_static("/")),
    ))
}
