//! What each component is made of, as CycloneDX 1.5: the crates that are linked into it, by what cargo itself resolves for its
//! target and features, with the checksums of Cargo.lock. Crates that only help building (procedural macros, build scripts) are
//! not in it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::components::{APP, CORE};
use crate::shell;
use crate::toolchain::{APP_TARGET, CORE_TARGET};

/// Writes a file for each component.
pub fn write(root: &Path, folder: &Path, version: &str, ring: bool) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let checksums = checksums(&std::fs::read_to_string(root.join("Cargo.lock"))?)?;
    let parts = APP
        .map(|name| (name, APP_TARGET))
        .into_iter()
        .chain([(CORE, CORE_TARGET)]);
    for (name, target) in parts {
        let mut tree = shell::cargo();
        tree.current_dir(root)
            .args(["tree", "--locked", "--package", name, "--target", target]);
        tree.args([
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--no-dedupe",
        ]);
        tree.args(["--format", "{p}|{l}"]);
        if ring && name != CORE {
            tree.args(["--no-default-features", "--features", "tls-ring"]);
        }
        let bill = bill(name, version, &shell::output(&mut tree)?, &checksums);
        let text = serde_json::to_string_pretty(&bill)? + "\n";
        std::fs::write(folder.join(format!("{name}.cdx.json")), text)?;
    }
    Ok(())
}

/// Name and version to checksum.
fn checksums(lock: &str) -> Result<BTreeMap<(String, String), String>> {
    let lock: toml_edit::DocumentMut = lock.parse()?;
    let packages = lock["package"]
        .as_array_of_tables()
        .context("Cargo.lock has no packages")?;
    let text =
        |package: &toml_edit::Table, key: &str| package.get(key)?.as_str().map(str::to_owned);
    let found = packages.iter().filter_map(|package| {
        let key = (text(package, "name")?, text(package, "version")?);
        Some((key, text(package, "checksum")?))
    });
    Ok(found.collect())
}

fn bill(
    name: &str,
    version: &str,
    tree: &str,
    checksums: &BTreeMap<(String, String), String>,
) -> Value {
    let mut crates = BTreeMap::new();
    for line in tree.lines().skip(1) {
        let (package, licence) = line.split_once('|').unwrap_or((line, ""));
        let mut words = package.split_whitespace();
        let (Some(of), Some(at)) = (words.next(), words.next()) else {
            continue;
        };
        let at = at.trim_start_matches('v').to_owned();
        crates.insert((of.to_owned(), at), licence.to_owned());
    }
    let components: Vec<Value> = crates
        .into_iter()
        .map(|(key, licence)| {
            let (of, at) = &key;
            let mut entry = json!({"type": "library", "name": of, "version": at});
            if !licence.is_empty() {
                entry["licenses"] = json!([{"expression": licence.replace('/', " OR ")}]);
            }
            // What has no checksum is ours.
            if let Some(sum) = checksums.get(&key) {
                let url = format!("pkg:cargo/{of}@{at}");
                entry["bom-ref"] = json!(url);
                entry["purl"] = json!(url);
                entry["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
            } else {
                entry["bom-ref"] = json!(format!("{of}@{at}"));
            }
            entry
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version, "bom-ref": name}},
        "components": components,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_names_each_crate_once_with_its_checksum() {
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"aa\"\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let tree = "top v0.1.0 (/x)|Apache-2.0\na v1.0.0|MIT/Apache-2.0\nours v0.1.0 (/x/ours)|Apache-2.0\na v1.0.0|MIT/Apache-2.0\n";
        let bill = bill("top", "2.0.0", tree, &checksums(lock).unwrap());
        assert_eq!(
            bill["components"],
            json!([
                {"type": "library", "name": "a", "version": "1.0.0", "bom-ref": "pkg:cargo/a@1.0.0", "purl": "pkg:cargo/a@1.0.0",
                 "licenses": [{"expression": "MIT OR Apache-2.0"}], "hashes": [{"alg": "SHA-256", "content": "aa"}]},
                {"type": "library", "name": "ours", "version": "0.1.0", "bom-ref": "ours@0.1.0",
                 "licenses": [{"expression": "Apache-2.0"}]},
            ])
        );
        // A path of the machine would be told, and would differ.
        assert!(!bill.to_string().contains("/x"));
        assert_eq!(bill["metadata"]["component"]["version"], "2.0.0");
    }
}
