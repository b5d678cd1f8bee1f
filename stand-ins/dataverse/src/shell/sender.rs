//! Sends webhooks when they are due, several at once: they may overtake each other, as the platform's do.

use std::sync::Arc;
use std::time::Duration;

use punctual_stand_ins::{NoAnswer, send};
use tokio::task::JoinSet;

use super::Shared;
use crate::webhooks::{self, LONGEST_ANSWER_MS, Outcome, Outgoing};

pub(super) async fn send_for_ever(shared: Arc<Shared>) {
    let mut changes = shared.changes.subscribe();
    let mut sending = JoinSet::new();
    loop {
        // Before the look: what changes after it wakes this up again.
        changes.mark_unchanged();
        let (due, next_ms) = shared.look(|dataverse, now_ms| {
            let due = webhooks::due(dataverse, now_ms);
            (due, dataverse.webhooks.next_due_ms())
        });
        for outgoing in due {
            sending.spawn(one(shared.clone(), outgoing));
        }
        while sending.try_join_next().is_some() {}
        tokio::select! {
            _ = changes.changed() => {}
            () = shared.clock.wait_until_ms(next_ms.unwrap_or(i64::MAX)) => {}
        }
    }
}

async fn one(shared: Arc<Shared>, outgoing: Outgoing) {
    let timeout = Duration::from_millis(LONGEST_ANSWER_MS);
    let outcome = match send(outgoing.request, timeout).await {
        Ok(response) => Outcome::Status(response.status().as_u16()),
        Err(NoAnswer::TimedOut) => Outcome::TimedOut,
        Err(NoAnswer::Broken) => Outcome::Broken,
        Err(NoAnswer::Refused(why)) => Outcome::Unsendable(why),
    };
    shared.with(|dataverse, now_ms| webhooks::finished(dataverse, outgoing.job, &outcome, now_ms));
}
