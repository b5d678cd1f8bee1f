//! Sentences that want an end of texts, by language. Words are as [`split`](super::split) leaves them.

mod english;
mod french;
mod german;
mod spanish;

use super::pattern::Language;

/// All of them are tried: nobody is bound to answer in the language of the reminder.
pub static LANGUAGES: [&Language; 4] = [
    &english::ENGLISH,
    &spanish::SPANISH,
    &french::FRENCH,
    &german::GERMAN,
];

/// Whether a clause wants an end of texts.
pub fn want_an_end(clause: &[String]) -> bool {
    LANGUAGES.iter().any(|language| language.finds(clause))
}
