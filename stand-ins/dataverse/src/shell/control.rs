//! The control routes of its own, for tests in any language.
//!
//! | route | what |
//! |---|---|
//! | `/clock`, `/faults`, `/requests`, `/ca.pem` | as every stand-in has them: [`punctual_stand_ins::control`] |
//! | `GET /rows/{table}` | all rows of a table by its logical name, every cell, secrets included |
//! | `GET /webhooks?since=n` | `{"waiting":n,"attempts":[…]}`: what was sent, from attempt `n` on, up to 1,000 |

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use punctual_stand_ins::control::{json, refuse};
use serde_json::{Map, Value as Json};

use crate::dataverse::Dataverse;

const LARGEST_COUNT_OF_ATTEMPTS: usize = 1_000;

pub(super) fn rows(dataverse: &Dataverse, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let name = request.uri().path().strip_prefix("/rows/")?;
    let Some(table) = dataverse.schema.table(name) else {
        let there: Vec<_> = dataverse
            .schema
            .tables()
            .map(|table| table.name())
            .collect();
        let there = format!("no such table; there are {}", there.join(", "));
        return Some(refuse(StatusCode::NOT_FOUND, &there));
    };
    let shown = dataverse.store.rows(table).all().map(|row| {
        let cells = row
            .values
            .iter()
            .map(|(column, value)| (column.clone(), value.to_json()));
        Json::Object(cells.collect::<Map<_, _>>())
    });
    let shown: Vec<_> = shown.collect();
    Some(json(StatusCode::OK, &serde_json::json!({ "rows": shown })))
}

pub(super) fn webhooks(dataverse: &Dataverse, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/webhooks" {
        return None;
    }
    let query = request.uri().query().unwrap_or_default();
    let Ok(since) = query.strip_prefix("since=").map_or(Ok(0), str::parse) else {
        let how = "since must be the number of an attempt";
        return Some(refuse(StatusCode::BAD_REQUEST, how));
    };
    let attempts = dataverse.webhooks.since(since);
    let attempts: Vec<_> = attempts.take(LARGEST_COUNT_OF_ATTEMPTS).collect();
    let shown = serde_json::json!({
        "waiting": dataverse.webhooks.waiting(),
        "attempts": attempts,
    });
    Some(json(StatusCode::OK, &shown))
}
