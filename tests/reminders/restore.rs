//! What docs/runbook.md says of a restore: nothing is in the queue that is not in the rows.

use punctual_tests::Clinic;
use punctual_tests::events::*;

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_was_emptied_is_made_up_for() {
    let clinic = Clinic::open(NOW).await;
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    let database = clinic.data().join("sqlite_db.db");
    let empty = || {
        let database = rusqlite::Connection::open(&database).expect("the database");
        database.execute("DELETE FROM queue", []).expect("a queue")
    };
    assert_eq!(empty(), 6);
    // A week before: two are due, and have no message.
    clinic.set_now("2026-06-08T07:00:00Z");
    assert_eq!(clinic.deliver().await["received"], 0);
    clinic.pass(130);
    clinic.reconcile().await;
    assert_eq!(clinic.deliver().await["sent"], 2);
    // Emptied once more, after they went out: nothing goes out again.
    empty();
    clinic.pass(600);
    clinic.reconcile().await;
    assert_eq!(clinic.deliver().await["sent"], 0);
    assert_eq!(clinic.sent_once_each().await, 2);
    // The others come in their time.
    for due in ["2026-06-14T07:00:00Z", "2026-06-15T06:00:00Z"] {
        clinic.set_now(due);
        clinic.pass(130);
        clinic.reconcile().await;
        clinic.deliver().await;
    }
    assert_eq!(clinic.sent_once_each().await, 6);
}
