//! How a message leaves its receiver's hands: done with, given back, put aside, buried.

use std::sync::Arc;

use fe2o3_amqp_types::primitives::SimpleValue;

use super::history::{History, What};
use super::log::State;
use super::queue::{Part, Queue};
use super::{Application, Problem, Refusal};
use crate::guid::Guid;

/// How a lock is ended by its holder.
#[derive(Debug, Clone, PartialEq)]
pub enum Settlement {
    /// Done with.
    Complete,
    /// Back into the queue; counts as a failed delivery.
    Abandon {
        /// Properties to set.
        modify: Application,
    },
    /// Back into the queue as if it had not been delivered.
    Release,
    /// Aside; to be received by its number.
    Defer {
        /// Properties to set.
        modify: Application,
    },
    /// To the dead letters.
    DeadLetter {
        /// `DeadLetterReason`.
        reason: Option<String>,
        /// `DeadLetterErrorDescription`.
        description: Option<String>,
        /// Properties to set.
        modify: Application,
    },
}

impl Queue {
    /// Ends a lock in the way that its holder says.
    pub(super) fn settle(
        &mut self,
        part: Part,
        token: Guid,
        settlement: Settlement,
        now_ms: i64,
        history: &mut History,
    ) -> Result<(), Refusal> {
        let number = self
            .log(part)
            .locked(token)
            .ok_or_else(Refusal::lock_lost)?
            .sequence_number;
        match settlement {
            Settlement::Complete => {
                if let Some(entry) = self.log_mut(part).remove(number) {
                    self.note(history, part, &entry, What::Completed, now_ms);
                }
            }
            Settlement::Release => self.unlock(part, number, What::Released, now_ms, history),
            Settlement::Abandon { modify } => {
                self.modify(part, number, modify);
                self.unlock(part, number, What::Abandoned, now_ms, history);
            }
            Settlement::Defer { modify } => {
                self.modify(part, number, modify);
                let deferred = self.log_mut(part).change(number, |entry| {
                    entry.state = State::Deferred;
                    entry.lock = None;
                });
                if let Some(entry) = deferred.cloned() {
                    self.note(history, part, &entry, What::Deferred, now_ms);
                }
            }
            Settlement::DeadLetter { .. } if part == Part::DeadLetters => {
                let text = "A dead letter cannot be dead-lettered again; complete or abandon it.";
                return Err(Refusal::new(Problem::NotAllowed, text));
            }
            Settlement::DeadLetter {
                reason,
                description,
                modify,
            } => {
                self.modify(part, number, modify);
                self.bury(
                    number,
                    reason.as_deref(),
                    description.as_deref(),
                    now_ms,
                    history,
                );
            }
        }
        Ok(())
    }

    fn modify(&mut self, part: Part, number: i64, modify: Application) {
        if !modify.is_empty() {
            self.log_mut(part).change(number, |entry| {
                let content = Arc::make_mut(&mut entry.content);
                content
                    .application
                    .as_inner_mut()
                    .extend(modify.into_inner());
            });
        }
    }

    /// Ends a lock; a delivery that failed once too often makes a dead letter.
    pub(super) fn unlock(
        &mut self,
        part: Part,
        number: i64,
        what: What,
        now_ms: i64,
        history: &mut History,
    ) {
        let failed = u32::from(what != What::Released);
        let unlocked = self.log_mut(part).change(number, |entry| {
            entry.lock = None;
            entry.failed_deliveries = entry.failed_deliveries.saturating_add(failed);
        });
        let Some(entry) = unlocked.cloned() else {
            return;
        };
        self.note(history, part, &entry, what, now_ms);
        if part == Part::Main && entry.failed_deliveries >= self.options.max_delivery_count {
            let description = format!(
                "Message could not be consumed after {} delivery attempts.",
                self.options.max_delivery_count
            );
            self.bury(
                number,
                Some("MaxDeliveryCountExceeded"),
                Some(&description),
                now_ms,
                history,
            );
        }
    }

    /// Moves a message to the dead letters. It keeps its number and its count of deliveries, and lives for ever.
    pub(super) fn bury(
        &mut self,
        number: i64,
        reason: Option<&str>,
        description: Option<&str>,
        now_ms: i64,
        history: &mut History,
    ) {
        let Some(mut entry) = self.main.remove(number) else {
            return;
        };
        let content = Arc::make_mut(&mut entry.content);
        let words = [
            ("DeadLetterReason", reason),
            ("DeadLetterErrorDescription", description),
        ];
        for (name, value) in words {
            if let Some(value) = value {
                let value = SimpleValue::String(value.to_owned());
                content.application.insert(name.to_owned(), value);
            }
        }
        entry.state = State::Active;
        entry.lock = None;
        entry.expires_ms = None;
        entry.dead_letter_of = Some(self.name.clone());
        self.note(
            history,
            Part::DeadLetters,
            &entry,
            What::DeadLettered,
            now_ms,
        );
        self.dead.insert(entry);
    }
}
