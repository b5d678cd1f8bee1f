//! The GSM 7-bit default alphabet and its extension table, 3GPP TS 23.038 sections 6.2.1 and 6.2.1.1.

/// The default alphabet in code order. Code 0x1B is not a character but the escape to the extension
/// table; a U+FFFF, which is no character either, holds its place.
#[rustfmt::skip]
const BASIC: &str = concat!(
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\u{FFFF}ÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
);

/// The characters that are reached through the escape.
const EXTENSION: &str = "\u{0C}^{}\\[~]|€";

/// Septets that a character takes, escape included: 1 or 2; none when the alphabet lacks it.
pub fn septets(character: char) -> Option<u32> {
    match character {
        // Nearly all of a text, and one septet each.
        ' ' | 'a'..='z' | 'A'..='Z' | '0'..='9' => Some(1),
        '\u{FFFF}' => None,
        _ if BASIC.contains(character) => Some(1),
        _ if EXTENSION.contains(character) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::segments::tests::vectors;

    #[test]
    fn the_alphabet_is_whole() {
        assert_eq!(BASIC.chars().count(), 128);
        assert_eq!(EXTENSION.chars().count(), 10);
        assert_eq!(BASIC.chars().nth(0x1B), Some('\u{FFFF}'));
        assert_eq!(BASIC.chars().nth(0x40), Some('¡'));
        assert_eq!(BASIC.chars().nth(0x7F), Some('à'));
        let mut distinct: Vec<char> = BASIC.chars().chain(EXTENSION.chars()).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 138);
    }

    #[test]
    fn near_misses_are_not_in_it() {
        for character in "áíóúçÀÈ`‘’“”–—…\t\u{A0}\u{FFFF}\u{1B}".chars() {
            assert_eq!(septets(character), None, "{character:?}");
        }
    }

    /// The table agrees with that of an independent implementation, code by code.
    #[test]
    fn agrees_with_the_published_tables() {
        let Some(tables) = vectors("gsm7_tables.json") else {
            return;
        };
        let basic = tables["basic"].as_object().unwrap();
        assert_eq!(basic.len(), 127);
        for (code, character) in basic {
            let code = usize::from_str_radix(code, 16).unwrap();
            let character = character.as_str().unwrap().chars().next();
            assert_eq!(BASIC.chars().nth(code), character, "code {code:#04x}");
        }
        let extension = tables["extension_after_1b"].as_object().unwrap();
        assert_eq!(extension.len(), 10);
        for character in extension.values() {
            assert_eq!(
                septets(character.as_str().unwrap().chars().next().unwrap()),
                Some(2),
                "{character}"
            );
        }
    }
}
