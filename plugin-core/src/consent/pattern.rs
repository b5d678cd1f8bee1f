//! Finding a few words in a clause that are near enough to each other to belong together.

/// The words of one language that patterns speak of, and the patterns. Lists of words have spaces between them, because
/// a list of texts weighs twice as much in the component.
///
/// Patterns have "; " between them. A pattern is a list of items with spaces between:
/// - `{name}` is a word of that class, `word` that word;
/// - `_` is any number of links, up to a limit: small words that keep a verb and its object together;
/// - `^` is the beginning of the clause, `$` its end, where words of courtesy do not count.
///
/// A pattern that begins with `!` has its own "not" in it. It is an order, so no subject stands before it: "don't text me"
/// is one, "I don't text" is none. All others do not count behind a "not".
pub struct Language {
    pub classes: &'static [(&'static str, &'static str)],
    pub links: &'static str,
    /// Words that turn what follows around.
    pub nots: &'static str,
    /// Words that turn a clause around from its end.
    pub last_nots: &'static str,
    /// What may stand between a "not" and what it turns around.
    pub not_links: &'static str,
    /// What stands before a verb that is no order.
    pub subjects: &'static str,
    pub patterns: &'static str,
}

/// Links in a row.
const LINKS_MAX: usize = 6;
/// Words between a "not" and what it turns around.
const NOT_REACH: usize = 5;
/// What may stand after the last word of a pattern that ends the clause.
const AT_THE_END: &str = "please pls plz thanks thank you now ever again anymore immediately por favor gracias nunca \
    jamas svp stp sil vous plait merci jamais bitte danke";

/// Whether a word is in a list.
pub fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

impl Language {
    /// Whether any pattern is found in the clause.
    pub fn finds(&self, clause: &[String]) -> bool {
        let last = clause.iter().rev().find(|word| !has(AT_THE_END, word));
        let turned_at_last = last.is_some_and(|word| has(self.last_nots, word));
        self.patterns.split("; ").any(|pattern| {
            let order = pattern.strip_prefix('!');
            let items: Vec<&str> = order.unwrap_or(pattern).split(' ').collect();
            (0..clause.len()).any(|at| {
                self.fits(&items, clause, at)
                    && match order {
                        Some(_) => at == 0 || !has(self.subjects, &clause[at - 1]),
                        None => !turned_at_last && !self.turned_around(&clause[..at]),
                    }
            })
        })
    }

    fn fits(&self, items: &[&str], clause: &[String], at: usize) -> bool {
        let Some((item, rest)) = items.split_first() else {
            return true;
        };
        let word = clause.get(at);
        match *item {
            "^" => at == 0 && self.fits(rest, clause, at),
            "$" => clause[at..].iter().all(|word| has(AT_THE_END, word)),
            "_" => {
                let links = clause[at..]
                    .iter()
                    .take(LINKS_MAX)
                    .take_while(|word| has(self.links, word));
                (0..=links.count()).any(|skipped| self.fits(rest, clause, at + skipped))
            }
            _ => word.is_some_and(|word| self.is(item, word)) && self.fits(rest, clause, at + 1),
        }
    }

    fn is(&self, item: &str, word: &str) -> bool {
        match item
            .strip_prefix('{')
            .and_then(|item| item.strip_suffix('}'))
        {
            None => item == word,
            Some(class) => self
                .classes
                .iter()
                .any(|(name, words)| *name == class && has(words, word)),
        }
    }

    /// Whether what follows `before` stands behind a "not".
    fn turned_around(&self, before: &[String]) -> bool {
        before
            .iter()
            .rev()
            .take(NOT_REACH)
            .find(|word| !has(self.not_links, word))
            .is_some_and(|word| has(self.nots, word))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sentences::LANGUAGES;

    #[test]
    fn patterns_name_classes_that_exist() {
        for language in LANGUAGES {
            for pattern in language.patterns.split("; ") {
                for item in pattern.trim_start_matches('!').split(' ') {
                    assert!(!item.is_empty(), "{pattern}");
                    let class = item
                        .strip_prefix('{')
                        .map(|item| item.trim_end_matches('}'));
                    if let Some(class) = class {
                        let exists = language.classes.iter().any(|(name, _)| *name == class);
                        assert!(exists, "{pattern}");
                    }
                }
            }
        }
    }
}
