//! Making a clinic's text fit for a line of a message.

/// Longest web address, in characters.
const ADDRESS_MAX: usize = 2_000;

/// The text as one line of at most `max` characters: control characters, line breaks and runs of space
/// become single spaces, and marks that turn the direction of what follows are dropped. A text that is
/// cut ends in an ellipsis.
pub fn line(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for character in text.chars() {
        if character.is_control() || character.is_whitespace() {
            gap = !line.is_empty();
        } else if !turns_direction(character) {
            if gap {
                line.push(' ');
                gap = false;
            }
            line.push(character);
        }
    }
    if let Some((end, _)) = line.char_indices().nth(max) {
        let kept = line[..end]
            .char_indices()
            .next_back()
            .map_or(0, |(last, _)| last);
        line.truncate(kept);
        line.truncate(line.trim_end().len());
        line.push('…');
    }
    line
}

/// The same for a text that may be missing; a blank one counts as missing.
pub fn optional(text: Option<&str>, max: usize) -> Option<String> {
    text.map(|text| line(text, max))
        .filter(|text| !text.is_empty())
}

/// The digits of a telephone number with a leading plus, for a `tel:` link; none for a number with
/// letters in it or too few digits to call.
pub fn phone_link(shown: &str) -> Option<String> {
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let plain = shown
        .chars()
        .all(|character| character.is_ascii_digit() || "+-./() ".contains(character));
    let plus = if shown.starts_with('+') { "+" } else { "" };
    (plain && digits.len() >= 3).then(|| format!("{plus}{digits}"))
}

/// Whether a text is an absolute web address of a length that mail programs take, with nothing in it that could end
/// the line or the attribute that it stands in.
pub fn is_web_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
        && text.len() <= ADDRESS_MAX
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte))
}

/// Embeddings, overrides and isolates of the bidirectional algorithm, which would reach past the value.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line() {
        assert_eq!(
            line("  Ada\r\n\tLovelace\u{0}\u{2028}\u{85}!  ", 80),
            "Ada Lovelace !"
        );
        assert_eq!(line("a\u{202E}b\u{2066}c", 80), "abc");
        // The joiner of an emoji family stays.
        assert_eq!(line("👩\u{200D}👧", 80), "👩\u{200D}👧");
    }

    #[test]
    fn cut_to_length() {
        assert_eq!(line("éééé", 4), "éééé");
        assert_eq!(line("ééééé", 4), "ééé…");
        assert_eq!(line("ab cdef", 4), "ab…");
    }

    #[test]
    fn blank_is_missing() {
        assert_eq!(optional(Some(" \r\n\u{A0}"), 80), None);
        assert_eq!(optional(None, 80), None);
    }

    #[test]
    fn web_addresses() {
        for good in [
            "https://clinic.example/c/abc-_~.%41?x=1&y=2#z",
            "http://127.0.0.1:3000/c/1",
        ] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "ftp://clinic.example/",
            "//clinic.example/",
            " https://clinic.example/",
            "https://clinic.example/a b",
            "https://clinic.example/\r\nBcc: all@example.com",
            "https://clinic.example/\"onclick=",
            "https://clínica.example/",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
        let long = format!("https://{}", "a".repeat(ADDRESS_MAX));
        assert!(!is_web_address(&long) && is_web_address(&long[..ADDRESS_MAX]));
    }

    #[test]
    fn numbers_to_call() {
        assert_eq!(
            phone_link("+49 (30) 123-456").as_deref(),
            Some("+4930123456")
        );
        assert_eq!(phone_link("030/123 456").as_deref(), Some("030123456"));
        assert_eq!(phone_link("1-800-DENTIST"), None);
        assert_eq!(phone_link("555 0100 ext 4"), None);
        assert_eq!(phone_link("--"), None);
    }
}
