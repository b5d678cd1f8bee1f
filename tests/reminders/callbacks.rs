//! What providers and people tell: only the genuine counts, and whoever says stop is left alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use punctual_tests::Clinic;
use punctual_tests::events::*;
use sha2::{Digest, Sha256};

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const VARIABLES: [(&str, &str); 6] = [
    ("public_url", "https://reminders.example.com"),
    ("twilio_auth_token", "twilio-token"),
    ("acs_callback_key", "acs-key"),
    ("link_key", "a key for the links"),
    (
        "sendgrid_webhook_key",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==",
    ),
    ("sends_at_once", "4"),
];

/// Texts of the person that `created` books, signed as Twilio would: with "twilio-token", for the URL above.
const STOP: (&str, &str) = ("please+stop+texting+me", "+BVyCIcK/TuwV1iC4jhxCXn5XLU=");
const RESTART: (&str, &str) = ("start", "QFvWDoIGwVqGlm8Av4AMqD5DK6g=");

async fn booked() -> Clinic {
    let clinic = Clinic::open_with(NOW, &VARIABLES).await;
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    clinic
}

async fn says(clinic: &Clinic, (words, signature): (&str, &str)) -> (u16, String) {
    let body = format!(
        "MessageSid=SM1&From=%2B12025550123&To=%2B12025550100&SmsStatus=received&Body={words}"
    );
    let headers = [FORM, ("x-twilio-signature", signature)];
    let reply = clinic
        .request_with("POST", "/callbacks/twilio", &headers, body)
        .await;
    let reply = reply.expect("an answer");
    (reply.status.as_u16(), reply.text().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_genuine_changes_nothing() {
    let clinic = booked().await;
    let before = clinic.notifications().await;
    let wrong = (STOP.0, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert_eq!(says(&clinic, wrong).await.0, 403);
    for (path, status) in [
        ("/callbacks/twilio", 403),
        ("/callbacks/sendgrid", 403),
        ("/callbacks/acs", 401),
        ("/callbacks/acs?code=wrong", 401),
        ("/unsubscribe", 403),
        ("/unsubscribe?token=wrong", 403),
    ] {
        let reply = clinic.request_with("POST", path, &[], "[]").await;
        assert_eq!(reply.expect("an answer").status, status, "{path}");
    }
    clinic.reconcile().await;
    assert_eq!(clinic.notifications().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_secret_a_route_stays_closed_and_names_it() {
    let clinic = Clinic::open(NOW).await;
    for (path, variable) in [
        ("/callbacks/twilio", "twilio_auth_token"),
        ("/callbacks/sendgrid", "sendgrid_webhook_key"),
        ("/callbacks/acs", "acs_callback_key"),
        ("/unsubscribe?token=x", "link_key"),
    ] {
        let reply = clinic.request_with("POST", path, &[], "[]").await;
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 503, "{path}");
        assert!(reply.text().contains(variable), "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_stop_is_texted_no_more_until_they_say_start() {
    let clinic = booked().await;
    // One text confirms it, however often the webhook comes.
    let (status, answer) = says(&clinic, STOP).await;
    assert!(
        status == 200 && answer.contains("<Message>"),
        "{status} {answer}"
    );
    let (status, answer) = says(&clinic, STOP).await;
    assert!(status == 204 && answer.is_empty(), "{status} {answer}");
    // The fence looks, though the rows were planned before.
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    let outbox = clinic.items("/api/outbox").await;
    assert!(
        outbox.iter().all(|item| item["channel"] == "email"),
        "{outbox:?}"
    );
    assert_eq!(outbox.len(), 1);
    // So does the plan.
    clinic.reconcile().await;
    let rows = clinic.items("/api/notifications?channel=sms").await;
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter()
            .all(|row| row["status"] == "skipped" && row["reason"] == "opted_out"),
        "{rows:?}"
    );
    // An hour later the text of a week before is not sent any more.
    clinic.set_now("2026-06-08T08:00:00Z");
    assert_eq!(says(&clinic, RESTART).await.0, 204);
    clinic.reconcile().await;
    clinic.set_now("2026-06-14T07:00:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 3);
}

/// The path and the token of the link in the email that is due first.
async fn unsubscribe_link(clinic: &Clinic) -> String {
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    let outbox = clinic.items("/api/outbox").await;
    let email = outbox
        .iter()
        .find(|item| item["channel"] == "email")
        .expect("an email");
    let text = email["text"].as_str().expect("a text");
    let (_, rest) = text
        .split_once("https://reminders.example.com")
        .expect("a link");
    let link = rest.split_whitespace().next().expect("a path");
    assert!(link.starts_with("/unsubscribe?token="), "{link}");
    link.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_the_browsers_language_and_runs_nothing() {
    let clinic = booked().await;
    let link = unsubscribe_link(&clinic).await;
    for (wish, tag, question) in [
        ("", "en", "No more reminders by email?"),
        ("de", "de", "Keine Erinnerungen mehr per E-Mail?"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr", "Ne plus recevoir"),
        ("en;q=0.1, es-MX", "es", "¿No recibir más"),
        ("pt-BR, ja;q=0.5", "en", "No more reminders by email?"),
        ("de;q=0, fr;q=x, ;q=2", "en", "No more reminders by email?"),
    ] {
        let headers = [("accept-language", wish)];
        let page = clinic.request_with("GET", &link, &headers, "").await;
        let page = page.expect("a page");
        let (text, header) = (page.text(), |name: &str| {
            page.headers[name].to_str().expect("text").to_owned()
        });
        assert_eq!(header("content-language"), tag, "{wish}");
        assert!(text.contains(&format!("<html lang=\"{tag}\">")), "{text}");
        assert!(text.contains(question), "{wish}: {text}");
        // Only the style that is there has a place in it.
        let (_, rest) = text.split_once("<style>").expect("a style");
        let (style, rest) = rest.split_once("</style>").expect("its end");
        let hash = STANDARD.encode(Sha256::digest(style));
        let policy = header("content-security-policy");
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for tag in ["<script", "style=", "<img", "<link", "http"] {
            assert!(!rest.contains(tag), "{tag}: {rest}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_ends_the_emails_and_looking_does_not() {
    let clinic = booked().await;
    let link = &unsubscribe_link(&clinic).await;
    let look = clinic
        .request_with("GET", link, &[], "")
        .await
        .expect("a page");
    assert!(look.status == 200 && !look.text().contains("pat.planted@example.com"));
    clinic.set_now("2026-06-14T07:00:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent().await, 4);
    for _ in 0..2 {
        let click = clinic
            .request_with("POST", link, &[FORM], "List-Unsubscribe=One-Click")
            .await;
        assert_eq!(click.expect("an answer").status, 200);
    }
    clinic.set_now("2026-06-15T06:00:00Z");
    clinic.deliver().await;
    let outbox = clinic.items("/api/outbox").await;
    let emails = outbox.iter().filter(|item| item["channel"] == "email");
    assert_eq!((outbox.len(), emails.count()), (5, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn event_grid_shakes_hands_with_the_key_alone() {
    let clinic = booked().await;
    let path = "/callbacks/acs?code=acs-key";
    let body = r#"[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6"}}]"#;
    let reply = clinic
        .request_with("POST", path, &[], body)
        .await
        .expect("an answer");
    assert_eq!(
        reply.json().expect("JSON")["validationResponse"],
        "512d38b6"
    );
    let headers = [("webhook-request-origin", "eventgrid.azure.net")];
    let reply = clinic
        .request_with("OPTIONS", path, &headers, "")
        .await
        .expect("an answer");
    assert_eq!(reply.status, 200);
    let body = r#"{"specversion":"1.0","id":"1","type":"Microsoft.Communication.SMSDeliveryReportReceived","data":{"messageId":"unknown","deliveryStatus":"Delivered"}}"#;
    let reply = clinic
        .request_with("POST", path, &[], body)
        .await
        .expect("an answer");
    assert_eq!(reply.status, 200);
    let metrics = clinic
        .request("GET", "/metrics", "")
        .await
        .expect("metrics");
    assert!(
        metrics.text().contains("punctual_receipts_unknown_total 1"),
        "{}",
        metrics.text()
    );
}
