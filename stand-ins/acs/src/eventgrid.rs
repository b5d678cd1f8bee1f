//! Event Grid: a subscription proves that it wants events, and then gets them, in either schema, at least once.
//!
//! ```text
//! pending ──handshake answered, or validationUrl asked for within 5 minutes──▶ active ──▶ events
//!    └─────neither──▶ failed
//! ```

use bytes::Bytes;
use http::{Request, StatusCode};
use punctual_stand_ins::messaging::Parcel;
use punctual_stand_ins::{Answer, Guid};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::acs::Acs;

/// How long Event Grid waits for an answer.
pub const LONGEST_ANSWER_MS: u64 = 30_000;

/// What became of a text.
pub const SMS_REPORT: &str = "Microsoft.Communication.SMSDeliveryReportReceived";
/// A text that a person sent.
pub const SMS_RECEIVED: &str = "Microsoft.Communication.SMSReceived";
/// What became of an email.
pub const EMAIL_REPORT: &str = "Microsoft.Communication.EmailDeliveryReportReceived";

const VALIDATION: &str = "Microsoft.EventGrid.SubscriptionValidationEvent";
const ORIGIN: &str = "eventgrid.azure.net";
const VALIDATION_MS: i64 = 5 * 60_000;

/// The pauses between attempts, in seconds; then as long as the last.
const PAUSES_S: [i64; 10] = [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200];
const MOST_ATTEMPTS: u32 = 30;
const DAY_S: i64 = 86_400;

const TOPIC: &str = "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/stand-ins/providers/Microsoft.Communication/communicationServices/stand-in";

/// In which form events are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schema {
    /// Event Grid's own.
    EventGrid,
    /// CloudEvents 1.0.
    CloudEvents,
}

/// How events write the names of their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldCase {
    /// As the vendor's samples do, which do not agree with each other.
    AsInSamples,
    /// `messageId`
    Camel,
    /// `MessageId`
    Pascal,
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The handshake is not over.
    Pending,
    /// It gets events.
    Active,
    /// It did not prove that it wants them.
    Failed,
}

/// Somebody who wants events.
#[derive(Debug, Clone, Serialize)]
pub struct Subscription {
    /// Where events go.
    pub url: String,
    /// In which form.
    pub schema: Schema,
    /// Where it stands.
    pub state: State,
    #[serde(skip)]
    code: Guid,
    #[serde(skip)]
    made_ms: i64,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) data: Value,
    pub(crate) at_ms: i64,
}

/// What is told to the subscription.
#[derive(Debug, Clone)]
pub enum Told {
    /// That it shall prove itself, by this code.
    Handshake(Guid),
    /// An event.
    Event(Event),
}

impl Parcel for Told {
    fn label(&self) -> String {
        match self {
            Self::Handshake(_) => "handshake".into(),
            Self::Event(event) => format!("{} {}", event.kind, event.id),
        }
    }
}

/// An instant with a seventh digit, as the samples have it.
pub(crate) fn instant(at_ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%S%.3f0000Z").to_string()
}

impl Acs {
    /// Makes the subscription, in place of the one that there was. It gets a handshake first.
    pub fn subscribe(&mut self, url: &str, schema: Schema, now_ms: i64) {
        let code = Guid::next(&mut self.random);
        self.subscription = Some(Subscription {
            url: url.to_owned(),
            schema,
            state: State::Pending,
            code,
            made_ms: now_ms,
        });
        self.courier.post(Told::Handshake(code), now_ms, None);
    }
}

/// Tells an event, if anybody wants it.
pub(crate) fn tell(acs: &mut Acs, event: Event, now_ms: i64) {
    let active = |it: &Subscription| it.state == State::Active;
    if acs.subscription.as_ref().is_some_and(active) {
        let strike = acs.strike("event");
        acs.courier.post(Told::Event(event), now_ms, strike);
    }
}

/// The request for what is told.
pub(crate) fn request(
    subscription: Option<&Subscription>,
    told: &Told,
    attempt: u32,
    base_url: &str,
    case: FieldCase,
) -> Result<Request<Bytes>, String> {
    let subscription = subscription.ok_or("the subscription is gone")?;
    let malformed = |_| "the subscription's URL is malformed".to_owned();
    let builder = Request::builder().uri(&subscription.url);
    match (told, subscription.schema) {
        (Told::Handshake(code), Schema::CloudEvents) => builder
            .method("OPTIONS")
            .header("webhook-request-origin", ORIGIN)
            .header("webhook-request-callback", validation_url(base_url, *code))
            .header("webhook-request-rate", "120")
            .body(Bytes::new())
            .map_err(malformed),
        (Told::Handshake(code), Schema::EventGrid) => {
            let body = json!([{
                "id": code,
                "topic": TOPIC,
                "subject": "",
                "data": { "validationCode": code, "validationUrl": validation_url(base_url, *code) },
                "eventType": VALIDATION,
                "eventTime": instant(subscription.made_ms),
                "metadataVersion": "1",
                "dataVersion": "2",
            }]);
            builder
                .method("POST")
                .header("content-type", "application/json; charset=utf-8")
                .header("aeg-event-type", "SubscriptionValidation")
                .header("aeg-subscription-name", "STAND-IN")
                .body(Bytes::from(body.to_string()))
                .map_err(malformed)
        }
        (Told::Event(event), schema) => {
            let (kind, body) = match schema {
                Schema::EventGrid => (
                    "application/json; charset=utf-8",
                    json!([event_grid(event, case)]),
                ),
                Schema::CloudEvents => (
                    "application/cloudevents+json; charset=utf-8",
                    cloud_event(event, case),
                ),
            };
            builder
                .method("POST")
                .header("content-type", kind)
                .header("aeg-event-type", "Notification")
                .header("aeg-subscription-name", "STAND-IN")
                .header("aeg-delivery-count", (attempt - 1).to_string())
                .body(Bytes::from(body.to_string()))
                .map_err(malformed)
        }
    }
}

