//! Bicep files, by their grammar. There is no compiler here: this finds what is declared, what is referred to and what is missing;
//! whether an expression has the right type, Azure's compiler says (`az bicep build`, in .github/workflows/ci.yml).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tree_sitter::{Node, Parser};

use shape::Shape;

pub mod shape;
pub mod types;

/// A file.
#[derive(Debug, Default)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Its parameters.
    pub params: BTreeMap<String, Param>,
    /// Names of variables.
    pub variables: BTreeSet<String>,
    /// Its resources.
    pub resources: Vec<Resource>,
    /// Its modules, by their symbols.
    pub modules: BTreeMap<String, Module>,
    /// Its outputs: described or not, and the text of the value.
    pub outputs: BTreeMap<String, (bool, String)>,
    /// Names that expressions refer to, but for those bound by a loop or a lambda.
    pub references: BTreeSet<String>,
    /// Functions that are called, without decorators.
    pub calls: BTreeSet<String>,
    /// Outputs of modules that are used: symbol and output.
    pub uses: BTreeSet<(String, String)>,
    /// What the grammar does not allow.
    pub errors: Vec<String>,
}

/// A parameter.
#[derive(Debug, Default)]
pub struct Param {
    /// Whether it has a description.
    pub described: bool,
    /// Whether it may be left out.
    pub has_default: bool,
    /// Whether it is marked as a secret.
    pub secure: bool,
}

/// A resource.
#[derive(Debug)]
pub struct Resource {
    /// Its symbol.
    pub symbol: String,
    /// Its type, without the version.
    pub kind: String,
    /// The version of the API.
    pub version: String,
    /// Whether it is only referred to.
    pub existing: bool,
    /// Its body.
    pub body: Shape,
}

/// A module.
#[derive(Debug)]
pub struct Module {
    /// The file, as it is written.
    pub path: String,
    /// What it is given.
    pub inputs: BTreeSet<String>,
}

/// Reads a file.
///
/// # Panics
/// If it cannot be read, or has no grammar to be read by.
pub fn read(path: &Path) -> File {
    let text = std::fs::read_to_string(path);
    parse(
        path,
        &text.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
}

/// Reads a file's text.
///
/// # Panics
/// If there is no grammar to read it by.
pub fn parse(path: &Path, text: &str) -> File {
    let mut parser = Parser::new();
    let language = tree_sitter_bicep::LANGUAGE.into();
    parser.set_language(&language).expect("the grammar fits");
    let tree = parser.parse(text, None).expect("nothing interrupts it");
    let mut reader = Reader {
        text,
        file: File {
            path: path.to_owned(),
            ..File::default()
        },
        bound: Vec::new(),
    };
    reader.errors(tree.root_node());
    let mut decorators = Vec::new();
    for node in children(tree.root_node()) {
        if node.kind() == "decorators" {
            decorators = children(node)
                .into_iter()
                .map(|d| reader.text(d).to_owned())
                .collect();
        } else {
            reader.declaration(node, &decorators);
            decorators.clear();
        }
    }
    reader.file
}

/// A file of parameters: which file it is for, and what it gives. The grammar knows no such files; a line that gives a value is
/// read as one that declares a variable.
///
/// # Panics
/// If it cannot be read.
pub fn read_params(path: &Path) -> (String, File) {
    let text = std::fs::read_to_string(path).expect("it can be read");
    let mut using = String::new();
    let lines: Vec<String> = text
        .lines()
        .map(
            |line| match (line.strip_prefix("using "), line.strip_prefix("param ")) {
                (Some(file), _) => {
                    using = file.trim_matches('\'').to_owned();
                    String::new()
                }
                (_, Some(rest)) => format!("var {rest}"),
                _ => line.to_owned(),
            },
        )
        .collect();
    (using, parse(path, &(lines.join("\n") + "\n")))
}

struct Reader<'a> {
    text: &'a str,
    file: File,
    /// Names that loops and lambdas around the place have bound.
    bound: Vec<String>,
}

pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect()
}

