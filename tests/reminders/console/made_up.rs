//! Calls that nobody thought of: schemathesis makes them up from the OpenAPI document. No answer may be a server's error, and
//! none may be one that the document does not have.

use punctual_stand_ins::judges::Court;
use punctual_tests::KEY;

use super::{book, draft, open};

#[tokio::test(flavor = "multi_thread")]
async fn no_made_up_call_gets_an_answer_that_is_not_described() {
    let console = concat!(env!("CARGO_MANIFEST_DIR"), "/../spin-app/console");
    let court = Court::of("console", console, env!("CARGO_TARGET_TMPDIR"));
    let Some(mut scenario) = court.python("schemathesis") else {
        return;
    };
    let clinic = open().await;
    for hour in 8..12 {
        book(&clinic, &draft("Robin Example", hour)).await;
    }
    scenario.arg(clinic.host.url()).arg(KEY);
    court.hear(scenario).await;
    // A guest that trapped would have been answered by the host.
    let failed = clinic.host.log().lines();
    let failed: Vec<_> = failed
        .iter()
        .filter(|line| line.contains("failed on"))
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}