fn validation_url(base_url: &str, code: Guid) -> String {
    format!("{base_url}/eventgrid/validate?code={code}")
}

fn event_grid(event: &Event, case: FieldCase) -> Value {
    let pascal = match case {
        FieldCase::AsInSamples => event.kind == SMS_RECEIVED,
        FieldCase::Camel => false,
        FieldCase::Pascal => true,
    };
    json!({
        "id": event.id,
        "topic": TOPIC,
        "subject": event.subject,
        "data": named(&event.data, pascal),
        "eventType": event.kind,
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": instant(event.at_ms),
    })
}

fn cloud_event(event: &Event, case: FieldCase) -> Value {
    let pascal = match case {
        FieldCase::AsInSamples => event.kind != EMAIL_REPORT,
        FieldCase::Camel => false,
        FieldCase::Pascal => true,
    };
    json!({
        "id": event.id,
        "source": TOPIC,
        "subject": event.subject,
        "data": named(&event.data, pascal),
        "type": event.kind,
        "time": instant(event.at_ms),
        "specversion": "1.0",
    })
}

/// The value with the names of its members as they are, or each with a capital.
fn named(value: &Value, pascal: bool) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|it| named(it, pascal)).collect(),
        Value::Object(members) if pascal => {
            let members = members.iter().map(|(name, value)| {
                let (first, rest) = name.split_at(1);
                (first.to_uppercase() + rest, named(value, pascal))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// After how many milliseconds the attempt with this number is followed by another. What answers with 400, 401, 403 or
/// 413 gets no other.
pub(crate) fn again(told: &Told, attempt: u32, answer: &Answer) -> Option<i64> {
    let status = answer
        .as_ref()
        .ok()
        .map(|response| response.status().as_u16());
    let forbidden = matches!(status, Some(400 | 401 | 403 | 413));
    if matches!(told, Told::Handshake(_)) || forbidden || attempt >= MOST_ATTEMPTS {
        return None;
    }
    let pause = |number: usize| PAUSES_S[number.min(PAUSES_S.len() - 1)];
    let number = attempt as usize - 1;
    let waited: i64 = (0..=number).map(pause).sum();
    (waited <= DAY_S).then(|| pause(number) * 1000)
}

/// What the answer to a handshake proves.
pub(crate) fn judge_handshake(acs: &mut Acs, code: Guid, answer: &Answer) {
    let Some(subscription) = acs.subscription.as_mut().filter(|it| it.code == code) else {
        return;
    };
    let Some(response) = answer
        .as_ref()
        .ok()
        .filter(|it| it.status() == StatusCode::OK)
    else {
        return;
    };
    let proved = match subscription.schema {
        Schema::EventGrid => {
            let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
            body["validationResponse"] == code.to_string()
        }
        Schema::CloudEvents => {
            let allowed = response.headers().get("webhook-allowed-origin");
            allowed.is_some_and(|allowed| allowed == ORIGIN || allowed == "*")
        }
    };
    if proved {
        subscription.state = State::Active;
    }
}

/// `GET /eventgrid/validate?code=`: a person proves it by hand, in time.
pub(crate) fn validate(acs: &mut Acs, query: &str, now_ms: i64) -> StatusCode {
    let code = query
        .strip_prefix("code=")
        .and_then(|code| code.parse().ok());
    match acs.subscription.as_mut().filter(|it| Some(it.code) == code) {
        Some(it) if now_ms - it.made_ms <= VALIDATION_MS && it.state == State::Pending => {
            it.state = State::Active;
            StatusCode::OK
        }
        _ => StatusCode::BAD_REQUEST,
    }
}

/// A subscription that proved nothing in time has failed.
pub(crate) fn expire(acs: &mut Acs, now_ms: i64) {
    if let Some(it) = &mut acs.subscription
        && it.state == State::Pending
        && now_ms - it.made_ms > VALIDATION_MS
    {
        it.state = State::Failed;
    }
}
