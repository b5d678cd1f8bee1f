//! Indexes that take their time, and indexes that fail.

use punctual_stand_in_dataverse::Options;

use crate::environment::{Environment, WEBHOOK};

const KEY: &str = "punctual_notificationkey";
const PART: &str = "key punctual_notificationkey";

fn failing(times: u32) -> Environment {
    let mut options = Options::default();
    options.key_index_failures.insert(KEY.into(), times);
    Environment::with(options)
}

#[test]
fn an_index_that_is_being_built_is_waited_for() {
    let environment = Environment::with(Options {
        key_index_ms: 1_500,
        ..Options::default()
    });
    let check = environment.connect(&["--check", "--webhook", WEBHOOK]);
    assert_eq!(check.state(PART), "WRONG");
    let told = environment.connect(&["--webhook", WEBHOOK]);
    assert_eq!(
        (told.code, told.state(PART)),
        (Some(0), "fine"),
        "{}",
        told.report
    );
    assert!(
        told.progress.contains("waiting for the index of "),
        "{}",
        told.progress
    );
}

#[test]
fn waiting_has_an_end() {
    let environment = Environment::with(Options {
        key_index_ms: i64::MAX / 2,
        ..Options::default()
    });
    let told = environment.connect(&["--webhook", WEBHOOK, "--wait-seconds", "0"]);
    assert_eq!((told.code, told.state(PART)), (Some(1), "WRONG"));
    assert!(
        told.report
            .contains("its index is not active yet (Pending)"),
        "{}",
        told.report
    );
    assert!(
        told.report.contains("run this again in a while"),
        "{}",
        told.report
    );
}

#[test]
fn an_index_that_failed_is_begun_again_once() {
    let environment = failing(1);
    let check = environment.connect(&["--check", "--webhook", WEBHOOK]);
    assert_eq!(check.state(PART), "WRONG", "a check mends nothing");
    let told = environment.connect(&["--webhook", WEBHOOK]);
    assert_eq!(
        (told.code, told.state(PART)),
        (Some(0), "changed"),
        "{}",
        told.report
    );
    assert_eq!(
        environment.connect(&["--webhook", WEBHOOK]).state(PART),
        "fine"
    );

    let hopeless = failing(9);
    let told = hopeless.connect(&["--webhook", WEBHOOK]);
    assert_eq!((told.code, told.state(PART)), (Some(1), "WRONG"));
    assert!(
        told.report
            .contains("two rows of Notifications with the same punctual_key"),
        "{}",
        told.report
    );
    assert_eq!(told.state("key punctual_markkey"), "fine");
}
