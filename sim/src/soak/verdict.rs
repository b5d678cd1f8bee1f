//! What was booked, held against what people received and against the rows.

use std::collections::{HashMap, HashSet};
use std::fmt;

use punctual_stand_ins::messaging::Received;

use super::load::{Booked, Ended};
use super::town::Town;
use crate::check::notification_id;

/// A decision to send holds for as long as a worker may begin to send on it; then a message is on its way for a second.
const GRACE_MS: i64 = 30_000;
const STEPS: [(&str, i64); 2] = [("PT2M", 120_000), ("PT1M", 60_000)];

/// What was found.
#[derive(Default)]
pub(super) struct Verdict {
    received: usize,
    reminders: usize,
    reasons: std::collections::BTreeMap<String, usize>,
    late_ms: Vec<i64>,
    wrong: Vec<String>,
}

impl Verdict {
    pub(super) fn is_well(&self) -> bool {
        self.wrong.is_empty() && self.received > 0
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = |share: usize| {
            let last = self.late_ms.len().saturating_sub(1);
            let at = (self.late_ms.len() * share / 100).min(last);
            self.late_ms.get(at).map_or(0.0, |ms| *ms as f64 / 1e3)
        };
        write!(
            f,
            "{} reminders demanded, {} messages received, lateness p50 {:.1} s p99 {:.1} s; ended without: {:?}",
            self.reminders,
            self.received,
            late(50),
            late(99),
            self.reasons
        )?;
        for wrong in self.wrong.iter().take(20) {
            write!(f, "\nsoak: WRONG {wrong}")?;
        }
        Ok(())
    }
}

/// Judges.
pub(super) fn judge(town: &Town, ended: &Ended) -> Verdict {
    let mut verdict = Verdict::default();
    let rows: HashMap<String, (String, String)> = town
        .notifications(|row| {
            let (status, reason) = crate::world::ended_as(row);
            (row.id.to_string(), (status.to_owned(), reason))
        })
        .into_iter()
        .collect();
    let mut reminders = HashMap::new();
    for booked in &ended.appointments {
        for (start_ms, _) in &booked.starts {
            for (step, before_ms) in STEPS {
                for channel in ["email", "sms"] {
                    let id = notification_id(booked.id, step, channel, *start_ms);
                    reminders.insert(id, (booked, *start_ms, start_ms - before_ms));
                }
            }
        }
    }
    let mut received: HashSet<String> = HashSet::new();
    for message in town.emails() {
        let id = message.marks.get("notification_id").cloned();
        let id = id.unwrap_or_default();
        match reminders.get(&id) {
            None => verdict
                .wrong
                .push(format!("an email of no appointment: {id}")),
            Some((booked, start_ms, due_ms)) => {
                verdict.message(&message, booked, *start_ms, *due_ms);
                if !received.insert(id.clone()) {
                    verdict.wrong.push(format!("email {id} came twice"));
                }
            }
        }
    }
    // A text names no notification: it is known by its number and its words, which hold the start.
    let mut texts: HashMap<(String, String), usize> = HashMap::new();
    for message in town.texts() {
        verdict.received += 1;
        *texts
            .entry((message.to.clone(), message.text.clone()))
            .or_default() += 1;
    }
    for booked in &ended.appointments {
        let mut sent = 0;
        for (start_ms, _) in &booked.starts {
            for (step, _) in STEPS {
                let id = notification_id(booked.id, step, "sms", *start_ms);
                sent += usize::from(rows.get(&id).is_some_and(|(status, _)| was_sent(status)));
            }
        }
        let got: usize = texts
            .iter()
            .filter(|((to, _), _)| *to == booked.phone)
            .map(|(_, count)| count)
            .sum();
        if got != sent {
            let id = booked.id;
            let text = format!("appointment {id}: {got} texts came, {sent} rows say sent");
            verdict.wrong.push(text);
        }
    }
    for booked in &ended.appointments {
        let Some((start_ms, _)) = booked.starts.last().filter(|_| booked.ended_ms.is_none()) else {
            continue;
        };
        for (step, _) in STEPS {
            for channel in ["email", "sms"] {
                verdict.reminders += 1;
                let id = notification_id(booked.id, step, channel, *start_ms);
                match rows.get(&id) {
                    None => verdict.wrong.push(format!(
                        "{step} {channel} of {} was never planned",
                        booked.id
                    )),
                    Some((status, _)) if was_sent(status) => {
                        if channel == "email" && !received.contains(&id) {
                            verdict
                                .wrong
                                .push(format!("email {id} counts as sent and never came"));
                        }
                    }
                    Some((status, reason)) => {
                        let open = !matches!(status.as_str(), "failed" | "canceled" | "skipped");
                        if open || reason.is_empty() {
                            verdict.wrong.push(format!(
                                "{step} {channel} of {} is {status} {reason}",
                                booked.id
                            ));
                        }
                        *verdict
                            .reasons
                            .entry(format!("{status} {reason}"))
                            .or_default() += 1;
                    }
                }
            }
        }
    }
    verdict.late_ms.sort_unstable();
    verdict
}

fn was_sent(status: &str) -> bool {
    matches!(status, "sent" | "delivered")
}

impl Verdict {
    /// A message at the moment it came.
    fn message(&mut self, message: &Received, booked: &Booked, start_ms: i64, due_ms: i64) {
        self.received += 1;
        self.late_ms.push(message.at_ms - due_ms);
        let gone = booked
            .ended_ms
            .is_some_and(|at| message.at_ms > at + GRACE_MS);
        let (now, written_ms) = booked.starts.last().copied().unwrap_or((start_ms, 0));
        let moved = now != start_ms && message.at_ms > written_ms + GRACE_MS;
        let begun = message.at_ms > start_ms + 2_000;
        for (is_so, what) in [
            (gone, "after it was called off"),
            (moved, "of a start that it no longer has"),
            (begun, "after it had begun"),
            (message.at_ms < due_ms, "before its time"),
        ] {
            if is_so {
                self.wrong
                    .push(format!("appointment {}: a reminder {what}", booked.id));
            }
        }
    }
}
