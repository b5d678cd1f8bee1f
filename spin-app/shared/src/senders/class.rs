//! What an answer means for a message: tables of statuses and codes, read from top to bottom. The status decides, and
//! a code refines, since codes are split and renumbered by their owners.

use super::Sent;
use crate::core::{Instant, Reason};
use crate::http::{Answer, HttpError};

/// What follows from an answer that is no success.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Not now; it was surely not taken.
    Retry,
    /// Never, for this reason.
    Rejected(Reason),
    /// The same, and nothing more should go to this address or number.
    Suppress(Reason),
    /// Our key, sender or account is refused.
    Misconfigured,
    /// It may have been taken.
    Unclear,
}

/// One line of a table: an inclusive range of statuses, the codes that it is for (none: all), and what follows.
pub type Rule = ((u16, u16), &'static [u32], Class);

/// The first line that fits. A status that no table knows says nothing certain.
pub fn class(tables: &[&[Rule]], status: u16, code: Option<u32>) -> Class {
    let fits = |rule: &&Rule| {
        let ((from, to), codes, _) = rule;
        (*from..=*to).contains(&status)
            && (codes.is_empty() || code.is_some_and(|code| codes.contains(&code)))
    };
    let rules = tables.iter().flat_map(|table| table.iter());
    let found = rules.into_iter().find(|rule| fits(rule));
    found.map_or(Class::Unclear, |(_, _, class)| *class)
}

/// The class as an answer to a send. `who` is the provider's name, `code` what it calls the fault: a number or one of
/// its own words, never its prose, which may quote the message.
pub fn sent(class: Class, who: &str, answer: &Answer, code: Option<&str>, now: Instant) -> Sent {
    let status = answer.status;
    let error = match code {
        Some(code) => format!("{who} answered {status}, code {code}"),
        None => format!("{who} answered {status}"),
    };
    match class {
        Class::Retry => Sent::Unavailable(answer.retry_after_seconds(now), error),
        Class::Rejected(reason) => Sent::Rejected {
            reason,
            suppress: false,
            error,
        },
        Class::Suppress(reason) => Sent::Rejected {
            reason,
            suppress: true,
            error,
        },
        Class::Misconfigured => Sent::Misconfigured(error),
        Class::Unclear => Sent::Unanswered(error),
    }
}

/// No answer: what did not leave had no effect, all else may have had one.
pub fn lost(error: HttpError) -> Sent {
    match error {
        HttpError::NotSent(_) => Sent::Unavailable(None, error.to_string()),
        HttpError::NoAnswer(_) => Sent::Unanswered(error.to_string()),
    }
}

/// A provider's own word for a fault, if it looks like one: letters, digits and a few signs, and not long.
pub fn word(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    // A number of a person is all digits; no fault is called by that many.
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (!text.is_empty() && text.len() <= 60 && digits <= 6 && text.bytes().all(plain)).then_some(text)
}
