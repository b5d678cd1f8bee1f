//! What events do to the plan.

use expect_test::{Expect, expect};
use punctual_tests::Clinic;
use punctual_tests::events::*;
use serde_json::{Value, json};

const NOW: &str = "2026-06-01T00:00:00Z";
const A: &str = "2026-06-15T07:00:00Z";
const B: &str = "2026-06-16T08:00:00Z";

fn create() -> Value {
    created(ID, "2026-06-01T00:00:00Z", A, "Europe/Berlin")
}

async fn check(events: &[Value], expected: Expect) -> Clinic {
    let clinic = Clinic::open(NOW).await;
    for event in events {
        clinic.event(event).await;
    }
    expected.assert_eq(&clinic.notifications().await);
    clinic
}

const SIX: [&str; 3] = [
    "2026-06-08T07:00:00Z",
    "2026-06-14T07:00:00Z",
    "2026-06-15T06:00:00Z",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_new_appointment_has_six_reminders() {
    let clinic = Clinic::open(NOW).await;
    let answer = clinic.event(&create()).await;
    assert_eq!(
        answer,
        json!({"appointment": ID, "outcome": "planned", "scheduled": 6, "canceled": 0, "skipped": []})
    );
    let rows = clinic.items("/api/notifications").await;
    let due: Vec<_> = rows
        .iter()
        .map(|row| row["due_at"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        due,
        SIX.iter().flat_map(|due| [*due, *due]).collect::<Vec<_>>()
    );
    assert!(
        rows.iter()
            .all(|row| row["status"] == "scheduled" && row["sequence_number"].is_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_event_changes_nothing() {
    let clinic = Clinic::open(NOW).await;
    clinic.event(&create()).await;
    let before = clinic.items("/api/notifications").await;
    for _ in 0..3 {
        assert_eq!(clinic.event(&create()).await["outcome"], "unchanged");
    }
    assert_eq!(clinic.items("/api/notifications").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_ends_the_old_rows_and_makes_new_ones() {
    check(
        &[create(), moved(ID, "2026-06-02T00:00:00Z", B)],
        expect![[r#"
        2026-06-08T07:00:00Z email P7D  canceled appointment_moved
        2026-06-08T07:00:00Z sms   P7D  canceled appointment_moved
        2026-06-09T08:00:00Z email P7D  scheduled -
        2026-06-09T08:00:00Z sms   P7D  scheduled -
        2026-06-14T07:00:00Z email P1D  canceled appointment_moved
        2026-06-14T07:00:00Z sms   P1D  canceled appointment_moved
        2026-06-15T06:00:00Z email PT1H canceled appointment_moved
        2026-06-15T06:00:00Z sms   PT1H canceled appointment_moved
        2026-06-15T08:00:00Z email P1D  scheduled -
        2026-06-15T08:00:00Z sms   P1D  scheduled -
        2026-06-16T07:00:00Z email PT1H scheduled -
        2026-06-16T07:00:00Z sms   PT1H scheduled -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again_revives_the_first_rows() {
    let clinic = Clinic::open(NOW).await;
    clinic.event(&create()).await;
    let ids = |rows: Vec<Value>| {
        rows.into_iter()
            .filter(|row| row["status"] == "scheduled")
            .map(|row| row["id"].clone())
            .collect::<Vec<_>>()
    };
    let first = ids(clinic.items("/api/notifications").await);
    clinic.event(&moved(ID, "2026-06-02T00:00:00Z", B)).await;
    clinic.event(&moved(ID, "2026-06-03T00:00:00Z", A)).await;
    assert_eq!(ids(clinic.items("/api/notifications").await), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again_does_not_send_twice() {
    let clinic = Clinic::open(NOW).await;
    clinic.event(&create()).await;
    clinic.set_now("2026-06-08T07:00:00Z");
    assert_eq!(clinic.deliver().await["sent"], 2);
    clinic.event(&moved(ID, "2026-06-08T08:00:00Z", B)).await;
    clinic.event(&moved(ID, "2026-06-08T09:00:00Z", A)).await;
    clinic.set_now("2026-06-15T06:30:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_end_ends_the_reminders() {
    let ends = [
        (canceled(ID, "2026-06-02T00:00:00Z"), "appointment_canceled"),
        (
            set_state_canceled(ID, "2026-06-02T00:00:00Z"),
            "appointment_canceled",
        ),
        (deleted(ID), "appointment_deleted"),
        (
            event(
                "Update",
                ID,
                "2026-06-02T00:00:00Z",
                &[("statecode", choice(1)), ("statuscode", choice(749700002))],
            ),
            "appointment_completed",
        ),
        (
            event(
                "Update",
                ID,
                "2026-06-02T00:00:00Z",
                &[("statecode", choice(1)), ("statuscode", choice(749700003))],
            ),
            "appointment_no_show",
        ),
    ];
    for (end, reason) in ends {
        let clinic = Clinic::open(NOW).await;
        clinic.event(&create()).await;
        let answer = clinic.event(&end).await;
        assert_eq!(
            (&answer["outcome"], &answer["canceled"]),
            (&json!("canceled"), &json!(6)),
            "{reason}"
        );
        let rows = clinic.items("/api/notifications").await;
        assert!(
            rows.iter()
                .all(|row| row["status"] == "canceled" && row["reason"] == reason),
            "{reason}: {rows:?}"
        );
        clinic.set_now("2026-06-15T06:59:00Z");
        clinic.deliver().await;
        assert_eq!(clinic.sent().await, 0, "{reason}");
    }
}

/// Every order of five events, each event twice: always the same rows.
#[tokio::test(flavor = "multi_thread")]
async fn any_order_of_events_ends_alike() {
    let all = [
        create(),
        moved(ID, "2026-06-01T01:00:00Z", B),
        event(
            "Update",
            ID,
            "2026-06-01T02:00:00Z",
            &[("punctual_phone", Value::Null)],
        ),
        moved(ID, "2026-06-01T03:00:00Z", A),
    ];
    // The rows of the final start, as a clinic has them that only ever heard of the final state.
    let reference = Clinic::open(NOW).await;
    let mut last = created(ID, NOW, A, "Europe/Berlin");
    let target = &mut last["InputParameters"][0]["value"]["Attributes"];
    let attributes = target.as_array_mut().expect("a Target has attributes");
    attributes.retain(|item| item["key"] != "punctual_phone");
    reference.event(&last).await;
    let expected = shown(&reference, None).await;
    assert_eq!(expected.len(), 6);
    for order in orders(all.len()) {
        let clinic = Clinic::open(NOW).await;
        for &at in order.iter().chain(&order) {
            clinic.event(&all[at]).await;
        }
        assert_eq!(shown(&clinic, Some(&expected)).await, expected, "{order:?}");
        let living = clinic.items("/api/notifications?status=scheduled").await;
        assert_eq!(living.len(), 3, "{order:?}");
    }
}

/// Id, due time, status and reason of the rows that `like` has, or of all.
async fn shown(clinic: &Clinic, like: Option<&[Value]>) -> Vec<Value> {
    let rows = clinic.items("/api/notifications").await;
    let known = |row: &&Value| like.is_none_or(|like| like.iter().any(|one| one[0] == row["id"]));
    let rows = rows.iter().filter(known);
    rows.map(|row| json!([row["id"], row["due_at"], row["status"], row["reason"]]))
        .collect()
}

/// A deletion is final, whatever comes late.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_event_does_not_bring_back_a_deleted_appointment() {
    let clinic = check(&[deleted(ID), create()], expect![""]).await;
    assert!(clinic.items("/api/appointments").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_event_does_not_win() {
    let clinic = Clinic::open(NOW).await;
    clinic.event(&create()).await;
    clinic.event(&moved(ID, "2026-06-03T00:00:00Z", B)).await;
    assert_eq!(
        clinic.event(&moved(ID, "2026-06-02T00:00:00Z", A)).await["outcome"],
        "unchanged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_other_tables_are_ignored() {
    let clinic = Clinic::open(NOW).await;
    let mut other = create();
    other["PrimaryEntityName"] = "account".into();
    other["InputParameters"][0]["value"]["LogicalName"] = "account".into();
    assert_eq!(clinic.event(&other).await["outcome"], "ignored");
    assert!(clinic.items("/api/appointments").await.is_empty());
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(count - 1);
    shorter
        .iter()
        .flat_map(|order| {
            (0..=order.len()).map(|at| {
                let mut order = order.clone();
                order.insert(at, count - 1);
                order
            })
        })
        .collect()
}
