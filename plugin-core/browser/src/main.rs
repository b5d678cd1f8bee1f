//! Turns a component into an ES module and the core WebAssembly that it fetches from beside itself, as `jco transpile`
//! does, without Node.
//!
//! A program of its own: what it is made of takes a while to compile, and `cargo xtask` is to start at once.

use std::path::Path;

use anyhow::{Context, Result, bail};
use js_component_bindgen::{TranspileOpts, transpile};

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [component, folder] = arguments.as_slice() else {
        bail!("usage: punctual-browser COMPONENT FOLDER");
    };
    let (component, folder) = (Path::new(component), Path::new(folder));
    let bytes =
        std::fs::read(component).with_context(|| format!("cannot read {}", component.display()))?;
    let name = component.file_stem().unwrap_or_default().to_string_lossy();
    let options = TranspileOpts::builder()
        .name(name.into_owned())
        // A browser has `fetch`; the other way is Node's, and asks for its modules.
        .nodejs_compat_disabled(true)
        .build();
    let made = transpile(&bytes, options)
        .with_context(|| format!("{} does not become JavaScript", component.display()))?;
    // What it imports, the page would have to bring along. The core imports nothing.
    if !made.imports.is_empty() {
        bail!("it imports {}", made.imports.join(", "));
    }
    for (file, content) in made.files {
        write_if_changed(&folder.join(file), &content)?;
    }
    Ok(())
}

/// Leaves a file alone that is right already, so that whoever watches it is not woken for nothing.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
