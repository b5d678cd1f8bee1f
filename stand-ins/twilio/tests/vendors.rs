//! The vendor's own clients run their scenarios against the stand-in: `tests/sdk/`.
//!
//! `stand-ins/README.md` says how to install them. Where they are missing the test says SKIPPED and why.

use std::sync::Arc;

use punctual_stand_in_twilio::{StandIn, StandInOptions};
use punctual_stand_ins::judges::Court;
use punctual_stand_ins::{Clock, ManualClock, SystemClock};

fn court() -> Court {
    let manifest = env!("CARGO_MANIFEST_DIR");
    Court::of("twilio", manifest, env!("CARGO_TARGET_TMPDIR"))
}

/// Runs a scenario against a stand-in whose clock stands still unless the scenario moves it.
async fn judge(mut client: tokio::process::Command) {
    let mut options = StandInOptions::new().unwrap();
    options.shell.clock = Arc::new(ManualClock::new(SystemClock::new().now_ms()));
    let stand_in = StandIn::start(options).await.unwrap();
    client.arg(stand_in.describe().to_string());
    court().hear(client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_is_satisfied() {
    if let Some(client) = court().python("twilio for Python") {
        judge(client).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_javascript_client_is_satisfied() {
    if let Some(client) = court().node("twilio for JavaScript") {
        judge(client).await;
    }
}
