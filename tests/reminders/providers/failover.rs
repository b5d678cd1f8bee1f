//! A second provider where the first is down, another channel where one does not work; never both.

use punctual_stand_in_twilio::Fate;
use punctual_stand_ins::FaultKind;
use serde_json::json;

use super::world::{DUE, SENDGRID_TWILIO, START, World, always, mend, once};

const TWO: [(&str, &str); 4] = [
    SENDGRID_TWILIO[0],
    SENDGRID_TWILIO[1],
    ("email_sender_second", "acs"),
    ("sms_sender_second", "acs"),
];

/// A text a day before, and no email.
const TEXTS: (&str, &str) = (
    "reminder_policy",
    r#"{"steps":[{"before":"P1D","channels":["sms"]}]}"#,
);
const FALLBACK: (&str, &str) = ("channel_fallback", "email");

fn break_first(world: &World, kind: FaultKind) {
    always(&world.sendgrid, "api.send", kind);
    always(&world.twilio, "api.create", kind);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_sends_what_the_first_surely_did_not_take() {
    for kind in [FaultKind::Fail, FaultKind::Busy, FaultKind::Unauthorized] {
        let world = World::open(&TWO).await;
        break_first(&world, kind);
        world.book().await;
        world.set_now(DUE[0]);
        let summary = world.deliver().await;
        assert_eq!(summary["sent"], 2, "{kind:?}: {summary}");
        let rows = world.rows("P7D").await;
        assert_eq!(rows.matches("delivered · - · acs").count(), 2, "{rows}");
        // Later all is well, and nothing goes out again.
        mend(&world.sendgrid);
        mend(&world.twilio);
        world.pass(86_400);
        world.clinic.reconcile().await;
        world.deliver().await;
        assert_eq!(world.received(), (1, 1), "{kind:?}");
        // The next goes the usual way.
        world.set_now(DUE[1]);
        world.deliver().await;
        let rows = world.rows("P1D").await;
        assert!(rows.contains("delivered · - · sendgrid"), "{rows}");
        assert!(rows.contains("delivered · - · twilio"), "{rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_may_have_taken_is_not_given_to_the_second() {
    for kind in [FaultKind::LoseAnswer, FaultKind::FailAfter] {
        let world = World::open(&TWO).await;
        once(&world.sendgrid, "api.send", kind);
        once(&world.twilio, "api.create", kind);
        world.book().await;
        world.set_now(DUE[0]);
        world.deliver().await;
        for _ in 0..6 {
            world.pass(130);
            world.clinic.reconcile().await;
            world.deliver().await;
        }
        let rows = world.rows("P7D").await;
        assert!(rows.contains("sendgrid"), "{kind:?}: {rows}");
        assert!(rows.contains("twilio"), "{kind:?}: {rows}");
        assert_eq!(world.received(), (1, 1), "{kind:?}: {rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_cannot_be_delivered_becomes_one_email() {
    let world = World::open(&[SENDGRID_TWILIO[0], SENDGRID_TWILIO[1], TEXTS, FALLBACK]).await;
    world
        .twilio
        .with(|it, _| it.people.set(None, Fate::Undelivered { code: 30_005 }));
    world.book().await;
    world.set_now(DUE[1]);
    world.deliver().await;
    let rows = world.rows("P1D").await;
    assert!(rows.contains("sms · failed · phone_invalid"), "{rows}");
    for _ in 0..3 {
        world.deliver().await;
        world.clinic.reconcile().await;
    }
    let rows = world.rows("P1D").await;
    assert!(rows.contains("email · delivered · - · sendgrid"), "{rows}");
    assert_eq!(world.received(), (1, 0), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_both() {
    // A text that arrived; one whose fate is not told; a person who said stop; a policy with an email of its own.
    for (fate, policy, expected) in [
        (Fate::Delivered, TEXTS, (0, 1)),
        (Fate::Unconfirmed, TEXTS, (0, 1)),
        (Fate::Undelivered { code: 21_610 }, TEXTS, (0, 0)),
        (
            Fate::Undelivered { code: 30_005 },
            ("reminder_policy", ""),
            (1, 0),
        ),
    ] {
        let variables = [SENDGRID_TWILIO[0], SENDGRID_TWILIO[1], policy, FALLBACK];
        let world = World::open(&variables).await;
        world.twilio.with(|it, _| it.people.set(None, fate));
        // So late that there is one reminder of each channel at most.
        world.set_now("2026-06-13T12:00:00Z");
        world.book_with(json!({"start_at": START})).await;
        world.set_now(DUE[1]);
        for _ in 0..4 {
            world.deliver().await;
            world.clinic.reconcile().await;
        }
        let rows = world.rows("P1D").await;
        assert_eq!(world.received(), expected, "{fate:?}: {rows}");
    }
}
