//! A manifest whose paths lead into the release. Comments stay: it is the manual of the settings.

use anyhow::{Context, Result, bail, ensure};
use toml_edit::{DocumentMut, Item, Value};

/// Something that the manifest names, and where it goes.
#[derive(Debug, PartialEq)]
pub struct Part {
    /// As the manifest names it.
    pub from: String,
    /// In the release.
    pub to: String,
}

/// A manifest for the release.
pub struct Packed {
    /// Its text.
    pub text: String,
    /// What belongs to it.
    pub parts: Vec<Part>,
}

/// The application's version.
pub fn version(text: &str) -> Result<String> {
    let manifest: DocumentMut = text.parse()?;
    let version = manifest["application"]["version"].as_str();
    Ok(version.context("[application] has no version")?.to_owned())
}

/// Rewrites where components, their dependencies and their files are. How to build them is left out.
pub fn pack(text: &str) -> Result<Packed> {
    let mut manifest: DocumentMut = text.parse()?;
    let mut parts = Vec::new();
    let components = manifest["component"].as_table_mut();
    for (id, component) in components.context("there is no [component]")?.iter_mut() {
        let id = id.get().to_owned();
        let component = component.as_table_mut().context("a component is a table")?;
        component.remove("build");
        let source = component.get_mut("source").and_then(Item::as_value_mut);
        let source = source.with_context(|| format!("[component.{id}] has no source"))?;
        rewrite(source, "components", &mut parts)?;
        if let Some(dependencies) = component.get_mut("dependencies") {
            let dependencies = dependencies
                .as_table_mut()
                .context("dependencies are a table")?;
            for (name, dependency) in dependencies.iter_mut() {
                let path = dependency.get_mut("path").and_then(Item::as_value_mut);
                let path = path.with_context(|| format!("{} has no path", name.get()))?;
                rewrite(path, "components", &mut parts)?;
            }
        }
        if let Some(files) = component.get_mut("files") {
            let files = files.as_array_mut().context("files are a list")?;
            for entry in files.iter_mut() {
                mount(entry, &id, &mut parts)?;
            }
        }
    }
    parts.dedup();
    Ok(Packed {
        text: manifest.to_string(),
        parts,
    })
}

/// Puts a path's last name below a folder of the release.
fn rewrite(value: &mut Value, below: &str, parts: &mut Vec<Part>) -> Result<()> {
    let from = value.as_str().context("a source is a path")?.to_owned();
    let name = from.rsplit('/').next().filter(|name| !name.is_empty());
    let to = format!("{below}/{}", name.context("a path without a name")?);
    replace(value, &to);
    parts.push(Part { from, to });
    Ok(())
}

/// Files: `{ source, destination }`, a folder that is mounted. Spin knows patterns too; none is used here.
fn mount(entry: &mut Value, component: &str, parts: &mut Vec<Part>) -> Result<()> {
    let table = entry.as_inline_table_mut();
    let Some(table) = table else {
        bail!("files of {component}: write {{ source = …, destination = … }}");
    };
    let destination = table.get("destination").and_then(Value::as_str);
    let destination = destination.context("a mount has a destination")?.to_owned();
    let below = destination.trim_matches('/').to_owned();
    ensure!(
        !below.is_empty() && !below.contains(".."),
        "{destination} is no place for files"
    );
    let source = table.get_mut("source").context("a mount has a source")?;
    let from = source.as_str().context("a source is a path")?.to_owned();
    let to = format!("files/{component}/{below}");
    replace(source, &to);
    parts.push(Part { from, to });
    Ok(())
}

/// Another text in the same place, with the spaces and comments around it.
fn replace(value: &mut Value, text: &str) {
    let decor = value.decor().clone();
    *value = Value::from(text);
    *value.decor_mut() = decor;
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"[application]
version = "1.2.3"
# ---- one ----
[component.one]
source = "target/components/one.wasm" # here
files = [{ source = "web/dist", destination = "/web" }, { source = "target/core", destination = "/web/core" }]
[component.one.dependencies]
"a:b" = { path = "target/components/core.wasm" }
[component.one.build]
command = "make"
"#;

    #[test]
    fn paths_lead_into_the_release_and_comments_stay() {
        let packed = pack(TEXT).unwrap();
        assert_eq!(
            packed.text,
            r#"[application]
version = "1.2.3"
# ---- one ----
[component.one]
source = "components/one.wasm" # here
files = [{ source = "files/one/web", destination = "/web" }, { source = "files/one/web/core", destination = "/web/core" }]
[component.one.dependencies]
"a:b" = { path = "components/core.wasm" }
"#
        );
        let parts: Vec<_> = packed
            .parts
            .iter()
            .map(|p| (p.from.as_str(), p.to.as_str()))
            .collect();
        assert_eq!(
            parts,
            [
                ("target/components/one.wasm", "components/one.wasm"),
                ("target/components/core.wasm", "components/core.wasm"),
                ("web/dist", "files/one/web"),
                ("target/core", "files/one/web/core"),
            ]
        );
        assert_eq!(version(TEXT).unwrap(), "1.2.3");
    }

    #[test]
    fn what_cannot_be_published_is_refused() {
        for (from, to, complaint) in [
            (
                "source = \"target/components/one.wasm\"",
                "source = { url = \"x\" }",
                "a source is a path",
            ),
            (
                "destination = \"/web\"",
                "destination = \"/../x\"",
                "no place",
            ),
            (
                "{ source = \"web/dist\", destination = \"/web\" }",
                "\"web/*\"",
                "write { source",
            ),
        ] {
            let Err(error) = pack(&TEXT.replace(from, to)) else {
                panic!("{to}")
            };
            assert!(format!("{error:#}").contains(complaint), "{to}: {error:#}");
        }
    }

    #[test]
    fn the_shipped_manifest_can_be_packed() {
        let text = std::fs::read_to_string(crate::shell::root().join("spin.toml")).unwrap();
        let packed = pack(&text).unwrap();
        assert!(
            !packed.text.contains("target/"),
            "something still points at a build"
        );
        assert_eq!(
            text.matches('#').count(),
            packed.text.matches('#').count(),
            "a comment was lost"
        );
    }
}
