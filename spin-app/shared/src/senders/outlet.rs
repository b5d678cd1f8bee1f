//! A channel's way out: a provider, and perhaps a second one for when the first is down.
//!
//! The second gets only what the first surely did not take: it had no connection, was told "not now", or refuses our key.
//! A message whose earlier attempt may have been taken stays with the provider of that attempt.

use std::collections::HashSet;

use super::{Asked, Candidate, Found, Outgoing, Pace, Sender, Sent};

const GONE: &str = "the provider that was called is not configured any more";

/// The providers of one channel.
pub struct Outlet<S> {
    /// Who is tried first.
    pub first: S,
    /// Who is tried where the first is down.
    pub second: Option<S>,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said<T> {
    /// Who.
    pub provider: &'static str,
    /// What.
    pub word: T,
}

impl<S: Sender> Outlet<S> {
    /// Sends each; the answers are in the order given.
    pub async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Said<Sent>> {
        let mut said = vec![None; messages.len()];
        let may = |sender: &S, index: usize| {
            let only = messages[index].only.as_deref();
            only.is_none_or(|only| only == sender.name())
        };
        let all = 0..messages.len();
        let first: Vec<usize> = all
            .clone()
            .filter(|index| may(&self.first, *index))
            .collect();
        give(&self.first, &first, messages, pace, &mut said).await;
        if let Some(second) = &self.second {
            let free = |index: usize| said[index].is_none() || messages[index].only.is_none();
            let open = |index: usize| {
                said[index]
                    .as_ref()
                    .is_none_or(|said| surely_not(&said.word))
            };
            let again: Vec<usize> = all
                .filter(|index| may(second, *index) && free(*index) && open(*index))
                .collect();
            give(second, &again, messages, pace, &mut said).await;
        }
        let nobody = || Said {
            provider: self.first.name(),
            word: Sent::Unanswered(GONE.to_owned()),
        };
        let said = said.into_iter().map(|said| said.unwrap_or_else(nobody));
        said.collect()
    }

    /// Asks whoever may have it: the provider that was called, or each, when a worker vanished and nobody knows whom it
    /// had called.
    pub async fn find(&self, called: Option<&str>, asked: &Asked) -> Vec<Said<Found>> {
        let mut said = Vec::new();
        for sender in std::iter::once(&self.first).chain(&self.second) {
            if called.is_none_or(|name| name == sender.name()) {
                said.push(Said {
                    provider: sender.name(),
                    word: sender.find(asked).await,
                });
            }
        }
        if said.is_empty() {
            said.push(Said {
                provider: self.first.name(),
                word: Found::Unclear(GONE.to_owned()),
            });
        }
        said
    }
}

/// Whether it is certain that the provider does not have it, and another may be tried.
fn surely_not(sent: &Sent) -> bool {
    matches!(sent, Sent::Unavailable(..) | Sent::Misconfigured(_))
}

async fn give<S: Sender>(
    sender: &S,
    indexes: &[usize],
    messages: &[Outgoing],
    pace: &Pace<'_>,
    said: &mut [Option<Said<Sent>>],
) {
    if indexes.is_empty() {
        return;
    }
    let theirs: Vec<Outgoing> = indexes
        .iter()
        .map(|index| messages[*index].clone())
        .collect();
    let answers = sender.send(&theirs, pace).await;
    for (index, word) in indexes.iter().zip(answers) {
        // That there was no time for the second says nothing new of what the first refused.
        if word != Sent::NotBegun || said[*index].is_none() {
            said[*index] = Some(Said {
                provider: sender.name(),
                word,
            });
        }
    }
}

/// After a call a provider may still be at it for so long.
const SETTLED_MS: i64 = 10_000;

/// Which of the candidates is the one that was asked for, once those of other reminders are left out. One with the very
/// words is taken for it. One with other words that no reminder accounts for leaves the matter open: the words may have
/// changed since, and a second message would be worse than none.
pub fn among(candidates: Vec<Candidate>, taken: &HashSet<String>, asked: &Asked) -> Found {
    let free = |candidate: &Candidate| !taken.contains(&candidate.provider_message_id);
    let free: Vec<Candidate> = candidates.into_iter().filter(free).collect();
    let same = free.iter().filter(|candidate| candidate.same_words);
    if let Some(first) = same.min_by_key(|candidate| candidate.sent_at) {
        return Found::Yes {
            provider_message_id: first.provider_message_id.clone(),
            sent_at: first.sent_at,
        };
    }
    if !free.is_empty() {
        let text = "the provider has a message to the person that no reminder accounts for";
        return Found::Unclear(text.to_owned());
    }
    if asked.now < asked.quiet_since + SETTLED_MS {
        return Found::Unclear("the provider may still be at it".to_owned());
    }
    Found::No
}

/// What all that were asked say together. Whoever has it settles the matter; whoever cannot say leaves it open;
/// only if nobody has it may it go out again, and then through whoever would recognise it.
pub fn together(said: Vec<Said<Found>>) -> Said<Found> {
    let rank = |found: &Found| match found {
        Found::Yes { .. } => 0,
        Found::Unclear(_) | Found::Candidates(_) => 1,
        Found::Rejected(..) => 2,
        Found::Repeatable => 3,
        Found::No => 4,
    };
    let first = said.into_iter().min_by_key(|said| rank(&said.word));
    first.unwrap_or_else(|| Said {
        provider: "",
        word: Found::Unclear("nobody was asked".to_owned()),
    })
}

#[cfg(test)]
mod tests;
