//! The vendor's own clients run their scenario against the stand-in: `tests/sdk/`.
//!
//! `stand-ins/README.md` says how to install them. Where they are missing the test says SKIPPED and why.

use std::sync::Arc;

use punctual_stand_in_servicebus::{StandIn, StandInOptions};
use punctual_stand_ins::judges::Court;
use punctual_stand_ins::{Clock, ManualClock, SystemClock};

fn court() -> Court {
    let manifest = env!("CARGO_MANIFEST_DIR");
    Court::of("servicebus", manifest, env!("CARGO_TARGET_TMPDIR"))
}

/// Runs a scenario against a stand-in whose clock stands still unless the scenario moves it.
async fn judge(mut client: tokio::process::Command) {
    let options = StandInOptions {
        clock: Arc::new(ManualClock::new(SystemClock::new().now_ms())),
        ..StandInOptions::default()
    };
    let stand_in = StandIn::start(options).await.unwrap();
    client.args([
        stand_in.connection_string(),
        "probe",
        &stand_in.control_url(),
    ]);
    court().hear(client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_is_satisfied() {
    if let Some(client) = court().python("azure-servicebus for Python") {
        judge(client).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_javascript_client_is_satisfied() {
    if let Some(client) = court().node("@azure/service-bus for JavaScript") {
        judge(client).await;
    }
}
