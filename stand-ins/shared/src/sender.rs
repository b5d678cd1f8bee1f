//! A small HTTP/1.1 client for stand-ins that call others: webhooks. It calls loopback and nowhere else.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const LARGEST_ANSWER_BYTES: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// It may not be called: a sentence that says why.
    Refused(String),
    /// Nobody is there, or the connection broke.
    Broken,
    /// It took too long.
    TimedOut,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => formatter.write_str(why),
            Self::Broken => formatter.write_str("the connection failed"),
            Self::TimedOut => formatter.write_str("no answer came in time"),
        }
    }
}

/// Sends one request over a connection of its own. Its URI is absolute: `http://127.0.0.1:port/…`.
pub async fn send(request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, NoAnswer> {
    let address = loopback(&request)?;
    let exchange = exchange(request, address);
    match tokio::time::timeout(timeout, exchange).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => Err(NoAnswer::Broken),
        Err(_) => Err(NoAnswer::TimedOut),
    }
}

fn loopback(request: &Request<Bytes>) -> Result<SocketAddr, NoAnswer> {
    let refused = |why: &str| NoAnswer::Refused(why.into());
    let uri = request.uri();
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err(refused("a stand-in calls http:// addresses only"));
    }
    let host = uri.host().unwrap_or_default();
    let host = match host {
        "localhost" => "127.0.0.1",
        other => other.trim_matches(['[', ']']),
    };
    match host.parse::<std::net::IpAddr>() {
        Ok(ip) if ip.is_loopback() => Ok(SocketAddr::new(ip, uri.port_u16().unwrap_or(80))),
        _ => Err(refused("a stand-in calls loopback addresses only")),
    }
}

async fn exchange(
    request: Request<Bytes>,
    address: SocketAddr,
) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let asking = async move {
        let (mut parts, body) = request.into_parts();
        if let Some(authority) = parts.uri.authority() {
            let host = header::HeaderValue::from_str(authority.as_str())?;
            parts.headers.insert(header::HOST, host);
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = path.parse()?;
        let response = sender
            .send_request(Request::from_parts(parts, Full::new(body)))
            .await?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER_BYTES)
            .collect()
            .await?
            .to_bytes();
        Ok(Response::from_parts(parts, body))
    };
    tokio::pin!(asking);
    tokio::select! {
        answered = &mut asking => answered,
        ended = connection => {
            ended?;
            asking.await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Handler, Manner, Reply, listen, serve};
    use futures::future::BoxFuture;
    use std::sync::Arc;

    /// Says who asked for what, or keeps silent.
    struct Mirror;

    impl Handler for Mirror {
        fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
            let host = request.headers()[header::HOST].to_str().unwrap();
            let said = format!("{} {}", request.method(), request.uri()) + " at " + host;
            let mut reply = Reply::from(Response::new(Bytes::from(said)));
            reply.manner = match request.uri().path() {
                "/silent" => Manner::Silent,
                "/dropped" => Manner::Dropped,
                _ => Manner::Whole,
            };
            Box::pin(async move { reply })
        }
    }

    #[tokio::test]
    async fn a_request_goes_to_loopback_and_nowhere_else() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let here = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener, Arc::new(Mirror)));
        let ask = |url: String, timeout_ms| async move {
            let request = Request::post(url).body(Bytes::new()).unwrap();
            let answer = send(request, Duration::from_millis(timeout_ms)).await;
            answer.map(|response| String::from_utf8(response.body().to_vec()).unwrap())
        };
        assert_eq!(
            ask(format!("http://{here}/a?b=c"), 60_000).await,
            Ok(format!("POST /a?b=c at {here}"))
        );
        assert_eq!(
            ask(format!("http://{here}/dropped"), 60_000).await,
            Err(NoAnswer::Broken)
        );
        assert_eq!(
            ask(format!("http://{here}/silent"), 50).await,
            Err(NoAnswer::TimedOut)
        );
        for elsewhere in [
            "http://192.0.2.1/",
            "http://example.com/",
            "https://127.0.0.1/",
        ] {
            let refused = ask(elsewhere.into(), 50).await;
            assert!(matches!(refused, Err(NoAnswer::Refused(_))), "{elsewhere}");
        }
        server.abort();
    }
}
