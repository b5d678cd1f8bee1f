//! A provider that has no time, and one that does not know us.

use expect_test::{Expect, expect};
use punctual_stand_ins::{Fault, FaultKind};
use serde_json::json;

use super::world::{ACS, DUE, SENDGRID_TWILIO, World, always, fault, mend};

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_wait_as_long_as_the_provider_says() {
    for senders in [SENDGRID_TWILIO, ACS] {
        let world = World::open(&senders).await;
        let busy = |at: &str| Fault {
            retry_after_seconds: Some(90),
            ..Fault::once(at, FaultKind::Busy)
        };
        fault(&world.sendgrid, busy("api.send"));
        fault(&world.twilio, busy("api.create"));
        fault(&world.acs, busy("sms.send"));
        fault(&world.acs, busy("email.send"));
        world.book().await;
        world.set_now(DUE[0]);
        let summary = world.clinic.deliver().await;
        assert_eq!(summary["retried"], 2, "{summary}");
        // The policy's own pause is 15 seconds.
        world.pass(89);
        assert_eq!(world.deliver().await["sent"], 0);
        let summary = world.deliver().await;
        assert_eq!(summary["sent"], 2, "{summary}");
        assert_eq!(world.received(), (1, 1));
    }
}

async fn unknown(variables: &[(&str, &str)], expected: Expect) {
    let world = World::open(variables).await;
    world.book().await;
    world.set_now(DUE[0]);
    world.deliver().await;
    let rows = world.rows("P7D").await;
    // It was no attempt at the message, so nothing runs out, however long it takes to mend the key.
    for _ in 0..12 {
        world.pass(300);
        world.deliver().await;
    }
    assert_eq!(world.rows("P7D").await, rows);
    let provider = |of: &str| {
        let sender = variables.iter().find(|(name, _)| *name == of);
        sender.expect("each channel has a provider").1
    };
    let alarm = [("email", "email_sender"), ("sms", "sms_sender")].map(|(channel, of)| {
        format!(
            "punctual_notifications{{status=\"scheduled\",reason=\"provider_misconfigured\",channel=\"{channel}\",provider=\"{}\"}} 1\n",
            provider(of)
        )
    });
    let metrics = world.clinic.request("GET", "/metrics", "").await;
    let metrics = metrics.expect("metrics").text();
    for line in alarm {
        assert!(metrics.contains(&line), "{line} is not in:\n{metrics}");
    }
    assert_eq!(world.received(), (0, 0));
    expected.assert_eq(&rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_are_a_matter_of_configuration() {
    let keys = [
        ("sendgrid_key", "SG.another"),
        ("twilio_key_secret", "another"),
    ];
    let [email, text] = SENDGRID_TWILIO;
    unknown(
        &[email, text, keys[0], keys[1]],
        expect![[r#"
        email · scheduled · provider_misconfigured · sendgrid · sendgrid answered 401
        sms · scheduled · provider_misconfigured · twilio · twilio answered 401, code 20003
    "#]],
    )
    .await;
    let [email, text] = ACS;
    unknown(
        &[email, text, ("acs_key", "YW5vdGhlcg==")],
        expect![[r#"
        email · scheduled · provider_misconfigured · acs · acs answered 401, code Denied
        sms · scheduled · provider_misconfigured · acs · acs answered 401, code Denied
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_that_are_not_ours_are_a_matter_of_configuration() {
    let senders = [
        ("sendgrid_from", "somebody@example.org"),
        ("twilio_from", "+12025550177"),
    ];
    let [email, text] = SENDGRID_TWILIO;
    unknown(
        &[email, text, senders[0], senders[1]],
        expect![[r#"
        email · scheduled · provider_misconfigured · sendgrid · sendgrid answered 403
        sms · scheduled · provider_misconfigured · twilio · twilio answered 400, code 21606
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_key_is_right_all_goes_out() {
    let world = World::open(&SENDGRID_TWILIO).await;
    always(&world.sendgrid, "api.send", FaultKind::Unauthorized);
    always(&world.twilio, "api.create", FaultKind::Unauthorized);
    for number in 20..40 {
        let email = format!("p{number}@example.com");
        let phone = format!("+120255501{number:02}");
        world
            .book_with(json!({"email": email, "phone": phone}))
            .await;
    }
    world.set_now(DUE[0]);
    let summary = world.deliver().await;
    assert_eq!(summary["retried"], 40, "{summary}");
    // A wrong key is shown a few times, not once for each reminder: providers count.
    let asked: u64 = world.sendgrid.with(|it, _| it.requests.counts()["send"]);
    assert!(asked <= 16, "{asked} times");
    mend(&world.sendgrid);
    mend(&world.twilio);
    world.pass(300);
    let summary = world.deliver().await;
    assert_eq!(summary["sent"], 40, "{summary}");
    assert_eq!(world.received(), (20, 20));
}
