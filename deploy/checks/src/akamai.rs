//! The manifest for Akamai Functions: `spin.toml` without what is not to be had there.

/// Settings whose default is another one there, where there is no database and no TCP.
const DEFAULTS: [(&str, &str); 4] = [
    ("records", "dataverse"),
    ("queue", "servicebus"),
    ("email_sender", "sendgrid"),
    ("sms_sender", "twilio"),
];

/// What only AMQP wants.
const TCP: [&str; 5] = [
    "servicebus_address",
    "servicebus_tls",
    "servicebus_ca",
    "dns_resolver",
    "dns_resolver_path",
];

const HEAD: &str = "\
# Punctual on Akamai Functions: spin.toml without databases and without TCP, which are not to be had there.
# Written from spin.toml by `UPDATE_EXPECT=1 cargo test -p punctual-deploy-checks`.

";

/// Writes it from the text of `spin.toml`.
pub fn manifest(spin_toml: &str) -> String {
    let mut text = HEAD.to_owned();
    // A comment is kept back until it is known whether what it explains stays.
    let mut comment = String::new();
    for line in spin_toml.lines() {
        if line.starts_with('#') {
            comment += line;
            comment.push('\n');
            continue;
        }
        let name = line.split(['=', ' ']).next().unwrap_or_default();
        if TCP.contains(&name) || name == "sqlite_databases" {
            comment.clear();
            continue;
        }
        text += &comment;
        comment.clear();
        text += &rewrite(name, line);
        text.push('\n');
    }
    text + &comment
}

fn rewrite(name: &str, line: &str) -> String {
    let default = DEFAULTS
        .iter()
        .find(|(of, _)| *of == name && line.contains("default ="));
    if let Some((_, default)) = default {
        return format!("{name} = {{ default = \"{default}\" }}");
    }
    let mut line = line.replace("\"target/", "\"../../target/");
    for host in ["servicebus_address", "dns_resolver"] {
        line = line.replace(&format!(", \"{{{{ {host} }}}}\""), "");
    }
    // Mounted files lie beside the sources.
    line.replace("source = \"spin-app/", "source = \"../../spin-app/")
}
