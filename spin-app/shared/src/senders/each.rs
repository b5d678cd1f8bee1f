//! One call for each message, several at once, and none begun too late.

use std::cell::Cell;

use futures::StreamExt;
use futures::stream;

use super::{Outgoing, Pace, Sent};
use crate::core::Instant;

/// For so long calls may begin. With [`CALL_MS`] it stays below what is left of a lease when a send begins.
pub const BEGIN_WITHIN_MS: i64 = 20_000;

/// How long one exchange with a provider may take.
pub const CALL_MS: i64 = 10_000;

/// Calls `send` for each message with at most `at_once` under way. After the first answer that says that we are
/// misconfigured no more calls are begun: the rest would be told the same, and a provider counts wrong keys.
pub async fn each<F: Future<Output = Sent>>(
    messages: &[Outgoing],
    at_once: usize,
    pace: &Pace<'_>,
    send: impl Fn(usize, Instant) -> F,
) -> Vec<Sent> {
    let stopped = Cell::new(false);
    let (send, stopped) = (&send, &stopped);
    let calls = messages
        .iter()
        .enumerate()
        .map(|(index, message)| async move {
            let now = (pace.clock)();
            if stopped.get() {
                let text = "not tried: the provider refuses us, see the others".to_owned();
                return (index, Sent::Misconfigured(text));
            }
            if now > pace.begin_by || now >= message.start_at {
                return (index, Sent::NotBegun);
            }
            let sent = send(index, now).await;
            if matches!(sent, Sent::Misconfigured(_)) {
                stopped.set(true);
            }
            (index, sent)
        });
    let mut answers: Vec<_> = stream::iter(calls)
        .buffer_unordered(at_once.max(1))
        .collect()
        .await;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, sent)| sent).collect()
}
