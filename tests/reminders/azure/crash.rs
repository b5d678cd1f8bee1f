//! Death between any two steps in Azure, where no transaction holds rows and messages together.

use punctual_host::{CrashPoint, When};

use super::town::{DUE, START, Town};

/// After a crash time goes on: locks and leases run out, the timers call.
async fn recover(town: &Town) {
    for _ in 0..4 {
        town.pass(130);
        town.clinic.reconcile().await;
        town.clinic.deliver().await;
    }
}

/// Each case starts three hosts. Over HTTP every call is tried; over AMQP, whose calls are bytes on a socket and not counted,
/// every third of the others.
async fn dying_in_a_webhook(transport: &str, every: usize) {
    for when in [When::Before, When::After] {
        for call in (1..).step_by(every) {
            let town = Town::open(transport).await;
            let crash = CrashPoint { call, when };
            let town = town.restart(|options| options.crash = Some(crash)).await;
            town.book(START).await;
            town.quiet().await;
            let died = town.clinic.host.is_dead();
            // Nobody posts the event again.
            let town = town.restart(|_| {}).await;
            recover(&town).await;
            let rows = town.clinic.notifications().await;
            assert_eq!(
                rows.matches("scheduled").count(),
                6,
                "{transport} {when:?} call {call}:\n{rows}"
            );
            town.set_now(DUE[2]);
            recover(&town).await;
            assert_eq!(
                town.clinic.sent_once_each().await,
                6,
                "{transport} {when:?} call {call}"
            );
            if !died {
                assert!(call > 4, "a webhook makes more than {call} host calls");
                break;
            }
        }
    }
}

async fn dying_in_a_delivery(transport: &str, every: usize) {
    for when in [When::Before, When::After] {
        for call in (1..).step_by(every) {
            let town = Town::open(transport).await;
            town.book(START).await;
            town.quiet().await;
            town.set_now(DUE[0]);
            let crash = CrashPoint { call, when };
            let town = town.restart(|options| options.crash = Some(crash)).await;
            let _ = town.clinic.request("POST", "/deliver", "").await;
            let died = town.clinic.host.is_dead();
            let town = town.restart(|_| {}).await;
            recover(&town).await;
            assert_eq!(
                town.clinic.sent_once_each().await,
                2,
                "{transport} {when:?} call {call}"
            );
            let rows = town.clinic.notifications().await;
            assert_eq!(
                rows.matches(" sent ").count(),
                2,
                "{transport} {when:?} call {call}:\n{rows}"
            );
            if !died {
                assert!(call > 4, "a delivery makes more than {call} host calls");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_in_a_webhook_over_rest() {
    dying_in_a_webhook("rest", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_here_and_there_in_a_webhook_over_amqp() {
    dying_in_a_webhook("amqp", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_in_a_delivery_over_rest() {
    dying_in_a_delivery("rest", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_here_and_there_in_a_delivery_over_amqp() {
    dying_in_a_delivery("amqp", 3).await;
}
