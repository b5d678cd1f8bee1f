//! Keys are changed without refusing a request: docs/runbook.md, *Changing a key*. Pods are replaced one after the other, so at each
//! step there are some with the settings before it and some with those after it, and a caller meets both.

use punctual_tests::Clinic;

const NOW: &str = "2026-06-01T00:00:00Z";

/// What the settings are: the key, and the second one.
type Settings = (&'static str, &'static str);

/// Each step: the settings after it, and the keys that callers use while pods are replaced and until the next step.
const STEPS: [(Settings, &[&str]); 4] = [
    (("old", "nobody knows"), &["old"]),
    // The new key opens; some callers are told.
    (("old", "new"), &["old"]),
    // They change places; timers read the new one, and whoever has the old one yet is let in.
    (("new", "old"), &["old", "new"]),
    (("new", "nobody knows it either"), &["new"]),
];

/// Each key's routes.
const ROUTES: [(&str, &str, &str); 4] = [
    ("webhook_key", "POST", "/webhooks/dataverse"),
    ("timer_key", "POST", "/deliver"),
    ("timer_key", "GET", "/metrics"),
    ("admin_token", "GET", "/api/notifications"),
];

async fn opens(clinic: &Clinic, (_, method, path): (&str, &str, &str), key: &str) -> bool {
    let bearer = format!("Bearer {key}");
    let headers = [("x-punctual-key", key), ("authorization", bearer.as_str())];
    let reply = clinic.request_with(method, path, &headers, "{}").await;
    // The body of the webhook is none; that is told to those alone whose key is good.
    reply.expect("an answer").status != 401
}

async fn pod((key, second): Settings) -> Clinic {
    let mut variables = Vec::new();
    for name in ["webhook_key", "timer_key", "admin_token"] {
        variables.push((name.to_owned(), key));
        variables.push((format!("{name}_second"), second));
    }
    let variables: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    Clinic::open_with(NOW, &variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_refused_while_keys_are_changed() {
    let mut before = STEPS[0].0;
    for (settings, keys) in STEPS {
        for pod_settings in [before, settings] {
            let clinic = pod(pod_settings).await;
            for route in ROUTES {
                for key in keys {
                    assert!(
                        opens(&clinic, route, key).await,
                        "{pod_settings:?} {route:?} {key}"
                    );
                }
                assert!(!opens(&clinic, route, "another").await, "{route:?}");
            }
        }
        before = settings;
    }
    let clinic = pod(before).await;
    for route in ROUTES {
        assert!(
            !opens(&clinic, route, "old").await,
            "{route:?}: the old key is over"
        );
    }
}
