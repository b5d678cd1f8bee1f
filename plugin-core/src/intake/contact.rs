//! Whether a text can be an address, a number, a language. Only shape is judged: whether mail arrives is
//! for the provider to say.

/// RFC 5321 section 4.5.3.1: a path has at most 256 octets, its angle brackets included.
const EMAIL_MAX_BYTES: usize = 254;
const LOCAL_PART_MAX_BYTES: usize = 64;
/// The longest tag that RFC 5646 section 4.4.1 asks everybody to take.
const LOCALE_MAX_BYTES: usize = 35;

/// One address and nothing else: no display name, no list, nothing that could start another header.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let forbidden = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(
                c,
                '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '\\' | '"'
            )
    };
    // The labels of the domain hold letters, digits and dashes: nothing forbidden, and no other `@`.
    text.len() <= EMAIL_MAX_BYTES
        && !local.is_empty()
        && local.len() <= LOCAL_PART_MAX_BYTES
        && !local.chars().any(forbidden)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// A label of a host name; letters of any script, since domains may be internationalised.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// The number in E.164 (`+` and 7 to 15 digits), if the text is an international number as people write
/// them: with spaces, dashes, dots, parentheses, `00` for `+`, and `(0)` for the digit that is dialled only
/// within the country. A national number is none: which country it belongs to is not for us to guess.
pub fn e164(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    let text = text.replace("(0)", "");
    let separator =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let bare: String = text.chars().filter(|c| !separator(*c)).collect();
    let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"))?;
    is_international(digits).then(|| format!("+{digits}"))
}

/// Whether the text is E.164 already, as [`e164`] would answer.
pub fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(is_international)
}

/// Seven to 15 digits, the country code first. No country's begins with 0.
fn is_international(digits: &str) -> bool {
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// A plausible BCP 47 tag: `de`, `pt-BR`, `zh-Hant-TW`.
pub fn is_locale(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    text.len() <= LOCALE_MAX_BYTES
        && (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn phone(text: &str, expected: Expect) {
        let found = e164(text);
        assert_eq!(is_e164(text), found.as_deref() == Some(text), "{text}");
        expected.assert_eq(&found.unwrap_or_else(|| "none".to_owned()));
    }

    #[test]
    fn phone_numbers() {
        phone("+49 30 901820", expect!["+4930901820"]);
        phone(" +1 (415) 555-2671 ", expect!["+14155552671"]);
        phone("0044 20.7946.0958", expect!["+442079460958"]);
        phone("+49 (0)30 901820", expect!["+4930901820"]);
        phone("0049 (0) 30 901820", expect!["+4930901820"]);
        phone(
            "+1\u{2011}415\u{2013}555\u{a0}2671",
            expect!["+14155552671"],
        );
        phone("030 901820", expect!["none"]);
        phone("+0 30 901820", expect!["none"]);
        phone("+123456", expect!["none"]);
        phone("+1234567", expect!["+1234567"]);
        phone("+123456789012345", expect!["+123456789012345"]);
        phone("+1234567890123456", expect!["none"]);
        phone("+49 30 90182O", expect!["none"]);
        phone("++4930901820", expect!["none"]);
        phone("+49 30 901820 ext. 5", expect!["none"]);
        phone("", expect!["none"]);
        phone("+٤٩٣٠٩٠١٨٢٠", expect!["none"]);
    }

    #[test]
    fn email_addresses() {
        for good in [
            "a@b.de",
            "first.last+tag@mail.example.co.uk",
            "o'neil@example.ie",
            "ü@müller.example",
        ] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        let longer = format!("a@{}.org", ["b".repeat(60).as_str(); 5].join("."));
        for bad in [
            "",
            "a",
            "@b.de",
            "a@",
            "a@b",
            "a@b.",
            "a@.de",
            "a@b..de",
            "a@-b.de",
            "a b@c.de",
            "a@b.de ",
            "a@b@c.de",
            "A <a@b.de>",
            "a@b.de,c@d.de",
            "a@b.de\r\nBcc: c@d.de",
            "a@b_c.de",
            &long,
            &longer,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn locales() {
        for good in ["en", "de-DE", "zh-Hant-TW", "es-419", "fil"] {
            assert!(is_locale(good), "{good}");
        }
        for bad in [
            "",
            "e",
            "de_DE",
            "de-",
            "-de",
            "1031",
            "deutschland",
            "de DE",
            "de-DE-and-much-more-than-anyone-needs",
        ] {
            assert!(!is_locale(bad), "{bad:?}");
        }
    }
}
