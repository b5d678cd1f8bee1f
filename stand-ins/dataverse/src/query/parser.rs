//! From the words of a `$filter` to a [`Filter`], against the columns of a table.

use super::bind::{literal, loose, path};
use super::filter::{Comparison, Filter, Path, TextTest};
use super::lexer::{Word, words};
use crate::refusal::Refusal;
use crate::schema::{Column, Kind, Schema, Table};
use crate::value::Value;

const DEEPEST: usize = 100;
const FUNCTIONS: &str = "Microsoft.Dynamics.CRM.";

/// Reads a filter on rows of a table.
pub(super) fn parse(schema: &Schema, table: &Table, text: &str) -> Result<Filter, Refusal> {
    let mut parser = Parser::new(schema, table, text)?;
    let filter = parser.or()?;
    parser.end()?;
    Ok(filter)
}

/// Words, read from left to right.
pub(super) struct Parser<'a> {
    schema: &'a Schema,
    table: &'a Table,
    words: Vec<Word>,
    at: usize,
    depth: usize,
}

/// The refusal of a word that should not be there.
pub(super) fn syntax(word: &Word) -> Refusal {
    let shown = match word {
        Word::Bare(text) => text.clone(),
        Word::Quoted(text) => format!("'{text}'"),
        Word::Mark(mark) => mark.to_string(),
    };
    Refusal::query(format!("Syntax error in the filter at '{shown}'."))
}

impl<'a> Parser<'a> {
    /// At the first word.
    pub(super) fn new(schema: &'a Schema, table: &'a Table, text: &str) -> Result<Self, Refusal> {
        Ok(Self {
            schema,
            table,
            words: words(text)?,
            at: 0,
            depth: 0,
        })
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Refusal> {
        match self.words.get(self.at) {
            None => Ok(()),
            Some(word) => Err(syntax(word)),
        }
    }

    /// A column of the table itself.
    pub(super) fn column(&self, name: &str) -> Result<&'a Column, Refusal> {
        path(self.schema, self.table, name).map(|(_, column)| column)
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Word, Refusal> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word.ok_or_else(|| Refusal::query("Expression expected at the end of the filter."))
    }

    /// Takes the word if it is this keyword.
    pub(super) fn takes(&mut self, keyword: &str) -> bool {
        let found = matches!(self.words.get(self.at), Some(Word::Bare(text)) if text == keyword);
        self.at += usize::from(found);
        found
    }

    /// The next word must be this mark.
    pub(super) fn mark(&mut self, mark: char) -> Result<(), Refusal> {
        match self.next()? {
            Word::Mark(found) if found == mark => Ok(()),
            other => Err(syntax(&other)),
        }
    }

