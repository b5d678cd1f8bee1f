//! One request to the service: who we are, and what its refusals mean.

use punctual_servicebus::sas;

use super::RestQueue;
use crate::core::Instant;
use crate::http::{Answer, Call, Http};
use crate::queue::QueueError;
use crate::queue::servicebus::{Access, RESOURCE};

/// How long a token is good. Made for each request: that costs microseconds, and nothing has to be kept.
const TOKEN_SECONDS: i64 = 600;
/// What a request may take beyond the time that the service is asked to wait.
const GRACE_MS: i64 = 10_000;
const BEARER: &str = "Bearer ";

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
        let first = self.authorization(None, now).await?;
        let answer = self.send_as(call.clone(), &first).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let second = self.authorization(Some(&first), now).await?;
        self.send_as(call, &second).await
    }

    /// What the header says; another than `refused`, where tokens are given and not made.
    async fn authorization(
        &self,
        refused: Option<&str>,
        now: Instant,
    ) -> Result<String, QueueError> {
        let namespace = self.namespace;
        match (&namespace.access, self.tokens) {
            (Access::SharedKey { name, key }, _) => {
                let resource = format!("{}/{}", namespace.endpoint, namespace.queue).to_lowercase();
                let expires = now.div_euclid(1_000) + TOKEN_SECONDS;
                Ok(sas::token(&resource, name, key, expires))
            }
            (Access::SignIn, Some(tokens)) => {
                let token = match refused.and_then(|refused| refused.strip_prefix(BEARER)) {
                    None => tokens.token(RESOURCE).await,
                    Some(refused) => tokens.renew(RESOURCE, refused).await,
                };
                Ok(format!("{BEARER}{}", token.map_err(QueueError::from)?.text))
            }
            // The settings give no namespace without a way to it.
            (Access::SignIn, None) => Err(QueueError::from("nobody signs in".to_owned())),
        }
    }

    async fn send_as(&self, call: Call, authorization: &str) -> Result<Answer, QueueError> {
        let call = call.with("authorization", authorization);
        let answer = self.http.send(call).await;
        answer.map_err(|error| QueueError::from(error.to_string()))
    }
}

/// What an answer means that is none of those that were hoped for.
pub(super) fn refused(doing: &str, answer: &Answer, now: Instant) -> QueueError {
    let why = match answer.status {
        401 => {
            "the key or the identity is refused: see servicebus_key_name, servicebus_key and sign_in"
        }
        403 => "the rule or the identity lacks the right, or the queue is full",
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