impl Reader<'_> {
    fn text(&self, node: Node<'_>) -> &str {
        &self.text[node.byte_range()]
    }

    fn errors(&mut self, node: Node<'_>) {
        if node.is_error() || node.is_missing() {
            let at = node.start_position();
            self.file
                .errors
                .push(format!("line {}: {:?}", at.row + 1, self.text(node)));
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            self.errors(child);
        }
    }

    fn declaration(&mut self, node: Node<'_>, decorators: &[String]) {
        let parts = children(node);
        let Some(name) = parts.first().map(|name| self.text(*name).to_owned()) else {
            return;
        };
        let described = decorators
            .iter()
            .any(|d| d.trim_start_matches('@').starts_with("description("));
        let literal = |index: usize| {
            let text = parts
                .get(index)
                .map(|part| self.text(*part))
                .unwrap_or_default();
            text.trim_matches('\'').to_owned()
        };
        match node.kind() {
            "parameter_declaration" => {
                let secure = decorators.iter().any(|d| d.contains("secure("));
                let has_default = parts.len() > 2;
                self.file.params.insert(
                    name,
                    Param {
                        described,
                        has_default,
                        secure,
                    },
                );
            }
            "variable_declaration" => {
                self.file.variables.insert(name);
            }
            "output_declaration" => {
                let value = parts.last().map(|value| self.text(*value).to_owned());
                self.file
                    .outputs
                    .insert(name, (described, value.unwrap_or_default()));
            }
            "resource_declaration" => {
                let (kind, version) = literal(1)
                    .split_once('@')
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .unwrap_or_default();
                let body = parts
                    .last()
                    .map_or(Shape::Other, |body| shape::of(*body, self.text));
                let header = &self.text
                    [node.start_byte()..parts.last().map_or(node.end_byte(), Node::start_byte)];
                let existing = header.contains("' existing =");
                self.file.resources.push(Resource {
                    symbol: name,
                    kind,
                    version,
                    existing,
                    body,
                });
            }
            "module_declaration" => {
                let path = literal(1);
                let body = parts
                    .last()
                    .map_or(Shape::Other, |body| shape::of(*body, self.text));
                let inputs = body.member("params").map(Shape::keys).unwrap_or_default();
                self.file.modules.insert(name, Module { path, inputs });
            }
            "target_scope_assignment" => return,
            other if other == "comment" || other == "ERROR" => return,
            other => self.file.errors.push(format!("{other} is not read here")),
        }
        for part in parts.into_iter().skip(1) {
            self.expression(part);
        }
    }

    fn expression(&mut self, node: Node<'_>) {
        let parts = children(node);
        match node.kind() {
            "type" | "property_identifier" => {}
            "identifier" => {
                let name = self.text(node).to_owned();
                if !self.bound.contains(&name) {
                    self.file.references.insert(name);
                }
            }
            "member_expression" => {
                self.module_output(node);
                self.expression(parts[0]);
                for part in parts
                    .into_iter()
                    .skip(1)
                    .filter(|part| part.kind() != "identifier")
                {
                    self.expression(part);
                }
            }
            "object_property" => {
                for (index, part) in parts.into_iter().enumerate() {
                    if index > 0 || part.kind() != "identifier" {
                        self.expression(part);
                    }
                }
            }
            "call_expression" => {
                if let Some(function) = parts.first().filter(|part| part.kind() == "identifier") {
                    let function = self.text(*function).to_owned();
                    self.file.calls.insert(function);
                }
                // The grammar lets a lambda end too early, so its name is good in all arguments of the call.
                let before = self.bound.len();
                self.bind_lambdas(node);
                for part in parts.into_iter().skip(1) {
                    self.expression(part);
                }
                self.bound.truncate(before);
            }
            "lambda_expression" => {
                for part in parts.into_iter().skip(1) {
                    self.expression(part);
                }
            }
            "for_statement" => {
                let names: Vec<String> = match parts[0].kind() {
                    "for_loop_parameters" => children(parts[0])
                        .into_iter()
                        .map(|n| self.text(n).to_owned())
                        .collect(),
                    _ => vec![self.text(parts[0]).to_owned()],
                };
                self.expression(parts[1]);
                let before = self.bound.len();
                self.bound.extend(names);
                for part in parts.into_iter().skip(2) {
                    self.expression(part);
                }
                self.bound.truncate(before);
            }
            _ => {
                for part in parts {
                    self.expression(part);
                }
            }
        }
    }

    fn bind_lambdas(&mut self, node: Node<'_>) {
        for child in children(node) {
            if child.kind() == "lambda_expression"
                && let Some(name) = children(child).first()
            {
                self.bound.push(self.text(*name).to_owned());
            }
            self.bind_lambdas(child);
        }
    }

    /// Notes `symbol.outputs.name`.
    fn module_output(&mut self, node: Node<'_>) {
        let text: String = self.text(node).chars().filter(|c| *c != '!').collect();
        let parts: Vec<&str> = text.split('.').collect();
        if let [symbol, "outputs", output, ..] = parts.as_slice() {
            self.file
                .uses
                .insert(((*symbol).to_owned(), (*output).to_owned()));
        }
    }
}
