//! Which language a person is written to in.

use chrono::DateTime;
use chrono_tz::Tz;

use super::templates::{Templates, of_language};
use super::{english, french, german, spanish};

/// A moment in words.
pub struct When {
    /// In full, for an email.
    pub date: String,
    /// As short as stays clear, for an SMS.
    pub short_date: String,
    /// The time of day.
    pub time: String,
    /// Whose time that is.
    pub zone: String,
}

/// A language that there are templates for, in `templates/<tag>/`.
pub struct Language {
    /// Its BCP 47 tag.
    pub tag: &'static str,
    /// Says when, in the manner of the given tag's region.
    pub when: fn(&DateTime<Tz>, &str) -> When,
    /// Its words.
    pub templates: Templates,
}

/// All languages; the first is what everyone gets who asks for none of them.
pub static LANGUAGES: [Language; 4] = [
    Language {
        tag: "en",
        when: english::when,
        templates: of_language!("en"),
    },
    Language {
        tag: "es",
        when: spanish::when,
        templates: of_language!("es"),
    },
    Language {
        tag: "fr",
        when: french::when,
        templates: of_language!("fr"),
    },
    Language {
        tag: "de",
        when: german::when,
        templates: of_language!("de"),
    },
];

/// Whether a tag is of one of the regions, which are given in lower case.
pub fn is_of(tag: &str, regions: &[&str]) -> bool {
    tag.split('-').skip(1).any(|subtag| {
        regions
            .iter()
            .any(|region| subtag.eq_ignore_ascii_case(region))
    })
}

/// A language, and the tag that asked for it, which may name a region too.
pub struct Choice {
    pub language: &'static Language,
    pub tag: String,
}

/// The first language there is: for `locale`, then for `default`, each exactly and then without its last
/// subtags (RFC 4647 section 3.4); else the first of all.
pub fn choose(locale: Option<&str>, default: &str) -> Choice {
    [locale, Some(default)]
        .into_iter()
        .flatten()
        .find_map(|wish| {
            let tag = wish.trim().replace('_', "-");
            lookup(&tag).map(|language| Choice { language, tag })
        })
        .unwrap_or_else(|| Choice {
            language: &LANGUAGES[0],
            tag: LANGUAGES[0].tag.to_owned(),
        })
}

fn lookup(tag: &str) -> Option<&'static Language> {
    let mut range = tag;
    loop {
        let found = LANGUAGES
            .iter()
            .find(|language| language.tag.eq_ignore_ascii_case(range));
        if found.is_some() {
            return found;
        }
        range = range.rsplit_once('-')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(locale: Option<&str>, default: &str, expected: &str) {
        let choice = choose(locale, default);
        assert_eq!(
            format!("{} for {}", choice.language.tag, choice.tag),
            expected
        );
    }

    #[test]
    fn the_chain() {
        check(Some("en"), "en-US", "en for en");
        check(Some("en_US"), "en", "en for en-US");
        check(Some("EN-Latn-GB"), "en", "en for EN-Latn-GB");
        check(None, "en-CA", "en for en-CA");
        check(Some("qya-001"), "en-US", "en for en-US");
        check(Some("qya"), "tlh", "en for en");
        check(Some(""), "-", "en for en");
        check(Some("english"), "", "en for en");
        check(Some("fr-CA"), "de", "fr for fr-CA");
        check(Some("pt-BR"), "es-MX", "es for es-MX");
        check(Some("de_AT"), "en", "de for de-AT");
        // Without subtags at its end, and never another language that begins alike.
        check(
            Some("es-Latn-419-x-clinic"),
            "en",
            "es for es-Latn-419-x-clinic",
        );
        check(Some("des"), "fr", "fr for fr");
    }
}
