//! One request to the service: who we are, and what its refusals mean.

use punctual_servicebus::sas;

use super::RestQueue;
use crate::core::Instant;
use crate::http::{Answer, Call, Http};
use crate::queue::QueueError;

/// How long a token is good. Made for each request: that costs microseconds, and nothing has to be kept.
const TOKEN_SECONDS: i64 = 600;
/// What a request may take beyond the time that the service is asked to wait.
const GRACE_MS: i64 = 10_000;

impl<H: Http> RestQueue<'_, H> {
    /// A request for something of an entity: `path` follows `/messages`.
    pub(super) fn call(
        &self,
        method: &'static str,
        entity: &str,
        path: &str,
        wait_ms: i64,
    ) -> Call {
        let endpoint = &self.namespace.endpoint;
        let url = format!("{endpoint}/{entity}/messages{path}");
        Call::new(method, url, wait_ms + GRACE_MS)
    }

    /// Sends it with a token. A token that is refused is made anew once: clocks differ, and keys are changed.
    pub(super) async fn send(&self, call: Call, now: Instant) -> Result<Answer, QueueError> {
        let mut answer = self.send_once(call.clone(), now).await?;
        if answer.status == 401 {
            answer = self.send_once(call, now).await?;
        }
        Ok(answer)
    }

    async fn send_once(&self, call: Call, now: Instant) -> Result<Answer, QueueError> {
        let namespace = self.namespace;
        let resource = format!("{}/{}", namespace.endpoint, namespace.queue).to_lowercase();
        let expires = now.div_euclid(1_000) + TOKEN_SECONDS;
        let token = sas::token(&resource, &namespace.key_name, &namespace.key, expires);
        let answer = self.http.send(call.with("authorization", token)).await;
        answer.map_err(|error| QueueError::from(error.to_string()))
    }
}

/// What an answer means that is none of those that were hoped for.
pub(super) fn refused(doing: &str, answer: &Answer, now: Instant) -> QueueError {
    let why = match answer.status {
        401 => "the key is refused: see servicebus_key_name and servicebus_key",
        403 => "the rule lacks the right, or the queue is full",
        404 | 410 => "there is no such queue: see servicebus_queue",
        413 => "the message is too large",
        429 => "the namespace is throttled",
        500..=599 => "the service is busy or down",
        _ => "the service does not take it",
    };
    QueueError {
        text: format!("{doing}: {} {why}", answer.status),
        retry_after_seconds: answer.retry_after_seconds(now).or(match answer.status {
            // The documentation asks for at least two seconds where it says nothing.
            429 | 503 => Some(2),
            _ => None,
        }),
    }
}
