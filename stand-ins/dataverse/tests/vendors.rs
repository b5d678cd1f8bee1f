//! The vendor's client for Python and the most used one for JavaScript run their scenarios against the stand-in:
//! `tests/sdk/`. The Python one signs in at the stand-in of Entra, with Microsoft's own library.
//!
//! `stand-ins/README.md` says how to install them. Where they are missing the test says SKIPPED and why.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_dataverse::{StandIn, StandInOptions};
use punctual_stand_in_entra as entra;
use punctual_stand_ins::{Authority, Clock, ManualClock, SystemClock, judges};
use tokio::process::Command;

/// The slowest scenario takes seconds; a client that waits for ever is stopped.
const LONGEST: Duration = Duration::from_secs(120);

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk")
}

fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn installed() -> PathBuf {
    let target = scratch().parent().expect("the target directory");
    judges::folder(target, "dataverse")
}

async fn run(mut client: Command) {
    let output = tokio::time::timeout(LONGEST, client.kill_on_drop(true).output()).await;
    let output = output.expect("the scenario ends in time").unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");
    print!("{said}");
}

/// Both stand-ins, under one clock that stands still unless the scenario moves it, and one authority.
async fn start() -> (StandIn, entra::StandIn) {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(SystemClock::new().now_ms()));
    let authority = Arc::new(Authority::new().unwrap());
    let options = entra::StandInOptions {
        clock: clock.clone(),
        authority: authority.clone(),
        ..entra::StandInOptions::new().unwrap()
    };
    let entra = entra::StandIn::start(options).await.unwrap();
    let options = StandInOptions {
        clock,
        authority,
        ..StandInOptions::new().unwrap()
    };
    let dataverse = StandIn::start(options).await.unwrap();
    let judge = entra.with(|entra| entra.judge());
    let audience = dataverse.https_url();
    dataverse.trust(Box::new(move |token: &str, now_ms: i64| {
        let claims = judge.judge(token, &audience, now_ms)?;
        Ok(Caller::Application(claims.appid))
    }));
    (dataverse, entra)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_client_is_satisfied() {
    let python = match judges::python(&scenarios(), &installed()) {
        Ok(python) => python,
        Err(why) => {
            println!("SKIPPED: PowerPlatform-Dataverse-Client against the stand-in: {why}");
            return;
        }
    };
    let (dataverse, entra) = start().await;
    let bundle = scratch().join(format!("dataverse-ca-{}.pem", std::process::id()));
    std::fs::write(&bundle, dataverse.authority().pem()).unwrap();
    let mut client = Command::new(python);
    client
        .arg(scenarios().join("python/scenario.py"))
        .args([
            dataverse.https_url(),
            dataverse.control_url(),
            entra.https_url(),
        ])
        .args([
            entra::directory::TENANT,
            entra::directory::CLIENT_ID,
            entra::directory::CLIENT_SECRET,
        ])
        .env("REQUESTS_CA_BUNDLE", &bundle)
        .env("IDENTITY_ENDPOINT", format!("{}/msi/token", entra.url()))
        .env("IDENTITY_HEADER", entra::directory::IDENTITY_HEADER);
    run(client).await;
    std::fs::remove_file(bundle).unwrap();
    let signed_in = entra.with(|entra| entra.requests.counts().clone());
    let signed_in: Vec<_> = signed_in
        .iter()
        .map(|(kind, n)| (kind.as_str(), *n))
        .collect();
    let once = [
        "identity",
        "token.assertion",
        "token.refused",
        "token.secret",
    ]
    .map(|kind| (kind, 1));
    assert_eq!(signed_in, once, "the library keeps its tokens");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_javascript_client_is_satisfied() {
    let modules = match judges::node(&scenarios(), &installed()) {
        Ok(modules) => modules,
        Err(why) => {
            println!("SKIPPED: dynamics-web-api against the stand-in: {why}");
            return;
        }
    };
    let (dataverse, _entra) = start().await;
    let mut client = Command::new("node");
    client
        .arg(scenarios().join("node/scenario.mjs"))
        .args([
            &dataverse.url(),
            dataverse.token(),
            &dataverse.control_url(),
        ])
        .env("SDK_MODULES", modules);
    run(client).await;
}
