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

async fn dying_in_a_delivery(senders: &[(&str, &str)]) {
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
            assert_eq!(world.received(), (1, 1), "{when:?} call {call}:\n{rows}");
            let known = rows.matches("delivered").count();
            assert_eq!(known, 2, "{when:?} call {call}:\n{rows}");
            if !died {
                assert!(call > 10, "a delivery makes more than {call} host calls");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_with_sendgrid_and_twilio() {
    dying_in_a_delivery(&SENDGRID_TWILIO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_with_acs() {
    dying_in_a_delivery(&ACS).await;
}
