//! How many requests to Dataverse the shipped components make, counted by the environment itself.

use expect_test::expect;
use serde_json::json;

use super::town::{DUE, START, Town};

/// What was asked since the last look: kinds of whole requests, and how many operations stand inside of batches.
fn asked(town: &Town) -> String {
    town.dataverse.with(|dataverse, _| {
        let counts = dataverse.requests.counts();
        let (parts, whole): (Vec<_>, Vec<_>) = counts
            .iter()
            .partition(|(kind, _)| kind.starts_with("part."));
        let mut told: Vec<_> = whole
            .into_iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        let parts: u64 = parts.into_iter().map(|(_, count)| *count).sum();
        if parts > 0 {
            told.push(format!("{parts} parts"));
        }
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
        create: 3 batch, 1 create punctual_appointment, 17 parts
        move: 3 batch, 1 update punctual_appointment, 23 parts
        deliver two together: 6 batch, 10 parts
        cancel: 2 batch, 1 update punctual_appointment, 8 parts"#]]
    .assert_eq(&told.join("\n"));
}

/// A provider that calls for each text makes this of each: what `docs/scale.md` reckons with.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_looked_up_and_written() {
    let town = Town::open("rest").await;
    let town = town
        .restart(|options| {
            let key = ("acs_callback_key".to_owned(), "acs-key".to_owned());
            options.variables.extend([key]);
        })
        .await;
    town.book(START).await;
    town.quiet().await;
    town.set_now(DUE[0]);
    assert_eq!(town.clinic.deliver().await["sent"], 2);
    let sent = town
        .clinic
        .items("/api/notifications?status=sent&channel=sms")
        .await;
    let report = json!([{
        "id": "e", "eventType": "Microsoft.Communication.SMSDeliveryReportReceived",
        "data": {
            "from": "15550100", "to": "+12025550114", "deliveryStatus": "Delivered",
            "deliveryStatusDetails": "No error.", "tag": sent[0]["id"],
        },
    }]);
    let headers = [("content-type", "application/json")];
    let mut told = Vec::new();
    // The second says nothing new.
    for _ in 0..2 {
        asked(&town);
        let call = town.clinic.request_with(
            "POST",
            "/callbacks/acs?code=acs-key",
            &headers,
            report.to_string(),
        );
        assert_eq!(call.await.expect("an answer").status, 200);
        told.push(asked(&town));
    }
    expect![[r#"
        2 batch, 3 parts
        1 batch, 2 parts"#]]
    .assert_eq(&told.join("\n"));
}
