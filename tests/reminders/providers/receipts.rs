//! What providers tell comes back to the rows, and to what is known of addresses.

use expect_test::{Expect, expect};
use punctual_stand_ins::{Fault, FaultKind};
use {punctual_stand_in_acs as acs, punctual_stand_in_sendgrid as sendgrid};

use super::world::{ACS, DUE, SENDGRID_TWILIO, World, fault, once};

/// Pat's first reminders, after `fate` was set, and then those of the day before: not planned anew, so that it is the fence
/// that decides.
async fn check(senders: &[(&str, &str)], fate: impl FnOnce(&World), expected: Expect) {
    let world = World::open(senders).await;
    fate(&world);
    world.book().await;
    world.set_now(DUE[0]);
    world.deliver().await;
    let week = world.rows("P7D").await;
    world.set_now(DUE[1]);
    world.deliver().await;
    let day = world.rows("P1D").await;
    // The plan knows it too, for the reminders that are left.
    world.clinic.reconcile().await;
    let hour = world.rows("PT1H").await;
    expected.assert_eq(&format!("{week}then\n{day}then\n{hour}"));
}

fn mail(fate: sendgrid::Fate) -> impl FnOnce(&World) {
    move |world| world.sendgrid.with(|it, _| it.people.set(None, fate))
}

fn text(fate: punctual_stand_in_twilio::Fate) -> impl FnOnce(&World) {
    move |world| world.twilio.with(|it, _| it.people.set(None, fate))
}

