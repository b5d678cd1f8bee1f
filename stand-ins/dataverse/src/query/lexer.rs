//! The words of a `$filter`.

use crate::refusal::Refusal;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// A name, a keyword, a number, an instant or a GUID: what they are depends on the column.
    Bare(String),
    /// A text between quotes, its doubled quotes undone.
    Quoted(String),
    /// `( ) , = [ ]`
    Mark(char),
}

const LARGEST_COUNT_OF_WORDS: usize = 10_000;

/// Splits a filter into words.
pub(super) fn words(text: &str) -> Result<Vec<Word>, Refusal> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if words.len() >= LARGEST_COUNT_OF_WORDS {
            return Err(Refusal::query("The filter is too long."));
        }
        rest = match first {
            '\'' | '"' => {
                let (quoted, after) = quoted(rest, first)?;
                words.push(Word::Quoted(quoted));
                after
            }
            '(' | ')' | ',' | '=' | '[' | ']' => {
                words.push(Word::Mark(first));
                &rest[1..]
            }
            _ => {
                let is_end = |c: char| c.is_whitespace() || "(),=[]'\"".contains(c);
                let end = rest.find(is_end).unwrap_or(rest.len());
                words.push(Word::Bare(rest[..end].to_owned()));
                &rest[end..]
            }
        }
        .trim_start();
    }
    Ok(words)
}

fn quoted(text: &str, quote: char) -> Result<(String, &str), Refusal> {
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let Some(end) = rest.find(quote) else {
            let message = "There is an unterminated string literal in the filter.";
            return Err(Refusal::query(message));
        };
        value += &rest[..end];
        rest = &rest[end + 1..];
        if !rest.starts_with(quote) {
            return Ok((value, rest));
        }
        value.push(quote);
        rest = &rest[1..];
    }
}
