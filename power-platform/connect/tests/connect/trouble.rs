//! What can be wrong, and what is said about it.

use punctual_stand_in_dataverse::Options;
use punctual_stand_in_dataverse::value::Value;
use punctual_stand_ins::{Fault, FaultKind};

use crate::environment::{Environment, KEY, WEBHOOK};

const WHOLE: &[&str] = &["--webhook", WEBHOOK];

fn variables(key: &str) -> [(&'static str, String); 1] {
    [("PUNCTUAL_WEBHOOK_KEY", key.to_owned())]
}

#[test]
fn a_token_that_is_not_good_ends_it() {
    let environment = Environment::imported();
    let token = environment.file("token", "planted-token-of-somebody-else");
    let told = environment.run(
        &["--webhook", WEBHOOK, "--token-file", &token],
        &variables(KEY),
    );
    assert_eq!((told.code, told.state("signed in")), (Some(1), "WRONG"));
    assert!(told.report.contains("sign in again"), "{}", told.report);
    assert!(!told.report.contains("planted"), "{}", told.report);
    assert!(!told.report.contains("webhook endpoint"), "{}", told.report);
    assert_eq!(environment.writes(), 0);
}

#[test]
fn a_secret_that_is_not_good_is_told_by_its_number() {
    let environment = Environment::imported();
    let entra = environment.entra_url();
    let mut wrong = vec![
        ("AZURE_AUTHORITY_HOST", entra),
        (
            "AZURE_TENANT_ID",
            punctual_stand_in_entra::directory::TENANT.to_owned(),
        ),
        (
            "AZURE_CLIENT_ID",
            punctual_stand_in_entra::directory::CLIENT_ID.to_owned(),
        ),
        ("AZURE_CLIENT_SECRET", "planted-and-wrong".to_owned()),
    ];
    wrong.extend(variables(KEY));
    let told = environment.run(WHOLE, &wrong);
    assert_eq!(told.code, Some(2));
    assert!(
        told.progress
            .contains("Entra refused to sign the application in: 401"),
        "{}",
        told.progress
    );
    assert!(told.progress.contains("AADSTS7000215"), "{}", told.progress);
    assert!(!told.progress.contains("planted"), "{}", told.progress);
}

#[test]
fn without_the_solution_it_says_so() {
    let environment = Environment::with(Options {
        solution_imported: false,
        ..Options::default()
    });
    let told = environment.connect(WHOLE);
    assert_eq!(
        (told.code, told.state("webhook endpoint")),
        (Some(1), "WRONG")
    );
    assert!(
        told.report.contains("Import the solution first"),
        "{}",
        told.report
    );
    assert_eq!(told.state("steps"), "left out");
    assert_eq!(
        environment.rows("serviceendpoint").len(),
        0,
        "nothing was made in its place"
    );
}

#[test]
fn steps_that_somebody_changed_are_told() {
    let environment = Environment::imported();
    let table = "sdkmessageprocessingstep";
    environment.change(
        table,
        ("name", "Update"),
        (
            "filteringattributes",
            Value::Text("punctual_start,punctual_name".into()),
        ),
    );
    environment.change(table, ("name", "Delete"), ("statecode", Value::Integer(1)));
    environment.change(
        "sdkmessageprocessingstepimage",
        ("entityalias", "punctual"),
        ("entityalias", Value::Text("other".into())),
    );
    let told = environment.connect(WHOLE);
    assert_eq!(told.code, Some(1));
    assert_eq!(
        ["step Create", "step Update", "step Delete"].map(|step| told.state(step)),
        ["fine", "WRONG", "WRONG"],
        "{}",
        told.report
    );
    for words in [
        "it listens to too little: punctual_customername",
        "and too much: punctual_name",
        "the image punctual is missing",
        "it is disabled",
        "--activate-plugins",
    ] {
        assert!(told.report.contains(words), "{words}: {}", told.report);
    }
    // Steps of the solution are an import's business.
    assert_eq!(environment.writes(), 1);
}

#[test]
fn an_application_that_the_environment_does_not_know_is_told() {
    let environment = Environment::with(Options {
        application_users: Vec::new(),
        ..Options::default()
    });
    let token = environment.file("token", environment.dataverse.token());
    let told = environment.connect(&["--webhook", WEBHOOK, "--token-file", &token]);
    assert_eq!(
        (told.code, told.state("application")),
        (Some(1), "WRONG"),
        "{}",
        told.report
    );
    assert!(told.report.contains("make its user"), "{}", told.report);
    assert_eq!(
        told.state("webhook endpoint"),
        "changed",
        "the rest is done"
    );
}

#[test]
fn a_right_that_is_missing_is_told() {
    let environment = Environment::imported();
    let fault = Fault::once("api.query", FaultKind::Refuse);
    environment
        .dataverse
        .with(|dataverse, _| dataverse.faults.add(fault).expect("a fault"));
    let told = environment.connect(WHOLE);
    assert_eq!(
        (told.code, told.state("application: punctual_appointments")),
        (Some(1), "WRONG"),
        "{}",
        told.report
    );
    assert!(
        told.report.contains("Punctual scheduler"),
        "{}",
        told.report
    );
    let refused = Fault::once("api.update", FaultKind::Refuse);
    environment
        .dataverse
        .with(|dataverse, _| dataverse.faults.add(refused).expect("a fault"));
    let told = environment.connect(&["--webhook", WEBHOOK, "--force"]);
    assert_eq!(told.state("webhook endpoint"), "WRONG");
    assert!(
        told.report
            .contains("System Administrator or System Customizer"),
        "{}",
        told.report
    );
}

#[test]
fn a_busy_environment_is_asked_again() {
    let environment = Environment::imported();
    for (at, kind) in [
        ("api.metadata", FaultKind::Busy),
        ("api.read", FaultKind::Fail),
        ("api.update", FaultKind::Busy),
    ] {
        let fault = Fault {
            retry_after_seconds: Some(0),
            ..Fault::once(at, kind)
        };
        environment
            .dataverse
            .with(|dataverse, _| dataverse.faults.add(fault).expect("a fault"));
    }
    let told = environment.connect(WHOLE);
    assert_eq!(told.code, Some(0), "{}", told.report);
}

#[track_caller]
fn refused(arguments: &[&str], key: &str, words: &str) {
    let environment = Environment::imported();
    let mut all = variables(key).to_vec();
    all.retain(|(_, value)| !value.is_empty());
    let token = environment.file("token", environment.dataverse.token());
    let told = environment.run(&[arguments, &["--token-file", &token]].concat(), &all);
    assert_eq!(told.code, Some(2), "{}", told.report);
    assert!(told.progress.contains(words), "{}", told.progress);
    assert!(
        key.is_empty() || !told.progress.contains(key),
        "{}",
        told.progress
    );
    assert_eq!(environment.writes(), 0);
}

#[test]
fn what_is_missing_or_odd_is_asked_for() {
    refused(&[], KEY, "--webhook is missing");
    refused(WHOLE, "", "the key of the webhook is missing");
    refused(WHOLE, "planted-short", "a key has 24 to 256 letters");
    refused(
        &["--webhook", WEBHOOK, "--registration", "/nowhere"],
        KEY,
        "cannot read /nowhere",
    );
}
