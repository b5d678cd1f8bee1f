//! The canvas app's source as tests look at it: controls with their formulas, and what is called in a formula.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use saphyr::{LoadableYamlNode, Yaml};

/// A control on a screen, or the screen itself.
#[derive(Debug)]
pub struct Control {
    /// The screen that it is on.
    pub screen: String,
    /// Unique in the whole app.
    pub name: String,
    /// `Label`, `Classic/TextInput`; `Screen` and `App` for those two.
    pub kind: String,
    /// The gallery that it is a part of, or else the screen.
    pub parent: String,
    /// Each property's formula, without its `=`.
    pub properties: BTreeMap<String, String>,
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder of the app's source.
pub fn folder() -> PathBuf {
    repository().join("power-platform/canvas/Src")
}

/// A file of the app's source.
pub fn document(file: &str) -> Yaml<'static> {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let documents =
        Yaml::load_from_str(&text.leak()[..]).unwrap_or_else(|error| panic!("{file}: {error}"));
    documents.into_iter().next().expect("a document")
}

/// Every control, screens and the app among them.
pub fn controls() -> &'static [Control] {
    static CONTROLS: LazyLock<Vec<Control>> = LazyLock::new(|| {
        let app = document("App.pa.yaml");
        let mut controls = vec![Control {
            screen: String::new(),
            name: "App".to_owned(),
            kind: "App".to_owned(),
            parent: String::new(),
            properties: properties(&app["App"]),
        }];
        for name in screens() {
            let document = document(&format!("{name}.pa.yaml"));
            let node = &document["Screens"][name.as_str()];
            controls.push(Control {
                screen: name.clone(),
                name: name.clone(),
                kind: "Screen".to_owned(),
                parent: String::new(),
                properties: properties(node),
            });
            children(node, &name, &name, &mut controls);
        }
        controls
    });
    &CONTROLS
}

/// The screens, in the order in which the editor lists them.
pub fn screens() -> Vec<String> {
    let state = document("_EditorState.pa.yaml");
    let order = state["EditorState"]["ScreensOrder"].as_sequence();
    let names = order.expect("an order").iter().filter_map(Yaml::as_str);
    names.map(str::to_owned).collect()
}

fn children(node: &Yaml, screen: &str, parent: &str, into: &mut Vec<Control>) {
    let Some(list) = node.as_mapping_get("Children").and_then(Yaml::as_sequence) else {
        return;
    };
    for (name, node) in list.iter().filter_map(Yaml::as_mapping).flatten() {
        let name = name.as_str().expect("a name");
        let kind = node["Control"].as_str().expect("a kind");
        into.push(Control {
            screen: screen.to_owned(),
            name: name.to_owned(),
            kind: kind.split('@').next().unwrap_or_default().to_owned(),
            parent: parent.to_owned(),
            properties: properties(node),
        });
        children(node, screen, name, into);
    }
}

fn properties(node: &Yaml) -> BTreeMap<String, String> {
    let Some(map) = node.as_mapping_get("Properties").and_then(Yaml::as_mapping) else {
        return BTreeMap::new();
    };
    let formula = |(name, formula): (&Yaml, &Yaml)| {
        let name = name.as_str().expect("a name").to_owned();
        let formula = formula
            .as_str()
            .unwrap_or_else(|| panic!("{name} is no text"));
        let formula = formula.strip_prefix('=');
        let formula = formula.unwrap_or_else(|| panic!("{name} begins without ="));
        (name, formula.to_owned())
    };
    map.iter().map(formula).collect()
}

/// The control of this name.
#[track_caller]
pub fn control(name: &str) -> &'static Control {
    let found = controls().iter().find(|control| control.name == name);
    found.unwrap_or_else(|| panic!("no control is {name}"))
}

/// The formula of a property.
#[track_caller]
pub fn formula(control_name: &str, property: &str) -> &'static str {
    let found = control(control_name).properties.get(property);
    found.unwrap_or_else(|| panic!("{control_name} has no {property}"))
}

/// Every call that begins with `start` (a function's name, its parenthesis, maybe the first argument), to its last parenthesis.
pub fn calls<'a>(formula: &'a str, start: &str) -> Vec<&'a str> {
    let flat = |c: char| !c.is_whitespace();
    let begins = |rest: &str| {
        let mut rest = rest.chars().filter(|c| flat(*c));
        start
            .chars()
            .filter(|c| flat(*c))
            .all(|c| rest.next() == Some(c))
    };
    let starts = formula.char_indices().filter(|(_, c)| c.is_alphabetic());
    starts
        .map(|(at, _)| &formula[at..])
        .filter(|rest| begins(rest))
        .map(|rest| &rest[..end(rest)])
        .collect()
}

/// Where the first parenthesis of `text` is closed again; those within quotes do not count.
fn end(text: &str) -> usize {
    let (mut depth, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 1 => return at + 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    panic!("a parenthesis is not closed: {text}");
}

/// The formula with empty texts in place of its texts, so that what stands in them is not taken for a name.
pub fn without_texts(formula: &str) -> String {
    formula
        .split('"')
        .step_by(2)
        .collect::<Vec<_>>()
        .join("\"\"")
}

/// The words of a formula, each with the text before it.
pub fn words(formula: &str) -> impl Iterator<Item = (&str, &str)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = formula
        .char_indices()
        .filter(move |(at, c)| word(*c) && !formula[..*at].chars().next_back().is_some_and(word));
    starts.map(move |(at, _)| {
        let rest = &formula[at..];
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        (&formula[..at], &rest[..end])
    })
}
