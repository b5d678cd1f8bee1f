//! Azure Event Grid as a caller: the two handshakes, and events in both schemas. Names are compared without case, since
//! the vendor's own samples do not agree on it.

use serde_json::{Value, json};

use crate::web::{Request, Response};

/// What a call of Event Grid is.
#[derive(Debug)]
pub enum Delivery {
    /// It asks whether we are willing; this is the answer.
    Handshake(Response),
    /// Events.
    Events(Vec<Event>),
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `Microsoft.Communication.…`
    pub kind: String,
    /// The publisher's id of it.
    pub id: String,
    /// What it tells.
    pub data: Value,
}

/// Most calls a minute that we ask for in the handshake of CloudEvents; `*` is no limit.
const RATE: &str = "*";

/// Reads a call; none when it is neither handshake nor events.
pub fn read(request: &Request) -> Option<Delivery> {
    if request.method == "OPTIONS" {
        // Abuse protection of CloudEvents: who may call is for the key to say, so the origin is given back as it came.
        let origin = request.header("webhook-request-origin")?;
        let answer = Response::empty(200)
            .with("webhook-allowed-origin", origin)
            .with("webhook-allowed-rate", RATE);
        return Some(Delivery::Handshake(answer));
    }
    let events = match serde_json::from_slice(&request.body).ok()? {
        Value::Array(events) => events,
        one @ Value::Object(_) => vec![one],
        _ => return None,
    };
    let events: Vec<Event> = events.into_iter().map(event).collect::<Option<_>>()?;
    let validation = |event: &&Event| {
        let kind = "Microsoft.EventGrid.SubscriptionValidationEvent";
        event.kind.eq_ignore_ascii_case(kind)
    };
    if let Some(event) = events.iter().find(validation) {
        // The URL beside the code is never followed: anybody could name any.
        let code = text(&event.data, "validationCode")?;
        let answer = Response::json(200, &json!({"validationResponse": code}));
        return Some(Delivery::Handshake(answer));
    }
    Some(Delivery::Events(events))
}

fn event(mut value: Value) -> Option<Event> {
    let kind = text(&value, "eventType")
        .or_else(|| text(&value, "type"))?
        .to_owned();
    let id = text(&value, "id").unwrap_or_default().to_owned();
    let data = member_mut(&mut value, "data")
        .map(Value::take)
        .unwrap_or_default();
    Some(Event { kind, id, data })
}

/// A member, whatever the case of its name.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?.iter();
    let mut found = members.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value)
}

fn member_mut<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    let members = value.as_object_mut()?.iter_mut();
    let mut found = members.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value)
}

/// A member that is a text.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name)?.as_str()
}
