//! The manifest for Akamai Functions, within the limits there: no database, 30 seconds and 128 MB a request, 50 writes a second
//! to the key-value store.

use std::path::PathBuf;
use std::time::Duration;

use punctual_stand_in_sendgrid as sendgrid;

use super::town::{DUE, START, Town};

fn manifest() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../deploy/akamai/spin.toml"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_lives_within_the_limits() {
    let options = sendgrid::StandInOptions::new().expect("an authority can be made");
    let provider = sendgrid::StandIn::start(options).await.expect("it starts");
    let endpoint = provider.url();
    let town = Town::open("rest").await;
    let town = town
        .restart(|options| {
            options.manifest = manifest();
            options.request_timeout = Duration::from_secs(30);
            options.memory_limit_bytes = 128 << 20;
            options.trace_calls = true;
            // Nothing of AMQP is a setting there.
            for name in ["servicebus_address", "servicebus_tls"] {
                options.variables.remove(name);
            }
            for (name, value) in [
                ("email_sender", "sendgrid"),
                ("sendgrid_endpoint", endpoint.as_str()),
                ("sendgrid_key", "SG.stand-in"),
                ("sendgrid_from", "reminders@example.com"),
                // Texts go nowhere: their steps are not asked for.
                ("sms_sender", "twilio"),
                ("twilio_account", "AC00000000000000000000000000000000"),
                ("twilio_auth_token", "a token that nothing is signed with"),
                ("twilio_from", "+12025550100"),
                ("reminder_policy", r#"{"steps":[{"before":"P1D","channels":["email"]},{"before":"PT1H","channels":["email"]}]}"#),
            ] {
                options.variables.insert(name.to_owned(), value.to_owned());
            }
        })
        .await;
    let began = std::time::Instant::now();
    town.book(START).await;
    town.quiet().await;
    assert_eq!(town.answers().last(), Some(&200));
    town.set_now(DUE[1]);
    assert_eq!(town.clinic.deliver().await["sent"], 1);
    town.clinic.reconcile().await;
    let healthy = town
        .clinic
        .request("GET", "/healthz", "")
        .await
        .expect("an answer");
    assert_eq!(healthy.status, 200);
    let metrics = town
        .clinic
        .request("GET", "/metrics", "")
        .await
        .expect("an answer");
    assert_eq!(metrics.status, 200, "{}", metrics.text());
    assert!(town.clinic.notifications().await.contains(" sent "));
    // The outbox has nowhere to be, and says so.
    let outbox = town
        .clinic
        .request("GET", "/api/outbox", "")
        .await
        .expect("an answer");
    assert_eq!(outbox.status, 503, "{}", outbox.text());

    let calls = town.clinic.host.call_trace();
    // The outbox asked for its database and got none; nothing else asked.
    let asked = calls
        .iter()
        .filter(|call| call.contains(" sqlite "))
        .count();
    assert_eq!(asked, 0, "{calls:#?}");
    let writes = calls
        .iter()
        .filter(|call| call.contains("key-value set"))
        .count();
    let seconds = began.elapsed().as_secs().max(1);
    assert!(
        writes as u64 <= 50 * seconds && writes <= 50,
        "{writes} writes"
    );
    let memory = town.clinic.host.peak_guest_memory_bytes();
    assert!(
        memory < 64 << 20,
        "{memory} bytes, more than half of what there is"
    );
}
