//! The words of the pages, a file for each language.

mod english;
mod french;
mod german;
mod spanish;

use punctual_app::links::Wish;

/// The pages in one language. In sentences `{clinic}` stands for the clinic's name, `{phone}` for its number.
pub struct Words {
    /// Tag of the language, for `lang`.
    pub tag: &'static str,
    /// No more emails.
    pub unsubscribe: Deed,
    /// The person will come.
    pub confirm: Deed,
    /// The person will not.
    pub cancel: Deed,
    /// The appointment begins at another time than the message said.
    pub moved: Notice,
    /// It is called off.
    pub canceled: Notice,
    /// It has begun, or is over.
    pub past: Notice,
    /// Something does not work.
    pub failed: Notice,
    /// Whom to call.
    pub call: &'static str,
}

/// Something that a person can do.
pub struct Deed {
    /// Asks.
    pub question: &'static str,
    /// What the button does.
    pub button: &'static str,
    /// Says that it is done.
    pub done: &'static str,
    /// What that means.
    pub meaning: &'static str,
}

/// Why it cannot be done.
pub struct Notice {
    /// What is the case.
    pub heading: &'static str,
    /// What to do.
    pub meaning: &'static str,
}

/// All languages; the first is for everyone who asks for none of them.
const ALL: [&Words; 4] = [
    &english::WORDS,
    &spanish::WORDS,
    &french::WORDS,
    &german::WORDS,
];

impl Words {
    /// The answer's words.
    pub fn of(&self, wish: Wish) -> &Deed {
        match wish {
            Wish::Confirm => &self.confirm,
            Wish::Cancel => &self.cancel,
        }
    }

    /// In the language of a tag such as `fr-CA`, if there is one.
    pub fn in_language(tag: &str) -> Option<&'static Self> {
        let language = tag.split('-').next().unwrap_or_default();
        let known = |words: &&&'static Self| words.tag.eq_ignore_ascii_case(language);
        ALL.iter().find(known).copied()
    }

    /// In the language that `Accept-Language` likes best of those there are (RFC 9110, section 12.5.4).
    pub fn wanted(header: Option<&str>) -> &'static Self {
        let mut wishes: Vec<(f32, &str)> = header
            .unwrap_or_default()
            .split(',')
            .map(|wish| {
                let (tag, parameters) = wish.split_once(';').unwrap_or((wish, ""));
                let weight = parameters.trim().strip_prefix("q=");
                let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
                (weight, tag.trim())
            })
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        // Stable: of two that are liked alike the first stays first.
        wishes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let found = wishes.iter().find_map(|(_, tag)| Self::in_language(tag));
        found.unwrap_or(ALL[0])
    }
}
