//! The templates, one folder for each language and message: `templates/en/reminder/`.
//!
//! They are compiled into the component; those of a language are parsed once, when it is first written in. Values are
//! escaped in a `.html` file and stand as they are in a `.txt` file; a variable that does not exist is an error, not an
//! empty place. What could be wrong with a template is found by the tests, never by a person who waits for a
//! message.

use std::sync::OnceLock;

use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

use super::styles;

/// The name and source of every template of a language.
macro_rules! of_language {
    ($tag:literal) => {
        $crate::rendering::templates::of_language!($tag: "reminder/subject.txt", "reminder/body.txt", "reminder/body.html",
            "reminder/sms.txt", "stopped/sms.txt", "calendar/summary.txt", "calendar/description.txt")
    };
    ($tag:literal: $($name:literal),*) => {
        $crate::rendering::templates::Templates::new($tag, &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $tag, "/", $name)),
        )),*])
    };
}
pub(super) use of_language;

/// The frame of every `.html` file; it has no words.
pub(super) const LAYOUT: (&str, &str) =
    ("layout.html", include_str!("../../templates/layout.html"));
/// Where in the layout the body stands.
const BODY: &str = "<!-- body -->";
/// One line for each message and language: its name with the version, and a digest of its files.
pub(super) const VERSIONS: &str = include_str!("../../templates/versions.txt");

/// The templates of one language.
pub struct Templates {
    pub(super) tag: &'static str,
    pub(super) files: &'static [(&'static str, &'static str)],
    /// It holds the templates and nothing else: what a request brings is never kept.
    environment: OnceLock<Result<Environment<'static>, Error>>,
}

impl Templates {
    pub(super) const fn new(
        tag: &'static str,
        files: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            tag,
            files,
            environment: OnceLock::new(),
        }
    }

    /// Renders one file of a message: `reminder/sms.txt`.
    pub fn render(&self, name: &str, words: &impl Serialize) -> Result<String, String> {
        let rendered = match self.environment.get_or_init(|| self.parse()) {
            Ok(environment) => environment
                .get_template(name)
                .and_then(|template| template.render(words)),
            Err(error) => {
                return Err(format!(
                    "the templates of {} do not parse: {error}",
                    self.tag
                ));
            }
        };
        rendered.map_err(|error| format!("{}/{name}: {error}", self.tag))
    }

    /// Renders a `.html` file of a message within the layout.
    ///
    /// The layout takes the body by a mark and not by a variable: minijinja's way to hand on what is rendered weighs 10 KB.
    /// No value can hold the mark, because values are escaped.
    pub fn render_page(&self, name: &str, words: &impl Serialize) -> Result<String, String> {
        let body = styles::inline(&self.render(name, words)?);
        Ok(self.render(LAYOUT.0, words)?.replacen(BODY, &body, 1))
    }

    pub(super) fn parse(&self) -> Result<Environment<'static>, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in self.files.iter().chain([&LAYOUT]) {
            environment.add_template(name, source)?;
        }
        Ok(environment)
    }

    /// Which words these are: `reminder/fr@1`.
    pub fn version(&self, message: &str) -> String {
        let name = format!("{message}/{}", self.tag);
        let versions = VERSIONS.lines().filter_map(|line| line.split(' ').next());
        let version = |of: &&str| {
            of.strip_prefix(&*name)
                .is_some_and(|rest| rest.starts_with('@'))
        };
        versions
            .into_iter()
            .find(version)
            .unwrap_or(&name)
            .to_owned()
    }
}
