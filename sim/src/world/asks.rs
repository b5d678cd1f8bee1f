//! Requests to the application.

use bytes::Bytes;
use http::{HeaderValue, Request};
use punctual_tests::events;
use serde_json::{Value, json};

use super::clients::Op;
use super::{Hook, World};
use crate::check::Story;
use crate::clinic::{Change, Wish};
use crate::transport::KEY;

/// What is asked of the application, and by whom.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Dataverse tells of a writing: story, writing, which attempt.
    Event(usize, usize, u32),
    /// A service calls: Dataverse of a change, a provider of what became of a message.
    Hook(Hook),
    /// Staff do the next thing that they have to do about an appointment.
    Staff(usize),
    /// A timer, with how many seconds it is willing to wait.
    Deliver(usize, i64),
    /// The other timer.
    Reconcile,
    /// Somebody looks at the dead letters.
    Letters,
    /// And puts one back.
    Resubmit(String),
}

impl Ask {
    /// In a few words.
    pub fn title(&self) -> String {
        match self {
            Self::Event(story, known, attempt) => {
                format!("event {known} of appointment {story}, attempt {attempt}")
            }
            Self::Hook(hook) => match hook.job {
                Some(job) => format!("call {job} of {:?}", hook.service),
                None => format!("a call of {:?} once more", hook.service),
            },
            Self::Staff(story) => format!("staff about appointment {story}"),
            Self::Deliver(timer, wait) => format!("/deliver?wait={wait} of timer {timer}"),
            Self::Reconcile => "/reconcile".to_owned(),
            Self::Letters => "dead letters".to_owned(),
            Self::Resubmit(id) => format!("resubmit {id}"),
        }
    }
}

/// A time of day as the API takes it.
fn rfc3339(at_ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

impl World {
    pub(super) fn request(&self, ask: &Ask) -> Request<Bytes> {
        let (method, path, body) = match ask {
            Ask::Event(story, known, _) => {
                let story = &self.stories[*story];
                let known = &story.known[*known];
                let body = event(story, &known.change, known.stamp_ms).to_string();
                ("POST", "/webhooks/dataverse".to_owned(), body)
            }
            Ask::Hook(hook) => return as_it_arrives(&hook.request),
            Ask::Staff(number) => {
                let story = &self.stories[*number];
                match self.staff.next(*number) {
                    Some(Op::Write(known)) => write(story, &story.known[known].change),
                    Some(Op::Wish(wished)) => {
                        let wished = &story.wished[wished];
                        let verb = match wished.wish {
                            Wish::Cancel => "cancel",
                            Wish::SendNow => "send-now",
                        };
                        let path = format!("/api/notifications/{}/{verb}", wished.notification);
                        ("POST", path, String::new())
                    }
                    None => (
                        "GET",
                        "/api/notifications?limit=1".to_owned(),
                        String::new(),
                    ),
                }
            }
            Ask::Deliver(_, wait) => (
                "POST",
                format!("/deliver?wait={wait}&max=500"),
                String::new(),
            ),
            Ask::Reconcile => ("POST", "/reconcile".to_owned(), String::new()),
            Ask::Letters => ("GET", "/api/dead-letters".to_owned(), String::new()),
            Ask::Resubmit(id) => (
                "POST",
                format!("/api/dead-letters/{id}/resubmit"),
                String::new(),
            ),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "punctual.example.com")
            .header("x-punctual-key", KEY)
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json")
            .header("content-length", body.len());
        let request = request.body(Bytes::from(body));
        request.expect("what is asked is always a request")
    }
}

/// A service's request, with its address as the application sees it.
fn as_it_arrives(sent: &Request<Bytes>) -> Request<Bytes> {
    let mut request = sent.clone();
    let path = sent
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    let headers = request.headers_mut();
    headers.insert("host", HeaderValue::from_static("punctual.example.com"));
    headers.insert("content-length", HeaderValue::from(sent.body().len()));
    request
}

/// The row as Dataverse has it after a writing: the cells that the writing is about.
pub(super) fn cells(change: &Change) -> Value {
    let mut cells = serde_json::Map::new();
    let mut set = |name: &str, value: Value| cells.insert(name.to_owned(), value);
    if change.books {
        set("punctual_name", "Vaccination, Pat".into());
        set("punctual_service", "Vaccination".into());
        set("punctual_customername", "Pat Example".into());
    }
    if let Some(start_ms) = change.start_ms {
        set("punctual_start", rfc3339(start_ms).into());
    }
    // A new row begins open; the platform takes no other state with it.
    if let Some(status) = change.status.filter(|_| !change.books) {
        let (state, code) = status.codes();
        set("statecode", state.into());
        set("statuscode", code.into());
    }
    if let Some(email) = &change.email {
        set("punctual_email", json!(email));
    }
    if let Some(phone) = &change.phone {
        set("punctual_phone", json!(phone));
    }
    if let Some(zone) = change.zone {
        set("punctual_timezone", zone.into());
    }
    if let Some(notes) = &change.notes {
        set("punctual_notes", json!(notes));
    }
    Value::Object(cells)
}

/// The event by which Dataverse tells of a writing.
fn event(story: &Story, change: &Change, stamp_ms: i64) -> Value {
    let id = story.id.to_string();
    if change.deletes {
        return events::deleted(&id);
    }
    let mut attributes: Vec<(&str, Value)> = Vec::new();
    if change.books {
        attributes.push(("punctual_service", "Vaccination".into()));
        attributes.push(("punctual_customername", "Pat Example".into()));
    }
    if let Some(start_ms) = change.start_ms {
        attributes.push(("punctual_start", events::date(&rfc3339(start_ms))));
    }
    if let Some(status) = change.status {
        let (state, code) = status.codes();
        attributes.push(("statecode", events::choice(state)));
        attributes.push(("statuscode", events::choice(code)));
    }
    if let Some(email) = &change.email {
        attributes.push(("punctual_email", json!(email)));
    }
    if let Some(phone) = &change.phone {
        attributes.push(("punctual_phone", json!(phone)));
    }
    if let Some(zone) = change.zone {
        attributes.push(("punctual_timezone", zone.into()));
    }
    if let Some(notes) = &change.notes {
        attributes.push(("punctual_notes", json!(notes)));
    }
    let message = if change.books { "Create" } else { "Update" };
    events::event(message, &id, &rfc3339(stamp_ms), &attributes)
}

/// The call by which staff write.
fn write(story: &Story, change: &Change) -> (&'static str, String, String) {
    let path = format!("/api/appointments/{}", story.id);
    if change.deletes {
        return ("DELETE", path, String::new());
    }
    let mut draft = serde_json::Map::new();
    let mut set = |name: &str, value: Value| draft.insert(name.to_owned(), value);
    if let Some(start_ms) = change.start_ms {
        set("start_at", rfc3339(start_ms).into());
    }
    if let Some(status) = change.status {
        set("status", status.name().into());
    }
    if let Some(email) = &change.email {
        set("email", json!(email));
    }
    if let Some(phone) = &change.phone {
        set("phone", json!(phone));
    }
    if let Some(zone) = change.zone {
        set("time_zone", zone.into());
    }
    if let Some(notes) = &change.notes {
        set("notes", json!(notes));
    }
    if !change.books {
        return ("PATCH", path, Value::Object(draft).to_string());
    }
    set("id", story.id.to_string().into());
    set("service", "Vaccination".into());
    set("customer_name", "Pat Example".into());
    let body = Value::Object(draft).to_string();
    ("POST", "/api/appointments".to_owned(), body)
}
