//! What happens while a delivery is under way: between any two of its calls to the host.

use std::sync::Arc;

use punctual_host::{CrashPoint, When};
use punctual_tests::Clinic;
use punctual_tests::events::*;

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
/// A breath before the start, with all six reminders due.
const LAST_MOMENT: &str = "2026-06-15T06:59:59Z";

async fn booked() -> Clinic {
    let clinic = Clinic::open(NOW).await;
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    clinic
}

/// A batch takes time. The appointment begins right before each of its calls; no reminder is handed over after that.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_handed_over_once_the_appointment_has_begun() {
    let (mut all_in_time, mut claimed_too_late) = (false, false);
    for call in 1.. {
        let clinic = booked().await;
        clinic.set_now(LAST_MOMENT);
        let clock = clinic.clock.clone();
        let clinic = clinic
            .restart_with(|options| {
                options.before_call = Some(Arc::new(move |number| {
                    if number == call {
                        clock
                            .set_now(punctual_tests::time(START))
                            .expect("the clock can be set");
                    }
                }));
            })
            .await;
        let summary = clinic.deliver().await;
        let calls = clinic.host.calls();
        let outbox = clinic.items("/api/outbox").await;
        for item in &outbox {
            assert_eq!(item["sent_at"], LAST_MOMENT, "call {call}");
        }
        assert_eq!(summary["sent"], outbox.len(), "call {call}");
        let rows = clinic.items("/api/notifications").await;
        let unsent: Vec<_> = rows.iter().filter(|row| row["status"] != "sent").collect();
        for row in &unsent {
            assert_eq!(row["status"], "skipped", "call {call}: {row}");
            assert_eq!(row["reason"], "appointment_started", "call {call}");
            assert_eq!(row["attempts"], 0, "call {call}");
        }
        assert_eq!(unsent.len() + outbox.len(), 6, "call {call}");
        claimed_too_late |= !outbox.is_empty() && !unsent.is_empty();
        all_in_time |= unsent.is_empty();
        if call > calls {
            break;
        }
    }
    assert!(all_in_time && claimed_too_late, "every case was met");
}

/// A worker dies at each of its calls; before its messages come back, the appointment is cancelled. They cannot be
/// taken out of the queue any more, since they were handed out: the fence alone stops them.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_after_a_cancel_although_its_message_comes() {
    let mut suppressed = 0;
    for when in [When::Before, When::After] {
        for call in 1.. {
            let clinic = booked().await;
            clinic.set_now("2026-06-08T07:00:00Z");
            let clinic = clinic.restart(Some(CrashPoint { call, when })).await;
            let _ = clinic.request("POST", "/deliver", "").await;
            let died = clinic.host.is_dead();
            let clinic = clinic.restart(None).await;
            let before = clinic.sent().await;
            clinic.event(&canceled(ID, "2026-06-08T07:00:00Z")).await;
            for _ in 0..3 {
                clinic.pass(130);
                clinic.reconcile().await;
                let summary = clinic.deliver().await;
                suppressed += summary["suppressed"].as_u64().unwrap_or_default();
            }
            assert_eq!(clinic.sent().await, before, "{when:?} call {call}");
            let rows = clinic.items("/api/notifications").await;
            for row in rows {
                let sent = row["status"] == "sent";
                assert!(
                    sent || row["reason"] == "appointment_canceled",
                    "{when:?} call {call}: {row}"
                );
            }
            if !died {
                break;
            }
        }
    }
    assert!(suppressed > 0, "no message came back");
}
