//! The HTTP face: a request in, a reply out.
//!
//! Order of things: throttling, token, understanding, faults, performing. So a throttled caller is not told whether its
//! token is good, as with the service.

pub mod annotations;
mod answer;
mod ask;
mod batch;
mod bulk;
mod metadata;
mod read;
mod strike;
mod url;
mod write;

use bytes::Bytes;
use http::{Method, Request, Response, header};
use punctual_stand_ins::{FaultKind, Guid, Reply, Strike};

use crate::dataverse::{Dataverse, Ids, KeyIndexes};
use crate::refusal::Refusal;
use crate::schema::{Schema, Table};
use crate::store::{Cause, Work};
use ask::{Ask, What};
use batch::Outer;
use strike::{fail_after, race, refusal_of};
use url::Url;

/// What operations need to know beside rows.
pub(crate) struct Env<'a> {
    pub schema: &'a Schema,
    /// `http://host/api/data/v9.2/`
    pub root: String,
    pub ids: Ids,
    pub user: Guid,
    pub keys_active: bool,
    pub key_indexes: KeyIndexes,
    pub now_ms: i64,
    pub aggregate_rows: usize,
}

impl Env<'_> {
    /// `http://host/api/data/v9.2/set(key)`
    fn url_of(&self, table: &Table, key: &str) -> String {
        format!("{}{}({key})", self.root, table.definition.entity_set)
    }
}

fn env<'a>(dataverse: &Dataverse, schema: &'a Schema, outer: Outer<'_>) -> Env<'a> {
    Env {
        schema,
        root: outer.root.to_owned(),
        ids: dataverse.ids,
        user: outer.user,
        keys_active: dataverse.keys_active(outer.now_ms),
        key_indexes: dataverse.key_indexes.clone(),
        now_ms: outer.now_ms,
        aggregate_rows: dataverse.options.aggregate_rows,
    }
}

/// Answers a request. Its URI may be absolute, to say by which scheme it came.
pub fn handle(dataverse: &mut Dataverse, request: &Request<Bytes>, now_ms: i64) -> Reply {
    let request_id = Guid::next(&mut dataverse.random);
    let mut struck = None;
    let mut label = String::from("refused");
    let done = answer(dataverse, request, now_ms, &mut struck, &mut label);
    let mut response = done.unwrap_or_else(|refusal| answer::error(&refusal));
    if response.status() == http::StatusCode::UNAUTHORIZED {
        let tenant = dataverse.options.tenant;
        let challenge = format!(
            "Bearer authorization_uri=https://login.microsoftonline.com/{tenant}/oauth2/authorize, resource_id=https://{}/",
            dataverse.options.host
        );
        answer::put(response.headers_mut(), "www-authenticate", &challenge);
    }
    let delay_ms = struck.map_or(0, |strike| strike.delay_ms);
    if let Some(protection) = dataverse.options.service_protection {
        if response.status() != http::StatusCode::TOO_MANY_REQUESTS {
            dataverse.usage.note(&protection, now_ms, delay_ms as i64);
        }
        let left = dataverse.usage.left(&protection).to_string();
        let headers = response.headers_mut();
        answer::put(
            headers,
            "x-ms-ratelimit-burst-remaining-xrm-requests",
            &left,
        );
    }
    answer::sign(&mut response, request_id);
    note(dataverse, &label, &response, now_ms);
    Reply::struck(response, struck)
}

fn answer(
    dataverse: &mut Dataverse,
    request: &Request<Bytes>,
    now_ms: i64,
    struck: &mut Option<Strike>,
    label: &mut String,
) -> Result<Response<Bytes>, Refusal> {
    if let Some(protection) = dataverse.options.service_protection {
        dataverse.usage.check(&protection, now_ms)?;
    }
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization = authorization
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let token = authorization
        .strip_prefix("Bearer ")
        .ok_or_else(Refusal::unauthorized)?;
    let user = dataverse.judge(token.trim(), now_ms)?;
    refuse_unbuilt(request)?;

    let root = root(request);
    let outer = Outer {
        root: &root,
        user,
        now_ms,
    };
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let url = Url::read(path).ok_or_else(|| Refusal::no_segment(request.uri().path()))?;
    if url
        .segments
        .first()
        .is_some_and(|first| first == "$batch" || first == "%24batch")
    {
        *label = "batch".into();
        return batch(dataverse, request, outer, struck);
    }
    let schema = dataverse.schema.clone();
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let keys_active = dataverse.keys_active(now_ms);
    let ask = Ask::read(
        &schema,
        method,
        url,
        headers,
        request.body().clone(),
        keys_active,
    )?;
    *label = match ask.table() {
        Some(table) => format!("{} {}", ask.kind(), table.name()),
        None => ask.kind().to_owned(),
    };
    *struck = dataverse.strike(&format!("api.{}", ask.kind()));
    if let Some(strike) = *struck {
        if strike.kind == FaultKind::Drop {
            return Ok(answer::no_content(None));
        }
        if let Some(refusal) = refusal_of(dataverse, strike) {
            return Err(refusal);
        }
        if strike.kind == FaultKind::Race {
            race(dataverse, &ask, outer);
        }
    }
    let response = perform_alone(dataverse, &ask, outer)?;
    fail_after(*struck)?;
    Ok(response)
}

