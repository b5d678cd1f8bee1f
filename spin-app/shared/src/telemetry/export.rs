//! Brings what was kept to those who collect it, after the answer was given.
//!
//! It has two seconds for all of it. What cannot be delivered in them is dropped, with one line in the log: telemetry never
//! holds up and never fails a reminder.

use futures::future::join_all;

use super::{Entry, Journal, app_insights, otlp};
use crate::core::Instant;
use crate::http::{Answer, Call, Http, HttpError};
use crate::settings::Collectors;

/// For one exchange with a collector.
const CALL_MS: i64 = 1_500;
/// No exchange begins later than this after the first.
const BEGIN_WITHIN_MS: i64 = 500;

/// Sends what `journal` kept to whoever is set.
pub async fn export(
    collectors: &Collectors,
    journal: &Journal,
    http: &impl Http,
    clock: &dyn Fn() -> Instant,
) {
    let (entries, mut dropped) = journal.take();
    if entries.is_empty() || collectors.is_empty() {
        return;
    }
    let began = clock();
    let failures = join_all([
        Box::pin(to_app_insights(
            collectors, journal, http, &entries, began, clock,
        )) as std::pin::Pin<Box<dyn Future<Output = Vec<String>> + '_>>,
        Box::pin(to_otlp(collectors, journal, http, &entries)),
    ])
    .await;
    let failures: Vec<String> = failures.into_iter().flatten().collect();
    if !failures.is_empty() {
        dropped += 1;
    }
    if dropped > 0 {
        let what = failures
            .first()
            .map_or("there was no room for more", |text| text);
        let text = format!("Telemetry was dropped: {what}.");
        journal.warn("telemetry.dropped", &text, clock());
    }
}

async fn to_app_insights(
    collectors: &Collectors,
    journal: &Journal,
    http: &impl Http,
    entries: &[Entry],
    began: Instant,
    clock: &dyn Fn() -> Instant,
) -> Vec<String> {
    let Some((endpoint, key)) = &collectors.app_insights else {
        return Vec::new();
    };
    let mut failures = Vec::new();
    for batch in entries.chunks(app_insights::BATCH) {
        let mut left: Vec<Entry> = batch.to_vec();
        // Once more where the service says that it may help, and there is time.
        for _ in 0..2 {
            if clock() > began + BEGIN_WITHIN_MS {
                failures.push("there was no time for all of it".to_owned());
                break;
            }
            let body = app_insights::envelopes(journal.component, key, &left);
            let url = format!("{endpoint}{}", app_insights::PATH);
            let answer = http.send(call(url, body.to_string())).await;
            let (again, failure) = match answer {
                Ok(answer) => (
                    app_insights::again(answer.status, &answer.body, left.len()),
                    (answer.status != 200)
                        .then(|| format!("Application Insights answered {}", answer.status)),
                ),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            left = again.into_iter().map(|index| left[index].clone()).collect();
            if left.is_empty() {
                failures.extend(failure);
                break;
            }
        }
    }
    failures
}

async fn to_otlp(
    collectors: &Collectors,
    journal: &Journal,
    http: &impl Http,
    entries: &[Entry],
) -> Vec<String> {
    let Some((endpoint, header)) = &collectors.otlp else {
        return Vec::new();
    };
    let bodies = otlp::bodies(journal.component, entries);
    let answers = bodies.into_iter().map(|(path, body)| {
        let mut call = call(format!("{endpoint}{path}"), body.to_string());
        if let Some(header) = header {
            call = call.with("authorization", header.clone());
        }
        http.send(call)
    });
    let told = |answer: Result<Answer, HttpError>| match answer {
        Ok(answer) if answer.is_success() => None,
        Ok(answer) => Some(format!("the collector answered {}", answer.status)),
        Err(error) => Some(error.to_string()),
    };
    join_all(answers)
        .await
        .into_iter()
        .filter_map(told)
        .collect()
}

fn call(url: String, body: String) -> Call {
    let mut call = Call::new("POST", url, CALL_MS).with("content-type", "application/json");
    call.body = body.into_bytes();
    call
}