    /// Whether the next word is this mark.
    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.words.get(self.at) == Some(&Word::Mark(mark))
    }

    /// A whole condition.
    pub(super) fn or(&mut self) -> Result<Filter, Refusal> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Refusal::query("The filter is nested too deeply."));
        }
        let mut any = vec![self.and()?];
        while self.takes("or") {
            any.push(self.and()?);
        }
        self.depth -= 1;
        Ok(match any.len() {
            1 => any.remove(0),
            _ => Filter::Or(any),
        })
    }

    fn and(&mut self) -> Result<Filter, Refusal> {
        let mut all = vec![self.not()?];
        while self.takes("and") {
            all.push(self.not()?);
        }
        Ok(match all.len() {
            1 => all.remove(0),
            _ => Filter::And(all),
        })
    }

    fn not(&mut self) -> Result<Filter, Refusal> {
        let mut turned = false;
        while self.takes("not") {
            turned = !turned;
        }
        let inner = self.term()?;
        Ok(match turned {
            true => Filter::Not(Box::new(inner)),
            false => inner,
        })
    }

    fn term(&mut self) -> Result<Filter, Refusal> {
        if self.is_mark('(') {
            self.at += 1;
            let inner = self.or()?;
            self.mark(')')?;
            return Ok(inner);
        }
        let name = match self.next()? {
            Word::Bare(name) => name,
            other => return Err(syntax(&other)),
        };
        if self.is_mark('(') {
            return match name.strip_prefix(FUNCTIONS) {
                Some(function) => self.query_function(function),
                None => self.text_function(&name),
            };
        }
        self.comparison(&name)
    }

    fn comparison(&mut self, name: &str) -> Result<Filter, Refusal> {
        let (path, column) = path(self.schema, self.table, name)?;
        let comparison = match self.next()? {
            Word::Bare(word) => match word.as_str() {
                "eq" => Comparison::Equal,
                "ne" => Comparison::Other,
                "gt" => Comparison::Greater,
                "ge" => Comparison::GreaterOrEqual,
                "lt" => Comparison::Less,
                "le" => Comparison::LessOrEqual,
                "in" => {
                    let how = "The operator 'in' is not supported; use Microsoft.Dynamics.CRM.In(PropertyName='…',PropertyValues=[…]).";
                    return Err(Refusal::query(how));
                }
                _ => return Err(syntax(&Word::Bare(word))),
            },
            other => return Err(syntax(&other)),
        };
        let word = self.next()?;
        if word == Word::Bare("null".into()) {
            return Ok(Filter::Compare(path, comparison, None));
        }
        let value = literal(column, &word)?;
        Ok(Filter::Compare(path, comparison, Some(value)))
    }

    /// `contains(column,'text')` and its like.
    fn text_function(&mut self, name: &str) -> Result<Filter, Refusal> {
        let test = match name {
            "contains" => TextTest::Contains,
            "startswith" => TextTest::StartsWith,
            "endswith" => TextTest::EndsWith,
            _ => {
                let message = format!("An unknown function with name '{name}' was found.");
                return Err(Refusal::query(message));
            }
        };
        self.mark('(')?;
        let column = match self.next()? {
            Word::Bare(column) => column,
            other => return Err(syntax(&other)),
        };
        let (path, column) = path(self.schema, self.table, &column)?;
        if !matches!(column.kind, Kind::Text { .. }) {
            let message = format!("{name} needs a text, and '{}' is none.", column.name);
            return Err(Refusal::query(message));
        }
        self.mark(',')?;
        let text = match self.next()? {
            Word::Quoted(text) => text,
            other => return Err(syntax(&other)),
        };
        self.mark(')')?;
        Ok(Filter::Text(path, test, text))
    }

    /// `Microsoft.Dynamics.CRM.In(PropertyName='column',PropertyValues=['a','b'])` and its like.
    fn query_function(&mut self, name: &str) -> Result<Filter, Refusal> {
        self.mark('(')?;
        let (mut property, mut values) = (None, Vec::new());
        loop {
            let parameter = match self.next()? {
                Word::Bare(parameter) => parameter,
                other => return Err(syntax(&other)),
            };
            self.mark('=')?;
            match (parameter.as_str(), self.next()?) {
                ("PropertyName", Word::Quoted(name)) => property = Some(name),
                ("PropertyValue", word) => values.push(word),
                ("PropertyValues", Word::Mark('[')) => {
                    while !self.is_mark(']') {
                        values.push(self.next()?);
                        if self.is_mark(',') {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                }
                (_, word) => return Err(syntax(&word)),
            }
            match self.next()? {
                Word::Mark(',') => {}
                Word::Mark(')') => break,
                other => return Err(syntax(&other)),
            }
        }
        let property =
            property.ok_or_else(|| Refusal::query(format!("{name} needs PropertyName")))?;
        let (path, column) = path(self.schema, self.table, &property)?;
        let values: Result<Vec<_>, _> = values.iter().map(|word| loose(column, word)).collect();
        function(name, path, values?)
    }
}

fn function(name: &str, path: Path, values: Vec<Value>) -> Result<Filter, Refusal> {
    let compare =
        |comparison, value: &Value| Filter::Compare(path.clone(), comparison, Some(value.clone()));
    Ok(match (name, values.as_slice()) {
        ("In", values) if !values.is_empty() => Filter::Among(path, values.to_vec()),
        ("NotIn", values) if !values.is_empty() => {
            Filter::Not(Box::new(Filter::Among(path, values.to_vec())))
        }
        ("Between", [from, to]) => Filter::And(vec![
            compare(Comparison::GreaterOrEqual, from),
            compare(Comparison::LessOrEqual, to),
        ]),
        ("NotBetween", [from, to]) => Filter::Or(vec![
            compare(Comparison::Less, from),
            compare(Comparison::Greater, to),
        ]),
        ("In" | "NotIn" | "Between" | "NotBetween", _) => {
            return Err(Refusal::query(format!("{name} needs other PropertyValues")));
        }
        _ => return Err(Refusal::not_built(&format!("The query function {name}"))),
    })
}