fn batch(
    dataverse: &mut Dataverse,
    request: &Request<Bytes>,
    outer: Outer<'_>,
    struck: &mut Option<Strike>,
) -> Result<Response<Bytes>, Refusal> {
    if request.method() != Method::POST {
        return Err(read::method_not_allowed());
    }
    *struck = dataverse.strike("api.batch");
    if let Some(strike) = *struck {
        if strike.kind == FaultKind::Drop {
            return Ok(answer::no_content(None));
        }
        if let Some(refusal) = refusal_of(dataverse, strike) {
            return Err(refusal);
        }
    }
    let prefer = ask::Prefer::of(request.headers());
    let response = batch::perform(dataverse, request, &prefer, outer)?;
    fail_after(*struck)?;
    Ok(response)
}

/// `http://host/api/data/v9.2/`
fn root(request: &Request<Bytes>) -> String {
    let scheme = request.uri().scheme_str().unwrap_or("http");
    let host = request.headers().get(header::HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let path = request.uri().path().trim_start_matches('/');
    let version = path.strip_prefix(url::ROOT).unwrap_or("2");
    let version = version.split('/').next().unwrap_or("2");
    format!("{scheme}://{host}/{}{version}/", url::ROOT)
}

/// What would change the meaning of a request and is not built is refused, not left out.
fn refuse_unbuilt(request: &Request<Bytes>) -> Result<(), Refusal> {
    for name in ["mscrmcallerid", "callerobjectid"] {
        if request.headers().contains_key(name) {
            return Err(Refusal::not_built("Impersonation"));
        }
    }
    Ok(())
}

/// The request behind what an operation writes.
fn cause_of(cause: Cause, ask: &Ask<'_>) -> Cause {
    Cause {
        correlation_id: ask.correlation_id().unwrap_or(cause.correlation_id),
        tag: ask.option("tag").map(str::to_owned),
        bypass: ask.bypasses(),
        ..cause
    }
}

/// Performs an operation as a unit of work of its own.
fn perform_alone(
    dataverse: &mut Dataverse,
    ask: &Ask<'_>,
    outer: Outer<'_>,
) -> Result<Response<Bytes>, Refusal> {
    let schema = dataverse.schema.clone();
    let env = env(dataverse, &schema, outer);
    if !ask.writes() {
        return match (&ask.what, &ask.method) {
            (_, &Method::GET) => read::read(&env, &dataverse.store, ask),
            (What::Unbound(name), &Method::POST) if name == "ReactivateEntityKey" => {
                let key = metadata::key_to_reactivate(&env, ask)?;
                dataverse.key_indexes.begin_again(&key, outer.now_ms);
                Ok(answer::no_content(None))
            }
            (What::Definitions, _) => Err(Refusal::not_built("Changing tables by the API")),
            _ => Err(read::method_not_allowed()),
        };
    }
    let unit = dataverse.ids.unit;
    let cause = cause_of(dataverse.cause(outer.user), ask);
    let mut work = Work::begin(
        env.schema,
        &mut dataverse.store,
        &mut dataverse.random,
        unit,
        cause,
        outer.now_ms,
    );
    match write::write(&env, &mut work, ask) {
        Ok(response) => {
            let events = work.commit();
            dataverse.announce(events, outer.now_ms);
            Ok(response)
        }
        Err(refusal) => {
            work.roll_back();
            Err(refusal)
        }
    }
}

fn note(dataverse: &mut Dataverse, label: &str, response: &Response<Bytes>, now_ms: i64) {
    dataverse
        .requests
        .note(now_ms, label, response.status().as_u16());
}

#[cfg(test)]
mod tests;
