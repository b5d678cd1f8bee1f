//! The state, and how requests are answered. `now` comes with each call.
//!
//! | request | does |
//! |---|---|
//! | `POST /v2.1/track`, `POST /v2/track` | takes envelopes: 200, or 206 with those that it did not take |
//! | `POST /v1/traces`, `/v1/logs`, `/v1/metrics` | takes OTLP in JSON |

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use punctual_stand_ins::control::{json, refuse};
use punctual_stand_ins::{FaultKind, Faults, Ledger, Point, Random, Reply};
use serde_json::{Value, json as object};

use crate::track::{Refusal, envelopes, wrong};

const KINDS: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Refuse,
    FaultKind::Fail,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

/// Where this stand-in can be made to fail. `refuse` takes all but the first envelope, which is to come again.
pub const POINTS: &[Point] = &[
    Point {
        name: "track",
        kinds: KINDS,
    },
    Point {
        name: "otlp",
        kinds: KINDS,
    },
];

/// The instrumentation key that is good.
pub const KEY: &str = "6e7cf3f4-65b3-4d6a-9d5e-0f3b7f1a2c11";

/// Entries kept of each kind; the oldest are forgotten.
const KEPT: usize = 100_000;

/// Both collectors.
pub struct Collectors {
    /// The faults that stand.
    pub faults: Faults,
    /// What was asked.
    pub requests: Ledger,
    /// The envelopes that were taken.
    pub items: Vec<Value>,
    /// The bodies that OTLP brought, with their paths.
    pub otlp: Vec<(String, Value)>,
    random: Random,
}

impl Collectors {
    /// Nothing yet. Faults that strike by chance follow `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            faults: Faults::at(POINTS),
            requests: Ledger::keeping(10_000),
            items: Vec::new(),
            otlp: Vec::new(),
            random: Random::seeded(seed),
        }
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        // A connection string ends with a slash, and clients add one.
        let path = request.uri().path().replacen("//", "/", 1);
        let point = match path.as_str() {
            "/v2.1/track" | "/v2/track" => "track",
            "/v1/traces" | "/v1/logs" | "/v1/metrics" => "otlp",
            _ => return refuse(StatusCode::NOT_FOUND, "there is no such page here").into(),
        };
        if request.method() != Method::POST {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "this takes another method").into();
        }
        let strike = self.faults.strike(point, &mut self.random);
        let kind = strike.map(|strike| strike.kind);
        let response = match kind {
            Some(FaultKind::Drop) => Response::new(Bytes::new()),
            Some(FaultKind::Busy) => busy(),
            Some(FaultKind::Fail) => refuse(StatusCode::SERVICE_UNAVAILABLE, "it failed"),
            _ if point == "track" => self.track(request, kind == Some(FaultKind::Refuse)),
            _ => self.collect(&path, request),
        };
        self.requests
            .note(now_ms, point, response.status().as_u16());
        Reply::struck(response, strike)
    }

    fn track(&mut self, request: &Request<Bytes>, refuses_first: bool) -> Response<Bytes> {
        let Some(all) = envelopes(request.body()) else {
            return refuse(
                StatusCode::BAD_REQUEST,
                "the body is neither an array nor lines of JSON",
            );
        };
        let (received, mut errors) = (all.len(), Vec::new());
        for (index, envelope) in all.into_iter().enumerate() {
            let later = (index == 0 && refuses_first).then(|| (503, "come again".to_owned()));
            match later.or_else(|| wrong(&envelope, KEY).map(|message| (400, message))) {
                Some((status_code, message)) => errors.push(Refusal {
                    index,
                    status_code,
                    message,
                }),
                None => self.items.push(envelope),
            }
        }
        let overflow = self.items.len().saturating_sub(KEPT);
        self.items.drain(..overflow);
        let accepted = received - errors.len();
        let status = match (accepted, errors.is_empty()) {
            (_, true) => StatusCode::OK,
            (0, _) if !refuses_first => StatusCode::BAD_REQUEST,
            _ => StatusCode::PARTIAL_CONTENT,
        };
        let body = object!({"itemsReceived": received, "itemsAccepted": accepted, "appId": null, "errors": errors});
        json(status, &body)
    }

    fn collect(&mut self, path: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if kind.and_then(|kind| kind.to_str().ok()) != Some("application/json") {
            return refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "this collector takes application/json",
            );
        }
        match serde_json::from_slice(request.body()) {
            Ok(body) => {
                self.otlp.push((path.to_owned(), body));
                let overflow = self.otlp.len().saturating_sub(KEPT);
                self.otlp.drain(..overflow);
                json(StatusCode::OK, &object!({"partialSuccess": {}}))
            }
            Err(_) => refuse(StatusCode::BAD_REQUEST, "the body is no JSON"),
        }
    }

    /// What was taken, for the control route `/items`.
    pub fn taken(&self) -> Value {
        let otlp = self.otlp.iter();
        let otlp: Vec<Value> = otlp
            .map(|(path, body)| object!({"path": path, "body": body}))
            .collect();
        object!({"items": self.items, "otlp": otlp})
    }
}

fn busy() -> Response<Bytes> {
    let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "come back later");
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}
