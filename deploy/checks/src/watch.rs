//! Alerts as Prometheus takes them, from `deploy/watch/alerts.json`.

use std::fmt::Write;

use serde_json::Value;

use crate::yaml::{list, text};

/// Seconds of an ISO 8601 duration in minutes or hours, as the alerts have them.
///
/// # Panics
/// If it is another.
pub fn seconds(duration: &str) -> u32 {
    let (digits, unit) = duration
        .trim_start_matches("PT")
        .split_at(duration.len() - 3);
    let number: u32 = digits
        .parse()
        .unwrap_or_else(|_| panic!("{duration} is no duration"));
    match unit {
        "M" => number * 60,
        "H" => number * 3600,
        _ => panic!("{duration} is no duration in minutes or hours"),
    }
}

/// The rules for a Prometheus that is not Azure's.
pub fn prometheus_rules(alerts: &Value) -> String {
    let mut out = "# Written from alerts.json by `UPDATE_EXPECT=1 cargo test -p punctual-deploy-checks`.\ngroups:\n  - name: punctual\n    interval: 1m\n    rules:\n".to_owned();
    for alert in list(alerts, "/prometheus") {
        let severity = match alert["severity"].as_u64() {
            Some(0 | 1) => "critical",
            Some(2) => "warning",
            _ => "info",
        };
        let _ = write!(
            out,
            "      - alert: {}\n        expr: '{}'\n        for: {}s\n        labels:\n          severity: {severity}\n        annotations:\n          summary: {}\n          runbook: {}\n",
            text(alert, "/name"),
            text(alert, "/expression"),
            seconds(text(alert, "/for")),
            serde_json::to_string(text(alert, "/summary")).unwrap_or_default(),
            text(alert, "/runbook"),
        );
    }
    out
}
