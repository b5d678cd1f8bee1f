//! The vendor's own clients run their scenario against the stand-in: `tests/sdk/`.
//!
//! `stand-ins/README.md` says how to install them. Where they are missing the test says SKIPPED and why.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use punctual_stand_in_servicebus::{StandIn, StandInOptions};
use punctual_stand_ins::{Clock, ManualClock, SystemClock, judges};
use tokio::process::Command;

/// The slowest scenario takes ten seconds; a client that waits for ever is stopped.
const LONGEST: Duration = Duration::from_secs(120);

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk")
}

fn installed() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("the target directory");
    judges::folder(target, "servicebus")
}

/// Runs a scenario against a stand-in whose clock stands still unless the scenario moves it.
async fn judge(mut client: Command) {
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
    let output = tokio::time::timeout(LONGEST, client.kill_on_drop(true).output()).await;
    let output = output.expect("the scenario ends in time").unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");
    print!("{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_is_satisfied() {
    match judges::python(&scenarios(), &installed()) {
        Ok(python) => {
            let mut client = Command::new(python);
            client.arg(scenarios().join("python/scenario.py"));
            judge(client).await;
        }
        Err(why) => println!("SKIPPED: azure-servicebus for Python against the stand-in: {why}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_javascript_client_is_satisfied() {
    match judges::node(&scenarios(), &installed()) {
        Ok(modules) => {
            let mut client = Command::new("node");
            client
                .arg(scenarios().join("node/scenario.mjs"))
                .env("SDK_MODULES", modules);
            judge(client).await;
        }
        Err(why) => {
            println!("SKIPPED: @azure/service-bus for JavaScript against the stand-in: {why}")
        }
    }
}
