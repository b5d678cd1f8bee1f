//! New messages, many in one request.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::wire;
use super::RestQueue;
use super::call::refused;
use super::properties::{Outgoing, http_date};
use crate::core::Instant;
use crate::http::Http;
use crate::queue::{NewMessage, QueueError};

/// A batch must fit into the size of one message, 256 KB in the Standard tier; headers and braces need some of it.
const BATCH_BYTES_MAX: usize = 200 * 1024;
const BATCH_TYPE: &str = "application/vnd.microsoft.servicebus.json";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Member<'a> {
    body: String,
    broker_properties: Outgoing<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_properties: Option<BTreeMap<&'static str, &'a str>>,
}

/// The messages as JSON arrays, each small enough for one request.
pub(super) fn batches(messages: &[NewMessage]) -> Vec<String> {
    let mut batches: Vec<String> = Vec::new();
    for message in messages {
        let member = Member {
            body: wire::body(message),
            broker_properties: Outgoing {
                message_id: &message.message_id,
                scheduled_enqueue_time_utc: http_date(wire::enqueue_at(message)),
            },
            user_properties: wire::properties(message),
        };
        let member = serde_json::to_string(&member).unwrap_or_default();
        match batches.last_mut() {
            Some(batch) if batch.len() + member.len() < BATCH_BYTES_MAX => {
                batch.push(',');
                batch.push_str(&member);
            }
            _ => batches.push(format!("[{member}")),
        }
    }
    for batch in &mut batches {
        batch.push(']');
    }
    batches
}

impl<H: Http> RestQueue<'_, H> {
    pub(super) async fn send_batch(&self, batch: &str, now: Instant) -> Result<(), QueueError> {
        let mut call = self
            .call("POST", &self.namespace.queue, "", 0)
            .with("content-type", BATCH_TYPE);
        call.body = batch.into();
        let answer = self.send(call, now).await?;
        match answer.status {
            201 => Ok(()),
            _ => Err(refused("schedule", &answer, now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::Body;

    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn no_batch_is_larger_than_a_message_may_be() {
        let message = |number: usize| NewMessage {
            message_id: format!("{number}/1"),
            body: Body {
                notification: number.to_string(),
                due_at: 1_779_958_800_000,
            },
            trace: (number == 0).then(|| TRACE.to_owned()),
            enqueue_at: 1_779_958_800_000,
            early_ms: 0,
        };
        let messages: Vec<_> = (0..5_000).map(message).collect();
        let batches = batches(&messages);
        let mut count = 0;
        for batch in &batches {
            assert!(batch.len() <= BATCH_BYTES_MAX, "{}", batch.len());
            let members: serde_json::Value = serde_json::from_str(batch).unwrap();
            count += members.as_array().unwrap().len();
        }
        assert!(batches.len() > 1);
        assert_eq!(count, 5_000);
        assert!(super::batches(&[]).is_empty());
        let member: serde_json::Value = serde_json::from_str(&batches[0]).unwrap();
        assert_eq!(
            member[0].to_string(),
            r#"{"Body":"{\"notification\":\"0\",\"due_at\":1779958800000}","BrokerProperties":{"MessageId":"0/1","ScheduledEnqueueTimeUtc":"Thu, 28 May 2026 09:00:00 GMT"},"UserProperties":{"Diagnostic-Id":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}"#
        );
    }
}
