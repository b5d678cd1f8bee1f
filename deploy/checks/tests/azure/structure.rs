//! Each file by itself, and how they fit together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use punctual_deploy_checks::bicep::{self, types};
use punctual_deploy_checks::{deploy, yaml};

use crate::files;

/// Functions of Bicep that are used here. A name that is not among them is a slip, or is to be added.
const FUNCTIONS: [&str; 16] = [
    "contains",
    "empty",
    "filter",
    "guid",
    "join",
    "length",
    "loadJsonContent",
    "loadTextContent",
    "range",
    "resourceGroup",
    "split",
    "subscriptionResourceId",
    "take",
    "tenant",
    "toObject",
    "environment",
];
/// A preview version is for what has no other.
const PREVIEWS: [&str; 1] = ["Microsoft.Insights/diagnosticSettings@2021-05-01-preview"];

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_grammar_allows_every_file() {
    let mut problems = Vec::new();
    for file in files() {
        problems.extend(
            file.errors
                .iter()
                .map(|e| format!("{}: {e}", file.path.display())),
        );
    }
    for path in yaml::files(&deploy("azure"), ".bicepparam") {
        let (_, file) = bicep::read_params(&path);
        problems.extend(
            file.errors
                .iter()
                .map(|e| format!("{}: {e}", path.display())),
        );
    }
    report(&problems);
}

#[test]
fn every_name_is_declared_and_every_declaration_used() {
    let mut problems = Vec::new();
    for file in files() {
        let place = file.path.display().to_string();
        let symbols = file.resources.iter().map(|r| r.symbol.clone());
        let mut declared: BTreeSet<String> =
            symbols.chain(file.variables.iter().cloned()).collect();
        declared.extend(file.params.keys().cloned());
        declared.extend(file.modules.keys().cloned());
        for name in file.references.difference(&declared) {
            problems.push(format!("{place}: nothing is called {name}"));
        }
        for name in file.params.keys().chain(&file.variables) {
            if !file.references.contains(name) {
                problems.push(format!("{place}: {name} is not used"));
            }
        }
        for call in &file.calls {
            if !FUNCTIONS.contains(&call.as_str()) {
                problems.push(format!("{place}: {call} is no function that is known here"));
            }
        }
    }
    report(&problems);
}

#[test]
fn what_others_set_or_read_is_described() {
    let mut problems = Vec::new();
    for file in files() {
        let params = file
            .params
            .iter()
            .map(|(name, param)| (name, param.described));
        let outputs = file
            .outputs
            .iter()
            .map(|(name, (described, _))| (name, *described));
        for (name, described) in params.chain(outputs) {
            if !described {
                problems.push(format!(
                    "{}: {name} has no description",
                    file.path.display()
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn modules_get_what_they_ask_for_and_give_what_is_used() {
    let mut problems = Vec::new();
    for file in files() {
        let folder = file.path.parent().expect("a folder");
        for (symbol, module) in &file.modules {
            let inner = bicep::read(&folder.join(&module.path));
            for input in &module.inputs {
                if !inner.params.contains_key(input) {
                    problems.push(format!(
                        "{symbol} is given {input}, which it does not ask for"
                    ));
                }
            }
            for (name, param) in &inner.params {
                if !param.has_default && !module.inputs.contains(name) {
                    problems.push(format!("{symbol} is not given {name}"));
                }
            }
            for (_, output) in file.uses.iter().filter(|(of, _)| of == symbol) {
                if !inner.outputs.contains_key(output) {
                    problems.push(format!("{symbol} has no output {output}"));
                }
            }
        }
        for (of, output) in &file.uses {
            if !file.modules.contains_key(of) {
                problems.push(format!("{of}.outputs.{output}: {of} is no module"));
            }
        }
    }
    report(&problems);
}

#[test]
fn files_of_parameters_fit_what_they_are_for() {
    let mut problems = Vec::new();
    for path in yaml::files(&deploy("azure"), ".bicepparam") {
        let (using, given) = bicep::read_params(&path);
        let target = bicep::read(&path.parent().unwrap_or(Path::new("")).join(&using));
        for name in &given.variables {
            if !target.params.contains_key(name) {
                problems.push(format!("{}: {using} has no {name}", path.display()));
            }
        }
        for (name, param) in &target.params {
            if !param.has_default && !given.variables.contains(name) {
                problems.push(format!("{}: {name} is missing", path.display()));
            }
        }
    }
    report(&problems);
}

#[test]
fn no_secret_leaves_by_an_output() {
    let mut problems = Vec::new();
    for file in files() {
        let secure: Vec<_> = file
            .params
            .iter()
            .filter(|(_, p)| p.secure)
            .map(|(name, _)| name)
            .collect();
        for (name, (_, value)) in &file.outputs {
            let telling = [
                "listKeys",
                "listSecrets",
                "Key",
                "ConnectionString",
                "password",
            ];
            let tells = telling.iter().any(|word| value.contains(word))
                || secure.iter().any(|p| value.contains(p.as_str()));
            if tells {
                problems.push(format!("{}: output {name} = {value}", file.path.display()));
            }
        }
        for call in ["listKeys", "listSecrets", "getSecret"] {
            if file.calls.contains(call) {
                problems.push(format!("{}: {call} reads a secret", file.path.display()));
            }
        }
    }
    report(&problems);
}

#[test]
fn each_type_is_used_in_one_version_that_is_no_preview() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for resource in files().into_iter().flat_map(|file| file.resources) {
        let name = format!("{}@{}", resource.kind, resource.version);
        assert!(
            !name.contains("preview") || PREVIEWS.contains(&name.as_str()),
            "{name}"
        );
        versions
            .entry(resource.kind)
            .or_default()
            .insert(resource.version);
    }
    for (kind, versions) in versions {
        assert_eq!(versions.len(), 1, "{kind}: {versions:?}");
    }
}

#[test]
fn azure_knows_every_member() {
    let Some(folder) = types::folder() else {
        let what = "members of resources against Azure's own types (PUNCTUAL_BICEP_TYPES names no checkout of Azure/bicep-types-az)";
        let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
        return;
    };
    let mut problems = Vec::new();
    for file in files() {
        for resource in file.resources.iter().filter(|r| !r.existing) {
            for problem in
                types::problems(&folder, &resource.kind, &resource.version, &resource.body)
            {
                problems.push(format!(
                    "{}: {} {problem}",
                    file.path.display(),
                    resource.symbol
                ));
            }
        }
    }
    report(&problems);
}

/// The checks see what they are for: a file with one of each fault.
#[test]
fn faults_are_found() {
    let text = "param a string\nvar b = c\nmodule m 'x.bicep' = {\n  name: 'm'\n  params: {\n    d: [for e in a: e.f]\n  }\n}\noutput o string = m.outputs.p\n";
    let file = bicep::parse(Path::new("fault.bicep"), text);
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    assert!(!file.params["a"].described && !file.params["a"].has_default);
    assert!(
        file.references.contains("c")
            && !file.references.contains("e")
            && !file.references.contains("b")
    );
    assert_eq!(
        file.uses.into_iter().collect::<Vec<_>>(),
        [("m".to_owned(), "p".to_owned())]
    );
    assert!(file.modules["m"].inputs.contains("d"));
    let broken = bicep::parse(
        Path::new("broken.bicep"),
        "resource x 'a@b' = {\n  name: \n",
    );
    assert!(!broken.errors.is_empty());
}
