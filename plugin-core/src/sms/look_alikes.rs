//! What may stand for a character that the GSM alphabet lacks.

/// Typography: replacing it changes no letter. Nothing for a character that can go without a trace.
pub fn typographic(character: char) -> Option<&'static str> {
    Some(match character {
        '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' | 'ʼ' | '`' | '´' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        '•' => "*",
        // Catalan writes it within words: "col·legi".
        '·' => ".",
        '\t' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => " ",
        '\u{2028}' | '\u{2029}' => "\n",
        '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' => "",
        _ => return None,
    })
}

/// A letter and a combining mark as the one letter that the GSM alphabet has for them.
pub fn composed(letter: char, mark: char) -> Option<char> {
    Some(match (letter, mark) {
        ('a', '\u{300}') => 'à',
        ('e', '\u{300}') => 'è',
        ('i', '\u{300}') => 'ì',
        ('o', '\u{300}') => 'ò',
        ('u', '\u{300}') => 'ù',
        ('e', '\u{301}') => 'é',
        ('E', '\u{301}') => 'É',
        ('n', '\u{303}') => 'ñ',
        ('N', '\u{303}') => 'Ñ',
        ('a', '\u{308}') => 'ä',
        ('o', '\u{308}') => 'ö',
        ('u', '\u{308}') => 'ü',
        ('A', '\u{308}') => 'Ä',
        ('O', '\u{308}') => 'Ö',
        ('U', '\u{308}') => 'Ü',
        ('a', '\u{30A}') => 'å',
        ('A', '\u{30A}') => 'Å',
        ('C', '\u{327}') => 'Ç',
        _ => return None,
    })
}

/// Latin letters with marks, and the plain letters that readers of them accept.
#[rustfmt::skip]
const PLAIN: &[(&str, &str)] = &[
    ("áâãāăąạảấầẩẫậắằẳẵặ", "a"), ("ÁÀÂÃĀĂĄẠẢẤẦẨẪẬẮẰẲẴẶ", "A"),
    ("çćĉċč", "c"), ("ĆĈĊČ", "C"),
    ("ďđð", "d"), ("ĎĐÐ", "D"),
    ("êëēĕėęěẹẻẽếềểễệ", "e"), ("ÈÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ", "E"),
    ("ĝğġģ", "g"), ("ĜĞĠĢ", "G"), ("ĥħ", "h"), ("ĤĦ", "H"),
    ("íîïĩīĭįıỉị", "i"), ("ÍÌÎÏĨĪĬĮİỈỊ", "I"),
    ("ĵ", "j"), ("Ĵ", "J"), ("ķ", "k"), ("Ķ", "K"),
    ("ĺļľŀł", "l"), ("ĹĻĽĿŁ", "L"), ("ńņňŋ", "n"), ("ŃŅŇŊ", "N"),
    ("óôõōŏőơọỏốồổỗộớờởỡợ", "o"), ("ÓÒÔÕŌŎŐƠỌỎỐỒỔỖỘỚỜỞỠỢ", "O"),
    ("ŕŗř", "r"), ("ŔŖŘ", "R"), ("śŝşšș", "s"), ("ŚŜŞŠȘ", "S"),
    ("ţťŧț", "t"), ("ŢŤŦȚ", "T"),
    ("úûũūŭůűųưụủứừửữự", "u"), ("ÚÙÛŨŪŬŮŰŲƯỤỦỨỪỬỮỰ", "U"),
    ("ŵẁẃẅ", "w"), ("ŴẀẂẄ", "W"), ("ýÿŷỳỵỷỹ", "y"), ("ÝŸŶỲỴỶỸ", "Y"),
    ("źżž", "z"), ("ŹŻŽ", "Z"),
    ("œ", "oe"), ("Œ", "OE"), ("þ", "th"), ("Þ", "Th"), ("ẞ", "ß"),
];

/// The plain spelling of a letter; nothing for a combining mark. This one loses something.
pub fn plain(character: char) -> Option<&'static str> {
    if ('\u{300}'..='\u{36F}').contains(&character) {
        return Some("");
    }
    PLAIN
        .iter()
        .find(|(letters, _)| letters.contains(character))
        .map(|(_, plain)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::gsm7::septets;

    #[test]
    fn every_replacement_is_in_the_alphabet_and_replaces_what_is_not() {
        let mut seen = Vec::new();
        for (letters, plain) in PLAIN {
            assert!(
                plain.chars().all(|character| septets(character).is_some()),
                "{plain}"
            );
            for letter in letters.chars() {
                assert_eq!(septets(letter), None, "{letter} needs no replacement");
                assert!(!seen.contains(&letter), "{letter} is listed twice");
                seen.push(letter);
            }
        }
        for character in ('\0'..='\u{FFFF}').filter(|&character| typographic(character).is_some()) {
            assert_eq!(septets(character), None, "{character:?}");
            assert!(
                typographic(character)
                    .unwrap()
                    .chars()
                    .all(|stand_in| septets(stand_in).is_some())
            );
        }
    }

    #[test]
    fn composed_letters_are_in_the_alphabet() {
        let marks = "\u{300}\u{301}\u{303}\u{308}\u{30A}\u{327}";
        let composed: String = ('A'..='z')
            .flat_map(|letter| marks.chars().filter_map(move |mark| composed(letter, mark)))
            .collect();
        assert_eq!(composed.chars().count(), 18);
        assert!(
            composed.chars().all(|letter| septets(letter) == Some(1)),
            "{composed}"
        );
    }
}
