//! How many requests to Dataverse the shipped components make, counted by the environment itself.

use expect_test::expect;
use serde_json::json;

use super::town::{DUE, START, Town};

/// What was asked since the last look: kinds of whole requests, without what stands inside of batches.
fn asked(town: &Town) -> String {
    town.dataverse.with(|dataverse, _| {
        let counts = dataverse.requests.counts();
        let whole = counts.iter().filter(|(kind, _)| !kind.starts_with("part."));
        let told = whole
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect::<Vec<_>>();
        dataverse.requests.reset();
        told.join(", ")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_takes_few_requests() {
    let town = Town::open("rest").await;
    // The token for Dataverse is there.
    town.clinic.items("/api/appointments").await;
    asked(&town);
    let mut told = Vec::new();
    town.book(START).await;
    town.quiet().await;
    told.push(format!("create: {}", asked(&town)));
    town.change(json!({"punctual_start": "2026-06-16T07:00:00Z"}))
        .await;
    town.quiet().await;
    told.push(format!("move: {}", asked(&town)));
    town.change(json!({"punctual_start": START})).await;
    town.quiet().await;
    asked(&town);
    town.set_now(DUE[0]);
    assert_eq!(town.clinic.deliver().await["sent"], 2);
    told.push(format!("deliver two together: {}", asked(&town)));
    town.change(json!({"statecode": 1, "statuscode": 2})).await;
    town.quiet().await;
    told.push(format!("cancel: {}", asked(&town)));
    // The writes of staff are among them. Over HTTP the messages of before the moves are still there: the last two batches of
    // the delivery read what has just been sent, and drop them.
    expect![[r#"
        create: 3 batch, 1 create punctual_appointment
        move: 3 batch, 1 update punctual_appointment
        deliver two together: 6 batch
        cancel: 2 batch, 1 update punctual_appointment"#]]
    .assert_eq(&told.join("\n"));
}
