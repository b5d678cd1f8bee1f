//! What a person's answer to a text says about getting more of them.
//!
//! Two rules, the first that finds something:
//!
//! 1. **A word.** All that stands there is words that carriers know, or their like, and words of courtesy. Stop beats all
//!    else that stands beside it. This is what carriers act on too, though they want the word alone.
//! 2. **A sentence.** Some clause of the text wants an end of texts ([`sentences`]): rules ask for a verb and its object
//!    next to each other, so that "cancel my appointment" and "can I stop by" are none, and look for a "not" before it.
//!
//! Only stop is read from sentences. To stop somebody's texts for nothing costs a reminder; to go on texting somebody
//! who said no breaks a promise, and in the United States the law (47 CFR 64.1200(a)(10)). So a doubt is a stop, and the
//! one confirming text says how to undo it. Nobody is opted in by a doubt.
//!
//! Words for cancelling in other languages ("CANCELAR", "ANNULER", "ABSAGEN") are not among the words: from somebody who
//! was just reminded of an appointment, they mean that. CANCEL is, because carriers block the number for it.

mod pattern;
mod sentences;
mod split;
#[cfg(test)]
mod tests;
mod words;

use crate::contract::exports::punctual::reminders::consent::Reply;

/// See the WIT function `read-reply`.
pub fn read_reply(text: &str) -> Option<Reply> {
    let clauses = split::clauses(text);
    if let Some(reply) = words::read(&clauses) {
        return Some(reply);
    }
    let says_stop =
        |clause: &Vec<String>| words::only_wants_an_end(clause) || sentences::want_an_end(clause);
    clauses.iter().any(says_stop).then_some(Reply::Stop)
}
