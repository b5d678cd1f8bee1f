//! Azure Communication Services without an access key: the identity that opens everything else in Azure opens it too.

use punctual_stand_in_acs::access::AUDIENCE;
use punctual_stand_in_entra as entra;
use punctual_stand_ins::{Fault, FaultKind};
use serde_json::json;

use super::world::{ACS, DUE, World, once};

/// The application's identity in Entra ID, which the resource trusts.
async fn signed_in() -> (World, entra::StandIn) {
    let [email, text] = ACS;
    let world = World::open(&[email, text]).await;
    let options = entra::StandInOptions {
        clock: world.clock.clone(),
        ..entra::StandInOptions::new().expect("an authority can be made")
    };
    let entra = entra::StandIn::start(options).await.expect("it starts");
    let judge = entra.with(|entra| entra.judge());
    world.acs.trust(Box::new(move |token: &str, now_ms: i64| {
        judge.judge(token, AUDIENCE, now_ms).map(drop)
    }));
    let variables = [
        ("acs_key", ""),
        ("sign_in", "client_secret"),
        ("entra_authority", &entra.url()),
        ("entra_tenant", entra::directory::TENANT),
        ("entra_client_id", entra::directory::CLIENT_ID),
        ("entra_client_secret", entra::directory::CLIENT_SECRET),
    ];
    (world.with(&variables).await, entra)
}

fn tokens(entra: &entra::StandIn) -> u64 {
    entra.with(|entra| entra.requests.counts().values().sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_serves_many_messages() {
    let (world, entra) = signed_in().await;
    for number in 0..5 {
        let email = format!("p{number}@example.com");
        let phone = format!("+1202555012{number}");
        let person = serde_json::json!({"email": email, "phone": phone});
        world.book_with(person).await;
    }
    world.set_now(DUE[0]);
    let summary = world.deliver().await;
    assert_eq!(summary["sent"], 10, "{summary}");
    assert_eq!(world.received(), (5, 5));
    assert!(tokens(&entra) <= 2, "{} tokens", tokens(&entra));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_replaced_once() {
    let (world, entra) = signed_in().await;
    world.book().await;
    world.set_now(DUE[0]);
    let summary = world.deliver().await;
    assert_eq!(summary["sent"], 2, "{summary}");
    // Both channels may have asked at the same time. A quarter of an hour later what they got is still good.
    let before = tokens(&entra);
    let later = "2026-06-15T07:15:00Z";
    world.book_with(json!({"start_at": later})).await;
    once(&world.acs, "email.send", FaultKind::Unauthorized);
    world.set_now("2026-06-08T07:15:00Z");
    let summary = world.deliver().await;
    assert_eq!(summary["sent"], 2, "{summary}");
    assert_eq!(tokens(&entra), before + 1);
    assert_eq!(world.received(), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_nothing_leaves_and_nothing_is_lost() {
    let (world, entra) = signed_in().await;
    world.book().await;
    world.set_now(DUE[0]);
    // Each channel asks before its calls, and each call once more.
    let fault = Fault {
        times: Some(4),
        ..Fault::once("token", FaultKind::Fail)
    };
    entra.with(|entra| entra.faults.add(fault).expect("there is such a point"));
    let summary = world.deliver().await;
    assert_eq!(summary["retried"], 2, "{summary}");
    let rows = world.rows("P7D").await;
    assert!(rows.contains("sign-in"), "{rows}");
    world.pass(60);
    let summary = world.deliver().await;
    assert_eq!(summary["sent"], 2, "{summary}");
}
