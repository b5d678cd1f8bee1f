//! A machine so slow that locks and leases run out under a worker's hands: more work, but no reminder is lost, none
//! is sent twice, and no request fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use punctual_tests::Clinic;
use punctual_tests::events::*;

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";

/// A lock and a lease are 60 s, and a send is not begun with less than 35 s of the lease left.
#[tokio::test(flavor = "multi_thread")]
async fn every_call_takes_long() {
    let mut sent_all = false;
    for seconds_a_call in [3, 12, 27, 61] {
        let clinic = Clinic::open(NOW).await;
        for number in 0..3 {
            let id = format!("3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d{number:04x}");
            clinic
                .event(&created(&id, NOW, START, "Europe/Berlin"))
                .await;
        }
        let slow = Arc::new(AtomicBool::new(false));
        let (clock, is_slow) = (clinic.clock.clone(), slow.clone());
        let clinic = clinic
            .restart_with(|options| {
                options.before_call = Some(Arc::new(move |_| {
                    if is_slow.load(Ordering::Relaxed) {
                        clock.advance(Duration::from_secs(seconds_a_call));
                    }
                }));
            })
            .await;
        clinic.set_now("2026-06-08T07:00:00Z");
        slow.store(true, Ordering::Relaxed);
        for _ in 0..8 {
            clinic.deliver().await;
            clinic.reconcile().await;
        }
        slow.store(false, Ordering::Relaxed);
        // Whatever is left has its next attempt within six hours.
        for _ in 0..8 {
            clinic.pass(4 * 3600);
            clinic.reconcile().await;
            clinic.deliver().await;
        }
        let sent = clinic.sent_once_each().await;
        let rows = clinic.items("/api/notifications").await;
        let due: Vec<_> = rows.iter().filter(|row| row["step"] == "P7D").collect();
        assert_eq!(due.len(), 6);
        for row in &due {
            let ended = row["status"] == "sent"
                || (row["status"] == "failed" && row["reason"] == "retries_exhausted");
            assert!(ended, "{seconds_a_call} s a call: {row}");
        }
        let told = due.iter().filter(|row| row["status"] == "sent").count();
        assert_eq!(sent, told, "{seconds_a_call} s a call");
        sent_all |= told == due.len();
    }
    assert!(sent_all, "slow is not too slow");
}
