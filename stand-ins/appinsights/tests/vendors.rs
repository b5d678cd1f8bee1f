//! The vendor's own exporter runs its scenario against the stand-in: `tests/sdk/`.
//!
//! `stand-ins/README.md` says how to install it. Where it is missing the test says SKIPPED and why.

use punctual_stand_in_appinsights::{StandIn, StandInOptions};
use punctual_stand_ins::judges::Court;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_exporter_is_satisfied() {
    let manifest = env!("CARGO_MANIFEST_DIR");
    let court = Court::of("appinsights", manifest, env!("CARGO_TARGET_TMPDIR"));
    let Some(mut client) = court.python("azure-monitor-opentelemetry-exporter for Python") else {
        return;
    };
    let stand_in = StandIn::start(StandInOptions::new().unwrap())
        .await
        .unwrap();
    client.arg(stand_in.describe().to_string());
    court.hear(client).await;
}
