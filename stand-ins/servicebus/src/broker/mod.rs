//! The broker: queues and what can be done with them. No protocol, no socket, no clock.
//!
//! Each call says what time it is, in milliseconds since 1970, and first lets happen what has fallen due by then.

mod content;
mod duplicates;
mod history;
mod log;
mod queue;
mod refusal;
mod settling;
mod throttle;

use std::collections::BTreeMap;

use punctual_stand_ins::Random;

use crate::address::Entity;
use crate::guid::Guid;
use crate::options::{NamespaceOptions, QueueOptions};

pub use content::{Application, Content, id_text};
pub use history::{Event, History, What};
pub use log::{Entry, Lock, State};
pub use queue::Part;
pub use refusal::{Problem, Refusal};
pub use settling::Settlement;

use queue::Queue;
use throttle::Throttle;

const LARGEST_COUNT_OF_QUEUES: usize = 1_000;
const LONGEST_QUEUE_NAME: usize = 260;
const LARGEST_PEEK: usize = 250;

/// How a receiver takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Locked until settled.
    PeekLock,
    /// For good.
    ReceiveAndDelete,
}

/// How full a queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Messages in the queue, in whatever state.
    pub messages: usize,
    /// Its dead letters.
    pub dead_letters: usize,
    /// Whether a message can be received now.
    pub ready: bool,
}

/// A namespace of queues.
#[derive(Debug)]
pub struct Broker {
    queues: BTreeMap<String, Queue>,
    options: NamespaceOptions,
    throttle: Throttle,
    history: History,
    revision: u64,
}

impl Broker {
    /// A namespace without queues.
    pub fn new(options: NamespaceOptions) -> Self {
        Self {
            queues: BTreeMap::new(),
            throttle: Throttle::new(options.credits_per_second),
            history: History::keeping(options.history_capacity),
            options,
            revision: 0,
        }
    }

    /// The namespace's options.
    pub fn options(&self) -> &NamespaceOptions {
        &self.options
    }

