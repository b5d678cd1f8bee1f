//! People answer by the links in their reminders: whoever only looks changes nothing, an answer is to the appointment that the
//! message was about, and it reaches the clinic's own table.

use punctual_host::client::Reply;
use punctual_host::{CrashPoint, When};
use punctual_tests::Clinic;
use punctual_tests::events::*;
use serde_json::{Value, json};

use crate::azure::town::{self, Town};

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
const WEEK_BEFORE: &str = "2026-06-08T07:00:00Z";
const DUE: &str = "2026-06-14T07:00:00Z";
const PUBLIC: &str = "https://reminders.example.com";
const VARIABLES: [(&str, &str); 5] = [
    ("public_url", PUBLIC),
    ("link_key", "a planted key for links"),
    ("answer_links", "confirm, cancel"),
    ("reschedule_url", "https://clinic.example/book"),
    ("clinic_name", "Riverside <Clinic>"),
];

/// A clinic whose reminders of a week and of a day before went out.
async fn reminded() -> Clinic {
    let clinic = Clinic::open_with(NOW, &VARIABLES).await;
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    for due in [WEEK_BEFORE, DUE] {
        clinic.set_now(due);
        clinic.deliver().await;
    }
    clinic
}

/// Path and token of a link in the email that went out last.
async fn link(clinic: &Clinic, begin: &str) -> String {
    found(clinic, "email", begin).await.expect("a link")
}

async fn found(clinic: &Clinic, channel: &str, begin: &str) -> Option<String> {
    let outbox = clinic.items("/api/outbox").await;
    let of_channel = |item: &&Value| item["channel"] == channel;
    let sent_at = |item: &&Value| item["sent_at"].as_str().map(str::to_owned);
    let message = outbox.iter().filter(of_channel).max_by_key(sent_at)?;
    let (_, rest) = message["text"].as_str()?.split_once(begin)?;
    let end = rest.split_whitespace().next()?;
    Some(format!("{}{end}", begin.trim_start_matches(PUBLIC)))
}

async fn confirm_link(clinic: &Clinic) -> String {
    link(
        clinic,
        "https://reminders.example.com/answer/confirm?token=",
    )
    .await
}

async fn cancel_link(clinic: &Clinic) -> String {
    link(clinic, "https://reminders.example.com/answer/cancel?token=").await
}

async fn ask(clinic: &Clinic, method: &str, link: &str) -> Reply {
    let reply = clinic.request_with(method, link, &[], "").await;
    reply.expect("an answer")
}

#[track_caller]
fn check(page: &Reply, status: u16, said: &str) {
    let text = page.text();
    assert_eq!(page.status, status, "{text}");
    assert!(text.contains(said), "{said}: {text}");
    for planted in ["planted@", "+1202", "Planted", "Riverside <"] {
        assert!(!text.contains(planted), "{planted}: {text}");
    }
}

