//! Alerts and dashboards ask for what there is: every metric that `deploy/watch` names is one that `/metrics` tells.

use std::collections::BTreeSet;
use std::path::Path;

use punctual_tests::Clinic;
use punctual_tests::events::*;

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
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/watch"));
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("deploy/watch") {
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
    assert!(files >= 3, "the files were not found");
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
