//! The only place that knows spin_sdk: requests in, answers out, variables, SQLite, the clock.

mod amqp;
mod cache;
mod http;
mod ports;
mod senders;
mod serve;

pub use amqp::SpinDial;
pub use cache::SpinCache;
pub use http::SpinHttp;
pub use ports::{Ports, SpinQueue, SpinRecords, SpinSignIn};
pub use senders::{Senders, SpinSender, acs_sms};
pub use serve::serve;

use std::cell::OnceCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use spin_sdk::http::{Headers, IncomingRequest, Method, OutgoingResponse, ResponseOutparam};
use spin_sdk::sqlite::{Connection, Value as SpinValue};

use crate::core::Instant;
use crate::settings::Variables;
use crate::sql::{Row, Sql, SqlError, Value};
use crate::web::{Query, Request, Response, problem};

/// Reads a request to its end, or answers 413 as soon as it proves too large.
async fn read_up_to(incoming: IncomingRequest, bytes_max: usize) -> Result<Request, Response> {
    let too_large = || {
        problem(
            413,
            "body too large",
            &format!("the body must not exceed {bytes_max} bytes"),
            None,
        )
    };
    let method = method(&incoming);
    let path_and_query = incoming.path_with_query().unwrap_or_default();
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((&path_and_query, ""));
    let (path, raw_query, query) = (path.to_owned(), query.to_owned(), Query::parse(query));
    let entries = incoming.headers().entries().into_iter();
    let headers: Vec<_> = entries
        .map(|(name, value)| {
            (
                name.to_ascii_lowercase(),
                String::from_utf8_lossy(&value).into_owned(),
            )
        })
        .collect();
    let request = Request {
        method,
        path,
        query,
        raw_query,
        headers,
        body: Vec::new(),
    };
    let announced = request
        .header("content-length")
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0));
    let mut chunks = incoming.into_body_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            problem(
                400,
                "body cut short",
                "the connection ended inside the body",
                None,
            )
        })?;
        if body.len() + chunk.len() > bytes_max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Request { body, ..request })
}

fn method(incoming: &IncomingRequest) -> String {
    let name = match incoming.method() {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Patch => "PATCH",
        Method::Options => "OPTIONS",
        Method::Connect => "CONNECT",
        Method::Trace => "TRACE",
        Method::Other(name) => return name.to_ascii_uppercase(),
    };
    name.to_owned()
}

/// Sends the answer.
async fn answer(outparam: ResponseOutparam, response: Response) {
    let Response {
        status,
        mut headers,
        body,
    } = response;
    headers.push(("content-length", body.len().to_string()));
    // The caller may be gone; there is nobody left to tell.
    let _ = outparam
        .set_with_body(outgoing(status, headers), body)
        .await;
}

fn outgoing(status: u16, headers: Vec<(&'static str, String)>) -> OutgoingResponse {
    let fields: Vec<_> = headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into_bytes()))
        .collect();
    // Header names and values are our own constants and numbers: they are always valid.
    let outgoing =
        OutgoingResponse::new(Headers::from_list(&fields).unwrap_or_else(|_| Headers::new()));
    let _ = outgoing.set_status_code(status);
    outgoing
}

/// The host's clock.
pub fn now() -> Instant {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Waits on the host's clock.
pub fn sleep(milliseconds: i64) {
    std::thread::sleep(Duration::from_millis(milliseconds.max(0).unsigned_abs()));
}

/// A random UUID (version 4, RFC 9562) from the host's randomness.
pub fn fresh_guid() -> String {
    let (high, low) = (
        wasi::random::random::get_random_u64(),
        wasi::random::random::get_random_u64(),
    );
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0x0fff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    )
}

/// Spin's variables.
pub struct SpinVariables;

impl Variables for SpinVariables {
    fn get(&self, name: &str) -> Option<String> {
        spin_sdk::variables::get(name)
            .ok()
            .filter(|value| !value.is_empty())
    }
}

/// Spin's database `default`, opened with the first statement: a host without databases runs whoever has none to execute.
#[derive(Default)]
pub struct SpinSql(OnceCell<Opened>);

struct Opened(Connection);

impl SpinSql {
    /// Opens the database and brings its schema up to date.
    pub fn open() -> Result<Self, SqlError> {
        let sql = Self::default();
        sql.opened()?;
        Ok(sql)
    }

    fn opened(&self) -> Result<&Opened, SqlError> {
        if let Some(opened) = self.0.get() {
            return Ok(opened);
        }
        let opened = Connection::open_default().map_err(|error| SqlError(error.to_string()))?;
        let opened = Opened(opened);
        crate::sql::prepare(&opened)?;
        Ok(self.0.get_or_init(|| opened))
    }
}

impl Sql for SpinSql {
    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        self.opened()?.execute(statement, parameters)
    }
}

impl Sql for Opened {
    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let parameters: Vec<_> = parameters.iter().map(to_spin).collect();
        let result = self
            .0
            .execute(statement, &parameters)
            .map_err(|error| SqlError(error.to_string()))?;
        Ok(result
            .rows
            .into_iter()
            .map(|row| Row(row.values.into_iter().map(from_spin).collect()))
            .collect())
    }
}

fn to_spin(value: &Value) -> SpinValue {
    match value {
        Value::Null => SpinValue::Null,
        Value::Integer(value) => SpinValue::Integer(*value),
        Value::Text(value) => SpinValue::Text(value.clone()),
    }
}

fn from_spin(value: SpinValue) -> Value {
    match value {
        SpinValue::Integer(value) => Value::Integer(value),
        SpinValue::Text(value) => Value::Text(value),
        // The schema is STRICT and holds neither of these.
        SpinValue::Null | SpinValue::Real(_) | SpinValue::Blob(_) => Value::Null,
    }
}
