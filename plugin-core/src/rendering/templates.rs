//! The templates, one folder for each language and message: `templates/en/reminder/`.
//!
//! They are compiled into the component and parsed once. Values are escaped in a `.html` file and stand as
//! they are in a `.txt` file; a variable that does not exist is an error, not an empty place.

use std::sync::OnceLock;

use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name)))),*]
    };
}

/// Name and source of every template.
const FILES: &[(&str, &str)] = files![
    "en/reminder/subject.txt",
    "en/reminder/email.txt",
    "en/reminder/email.html",
    "en/reminder/sms.txt",
];

/// Renders one file of a message.
pub fn render(
    language: &str,
    message: &str,
    file: &str,
    words: &impl Serialize,
) -> Result<String, String> {
    // It holds the templates and nothing else: what a request brings is never kept.
    static ENVIRONMENT: OnceLock<Result<Environment<'static>, Error>> = OnceLock::new();
    let name = format!("{language}/{message}/{file}");
    let rendered = match ENVIRONMENT.get_or_init(environment) {
        Ok(environment) => environment
            .get_template(&name)
            .and_then(|template| template.render(words)),
        Err(error) => return Err(format!("the templates do not parse: {error}")),
    };
    rendered.map_err(|error| format!("{name}: {error}"))
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in FILES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::exports::punctual::reminders::rendering::SmsEncoding;
    use crate::rendering::{languages::LANGUAGES, words::Words};
    use std::{collections::BTreeSet, fs, path::Path};

    fn variables() -> BTreeSet<String> {
        let words = Words {
            language: "",
            step: String::new(),
            clinic: String::new(),
            phone: None,
            phone_link: None,
            name: None,
            service: None,
            date: String::new(),
            short_date: String::new(),
            time: String::new(),
            zone: String::new(),
        };
        let serde_json::Value::Object(members) = serde_json::to_value(words).unwrap() else {
            unreachable!()
        };
        members.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn all_parse_and_know_their_variables() {
        let environment = environment().unwrap();
        let known = variables();
        for (name, template) in environment.templates() {
            for variable in template.undeclared_variables(true) {
                assert!(
                    known.contains(&variable),
                    "{name} names {variable}, which is no word"
                );
            }
        }
    }

    #[test]
    fn every_language_is_whole_and_no_file_lies_about() {
        let mut on_disk = BTreeSet::new();
        walk(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")),
            "",
            &mut on_disk,
        );
        let mut wanted = BTreeSet::new();
        for language in LANGUAGES {
            for file in ["subject.txt", "email.txt", "email.html", "sms.txt"] {
                wanted.insert(format!("{}/reminder/{file}", language.tag));
            }
        }
        assert_eq!(on_disk, wanted);
        assert_eq!(
            FILES
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect::<BTreeSet<_>>(),
            wanted
        );
    }

    fn walk(folder: &Path, name: &str, files: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{name}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), files);
            } else {
                files.insert(name);
            }
        }
    }

    /// One curly quote in it would more than halve the room of every SMS.
    #[test]
    fn the_english_sms_is_of_the_gsm_alphabet() {
        let source = include_str!("../../templates/en/reminder/sms.txt");
        assert_eq!(crate::sms::measure(source).encoding, SmsEncoding::Gsm7);
    }

    #[test]
    fn an_unknown_variable_is_an_error() {
        let mut environment = environment().unwrap();
        environment
            .add_template("x", "{% if nickname %}{% endif %}")
            .unwrap();
        assert!(environment.get_template("x").unwrap().render(()).is_err());
    }
}