    /// Grows with each change: a receiver may want to look again, and [`next_timer_ms`](Self::next_timer_ms) may differ.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What happened so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Makes a queue, or gives one that exists other options. The error says what is wrong.
    pub fn create_queue(&mut self, name: &str, options: QueueOptions) -> Result<(), String> {
        let options = options.checked()?;
        let named_well = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        if name.is_empty() || name.len() > LONGEST_QUEUE_NAME || !name.chars().all(named_well) {
            return Err("a queue's name has 1 to 260 letters, digits, hyphens, underscores, periods and slashes".into());
        }
        let key = name.to_ascii_lowercase();
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.options = options;
        } else if self.queues.len() < LARGEST_COUNT_OF_QUEUES {
            self.queues.insert(key, Queue::new(name, options));
        } else {
            return Err(format!(
                "there are {LARGEST_COUNT_OF_QUEUES} queues already"
            ));
        }
        Ok(())
    }

    /// The queues, their options and how full they are.
    pub fn queues(&self) -> impl Iterator<Item = (&str, &QueueOptions, Depth)> {
        self.queues.values().map(|queue| {
            let depth = Depth {
                messages: queue.log(Part::Main).len(),
                dead_letters: queue.log(Part::DeadLetters).len(),
                ready: queue.log(Part::Main).first_ready().is_some(),
            };
            (queue.name.as_str(), &queue.options, depth)
        })
    }

    /// Whether there is such a queue; else the refusal that a client gets.
    pub fn check_exists(&self, entity: &Entity) -> Result<(), Refusal> {
        if self.queues.contains_key(entity.queue()) {
            return Ok(());
        }
        let text = format!("The messaging entity '{entity}' could not be found.");
        Err(Refusal::new(Problem::EntityNotFound, text))
    }

    /// When something happens by itself next.
    pub fn next_timer_ms(&self) -> Option<i64> {
        self.queues.values().filter_map(Queue::next_timer_ms).min()
    }

    /// Lets all happen that has fallen due.
    pub fn tick(&mut self, now_ms: i64) {
        for queue in self.queues.values_mut() {
            if queue.tick(now_ms, &mut self.history) {
                self.revision += 1;
            }
        }
    }

    fn open(
        &mut self,
        entity: &Entity,
        now_ms: i64,
    ) -> Result<(&mut Queue, &mut History), Refusal> {
        self.tick(now_ms);
        self.check_exists(entity)?;
        self.revision += 1;
        match self.queues.get_mut(entity.queue()) {
            Some(queue) => Ok((queue, &mut self.history)),
            None => Err(Refusal::new(Problem::Internal, "The queue vanished.")),
        }
    }

    /// Takes messages, all or none: at once, or for when they are due. The answer is their sequence numbers.
    pub fn send(
        &mut self,
        entity: &Entity,
        contents: Vec<Content>,
        now_ms: i64,
    ) -> Result<Vec<i64>, Refusal> {
        self.check_exists(entity)?;
        if entity.part() == Part::DeadLetters {
            let text = "Nothing can be sent to a dead-letter queue.";
            return Err(Refusal::new(Problem::NotAllowed, text));
        }
        self.throttle.spend(contents.len(), now_ms)?;
        self.check_batch(&contents)?;
        let (queue, history) = self.open(entity, now_ms)?;
        queue.check_room(
            contents
                .iter()
                .map(|content| content.size_bytes as u64)
                .sum(),
        )?;
        let accepted = contents
            .into_iter()
            .map(|content| queue.accept(content, now_ms, history));
        Ok(accepted.collect())
    }

    fn check_batch(&self, contents: &[Content]) -> Result<(), Refusal> {
        let options = &self.options;
        for content in contents {
            content.check(options.max_message_bytes)?;
        }
        let bytes: usize = contents.iter().map(|content| content.size_bytes).sum();
        if contents.len() > 1 && bytes > options.max_batch_bytes {
            let text = format!(
                "The batch has {bytes} bytes; at most {} are allowed.",
                options.max_batch_bytes
            );
            return Err(Refusal::new(Problem::TooLarge, text));
        }
        if contents.len() > options.max_batch_count {
            let text = format!(
                "The batch has {} messages; at most {} are allowed.",
                contents.len(),
                options.max_batch_count
            );
            return Err(Refusal::new(Problem::TooLarge, text));
        }
        Ok(())
    }

    /// Takes scheduled messages back. If one is missing, the answer is a refusal that names it, and none is cancelled
    /// unless [`NamespaceOptions::cancels_in_part`] says so.
    pub fn cancel(&mut self, entity: &Entity, numbers: &[i64], now_ms: i64) -> Result<(), Refusal> {
        self.throttle.spend(numbers.len(), now_ms)?;
        let cancels_in_part = self.options.cancels_in_part;
        let (queue, history) = self.open(entity, now_ms)?;
        let is_missing =
            |number: &&i64| entity.part() == Part::DeadLetters || !queue.is_scheduled(**number);
        let missing: Vec<String> = numbers
            .iter()
            .filter(is_missing)
            .map(i64::to_string)
            .collect();
        if missing.is_empty() || cancels_in_part {
            for number in numbers {
                queue.cancel(*number, now_ms, history);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let text = format!(
            "Messages not found. Missing sequence numbers: {}",
            missing.join(" ")
        );
        Err(Refusal::new(Problem::MessageNotFound, text))
    }

    /// Shows messages in whatever state, without touching them, in order of their numbers from `from` on.
    pub fn peek(
        &mut self,
        entity: &Entity,
        from: i64,
        count: usize,
        now_ms: i64,
    ) -> Result<Vec<Entry>, Refusal> {
        self.tick(now_ms);
        self.check_exists(entity)?;
        self.throttle.spend(1, now_ms)?;
        let Some(queue) = self.queues.get(entity.queue()) else {
            return Ok(Vec::new());
        };
        let seen = queue.log(entity.part()).from(from);
        Ok(seen.take(count.min(LARGEST_PEEK)).cloned().collect())
    }

    /// Hands out the next message, if there is one.
    pub fn receive(
        &mut self,
        entity: &Entity,
        mode: Mode,
        now_ms: i64,
        random: &mut Random,
    ) -> Result<Option<Entry>, Refusal> {
        self.tick(now_ms);
        self.check_exists(entity)?;
        let Some(queue) = self.queues.get_mut(entity.queue()) else {
            return Ok(None);
        };
        let Some(number) = queue.log(entity.part()).first_ready() else {
            return Ok(None);
        };
        self.revision += 1;
        let token = (mode == Mode::PeekLock).then(|| Guid::next(random));
        Ok(queue.hand_out(entity.part(), number, token, now_ms, &mut self.history))
    }

    /// Hands out deferred messages by their numbers, all or none.
    pub fn receive_deferred(
        &mut self,
        entity: &Entity,
        numbers: &[i64],
        mode: Mode,
        now_ms: i64,
        random: &mut Random,
    ) -> Result<Vec<Entry>, Refusal> {
        let part = entity.part();
        let (queue, history) = self.open(entity, now_ms)?;
        let is_there = |number: &i64| {
            let entry = queue.log(part).get(*number);
            entry.is_some_and(|entry| entry.state == State::Deferred && entry.lock.is_none())
        };
        if !numbers.iter().all(is_there) {
            let text = "Failed to lock one or more specified messages. The message does not exist.";
            return Err(Refusal::new(Problem::MessageNotFound, text));
        }
        let handed = numbers.iter().filter_map(|number| {
            let token = (mode == Mode::PeekLock).then(|| Guid::next(random));
            queue.hand_out(part, *number, token, now_ms, history)
        });
        Ok(handed.collect())
    }

    /// Ends a lock.
    pub fn settle(
        &mut self,
        entity: &Entity,
        token: Guid,
        how: Settlement,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let (queue, history) = self.open(entity, now_ms)?;
        queue.settle(entity.part(), token, how, now_ms, history)
    }

    /// Makes locks longer, counted from now; the answer is their new ends in milliseconds since 1970.
    pub fn renew(
        &mut self,
        entity: &Entity,
        tokens: &[Guid],
        now_ms: i64,
    ) -> Result<Vec<i64>, Refusal> {
        let (queue, history) = self.open(entity, now_ms)?;
        let renewed = tokens.iter().map(|token| {
            let until_ms = queue.renew(entity.part(), *token, now_ms, history);
            until_ms.ok_or_else(Refusal::lock_lost)
        });
        renewed.collect()
    }

    /// The message that is locked with this token.
    pub fn locked(&mut self, entity: &Entity, token: Guid, now_ms: i64) -> Result<Entry, Refusal> {
        let (queue, _) = self.open(entity, now_ms)?;
        let entry = queue.log(entity.part()).locked(token);
        entry.cloned().ok_or_else(Refusal::lock_lost)
    }
}

#[cfg(test)]
mod tests;
