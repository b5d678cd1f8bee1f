//! The vendor's client for Python and the most used one for JavaScript run their scenarios against the stand-in:
//! `tests/sdk/`. The Python one signs in at the stand-in of Entra, with Microsoft's own library.
//!
//! `stand-ins/README.md` says how to install them. Where they are missing the test says SKIPPED and why.

use std::path::Path;
use std::sync::Arc;

use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_dataverse::{StandIn, StandInOptions};
use punctual_stand_in_entra as entra;
use punctual_stand_ins::judges::Court;
use punctual_stand_ins::{Authority, Clock, ManualClock, SystemClock};

const SCRATCH: &str = env!("CARGO_TARGET_TMPDIR");

fn court() -> Court {
    Court::of("dataverse", env!("CARGO_MANIFEST_DIR"), SCRATCH)
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
    let court = court();
    let Some(mut client) = court.python("PowerPlatform-Dataverse-Client") else {
        return;
    };
    let (dataverse, entra) = start().await;
    let bundle = Path::new(SCRATCH).join(format!("dataverse-ca-{}.pem", std::process::id()));
    std::fs::write(&bundle, dataverse.authority().pem()).unwrap();
    client
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
    court.hear(client).await;
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
    let court = court();
    let Some(mut client) = court.node("dynamics-web-api") else {
        return;
    };
    let (dataverse, _entra) = start().await;
    client.args([
        &dataverse.url(),
        dataverse.token(),
        &dataverse.control_url(),
    ]);
    court.hear(client).await;
}
