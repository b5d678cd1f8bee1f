//! Writing XML as SolutionPackager lays it out, so that a later export from Dataverse differs in few lines.

use std::fmt::Write;

/// An element with its attributes and what is in it.
#[derive(Debug, Clone)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Nothing,
    Text(String),
    Elements(Vec<Element>),
}

/// An empty element.
pub fn element(name: &'static str) -> Element {
    Element {
        name,
        attributes: Vec::new(),
        content: Content::Nothing,
    }
}

/// An element with a text, which may be empty.
pub fn text(name: &'static str, text: impl ToString) -> Element {
    Element {
        content: Content::Text(text.to_string()),
        ..element(name)
    }
}

/// An element with others in it.
pub fn parent(name: &'static str, children: impl IntoIterator<Item = Element>) -> Element {
    element(name).with(children)
}

impl Element {
    /// Adds an attribute.
    pub fn attribute(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// Appends children; a text gives way to them.
    pub fn with(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        let mut elements = match self.content {
            Content::Elements(elements) => elements,
            Content::Nothing | Content::Text(_) => Vec::new(),
        };
        elements.extend(children);
        self.content = if elements.is_empty() {
            Content::Nothing
        } else {
            Content::Elements(elements)
        };
        self
    }

    /// The whole document with this as its root.
    pub fn document(self) -> String {
        let root = self.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        root.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let (name, indent) = (self.name, "  ".repeat(depth));
        let _ = write!(out, "{indent}<{name}");
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
        match &self.content {
            Content::Nothing => out.push_str(" />\n"),
            Content::Text(text) => {
                let _ = writeln!(out, ">{}</{name}>", escaped(text));
            }
            Content::Elements(elements) => {
                out.push_str(">\n");
                for element in elements {
                    element.write(out, depth + 1);
                }
                let _ = writeln!(out, "{indent}</{name}>");
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_laid_out_as_solution_packager_does() {
        let document =
            parent("a", [text("b", ""), element("c").attribute("d", "<\"&\">")]).document();
        assert_eq!(
            document,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <a xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n  <b></b>\n  \
             <c d=\"&lt;&quot;&amp;&quot;&gt;\" />\n</a>\n"
        );
    }
}