async fn status(clinic: &Clinic) -> String {
    let path = format!("/api/appointments/{ID}");
    let appointment = clinic.json("GET", &path, "").await;
    appointment["status"].as_str().unwrap_or("-").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing_and_the_button_confirms() {
    let clinic = reminded().await;
    let link = confirm_link(&clinic).await;
    let before = clinic.notifications().await;
    let page = ask(&clinic, "GET", &link).await;
    check(&page, 200, "<h1>Will you come?</h1>");
    check(&page, 200, "Monday, 15 June 2026");
    check(&page, 200, "<form method=\"post\">");
    let policy = page.headers["content-security-policy"].to_str();
    assert!(policy.is_ok_and(|policy| policy.starts_with("default-src 'none'")));
    assert_eq!(ask(&clinic, "HEAD", &link).await.status, 200);
    assert_eq!(status(&clinic).await, "scheduled");
    assert_eq!(clinic.notifications().await, before);
    for _ in 0..2 {
        let page = ask(&clinic, "POST", &link).await;
        check(&page, 200, "<h1>Confirmed</h1>");
        assert!(!page.text().contains("<form"));
    }
    assert_eq!(status(&clinic).await, "confirmed");
    let path = format!("/api/audit?subject={ID}");
    let audit = clinic.items(&path).await;
    let answers: Vec<_> = audit
        .iter()
        .filter(|entry| entry["role"] == "customer")
        .map(|entry| (&entry["action"], &entry["outcome"]))
        .collect();
    let once = [(&json!("appointment.confirm"), &json!("done"))];
    assert_eq!(answers, once, "said twice, it was done once");
    // Who has confirmed is reminded all the same, and not asked again.
    clinic.set_now("2026-06-15T06:00:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 6);
    let again = "https://reminders.example.com/answer/confirm?token=";
    assert_eq!(found(&clinic, "email", again).await, None);
    cancel_link(&clinic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cancels_is_reminded_no_more() {
    let clinic = reminded().await;
    let (confirm, cancel) = (confirm_link(&clinic).await, cancel_link(&clinic).await);
    check(
        &ask(&clinic, "GET", &cancel).await,
        200,
        "Cancel this appointment?",
    );
    for _ in 0..2 {
        check(&ask(&clinic, "POST", &cancel).await, 200, "Canceled");
    }
    assert_eq!(status(&clinic).await, "canceled");
    let rows = clinic.items("/api/notifications?status=canceled").await;
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|row| row["reason"] == "appointment_canceled")
    );
    // It cannot be taken back by the other link: the clinic may have given the time to somebody else.
    check(&ask(&clinic, "GET", &confirm).await, 200, "is canceled");
    check(&ask(&clinic, "POST", &confirm).await, 410, "is canceled");
    assert_eq!(status(&clinic).await, "canceled");
    clinic.set_now("2026-06-15T06:00:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_what_is_no_more_is_none() {
    let clinic = reminded().await;
    let links = [confirm_link(&clinic).await, cancel_link(&clinic).await];
    let moved = [("punctual_start", date("2026-06-16T07:00:00Z"))];
    clinic.event(&event("Update", ID, DUE, &moved)).await;
    let before = clinic.notifications().await;
    for link in &links {
        // The page says when it is now.
        check(
            &ask(&clinic, "GET", link).await,
            200,
            "Tuesday, 16 June 2026",
        );
        check(&ask(&clinic, "POST", link).await, 409, "was moved");
    }
    assert_eq!(
        (
            status(&clinic).await.as_str(),
            &clinic.notifications().await
        ),
        ("scheduled", &before)
    );
    let back = [("punctual_start", date(START))];
    clinic
        .event(&event("Update", ID, "2026-06-14T08:00:00Z", &back))
        .await;
    clinic.set_now(START);
    for link in &links {
        check(
            &ask(&clinic, "POST", link).await,
            410,
            "has begun or is over",
        );
    }
    assert_eq!(status(&clinic).await, "scheduled");
    clinic.event(&deleted(ID)).await;
    check(&ask(&clinic, "POST", &links[0]).await, 410, "is canceled");
    check(&ask(&clinic, "POST", &links[1]).await, 200, "Canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_token_answers() {
    let clinic = reminded().await;
    let (confirm, cancel) = (confirm_link(&clinic).await, cancel_link(&clinic).await);
    let (_, token) = confirm.split_once('=').expect("a token");
    let unsubscribe = link(&clinic, "https://reminders.example.com/unsubscribe?token=").await;
    let (_, other) = unsubscribe.split_once('=').expect("a token");
    for link in [
        format!("/answer/cancel?token={token}"),
        format!("/answer/cancel?token={other}"),
        format!("/answer/confirm?token={}", &token[..token.len() - 1]),
        "/answer/confirm?token=".to_owned(),
        "/answer/confirm".to_owned(),
    ] {
        for method in ["GET", "POST"] {
            assert_eq!(ask(&clinic, method, &link).await.status, 403, "{link}");
        }
    }
    assert_eq!(ask(&clinic, "DELETE", &cancel).await.status, 405);
    assert_eq!(status(&clinic).await, "scheduled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_offered_is_not_taken() {
    let clinic = reminded().await;
    let (confirm, cancel) = (confirm_link(&clinic).await, cancel_link(&clinic).await);
    // A text has room for one link.
    let text = found(
        &clinic,
        "sms",
        "https://reminders.example.com/answer/confirm?token=",
    );
    assert!(text.await.is_some());
    assert!(found(&clinic, "sms", "cancel?token=").await.is_none());
    let clinic = clinic
        .restart_with(|options| {
            let offered = ("answer_links".to_owned(), "confirm".to_owned());
            options
                .variables
                .extend(VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned())));
            options.variables.extend([offered]);
        })
        .await;
    assert_eq!(ask(&clinic, "POST", &cancel).await.status, 404);
    assert_eq!(ask(&clinic, "GET", &confirm).await.status, 200);
    assert_eq!(status(&clinic).await, "scheduled");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clinics_own_page_is_told_the_appointment() {
    let clinic = reminded().await;
    let link = link(&clinic, "https://clinic.example/book?").await;
    assert!(
        link.contains(&format!("?appointment={ID}&signature=")),
        "{link}"
    );
}

/// A town whose reminders of a week and of a day before went out, with the link to cancel.
async fn town(transport: &str) -> (Town, String) {
    let town = Town::open(transport).await;
    let town = town
        .restart(|options| {
            for (name, value) in VARIABLES {
                options.variables.insert(name.to_owned(), value.to_owned());
            }
        })
        .await;
    town.book(town::START).await;
    town.quiet().await;
    for due in [WEEK_BEFORE, DUE] {
        town.set_now(due);
        town.clinic.deliver().await;
    }
    let link = cancel_link(&town.clinic).await;
    (town, link)
}

fn code(town: &Town) -> Option<i64> {
    town.dataverse.with(|dataverse, _| {
        let table = dataverse.schema.table("punctual_appointment")?;
        let row = dataverse.store.rows(table).all().next()?;
        row.integer("statuscode")
    })
}

async fn the_clinic_knows(transport: &str) {
    let (town, link) = town(transport).await;
    check(
        &ask(&town.clinic, "GET", &link).await,
        200,
        "Cancel this appointment?",
    );
    assert_eq!(code(&town), Some(1));
    check(&ask(&town.clinic, "POST", &link).await, 200, "Canceled");
    town.quiet().await;
    assert_eq!(
        code(&town),
        Some(2),
        "its status is that of the clinic's own table"
    );
    assert!(town.answers().iter().all(|status| *status == 200));
    let rows = town
        .clinic
        .items("/api/notifications?status=canceled")
        .await;
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|row| row["reason"] == "appointment_canceled")
    );
    town.set_now("2026-06-15T06:00:00Z");
    town.clinic.deliver().await;
    assert_eq!(town.clinic.sent_once_each().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clinic_knows_over_rest() {
    the_clinic_knows("rest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clinic_knows_over_amqp() {
    the_clinic_knows("amqp").await;
}

/// Wherever the process ends between the button and the page: the reminders die as soon as the table says so, and never
/// before.
#[tokio::test(flavor = "multi_thread")]
async fn wherever_it_ends_the_reminders_follow_the_appointment() {
    let mut call = 1;
    loop {
        let clinic = reminded().await;
        let link = cancel_link(&clinic).await;
        let settings = |options: &mut punctual_host::HostOptions| {
            for (name, value) in VARIABLES {
                options.variables.insert(name.to_owned(), value.to_owned());
            }
        };
        let clinic = clinic
            .restart_with(|options| {
                settings(options);
                options.crash = Some(CrashPoint {
                    call,
                    when: When::After,
                });
            })
            .await;
        let is_over = clinic.request_with("POST", &link, &[], "").await.is_ok();
        let clinic = clinic.restart_with(settings).await;
        clinic.sweep().await;
        let is_canceled = status(&clinic).await == "canceled";
        let rows = clinic.items("/api/notifications?status=canceled").await;
        assert_eq!(rows.len(), if is_canceled { 2 } else { 0 }, "call {call}");
        clinic.set_now("2026-06-15T06:00:00Z");
        clinic.deliver().await;
        let sent = clinic.sent_once_each().await;
        assert_eq!(sent, if is_canceled { 4 } else { 6 }, "call {call}");
        if is_over {
            assert!(is_canceled, "it was answered, so it is done");
            assert!(call > 4, "no call was cut off");
            return;
        }
        call += 1;
    }
}
