//! The control routes that all stand-ins have which carry messages.
//!
//! | route | what |
//! |---|---|
//! | `GET /messages?since=n` | `{"count":n,"messages":[…]}`: what people received, from message `n` on, up to 1,000 |
//! | `GET /webhooks?since=n` | `{"waiting":n,"attempts":[…]}`: what was told, from attempt `n` on, up to 1,000 |
//! | `GET /people` | `{"usual":…,"people":{who: fate}}` |
//! | `POST /people` | `{"who":"+12025550123","fate":{…}}`; without `who`, the fate of everybody else |
//! | `POST /inbound` | `{"from":"+12025550123","to":"+12025550100","text":"STOP"}`: a person writes; answers with the message's id |

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::courier::{Courier, Parcel};
use super::fates::Fates;
use super::inbox::Inbox;
use crate::control::{json, refuse};

const LARGEST_COUNT_SHOWN: usize = 1_000;

/// The number in `?since=`, if the request is a GET of this path.
fn since(request: &Request<Bytes>, path: &str) -> Option<Result<u64, Response<Bytes>>> {
    if request.uri().path() != path {
        return None;
    }
    if request.method() != Method::GET {
        let how = "this can only be looked at, with GET";
        return Some(Err(refuse(StatusCode::METHOD_NOT_ALLOWED, how)));
    }
    let query = request.uri().query().unwrap_or_default();
    let number = query.strip_prefix("since=").map_or(Ok(0), str::parse);
    let how = "since must be a number";
    Some(number.map_err(|_| refuse(StatusCode::BAD_REQUEST, how)))
}

/// Answers `/messages`.
pub fn messages(inbox: &Inbox, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    Some(match since(request, "/messages")? {
        Err(refused) => refused,
        Ok(since) => {
            let shown: Vec<_> = inbox.since(since).take(LARGEST_COUNT_SHOWN).collect();
            let shown = json!({ "count": inbox.count(), "messages": shown });
            json(StatusCode::OK, &shown)
        }
    })
}

/// Answers `/webhooks`.
pub fn webhooks<P: Parcel>(
    courier: &Courier<P>,
    request: &Request<Bytes>,
) -> Option<Response<Bytes>> {
    Some(match since(request, "/webhooks")? {
        Err(refused) => refused,
        Ok(since) => {
            let shown: Vec<_> = courier.since(since).take(LARGEST_COUNT_SHOWN).collect();
            let shown = json!({ "waiting": courier.waiting(), "attempts": shown });
            json(StatusCode::OK, &shown)
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting<F> {
    who: Option<String>,
    fate: F,
}

/// Answers `/people`.
pub fn people<F>(fates: &mut Fates<F>, request: &Request<Bytes>) -> Option<Response<Bytes>>
where
    F: Clone + Serialize + DeserializeOwned,
{
    if request.uri().path() != "/people" {
        return None;
    }
    match *request.method() {
        Method::GET => {}
        Method::POST => match serde_json::from_slice::<Setting<F>>(request.body()) {
            Ok(setting) => fates.set(setting.who.as_deref(), setting.fate),
            Err(error) => {
                let problem = format!("expected {{\"who\":…,\"fate\":…}}: {error}");
                return Some(refuse(StatusCode::BAD_REQUEST, &problem));
            }
        },
        _ => {
            let how = "GET shows the fates, POST sets one";
            return Some(refuse(StatusCode::METHOD_NOT_ALLOWED, how));
        }
    }
    Some(json(StatusCode::OK, &json!(fates)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    from: String,
    to: String,
    text: String,
}

/// Answers `/inbound`: lets a person write, by `write`, which gets who, to which number, and what, and gives the message's id.
pub fn inbound(
    request: &Request<Bytes>,
    write: impl FnOnce(&str, &str, &str) -> Result<String, String>,
) -> Option<Response<Bytes>> {
    if request.uri().path() != "/inbound" {
        return None;
    }
    if request.method() != Method::POST {
        let how = "POST lets a person write";
        return Some(refuse(StatusCode::METHOD_NOT_ALLOWED, how));
    }
    let letter = serde_json::from_slice::<Letter>(request.body());
    let letter =
        letter.map_err(|error| format!("expected {{\"from\":…,\"to\":…,\"text\":…}}: {error}"));
    let written = letter.and_then(|letter| write(&letter.from, &letter.to, &letter.text));
    Some(match written {
        Ok(id) => json(StatusCode::OK, &json!({ "id": id })),
        Err(problem) => refuse(StatusCode::BAD_REQUEST, &problem),
    })
}
