//! The files and spin.toml are of one mind.

use punctual_deploy_checks::yaml::{self, list, text};
use punctual_deploy_checks::{deploy, manifest};
use serde_json::Value;

/// Routes that only timers call, inside the cluster.
const INSIDE: [&str; 2] = ["/deliver", "/reconcile"];
/// Spin answers it by itself, in each selective deployment.
const HEALTH: &str = "/.well-known/spin/health";

fn base(file: &str) -> Vec<Value> {
    yaml::read(&deploy("spinkube/base").join(file))
}

fn app(name: &str) -> Value {
    base(&format!("{name}/app.yaml")).remove(0)
}

#[test]
fn each_component_is_one_selective_deployment() {
    for component in manifest().component.keys() {
        let app = app(component);
        assert_eq!(text(&app, "/metadata/name"), component);
        assert_eq!(list(&app, "/spec/components"), [component.as_str()]);
        assert_eq!(text(&app, "/spec/serviceAccountName"), component);
        for probe in ["readiness", "liveness"] {
            let path = text(&app, &format!("/spec/checks/{probe}/httpGet/path")).to_owned();
            assert_eq!(
                path, HEALTH,
                "{component} serves nothing else without a key"
            );
        }
    }
}

#[test]
fn the_ingress_brings_each_route_to_its_component() {
    let ingress = yaml::read(&deploy("spinkube/overlays/aks/ingress.yaml"));
    let paths = list(&ingress[0], "/spec/rules/0/http/paths");
    let target = |route: &str| {
        let path = paths.iter().find(|path| text(path, "/path") == route)?;
        let exact = text(path, "/pathType") == "Exact";
        assert!(
            exact || route == "/",
            "{route}: a prefix would take more than the route"
        );
        assert_eq!(path["backend"]["service"]["port"]["number"], 80);
        Some(text(path, "/backend/service/name"))
    };
    let manifest = manifest();
    for trigger in manifest.triggers() {
        let found = match trigger.route.as_str() {
            "/..." => target("/"),
            route if INSIDE.contains(&route) => {
                assert_eq!(target(route), None, "{route} is for timers");
                continue;
            }
            route => target(route),
        };
        assert_eq!(
            found,
            Some(trigger.component.as_str()),
            "ingress.yaml: {}",
            trigger.route
        );
    }
    for path in paths {
        let route = text(path, "/path");
        let known = manifest.triggers().iter().any(|t| t.route == route);
        assert!(known || route == "/", "{route} is no route of spin.toml");
    }
}

#[test]
fn timers_call_routes_that_are_there_and_never_leave_a_gap() {
    let manifest = manifest();
    for (file, pod) in [
        ("timers/deliver.yaml", "/spec/jobTemplate/spec/template"),
        ("timers/reconcile.yaml", "/spec/jobTemplate/spec/template"),
        ("timers/surge.yaml", "/spec/template"),
    ] {
        let timer = base(file).remove(0);
        let pod = timer.pointer(pod).expect("a pod");
        assert_eq!(text(pod, "/spec/serviceAccountName"), "timers");
        let url = variable(pod, "URL");
        let rest = url.strip_prefix("http://").expect("a URL");
        let (service, route) = rest.split_once('/').expect("a path");
        let route = format!("/{}", route.split('?').next().unwrap_or_default());
        let answers = manifest.triggers().iter().find(|t| t.route == route);
        assert_eq!(
            answers.map(|t| t.component.as_str()),
            Some(service),
            "{url}"
        );
        // More than 25 count as 25; a host ends a request after 30.
        let wait = url.split("wait=").nth(1).and_then(|w| w.split('&').next());
        assert!(
            wait.is_none_or(|wait| wait.parse::<u32>().is_ok_and(|w| w <= 25)),
            "{url}"
        );
    }
    let deliver = base("timers/deliver.yaml").remove(0);
    let pod = deliver
        .pointer("/spec/jobTemplate/spec/template")
        .expect("a pod");
    assert_eq!(text(&deliver, "/spec/schedule"), "* * * * *");
    assert_eq!(text(&deliver, "/spec/concurrencyPolicy"), "Allow");
    let runs: i64 = variable(pod, "RUN_SECONDS").parse().expect("seconds");
    let ends = deliver["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"].as_i64();
    // A job may start late: by so much less than a minute before there is nobody.
    assert!(runs - 60 >= 45, "a job that starts 45 s late leaves a gap");
    // The last call begins before the end and lasts 35 seconds at most; nothing may cut it off.
    assert!(
        ends.is_some_and(|ends| ends >= runs + 35),
        "a job is ended in a call"
    );
    let reconcile = base("timers/reconcile.yaml").remove(0);
    assert_eq!(text(&reconcile, "/spec/concurrencyPolicy"), "Forbid");
}

fn variable(pod: &Value, name: &str) -> String {
    let variables = list(pod, "/spec/containers/0/env");
    let found = variables
        .iter()
        .find(|variable| text(variable, "/name") == name);
    text(found.unwrap_or_else(|| panic!("no {name}")), "/value").to_owned()
}

#[test]
fn scaling_aims_at_what_is_there() {
    let settings = std::fs::read_to_string(deploy("spinkube/base/settings.env")).expect("settings");
    assert!(settings.contains("queue=servicebus"));
    let queue = manifest().variables["servicebus_queue"].default.clone();
    let mut seen = Vec::new();
    for object in base("scaling.yaml") {
        if text(&object, "/kind") != "ScaledObject" {
            continue;
        }
        let target = text(&object, "/spec/scaleTargetRef/name").to_owned();
        let trigger = &list(&object, "/spec/triggers")[0];
        assert_eq!(text(trigger, "/type"), "azure-servicebus");
        assert_eq!(Some(text(trigger, "/metadata/queueName").to_owned()), queue);
        assert_eq!(text(trigger, "/authenticationRef/name"), "queue");
        seen.push(target);
    }
    assert_eq!(seen, ["delivery", "surge"]);
    // Else the operator and KEDA fight over the number.
    assert_eq!(app("delivery")["spec"]["enableAutoscaling"], true);
    assert!(app("delivery")["spec"]["replicas"].is_null());
    assert!(base("timers/surge.yaml")[0]["spec"]["replicas"].is_null());
}

#[test]
fn policies_select_pods_that_there_are() {
    let labels = ["scheduler", "delivery", "console"];
    for policy in base("network.yaml") {
        for expression in list(&policy, "/spec/podSelector/matchExpressions") {
            match text(expression, "/key") {
                "core.spinkube.dev/app-name" => {
                    for value in list(expression, "/values") {
                        assert!(
                            value.as_str().is_some_and(|v| labels.contains(&v)),
                            "{value}"
                        );
                    }
                }
                "punctual.dev/timer" => assert_eq!(text(expression, "/operator"), "Exists"),
                other => panic!("no pod has the label {other}"),
            }
        }
    }
    for budget in base("disruption.yaml") {
        let name = text(
            &budget,
            "/spec/selector/matchLabels/core.spinkube.dev~1app-name",
        );
        assert!(labels.contains(&name), "{name}");
    }
}

#[test]
fn nothing_shares_an_account() {
    let accounts: Vec<String> = base("accounts.yaml")
        .iter()
        .map(|account| {
            assert_eq!(account["automountServiceAccountToken"], false);
            text(account, "/metadata/name").to_owned()
        })
        .collect();
    assert_eq!(accounts, ["scheduler", "delivery", "console", "timers"]);
}
