//! The request went out and no answer came back. The provider is asked, and then the reminder is sent again or closed; what
//! people receive says whether that was right.

use expect_test::{Expect, expect};
use punctual_stand_ins::FaultKind;

use super::world::{ACS, DUE, SENDGRID_TWILIO, World, once};

/// Loses the first answer of each channel, and follows the rows: right after, and when everything has been asked.
async fn check(senders: &[(&str, &str)], kind: FaultKind, expected: Expect) {
    let world = World::open(senders).await;
    once(&world.sendgrid, "api.send", kind);
    once(&world.twilio, "api.create", kind);
    once(&world.acs, "sms.send", kind);
    once(&world.acs, "email.send", kind);
    world.book().await;
    world.set_now(DUE[0]);
    let summary = world.clinic.deliver().await;
    assert_eq!(summary["unknown"], 2, "{kind:?}: {summary}");
    let lost = world.rows("P7D").await;
    for _ in 0..24 {
        world.settle().await;
        world.pass(900);
        world.clinic.deliver().await;
    }
    let asked = world.rows("P7D").await;
    let received = world.received();
    expected.assert_eq(&format!("{lost}then\n{asked}received: {received:?}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_by_sendgrid_and_twilio() {
    check(&SENDGRID_TWILIO, FaultKind::LoseAnswer, expect![[r#"
        email · unknown · outcome_unknown · sendgrid · no answer came: HOST: ErrorCode::HttpProtocolError
        sms · unknown · outcome_unknown · twilio · no answer came: HOST: ErrorCode::HttpProtocolError
        then
        email · delivered · - · sendgrid · -
        sms · delivered · - · twilio · -
        received: (1, 1)
    "#]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_taken_by_sendgrid_and_twilio() {
    check(&SENDGRID_TWILIO, FaultKind::Drop, expect![[r#"
        email · unknown · outcome_unknown · sendgrid · no answer came: HOST: ErrorCode::HttpProtocolError
        sms · unknown · outcome_unknown · twilio · no answer came: HOST: ErrorCode::HttpProtocolError
        then
        email · failed · outcome_unknown · sendgrid · sendgrid tells by its events only what it took
        sms · delivered · - · twilio · -
        received: (0, 1)
    "#]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_sendgrid_and_twilio_that_may_have_come_too_late() {
    check(
        &SENDGRID_TWILIO,
        FaultKind::FailAfter,
        expect![[r#"
        email · unknown · outcome_unknown · sendgrid · sendgrid answered 500
        sms · unknown · outcome_unknown · twilio · twilio answered 500, code 20500
        then
        email · delivered · - · sendgrid · -
        sms · delivered · - · twilio · -
        received: (1, 1)
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taken_by_acs() {
    check(
        &ACS,
        FaultKind::LoseAnswer,
        expect![[r#"
        email · unknown · outcome_unknown · acs · no answer came: HOST: ErrorCode::HttpProtocolError
        sms · unknown · outcome_unknown · acs · no answer came: HOST: ErrorCode::HttpProtocolError
        then
        email · delivered · - · acs · -
        sms · delivered · - · acs · -
        received: (1, 1)
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_taken_by_acs() {
    check(
        &ACS,
        FaultKind::Drop,
        expect![[r#"
        email · unknown · outcome_unknown · acs · no answer came: HOST: ErrorCode::HttpProtocolError
        sms · unknown · outcome_unknown · acs · no answer came: HOST: ErrorCode::HttpProtocolError
        then
        email · delivered · - · acs · -
        sms · delivered · - · acs · -
        received: (1, 1)
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_acs_that_may_have_come_too_late() {
    check(
        &ACS,
        FaultKind::FailAfter,
        expect![[r#"
        email · unknown · outcome_unknown · acs · acs answered 500, code ServiceUnavailable
        sms · unknown · outcome_unknown · acs · acs answered 500, code ServiceUnavailable
        then
        email · delivered · - · acs · -
        sms · delivered · - · acs · -
        received: (1, 1)
    "#]],
    )
    .await;
}
