//! Alerts, the dashboard and the workbook: whole, of one mind with each other, and with a place in the runbook. That what they ask
//! for is told is tests/reminders/watch.rs; that Prometheus and Azure understand the queries is not proved.

use std::collections::BTreeSet;

use expect_test::expect_file;
use punctual_deploy_checks::yaml::{list, text};
use punctual_deploy_checks::{deploy, manifest, root, watch, yaml};
use serde_json::Value;

fn json(file: &str) -> Value {
    let text = std::fs::read_to_string(deploy(file)).expect("a file");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn rules_follow_from_the_alerts() {
    let rules = watch::prometheus_rules(&json("watch/alerts.json"));
    let read = yaml::documents("rules", &rules);
    let read = list(&read[0], "/groups/0/rules");
    let alerts = json("watch/alerts.json");
    let alerts = list(&alerts, "/prometheus");
    assert_eq!(read.len(), alerts.len());
    for (rule, alert) in read.iter().zip(alerts) {
        assert_eq!(rule["expr"], alert["expression"], "quoting lost something");
        assert_eq!(rule["annotations"]["summary"], alert["summary"]);
    }
    expect_file![deploy("watch/prometheus-rules.yaml")].assert_eq(&rules);
}

#[test]
fn each_alert_has_a_name_of_its_own_and_a_place_in_the_runbook() {
    let runbook = std::fs::read_to_string(root().join("docs/runbook.md")).expect("the runbook");
    let anchors: BTreeSet<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect();
    let alerts = json("watch/alerts.json");
    let mut names = BTreeSet::new();
    for of in ["servicebus", "logs", "prometheus"] {
        for alert in list(&alerts, &format!("/{of}")) {
            let name = text(alert, "/name");
            assert!(names.insert(name.to_owned()), "{name} twice");
            assert!(
                runbook.contains(&format!("`{name}`")),
                "the runbook does not name {name}"
            );
            let anchor = text(alert, "/runbook").strip_prefix("docs/runbook.md#");
            assert!(anchor.is_some_and(|a| anchors.contains(a)), "{alert}");
        }
    }
}

/// The tests that the runbook names are there.
#[test]
fn the_runbook_names_files_that_exist() {
    for document in ["docs/runbook.md", "docs/deploy.md"] {
        let text = std::fs::read_to_string(root().join(document)).expect("a document");
        for word in text.split('`').skip(1).step_by(2) {
            let path = word.split(['#', ' ']).next().unwrap_or_default();
            let ours = [
                "tests/",
                "spin-app/",
                "plugin-core/",
                "deploy/",
                "up/",
                ".github/",
            ];
            if ours.iter().any(|folder| path.starts_with(folder)) && !path.contains("yourclinic") {
                assert!(root().join(path).exists(), "{document} names {path}");
            }
        }
    }
}

#[test]
fn log_queries_ask_for_what_is_told() {
    let manifest = manifest();
    let routes: Vec<&str> = manifest
        .triggers()
        .iter()
        .map(|t| t.route.as_str())
        .collect();
    let states = [
        "pending",
        "scheduled",
        "sending",
        "sent",
        "delivered",
        "unknown",
        "failed",
        "canceled",
        "skipped",
    ];
    let (alerts, workbook) = (json("watch/alerts.json"), json("watch/workbook.json"));
    let alerts = list(&alerts, "/logs")
        .iter()
        .map(|alert| text(alert, "/query"));
    for query in alerts.chain(queries(&workbook)) {
        let table = query.split_whitespace().next().unwrap_or_default();
        assert!(
            ["requests", "dependencies", "customEvents"].contains(&table),
            "{query}"
        );
        assert_closed(query);
        for quoted in query.split('\'').skip(1).step_by(2) {
            if let Some((method, route)) = quoted.split_once(" /") {
                assert_eq!(method, "POST");
                assert!(
                    routes.contains(&format!("/{route}").as_str()),
                    "{quoted} is no route"
                );
            } else if let Some(state) = quoted.strip_prefix("notification.") {
                assert!(
                    state.is_empty() || states.contains(&state),
                    "{quoted} is no state"
                );
            }
        }
    }
}

/// What a workbook asks for.
fn queries(workbook: &Value) -> impl Iterator<Item = &str> {
    let items = list(workbook, "/items").iter();
    items.filter_map(|item| item["content"]["query"].as_str())
}

/// Every bracket has its other half.
#[track_caller]
fn assert_closed(query: &str) {
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        assert_eq!(
            query.matches(open).count(),
            query.matches(close).count(),
            "{query}"
        );
    }
}

/// Kinds of a workbook's items, as its schema numbers them.
const TEXT: u64 = 1;
const QUERY: u64 = 3;
const PARAMETERS: u64 = 9;

#[test]
fn the_workbook_is_whole() {
    let workbook = json("watch/workbook.json");
    assert_eq!(workbook["version"], "Notebook/1.0");
    let (mut names, mut parameters) = (BTreeSet::new(), BTreeSet::new());
    for item in list(&workbook, "/items") {
        assert!(
            names.insert(text(item, "/name").to_owned()),
            "{item} has the name of another"
        );
        match item["type"].as_u64() {
            Some(TEXT) => assert!(!text(item, "/content/json").is_empty()),
            Some(PARAMETERS) => {
                let all = list(item, "/content/parameters").iter();
                parameters.extend(all.map(|it| text(it, "/name").to_owned()));
            }
            Some(QUERY) => {
                for (place, wanted) in [
                    ("/content/version", "KqlItem/1.0"),
                    ("/content/resourceType", "microsoft.insights/components"),
                    ("/content/timeContextFromParameter", "TimeRange"),
                ] {
                    assert_eq!(text(item, place), wanted, "{item}");
                }
                // Whoever sees an empty table learns whether that is good.
                assert!(!text(item, "/content/title").is_empty());
                assert!(!text(item, "/content/noDataMessage").is_empty());
            }
            _ => panic!("{item} is of no known kind"),
        }
    }
    assert!(queries(&workbook).count() >= 8);
    for query in queries(&workbook) {
        for asked in query.split('{').skip(1) {
            let name = asked.split(['}', ':']).next().unwrap_or_default();
            assert!(
                parameters.contains(name),
                "{name} is no parameter of: {query}"
            );
        }
    }
}

#[test]
fn the_dashboard_asks_prometheus_and_says_what_for() {
    let dashboard = json("watch/grafana.json");
    let panels = list(&dashboard, "/panels");
    assert!(panels.len() >= 8);
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64()), "{} twice", panel["id"]);
        assert!(!text(panel, "/title").is_empty() && !text(panel, "/description").is_empty());
        assert!(!list(panel, "/targets").is_empty());
        for target in list(panel, "/targets") {
            assert_closed(text(target, "/expr"));
        }
    }
}
