//! What is made in Azure is what the application and deploy/spinkube expect.

use std::collections::BTreeSet;

use expect_test::expect_file;
use punctual_deploy_checks::bicep::{self, shape::Shape};
use punctual_deploy_checks::variables::{self, COMPONENTS, KEYS, OPTIONS};
use punctual_deploy_checks::yaml::{self, text};
use punctual_deploy_checks::{deploy, manifest};
use serde_json::{Value, json};

use crate::files;

#[test]
fn who_may_read_which_secret_follows_from_the_manifest() {
    let manifest = manifest();
    let mut reads = vec![json!({"account": "timers", "secret": "timer-key", "group": KEYS})];
    for account in COMPONENTS {
        for group in OPTIONS.iter().map(|(group, _)| *group).chain([KEYS]) {
            for secret in variables::secrets(&manifest, account, group) {
                reads.push(json!({"account": account, "secret": variables::vault_name(&secret), "group": group}));
            }
        }
    }
    let lines: Vec<String> = reads.iter().map(|read| format!("  {read}")).collect();
    expect_file![deploy("azure/secrets.json")].assert_eq(&format!("[\n{}\n]\n", lines.join(",\n")));
}

#[test]
fn the_queue_is_the_one_that_the_application_asks_for() {
    let bus = bicep::read(&deploy("azure/modules/servicebus.bicep"));
    let queue = bus
        .resources
        .iter()
        .find(|r| r.symbol == "queue")
        .expect("a queue");
    let name = manifest().variables["servicebus_queue"].default.clone();
    assert_eq!(queue.body.text(&["name"]).map(str::to_owned), name);
    let properties = queue
        .body
        .member("properties")
        .map(Shape::keys)
        .unwrap_or_default();
    for needed in [
        "lockDuration",
        "maxDeliveryCount",
        "deadLetteringOnMessageExpiration",
        "requiresDuplicateDetection",
    ] {
        assert!(properties.contains(needed), "{needed}");
    }
}

#[test]
fn identities_are_those_of_the_service_accounts() {
    let accounts = yaml::read(&deploy("spinkube/base/accounts.yaml"));
    let accounts: BTreeSet<&str> = accounts
        .iter()
        .map(|account| text(account, "/metadata/name"))
        .collect();
    let federation =
        std::fs::read_to_string(deploy("azure/modules/federation.bicep")).expect("a file");
    for account in &accounts {
        let line =
            format!("{{ account: '{account}', subject: '${{kubernetesNamespace}}:{account}' }}");
        assert!(federation.contains(&line), "{line}");
    }
    // The overlay takes what main.bicep answers, and a client id for each account.
    let overlay = &yaml::read(&deploy("spinkube/overlays/aks/azure.yaml"))[0];
    let keys: BTreeSet<&str> = overlay["data"]
        .as_object()
        .expect("data")
        .keys()
        .map(String::as_str)
        .collect();
    let main = bicep::read(&deploy("azure/main.bicep"));
    for key in &keys {
        let known = accounts.contains(key) || *key == "keda" || main.outputs.contains_key(*key);
        assert!(known, "{key} is answered by nobody");
    }
    assert!(accounts.is_subset(&keys), "{accounts:?} {keys:?}");
    let reads: Value = serde_json::from_str(
        &std::fs::read_to_string(deploy("azure/secrets.json")).expect("a file"),
    )
    .expect("JSON");
    for read in reads.as_array().expect("a list") {
        assert!(accounts.contains(text(read, "/account")), "{read}");
    }
}

#[test]
fn rights_are_few_and_narrow() {
    let mut found = Vec::new();
    for file in files() {
        for grant in file
            .resources
            .iter()
            .filter(|r| r.kind == "Microsoft.Authorization/roleAssignments")
        {
            // Without a scope it would hold for the whole resource group.
            assert!(grant.body.member("scope").is_some(), "{}", grant.symbol);
            assert_eq!(
                grant.body.text(&["properties", "principalType"]),
                Some("ServicePrincipal")
            );
            found.push(grant.symbol.clone());
        }
    }
    found.sort();
    assert_eq!(found, ["counts", "gives", "grant", "receives", "sends"]);
}

#[test]
fn alerts_have_what_the_rules_read() {
    let all: Value = serde_json::from_str(
        &std::fs::read_to_string(deploy("watch/alerts.json")).expect("a file"),
    )
    .expect("JSON");
    let source = std::fs::read_to_string(deploy("azure/modules/alerts.bicep")).expect("a file");
    for (of, members) in [
        (
            "servicebus",
            [
                "name",
                "summary",
                "runbook",
                "severity",
                "metric",
                "aggregation",
                "window",
                "threshold",
            ]
            .as_slice(),
        ),
        (
            "logs",
            [
                "name",
                "summary",
                "runbook",
                "severity",
                "query",
                "window",
                "threshold",
            ]
            .as_slice(),
        ),
        (
            "prometheus",
            [
                "name",
                "summary",
                "runbook",
                "severity",
                "expression",
                "for",
            ]
            .as_slice(),
        ),
    ] {
        assert!(source.contains(&format!("alerts.{of}")));
        for alert in all[of].as_array().expect("a list") {
            let keys: BTreeSet<&str> = alert
                .as_object()
                .expect("an alert")
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(keys, members.iter().copied().collect(), "{alert}");
        }
    }
    // What the file reads of an alert is among them.
    for word in source.split("alert.").skip(1) {
        let member: String = word
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let everywhere = ["servicebus", "logs", "prometheus"]
            .iter()
            .any(|of| all[of][0].get(&member).is_some());
        assert!(everywhere, "alert.{member}");
    }
}
