//! The event webhook: events are told in batches, signed.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use punctual_stand_ins::Random;
use punctual_stand_ins::messaging::Parcel;
use serde_json::Value;

use crate::delivery::{Delivery, Step};
use crate::mail;
use crate::sendgrid::SendGrid;

/// How long SendGrid waits for an answer.
pub const LONGEST_ANSWER_MS: u64 = 10_000;
const LARGEST_BATCH: usize = 1_000;

/// The pauses after which a batch is told again, in minutes; then one as long as the last, until a day is over.
const PAUSES_MIN: [i64; 5] = [1, 5, 15, 60, 180];
const DAY_MIN: i64 = 24 * 60;

/// Events that are told together.
#[derive(Debug, Clone)]
pub struct Batch {
    body: Bytes,
    label: String,
}

impl Parcel for Batch {
    fn label(&self) -> String {
        self.label.clone()
    }
}

/// The key that signs, and its public half for those who verify.
#[derive(Clone)]
pub struct EventKey(SigningKey);

impl EventKey {
    /// The key of this randomness. It is nobody's business but a test's.
    pub(crate) fn key(random: &mut Random) -> Self {
        loop {
            let bytes = [(); 4].map(|()| random.next_u64().to_be_bytes()).concat();
            // Nearly every number is a key.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self(key);
            }
        }
    }

    /// The key with this secret number.
    pub fn of(scalar: &[u8]) -> Option<Self> {
        SigningKey::from_slice(scalar).ok().map(Self)
    }

    /// Base64 of the public key's SPKI in DER (RFC 5480), as the settings show it.
    pub fn public_key(&self) -> String {
        // SEQUENCE { SEQUENCE { ecPublicKey, prime256v1 }, BIT STRING { point } }
        let mut der = vec![
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        ];
        der.extend([
            0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ]);
        der.extend(self.0.verifying_key().to_encoded_point(false).as_bytes());
        STANDARD.encode(der)
    }

    /// Base64 of the signature in DER over the timestamp and the body, with nothing between. The same bytes have the same
    /// signature (RFC 6979).
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let signature: Signature = self.0.sign(&[timestamp.as_bytes(), body].concat());
        STANDARD.encode(signature.to_der())
    }
}

/// Notes an event, to be told with others.
pub(crate) fn note(
    sendgrid: &mut SendGrid,
    delivery: &Delivery,
    kind: &str,
    more: Value,
    now_ms: i64,
) {
    if sendgrid.options.webhook_url.is_none() {
        return;
    }
    let mut event = mail::common(&delivery.letter);
    let id = URL_SAFE_NO_PAD.encode(sendgrid.random.uuid());
    let members = [
        ("email", Value::from(delivery.letter.to.clone())),
        ("timestamp", now_ms.div_euclid(1000).into()),
        (
            "smtp-id",
            format!("<{}@geopod-ismtpd-1>", delivery.message_id).into(),
        ),
        ("event", kind.into()),
        ("sg_event_id", id.into()),
        ("sg_message_id", delivery.sg_message_id.clone().into()),
    ];
    // An argument of the sender's does not take the place of a member of the event's own.
    event.extend(members.map(|(name, value)| (name.to_owned(), value)));
    if let Value::Object(more) = more {
        event.extend(more);
    }
    if sendgrid.untold.is_empty() {
        let at_ms = now_ms + sendgrid.options.batch_ms;
        sendgrid.agenda.add(at_ms, Step::Flush);
    }
    sendgrid.untold.push(event.into());
}

/// Tells the events that wait.
pub(crate) fn flush(sendgrid: &mut SendGrid, now_ms: i64) {
    let untold = std::mem::take(&mut sendgrid.untold);
    for events in untold.chunks(LARGEST_BATCH) {
        let told = events.iter().map(|event| {
            let get = |name: &str| event[name].as_str().unwrap_or_default();
            let id = get("sg_message_id").split('.').next().unwrap_or_default();
            format!("{id} {}", get("event"))
        });
        let batch = Batch {
            label: told.collect::<Vec<_>>().join(", "),
            body: Bytes::from(Value::from(events).to_string()),
        };
        let strike = sendgrid.strike("webhook");
        sendgrid.courier.post(batch, now_ms, strike);
    }
}

/// After how many milliseconds the attempt with this number is followed by another.
pub(crate) fn again(attempt: u32) -> Option<i64> {
    let last = PAUSES_MIN[PAUSES_MIN.len() - 1];
    let pause = |number: usize| PAUSES_MIN.get(number).copied().unwrap_or(last);
    let number = attempt as usize - 1;
    let waited: i64 = (0..=number).map(pause).sum();
    (waited <= DAY_MIN).then(|| pause(number) * 60_000)
}

/// The request for a batch; each attempt is signed anew.
pub(crate) fn request(
    batch: &Batch,
    url: &str,
    key: Option<&EventKey>,
    now_ms: i64,
) -> Result<Request<Bytes>, String> {
    let mut request = Request::post(url)
        .header("content-type", "application/json;charset=utf-8")
        .header("user-agent", "SendGrid Event API");
    if let Some(key) = key {
        let timestamp = now_ms.div_euclid(1000).to_string();
        request = request
            .header(
                "x-twilio-email-event-webhook-signature",
                key.sign(&timestamp, &batch.body),
            )
            .header("x-twilio-email-event-webhook-timestamp", timestamp);
    }
    let request = request.body(batch.body.clone());
    request.map_err(|_| "the webhook's URL is malformed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_tried_for_a_day() {
        let mut waited = 0;
        let mut attempt = 1;
        while let Some(pause_ms) = again(attempt) {
            waited += pause_ms;
            attempt += 1;
        }
        assert!(
            (21 * 3_600_000..=24 * 3_600_000).contains(&waited),
            "{waited}"
        );
    }

    #[test]
    fn the_public_key_is_the_one_that_verifiers_know() {
        let Some(text) =
            punctual_stand_ins::testing::shared_text("data/vectors/sendgrid_event_webhook.json")
        else {
            return;
        };
        let vectors: Value = serde_json::from_slice(&text).unwrap();
        let scalar = vectors["test_private_key_scalar_hex"].as_str().unwrap();
        let scalar = format!("{scalar:0>64}");
        let bytes = (0..32).map(|at| u8::from_str_radix(&scalar[at * 2..at * 2 + 2], 16).unwrap());
        let key = EventKey::of(&bytes.collect::<Vec<_>>()).unwrap();
        assert_eq!(key.public_key(), vectors["public_key_spki_der_base64"]);
    }
}