fn either(fate: acs::Fate) -> impl FnOnce(&World) {
    move |world| world.acs.with(|it, _| it.people.set(None, fate))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_ends_the_emails_to_that_address() {
    let fate = mail(sendgrid::Fate::Bounced);
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · failed · undeliverable · sendgrid · sendgrid: bounce, status 5.1.1
        sms · delivered · - · twilio · -
        then
        email · skipped · address_suppressed · - · -
        sms · delivered · - · twilio · -
        then
        email · skipped · address_suppressed · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_now_does_not() {
    let fate = mail(sendgrid::Fate::Blocked);
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · failed · undeliverable · sendgrid · sendgrid: blocked, status 5.7.1
        sms · delivered · - · twilio · -
        then
        email · failed · undeliverable · sendgrid · sendgrid: blocked, status 5.7.1
        sms · delivered · - · twilio · -
        then
        email · scheduled · - · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reported_as_spam_arrived_and_was_the_last() {
    let fate = mail(sendgrid::Fate::ReportedAsSpam);
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · delivered · - · sendgrid · -
        sms · delivered · - · twilio · -
        then
        email · skipped · address_suppressed · - · -
        sms · delivered · - · twilio · -
        then
        email · skipped · address_suppressed · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsubscription_at_the_provider_counts() {
    let fate = mail(sendgrid::Fate::Unsubscribed);
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · delivered · - · sendgrid · -
        sms · delivered · - · twilio · -
        then
        email · skipped · opted_out · - · -
        sms · delivered · - · twilio · -
        then
        email · skipped · opted_out · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_none_gets_no_more_texts() {
    let fate = text(punctual_stand_in_twilio::Fate::Undelivered { code: 30_005 });
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · delivered · - · sendgrid · -
        sms · failed · phone_invalid · twilio · twilio: undelivered, code 30005
        then
        email · delivered · - · sendgrid · -
        sms · skipped · address_suppressed · - · -
        then
        email · scheduled · - · - · -
        sms · skipped · address_suppressed · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_off_gets_the_next_text() {
    let fate = text(punctual_stand_in_twilio::Fate::Undelivered { code: 30_003 });
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · delivered · - · sendgrid · -
        sms · failed · undeliverable · twilio · twilio: undelivered, code 30003
        then
        email · delivered · - · sendgrid · -
        sms · failed · undeliverable · twilio · twilio: undelivered, code 30003
        then
        email · scheduled · - · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_twilio_gives_up_has_failed() {
    let fate = text(punctual_stand_in_twilio::Fate::Failed { code: 30_007 });
    check(
        &SENDGRID_TWILIO,
        fate,
        expect![[r#"
        email · delivered · - · sendgrid · -
        sms · failed · provider_rejected · twilio · twilio: failed, code 30007
        then
        email · delivered · - · sendgrid · -
        sms · failed · provider_rejected · twilio · twilio: failed, code 30007
        then
        email · scheduled · - · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acs_tells_by_event_grid_that_a_number_or_a_mailbox_is_none() {
    check(
        &ACS,
        either(acs::Fate::Bounced),
        expect![[r#"
        email · failed · undeliverable · acs · acs: bounced
        sms · failed · phone_invalid · acs · acs: not delivered, code 4004
        then
        email · skipped · address_suppressed · - · -
        sms · skipped · address_suppressed · - · -
        then
        email · skipped · address_suppressed · - · -
        sms · skipped · address_suppressed · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acs_tells_codes_of_texts_and_words_of_emails() {
    // Unreachable for now; the event of an email has no codes.
    let fate = either(acs::Fate::Undelivered { code: 4_006 });
    check(
        &ACS,
        fate,
        expect![[r#"
        email · failed · undeliverable · acs · acs: failed
        sms · failed · undeliverable · acs · acs: not delivered, code 4006
        then
        email · failed · undeliverable · acs · acs: failed
        sms · failed · undeliverable · acs · acs: not delivered, code 4006
        then
        email · scheduled · - · - · -
        sms · scheduled · - · - · -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_is_deferred_is_delivered_later() {
    let world = World::open(&SENDGRID_TWILIO).await;
    mail(sendgrid::Fate::Deferred { times: 2 })(&world);
    world.book().await;
    world.set_now(DUE[0]);
    world.deliver().await;
    assert!(
        world.rows("P7D").await.contains("email · sent"),
        "not yet there"
    );
    world.pass(300);
    world.told().await;
    assert!(world.rows("P7D").await.contains("email · delivered"));
    assert_eq!(world.received(), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_twice_or_too_late_lowers_nothing() {
    for senders in [SENDGRID_TWILIO, ACS] {
        for kind in [FaultKind::Twice, FaultKind::Slow] {
            let world = World::open(&senders).await;
            let delay_ms = 3_600_000;
            // What tells that it is sent comes an hour after what tells that it has arrived; or all of it comes twice.
            let times = (kind == FaultKind::Slow).then_some(1);
            let strange = |at: &str| Fault {
                times,
                delay_ms,
                ..Fault::once(at, kind)
            };
            fault(&world.sendgrid, strange("webhook"));
            fault(&world.twilio, strange("callback.status"));
            fault(&world.acs, strange("event"));
            world.book().await;
            world.set_now(DUE[0]);
            world.deliver().await;
            let mut rows = world.rows("P7D").await;
            if kind == FaultKind::Twice {
                assert_eq!(rows.matches("delivered").count(), 2, "{rows}");
            }
            world.pass(7_200);
            world.told().await;
            rows = world.rows("P7D").await;
            assert_eq!(rows.matches("delivered").count(), 2, "{kind:?}: {rows}");
            let repeated = world.metric("punctual_receipts_repeated_total").await;
            if kind == FaultKind::Twice {
                assert!(repeated > 0, "nothing came twice");
            }
            assert_eq!(world.metric("punctual_receipts_unknown_total").await, 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_that_find_nobody_home_come_again() {
    let world = World::open(&SENDGRID_TWILIO).await;
    world.book().await;
    world.set_now(DUE[0]);
    world.clinic.deliver().await;
    // The host dies before it hears anything. SendGrid tells again, Twilio at once; ACS is not asked here.
    let world = world
        .restart(|options| {
            let call = punctual_host::CrashPoint {
                call: 1,
                when: punctual_host::When::Before,
            };
            options.crash = Some(call);
        })
        .await;
    world.settle().await;
    let world = world.restart(|_| {}).await;
    world.pass(120);
    world.told().await;
    let rows = world.rows("P7D").await;
    assert!(rows.contains("email · delivered"), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_receipt_changes_nothing() {
    let world = World::open(&SENDGRID_TWILIO).await;
    // Another key than the one that the application knows.
    world.sendgrid.with(|it, _| {
        it.key = sendgrid::SendGrid::new(it.options.clone(), 99).key;
    });
    world.twilio.with(|it, _| {
        it.options.auth_token = "ffffffffffffffffffffffffffffffff".to_owned();
    });
    once(&world.acs, "event", FaultKind::Drop);
    world.book().await;
    world.set_now(DUE[0]);
    world.deliver().await;
    let rows = world.rows("P7D").await;
    assert_eq!(rows.matches(" sent ").count(), 2, "{rows}");
    let statuses: Vec<_> = world.sendgrid.with(|it, _| {
        let attempts = it.courier.since(0);
        attempts.filter_map(|attempt| attempt.status).collect()
    });
    assert!(
        !statuses.is_empty() && statuses.iter().all(|status| *status == 403),
        "{statuses:?}"
    );
}
