//! The control routes, for tests in any language.
//!
//! | route | what |
//! |---|---|
//! | `/clock`, `/faults` | as every stand-in has them: [`punctual_stand_ins::control`] |
//! | `GET /queues` | the queues, their options and how full they are |
//! | `PUT /queues/{name}` | makes a queue; the body has options, or is empty |
//! | `GET /history?since=n` | what happened from event `n` on, up to 1,000 events |
//! | `GET /ca.pem` | the certificate to trust for AMQP over TLS |

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use punctual_stand_ins::control::{clock, faults, json, refuse};
use punctual_stand_ins::{Authority, Handler, Reply};
use serde_json::json;

use super::shared::Shared;
use crate::bus::ServiceBus;
use crate::options::QueueOptions;

const LARGEST_COUNT_OF_EVENTS: usize = 1_000;

pub(super) struct Control {
    shared: Arc<Shared>,
    authority: Arc<Authority>,
}

impl Control {
    pub(super) fn new(shared: Arc<Shared>, authority: Arc<Authority>) -> Self {
        Self { shared, authority }
    }

    fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if let Some(response) = clock(&*self.shared.clock, request) {
            // What fell due has happened when this returns, so that a test need not wait for it.
            self.shared.with(|bus, now_ms| bus.broker.tick(now_ms));
            return response;
        }
        if request.uri().path() == "/ca.pem" {
            return Response::new(Bytes::from(self.authority.pem()));
        }
        self.shared.with(|bus, _| {
            faults(&mut bus.faults, request)
                .or_else(|| queues(bus, request))
                .or_else(|| history(bus, request))
                .unwrap_or_else(|| {
                    refuse(
                        StatusCode::NOT_FOUND,
                        "there are /clock, /faults, /queues, /history, /ca.pem",
                    )
                })
        })
    }
}

impl Handler for Control {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let response = self.respond(&request);
        Box::pin(async move { response.into() })
    }
}

fn queues(bus: &mut ServiceBus, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let rest = request.uri().path().strip_prefix("/queues")?;
    match (request.method(), rest.strip_prefix('/')) {
        (&Method::GET, None) => {}
        (&Method::PUT, Some(name)) => {
            let options = match request.body().is_empty() {
                true => Ok(QueueOptions::default()),
                false => serde_json::from_slice(request.body()).map_err(|error| error.to_string()),
            };
            if let Err(problem) = options.and_then(|options| bus.broker.create_queue(name, options))
            {
                return Some(refuse(StatusCode::BAD_REQUEST, &problem));
            }
        }
        _ => {
            return Some(refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "GET /queues, or PUT /queues/{name}",
            ));
        }
    }
    let queues = bus.broker.queues().map(|(name, options, depth)| {
        json!({
            "name": name,
            "options": options,
            "messages": depth.messages,
            "dead_letters": depth.dead_letters,
        })
    });
    Some(json(
        StatusCode::OK,
        &json!({ "queues": queues.collect::<Vec<_>>() }),
    ))
}

fn history(bus: &ServiceBus, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/history" {
        return None;
    }
    let query = request.uri().query().unwrap_or_default();
    let since = query.strip_prefix("since=").map_or(Ok(0), str::parse);
    let Ok(since) = since else {
        return Some(refuse(
            StatusCode::BAD_REQUEST,
            "since must be the number of an event",
        ));
    };
    let events: Vec<_> = bus
        .broker
        .history()
        .since(since)
        .take(LARGEST_COUNT_OF_EVENTS)
        .collect();
    Some(json(StatusCode::OK, &json!({ "events": events })))
}
