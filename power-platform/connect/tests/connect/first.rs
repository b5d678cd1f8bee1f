//! The first run, the second, and those that only look.

use punctual_stand_in_dataverse::value::Value;

use crate::environment::{Environment, KEY, WEBHOOK};

const WHOLE: &[&str] = &["--webhook", WEBHOOK];

#[test]
fn the_first_run_connects_and_the_second_changes_nothing() {
    let environment = Environment::imported();
    let first = environment.connect(WHOLE);
    assert_eq!(first.code, Some(0), "{}{}", first.report, first.progress);
    assert_eq!(first.state("webhook endpoint"), "changed");
    for part in [
        "signed in",
        "step Create",
        "step Update",
        "step Delete",
        "key punctual_archivedcountkey",
        "key punctual_markkey",
        "key punctual_notificationkey",
        "key punctual_suppressionkey",
        "application",
        "application: punctual_appointments",
        "application: punctual_notifications",
    ] {
        assert_eq!(first.state(part), "fine", "{part}");
    }
    let [endpoint] = &environment.rows("serviceendpoint")[..] else {
        panic!("one endpoint");
    };
    assert_eq!(endpoint.text("url"), WEBHOOK);
    let settings =
        format!("<settings><setting name=\"x-punctual-key\" value=\"{KEY}\" /></settings>");
    assert_eq!(endpoint.text("authvalue"), settings);
    assert_eq!(environment.writes(), 1);

    let second = environment.connect(WHOLE);
    assert_eq!(second.code, Some(0));
    assert!(
        second
            .report
            .ends_with("\nAll is as it should be. Nothing was changed.\n"),
        "{}",
        second.report
    );
    assert_eq!(environment.writes(), 1);

    let forced = environment.connect(&["--webhook", WEBHOOK, "--force"]);
    assert_eq!(
        (forced.state("webhook endpoint"), environment.writes()),
        ("changed", 2)
    );
}

#[test]
fn another_key_and_another_address_are_seen() {
    let environment = Environment::imported();
    environment.connect(WHOLE);
    let file = environment.file("key", "planted-key-of-another-day-01\n");
    let other = environment.connect(&["--webhook", WEBHOOK, "--key-file", &file]);
    assert_eq!(other.state("webhook endpoint"), "changed");
    assert!(!other.report.contains("planted-key"), "{}", other.report);
    let moved = environment.connect(&["--webhook", "https://new.example.com", "--key-file", &file]);
    assert_eq!(moved.state("webhook endpoint"), "changed");
    let endpoint = &environment.rows("serviceendpoint")[0];
    assert_eq!(
        endpoint.text("url"),
        "https://new.example.com/webhooks/dataverse"
    );
    // As an import does.
    environment.change(
        "serviceendpoint",
        ("url", "new.example.com"),
        (
            "url",
            Value::Text("https://set-after-import.invalid/webhooks/dataverse".into()),
        ),
    );
    let imported = environment.connect(&["--check"]);
    assert_eq!(
        (imported.code, imported.state("webhook endpoint")),
        (Some(1), "WRONG")
    );
    assert!(
        imported.report.contains("no address is set"),
        "{}",
        imported.report
    );
}

#[test]
fn a_check_looks_and_touches_nothing() {
    let environment = Environment::imported();
    let before = environment.connect(&["--check", "--webhook", WEBHOOK]);
    assert_eq!(
        (before.code, before.state("webhook endpoint")),
        (Some(1), "WRONG")
    );
    assert!(
        before.report.contains("Run this again without --check."),
        "{}",
        before.report
    );
    assert_eq!(environment.writes(), 0);
    environment.connect(WHOLE);
    let after = environment.connect(&["--check", "--webhook", WEBHOOK]);
    assert_eq!(
        (after.code, environment.writes()),
        (Some(0), 1),
        "{}",
        after.report
    );
}

#[test]
fn an_administrator_may_connect_with_a_token_of_their_own() {
    let environment = Environment::imported();
    let token = environment.file("token", &format!("{}\n", environment.dataverse.token()));
    let key = environment.file("key", KEY);
    let arguments = [
        "--webhook",
        WEBHOOK,
        "--token-file",
        &token,
        "--key-file",
        &key,
    ];
    let told = environment.run(&arguments, &[]);
    assert_eq!(told.code, Some(0), "{}{}", told.report, told.progress);
    assert_eq!(told.state("webhook endpoint"), "changed");
    assert_eq!(told.state("application"), "left out");
}
