//! When reminders are due, and why some are not sent at all.

use expect_test::{Expect, expect};
use punctual_tests::Clinic;
use punctual_tests::events::*;
use serde_json::Value;

async fn check(now: &str, event: Value, expected: Expect) {
    let clinic = Clinic::open(now).await;
    clinic.event(&event).await;
    let lines = clinic.notifications().await;
    expected.assert_eq(
        &lines
            .lines()
            .filter(|line| line.contains("email"))
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_with_a_clock_change_keep_the_wall_clock() {
    // Spring forward and fall back, in three zones. Each start is at 09:00 in its zone.
    check(
        "2026-03-01T00:00:00Z",
        created(
            ID,
            "2026-03-01T00:00:00Z",
            "2026-03-30T07:00:00Z",
            "Europe/Berlin",
        ),
        expect![[r#"
        2026-03-23T08:00:00Z email P7D  scheduled -
        2026-03-29T07:00:00Z email P1D  scheduled -
        2026-03-30T06:00:00Z email PT1H scheduled -
    "#]],
    )
    .await;
    check(
        "2026-10-01T00:00:00Z",
        created(
            ID,
            "2026-10-01T00:00:00Z",
            "2026-10-25T08:00:00Z",
            "W. Europe Standard Time",
        ),
        expect![[r#"
        2026-10-18T07:00:00Z email P7D  scheduled -
        2026-10-24T07:00:00Z email P1D  scheduled -
        2026-10-25T07:00:00Z email PT1H scheduled -
    "#]],
    )
    .await;
    check(
        "2026-02-01T00:00:00Z",
        created(
            ID,
            "2026-02-01T00:00:00Z",
            "2026-03-08T13:00:00Z",
            "America/New_York",
        ),
        expect![[r#"
        2026-03-01T14:00:00Z email P7D  scheduled -
        2026-03-07T14:00:00Z email P1D  scheduled -
        2026-03-08T12:00:00Z email PT1H scheduled -
    "#]],
    )
    .await;
    check(
        "2026-10-01T00:00:00Z",
        created(ID, "2026-10-01T00:00:00Z", "2026-11-01T14:00:00Z", "35"),
        expect![[r#"
        2026-10-25T13:00:00Z email P7D  scheduled -
        2026-10-31T13:00:00Z email P1D  scheduled -
        2026-11-01T13:00:00Z email PT1H scheduled -
    "#]],
    )
    .await;
    check(
        "2026-03-01T00:00:00Z",
        created(
            ID,
            "2026-03-01T00:00:00Z",
            "2026-04-04T22:30:00Z",
            "Australia/Lord_Howe",
        ),
        expect![[r#"
        2026-03-28T22:00:00Z email P7D  scheduled -
        2026-04-03T22:00:00Z email P1D  scheduled -
        2026-04-04T21:30:00Z email PT1H scheduled -
    "#]],
    )
    .await;
    check(
        "2026-09-01T00:00:00Z",
        created(
            ID,
            "2026-09-01T00:00:00Z",
            "2026-10-03T22:00:00Z",
            "Australia/Lord_Howe",
        ),
        expect![[r#"
        2026-09-26T22:30:00Z email P7D  scheduled -
        2026-10-02T22:30:00Z email P1D  scheduled -
        2026-10-03T21:00:00Z email PT1H scheduled -
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_booking_skips_what_has_passed() {
    let clinic = Clinic::open("2026-06-14T12:00:00Z").await;
    let answer = clinic
        .event(&created(
            ID,
            "2026-06-14T12:00:00Z",
            "2026-06-15T07:00:00Z",
            "UTC",
        ))
        .await;
    expect![[r#"{"appointment":"3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5f","canceled":0,"outcome":"planned","scheduled":2,"skipped":[{"channel":"email","reason":"due_in_past","step":"P7D"},{"channel":"sms","reason":"due_in_past","step":"P7D"},{"channel":"email","reason":"due_in_past","step":"P1D"},{"channel":"sms","reason":"due_in_past","step":"P1D"}]}"#]]
        .assert_eq(&sorted(answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_booked_at_its_start_or_later_has_no_reminder() {
    for now in ["2026-06-15T07:00:00Z", "2026-06-15T07:10:00Z"] {
        let clinic = Clinic::open(now).await;
        let answer = clinic
            .event(&created(ID, now, "2026-06-15T07:00:00Z", "UTC"))
            .await;
        let skips = answer["skipped"].as_array().expect("skips are a list");
        assert_eq!(skips.len(), 6, "{now}");
        assert!(skips.iter().all(|skip| skip["reason"] == "due_in_past"));
        clinic.deliver().await;
        assert_eq!(clinic.sent().await, 0, "{now}");
    }
}

/// The skips in a fixed order: steps from far to near, email first.
fn sorted(mut answer: Value) -> String {
    if let Some(skips) = answer["skipped"].as_array_mut() {
        let rank = |skip: &Value| {
            let step = skip["step"].as_str().unwrap_or_default();
            (
                ["P7D", "P1D", "PT1H"]
                    .iter()
                    .position(|known| *known == step),
                skip["channel"].to_string(),
            )
        };
        skips.sort_by_key(rank);
    }
    answer.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said() {
    let cases: [(&str, Value, &str, &str); 6] = [
        ("punctual_email", Value::Null, "email", "no_email"),
        ("punctual_phone", Value::Null, "sms", "no_phone"),
        (
            "punctual_email",
            "not an address".into(),
            "email",
            "email_invalid",
        ),
        (
            "punctual_phone",
            "extension 12".into(),
            "sms",
            "phone_invalid",
        ),
        (
            "punctual_timezone",
            "Middle-earth".into(),
            "email",
            "time_zone_unknown",
        ),
        ("punctual_start", Value::Null, "sms", "no_start"),
    ];
    for (column, value, channel, reason) in cases {
        let clinic = Clinic::open("2026-06-01T00:00:00Z").await;
        let mut create = created(
            ID,
            "2026-06-01T00:00:00Z",
            "2026-06-15T07:00:00Z",
            "Europe/Berlin",
        );
        let attributes = create["InputParameters"][0]["value"]["Attributes"]
            .as_array_mut()
            .expect("a Target has attributes");
        attributes
            .iter_mut()
            .find(|item| item["key"] == column)
            .expect("the column is there")["value"] = value;
        let answer = clinic.event(&create).await;
        let skips = answer["skipped"].as_array().expect("skips are a list");
        assert!(
            !skips.is_empty()
                && skips
                    .iter()
                    .filter(|skip| skip["channel"] == channel)
                    .all(|skip| skip["reason"] == reason),
            "{reason}: {answer}"
        );
        clinic.set_now("2026-06-15T06:59:00Z");
        clinic.deliver().await;
        let outbox = clinic.items("/api/outbox").await;
        assert!(
            outbox.iter().all(|item| item["channel"] != channel),
            "{reason}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_moves_reminders_earlier() {
    let policy = r#"{"window":{"opens":"08:00","closes":"20:00"}}"#;
    let clinic = Clinic::open_with("2026-06-01T00:00:00Z", &[("reminder_policy", policy)]).await;
    clinic
        .event(&created(
            ID,
            "2026-06-01T00:00:00Z",
            "2026-06-15T05:30:00Z",
            "Europe/Berlin",
        ))
        .await;
    let lines = clinic.notifications().await;
    expect![[r#"
        2026-06-07T18:00:00Z email P7D  scheduled -
        2026-06-07T18:00:00Z sms   P7D  scheduled -
        2026-06-13T18:00:00Z email P1D  scheduled -
        2026-06-13T18:00:00Z sms   P1D  scheduled -
        2026-06-14T18:00:00Z email PT1H scheduled -
        2026-06-14T18:00:00Z sms   PT1H scheduled -
    "#]]
    .assert_eq(&lines);
}
