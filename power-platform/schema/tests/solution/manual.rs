//! `docs/azure.md` names what is there.

use std::collections::BTreeSet;

use punctual_solution::{roles, tables, webhook};

use super::source::{attribute, each, repository, root};

fn manual() -> String {
    let path = repository().join("docs/azure.md");
    std::fs::read_to_string(path).expect("docs/azure.md is there")
}

#[test]
fn tables_and_columns_exist() {
    let manual = manual();
    let known: BTreeSet<&str> = tables::TABLES
        .into_iter()
        .flat_map(|table| {
            let columns = table.columns.iter().map(|column| column.name);
            columns.chain([table.name, table.set])
        })
        .collect();
    let words = manual.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let named: BTreeSet<&str> = words.filter(|word| word.starts_with("punctual_")).collect();
    assert!(named.len() > 8, "{named:?}");
    let unknown: Vec<_> = named.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn roles_endpoint_and_image_are_called_so() {
    let manual = manual();
    for role in &roles::ROLES {
        assert!(
            manual.contains(&format!("`{}`", role.name)),
            "{}",
            role.name
        );
    }
    let endpoints = root("PluginAssemblies/ServiceEndpoints.xml");
    for endpoint in each(endpoints, "ServiceEndpoint") {
        let id = attribute(endpoint, "ServiceEndpointId").trim_matches(['{', '}']);
        assert!(manual.contains(&format!("ENDPOINT={id}\n")), "{id}");
    }
    assert!(manual.contains(&format!("the alias `{}`", webhook::IMAGE_ALIAS)));
    let auth_type = format!("\"authtype\":{}", webhook::ENDPOINT_AUTH_TYPE);
    assert!(manual.contains(&auth_type), "{auth_type}");
}
