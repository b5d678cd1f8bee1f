//! Alerts and dashboards ask for what there is: every metric that `deploy/watch` names is one that `/metrics` tells, and every
//! property that its workbook names is one that Application Insights is told.

use std::collections::BTreeSet;
use std::path::PathBuf;

use punctual_tests::Clinic;
use punctual_tests::events::*;

use super::telemetry::{booking, told, watched};

const NOW: &str = "2026-06-01T00:00:00Z";
/// Metrics of others that are asked for too.
const NOT_OURS: &str = "nginx_ingress_controller_requests";

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_that_is_asked_for_is_told() {
    let clinic = Clinic::open(NOW).await;
    clinic
        .event(&created(ID, NOW, "2026-06-15T07:00:00Z", "Europe/Berlin"))
        .await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    clinic.sweep().await;
    let told = clinic.request("GET", "/metrics", "").await;
    let told = names(told.expect("an answer").text());
    assert!(told.contains("punctual_notifications"), "{told:?}");
    let mut files = 0;
    for entry in std::fs::read_dir(folder()).expect("deploy/watch") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a file");
        files += 1;
        for name in names(&text) {
            assert!(
                told.contains(&name) || name == NOT_OURS,
                "{}: nothing tells {name}; there are {told:?}",
                path.display()
            );
        }
    }
    assert!(files >= 4, "the files were not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_property_that_the_workbook_asks_for_is_told() {
    let (clinic, collectors, _log) = watched("info").await;
    clinic.event(&booking()).await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    clinic.event(&canceled(ID, "2026-06-08T07:00:01Z")).await;
    let mut known = BTreeSet::new();
    for name in ["notification.sent", "notification.canceled"] {
        for event in told(&collectors, name, 2).await {
            let data = &event["data"]["baseData"];
            for (of, members) in [
                ("customDimensions", &data["properties"]),
                ("customMeasurements", &data["measurements"]),
            ] {
                let members = members.as_object().into_iter().flatten();
                known.extend(members.map(|(member, _)| format!("{of}.{member}")));
            }
        }
    }
    // Only of what went wrong; tests/reminders/telemetry.rs has it.
    known.insert("customDimensions.error".to_owned());
    let text = std::fs::read_to_string(folder().join("workbook.json")).expect("the workbook");
    let asked: BTreeSet<String> = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| {
            word.starts_with("customDimensions.") || word.starts_with("customMeasurements.")
        })
        .map(str::to_owned)
        .collect();
    assert!(asked.len() >= 8, "{asked:?}");
    let unknown: Vec<_> = asked.difference(&known).collect();
    assert!(
        unknown.is_empty(),
        "nothing tells {unknown:?}; there are {known:?}"
    );
}

/// What watches.
fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/watch"))
}

/// Names of metrics in a text: `punctual_…` and what is not ours.
fn names(text: impl AsRef<str>) -> BTreeSet<String> {
    let words = text
        .as_ref()
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map(str::to_owned);
    words
        .filter(|word| word.starts_with("punctual_") || word == NOT_OURS)
        .collect()
}
