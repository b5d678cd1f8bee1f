//! Death of the host before and after every call that a delivery makes to it, the calls of the providers among them.

use punctual_host::{CrashPoint, When};

use super::world::{ACS, DUE, SENDGRID_TWILIO, World};

/// After a crash time goes on: locks and leases run out, receipts come again, the timers call.
async fn recover(world: &World) {
    for _ in 0..6 {
        world.pass(130);
        world.told().await;
        world.clinic.reconcile().await;
        world.deliver().await;
    }
}

/// For how long a provider that cannot be asked is waited for.
const PATIENCE_QUARTERS: usize = 6 * 4;

/// Dies everywhere. The answer: how often an email was given up that had not left, because nobody could say whether it had.
async fn dying_in_a_delivery(senders: &[(&str, &str)]) -> usize {
    let mut given_up = 0;
    for when in [When::Before, When::After] {
        for call in 1.. {
            let world = World::open(senders).await;
            world.book().await;
            world.set_now(DUE[0]);
            let crash = CrashPoint { call, when };
            let world = world.restart(|options| options.crash = Some(crash)).await;
            let _ = world.clinic.request("POST", "/deliver", "").await;
            let died = world.clinic.host.is_dead();
            let world = world.restart(|_| {}).await;
            recover(&world).await;
            let rows = world.rows("P7D").await;
            let what = format!("{when:?} call {call}:\n{rows}");
            let (emails, texts) = world.received();
            assert!(texts == 1 && emails <= 1, "{emails}, {texts}: {what}");
            let known = rows.matches("delivered").count();
            assert_eq!(known, emails + texts, "{what}");
            if emails == 0 {
                assert!(rows.contains("email · unknown · outcome_unknown"), "{what}");
                for _ in 0..PATIENCE_QUARTERS {
                    world.pass(15 * 60);
                    world.deliver().await;
                }
                let rows = world.rows("P7D").await;
                assert!(rows.contains("email · failed · outcome_unknown"), "{rows}");
                assert_eq!(world.received(), (0, 1), "{what}");
                given_up += 1;
            }
            if !died {
                assert!(call > 10, "a delivery makes more than {call} host calls");
                break;
            }
        }
    }
    given_up
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_with_sendgrid_and_twilio() {
    // Between the claim and the call: SendGrid cannot be asked, and twice is worse than not at all.
    let given_up = dying_in_a_delivery(&SENDGRID_TWILIO).await;
    assert!((1..=4).contains(&given_up), "{given_up} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_with_acs() {
    assert_eq!(dying_in_a_delivery(&ACS).await, 0);
}
