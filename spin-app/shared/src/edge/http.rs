//! Outgoing HTTP by way of the host.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use futures::future::{Either, poll_fn, select};
use spin_sdk::http::{Method, Request, Response};

use super::now;
use crate::http::{Answer, Call, Http, HttpError};
use crate::telemetry::entry::CallResult;
use crate::telemetry::{Called, Journal};

/// The host's HTTP client; it lets through what `allowed_outbound_hosts` names. Each exchange goes into the journal and
/// carries its trace.
#[derive(Clone)]
pub struct SpinHttp(Option<Seen>);

#[derive(Clone)]
struct Seen {
    journal: Rc<Journal>,
    upstream: &'static str,
}

impl SpinHttp {
    /// To one that others know by this name.
    pub fn to(upstream: &'static str, journal: &Rc<Journal>) -> Self {
        let journal = Rc::clone(journal);
        Self(Some(Seen { journal, upstream }))
    }

    /// For what tells of the rest, and is told of by nobody.
    pub fn unseen() -> Self {
        Self(None)
    }
}

impl Http for SpinHttp {
    async fn send(&self, mut call: Call) -> Result<Answer, HttpError> {
        let Some(Seen { journal, upstream }) = &self.0 else {
            return exchange(call).await;
        };
        let named = call.headers.iter().position(|(name, _)| *name == TRACE);
        let planned = named.map(|place| call.headers.remove(place).1);
        let (span, parent) = journal.child(planned.as_deref());
        call.headers.push((TRACE, span.to_string()));
        let (method, host, began_at) = (call.method, host(&call.url).to_owned(), now());
        let answer = exchange(call).await;
        journal.called(Called {
            span,
            parent,
            upstream,
            method,
            host,
            result: match &answer {
                Ok(answer) => CallResult::Status(answer.status),
                Err(HttpError::NotSent(_)) => CallResult::Unsent,
                Err(HttpError::NoAnswer(_)) => CallResult::Unanswered,
            },
            began_at,
            duration_ms: now() - began_at,
        });
        answer
    }
}

/// The header of W3C Trace Context.
const TRACE: &str = "traceparent";

async fn exchange(call: Call) -> Result<Answer, HttpError> {
    let host = host(&call.url).to_owned();
    let method = match call.method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        other => Method::Other(other.to_owned()),
    };
    let mut request = Request::builder();
    request.method(method).uri(&call.url);
    request.header("content-length", call.body.len().to_string());
    for (name, value) in &call.headers {
        request.header(*name, value.as_str());
    }
    let request = request.body(call.body).build();
    let exchange = pin!(spin_sdk::http::send::<_, Response>(request));
    let answer = match select(exchange, pin!(after(call.timeout_ms))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => {
            let text = format!("{host} took longer than {} ms", call.timeout_ms);
            return Err(HttpError::NoAnswer(text));
        }
    };
    let answer = answer.map_err(|error| failure(&host, &error.to_string()))?;
    let headers = answer.headers().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_ascii_lowercase(), value)
    });
    Ok(Answer {
        status: *answer.status(),
        headers: headers.collect(),
        body: answer.body().to_vec(),
    })
}

/// The host of a URL: all of it that may be told. Paths name queues and people's rows.
fn host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// The host says why in the name of an error code of wasi:http. With these the request has not left.
fn failure(host: &str, reason: &str) -> HttpError {
    const UNSENT: [&str; 8] = [
        "DnsTimeout",
        "DnsError",
        "DestinationNotFound",
        "DestinationUnavailable",
        "DestinationIpProhibited",
        "ConnectionRefused",
        "ConnectionTimeout",
        "HttpRequestDenied",
    ];
    let text = format!("{host}: {reason}");
    if UNSENT.iter().any(|code| reason.contains(code)) || reason.contains("Tls") {
        HttpError::NotSent(text)
    } else {
        HttpError::NoAnswer(text)
    }
}

/// Completes when so much of the host's time has passed.
fn after(milliseconds: i64) -> impl Future<Output = ()> {
    let nanoseconds = milliseconds.max(0).unsigned_abs().saturating_mul(1_000_000);
    let at = wasi::clocks::monotonic_clock::now().saturating_add(nanoseconds);
    poll_fn(move |context| {
        if wasi::clocks::monotonic_clock::now() >= at {
            return Poll::Ready(());
        }
        let timer = wasi::clocks::monotonic_clock::subscribe_instant(at);
        spin_executor::push_waker(timer, context.waker().clone());
        Poll::Pending
    })
}
