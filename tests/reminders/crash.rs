//! Death between any two steps: the host dies at every single call that a component makes to it, before and
//! after the call takes effect, then starts again. Nothing is lost and nothing is doubled.

use punctual_host::{CrashPoint, When};
use punctual_tests::Clinic;
use punctual_tests::events::*;

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";

/// After a crash time goes on: locks and leases run out, the timers call.
async fn recover(clinic: &Clinic) {
    for _ in 0..4 {
        clinic.pass(130);
        clinic.reconcile().await;
        clinic.deliver().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_in_a_webhook_loses_and_doubles_nothing() {
    for when in [When::Before, When::After] {
        for call in 1.. {
            let clinic = Clinic::open(NOW)
                .await
                .restart(Some(CrashPoint { call, when }))
                .await;
            let event = created(ID, NOW, START, "Europe/Berlin");
            let answered = clinic
                .request("POST", "/webhooks/dataverse", event.to_string())
                .await
                .is_ok_and(|reply| reply.status.is_success());
            let died = clinic.host.is_dead();
            let clinic = clinic.restart(None).await;
            if !answered {
                // Dataverse was not told that all is well, so whoever looks at failed jobs posts it again.
                clinic.event(&event).await;
            }
            recover(&clinic).await;
            let rows = clinic.notifications().await;
            assert_eq!(
                rows.matches("scheduled").count(),
                6,
                "{when:?} call {call}:\n{rows}"
            );
            clinic.set_now("2026-06-15T06:00:00Z");
            clinic.deliver().await;
            recover(&clinic).await;
            assert_eq!(clinic.sent_once_each().await, 6, "{when:?} call {call}");
            if !died {
                assert!(call > 8, "a webhook makes more than {call} host calls");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_in_a_delivery_loses_and_doubles_nothing() {
    for when in [When::Before, When::After] {
        for call in 1.. {
            let clinic = Clinic::open(NOW).await;
            clinic
                .event(&created(ID, NOW, START, "Europe/Berlin"))
                .await;
            clinic.set_now("2026-06-08T07:00:00Z");
            let clinic = clinic.restart(Some(CrashPoint { call, when })).await;
            let _ = clinic.request("POST", "/deliver", "").await;
            let died = clinic.host.is_dead();
            let clinic = clinic.restart(None).await;
            recover(&clinic).await;
            assert_eq!(clinic.sent_once_each().await, 2, "{when:?} call {call}");
            let rows = clinic.notifications().await;
            assert_eq!(
                rows.matches(" sent ").count(),
                2,
                "{when:?} call {call}:\n{rows}"
            );
            if !died {
                assert!(call > 8, "a delivery makes more than {call} host calls");
                break;
            }
        }
    }
}

/// The stored appointment is enough: nobody posts the event again, and yet its reminders come.
#[tokio::test(flavor = "multi_thread")]
async fn reconcile_alone_finishes_what_a_crash_left() {
    let mut repaired = 0;
    for call in 1.. {
        let clinic = Clinic::open(NOW)
            .await
            .restart(Some(CrashPoint {
                call,
                when: When::After,
            }))
            .await;
        let event = created(ID, NOW, START, "Europe/Berlin");
        let _ = clinic
            .request("POST", "/webhooks/dataverse", event.to_string())
            .await;
        let died = clinic.host.is_dead();
        let clinic = clinic.restart(None).await;
        let stored = !clinic.items("/api/appointments").await.is_empty();
        recover(&clinic).await;
        let rows = clinic.notifications().await;
        assert_eq!(
            rows.matches("scheduled").count(),
            if stored { 6 } else { 0 },
            "call {call}:\n{rows}"
        );
        if !died {
            break;
        }
        repaired += usize::from(stored);
    }
    assert!(repaired > 0);
}
