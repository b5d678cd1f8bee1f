//! A text as clauses of plain words.

/// A text is read so far, in characters; no carrier takes a longer one.
const TEXT_MAX: usize = 1_600;

/// Clauses, each a list of words in lower case, without accents and apostrophes. What is neither letter nor digit
/// separates words; a mark that ends a clause separates clauses. Letters that stand alone are a word spelt out.
pub fn clauses(text: &str) -> Vec<Vec<String>> {
    let mut clauses = vec![vec![String::new()]];
    for character in text.chars().take(TEXT_MAX) {
        let clause = clauses.last_mut().expect("there is always one");
        match character {
            // "don't", "m'envoyez"
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' => {}
            // Marks that join on to a letter, and what nobody sees.
            '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200D}' | '\u{AD}' | '\u{FEFF}' => {}
            '.' | ',' | ';' | ':' | '!' | '?' | '¡' | '¿' | '\n' => {
                clauses.push(vec![String::new()]);
            }
            _ => match plain(character) {
                Some(letters) => {
                    if let Some(word) = clause.last_mut() {
                        word.extend(letters);
                    }
                }
                None => clause.push(String::new()),
            },
        }
    }
    for clause in &mut clauses {
        clause.retain(|word| !word.is_empty());
    }
    clauses.retain(|clause| !clause.is_empty());
    spelt_out(&clauses).map_or_else(
        || clauses.into_iter().map(join).collect(),
        |word| vec![vec![word]],
    )
}

/// "S.T.O.P." is one word.
fn spelt_out(clauses: &[Vec<String>]) -> Option<String> {
    let letters = || clauses.iter().flatten();
    (letters().count() > 2 && letters().all(|word| word.chars().count() == 1))
        .then(|| letters().map(String::as_str).collect())
}

/// Words that are written as two and mean one thing.
#[rustfmt::skip]
const TWO_FOR_ONE: &[(&str, &str, &str)] = &[
    ("opt", "out", "optout"), ("opt", "in", "optin"), ("stop", "all", "stopall"), ("no", "longer", "nolonger"),
    ("do", "not", "dont"), ("does", "not", "doesnt"), ("did", "not", "didnt"), ("can", "not", "cant"),
    ("could", "not", "couldnt"), ("will", "not", "wont"), ("would", "not", "wouldnt"), ("should", "not", "shouldnt"),
];

fn join(clause: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(clause.len());
    for word in clause {
        let one = TWO_FOR_ONE.iter().find(|(first, second, _)| {
            joined.last().is_some_and(|last| last == first) && word == *second
        });
        match (one, joined.last_mut()) {
            (Some((_, _, one)), Some(last)) => *last = (*one).to_owned(),
            _ => joined.push(word),
        }
    }
    joined
}

/// A letter or digit in lower case and without its accent, which may be two; none for anything else.
///
/// By hand, for the letters of Latin scripts: the tables of all scripts weigh more than all the words here. Letters of
/// other scripts stay as they are, since no word is spelt with them.
fn plain(character: char) -> Option<impl Iterator<Item = char>> {
    let (first, second) = match character {
        '0'..='9' | 'a'..='z' => (character, None),
        'A'..='Z' => (character.to_ascii_lowercase(), None),
        // Letters of double width, from Asian keyboards.
        '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => {
            let narrow = char::from_u32(character as u32 - 0xFEE0)?;
            (narrow.to_ascii_lowercase(), None)
        }
        'à'..='å' | 'À'..='Å' => ('a', None),
        'æ' | 'Æ' => ('a', Some('e')),
        'ç' | 'Ç' => ('c', None),
        'è'..='ë' | 'È'..='Ë' => ('e', None),
        'ì'..='ï' | 'Ì'..='Ï' => ('i', None),
        'ñ' | 'Ñ' => ('n', None),
        'ò'..='ö' | 'Ò'..='Ö' => ('o', None),
        'œ' | 'Œ' => ('o', Some('e')),
        'ù'..='ü' | 'Ù'..='Ü' => ('u', None),
        'ß' | 'ẞ' => ('s', Some('s')),
        // Latin and its neighbours, and the East of Asia; between them are marks, arrows and symbols.
        '\u{F0}'..='\u{1FFF}' | '\u{3040}'..='\u{D7FF}' => (character, None),
        _ => return None,
    };
    Some(std::iter::once(first).chain(second))
}
