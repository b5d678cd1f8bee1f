//! A clinic's own table: its steps are made, mended, and found again.

use punctual_stand_in_dataverse::value::Value;
use punctual_stand_ins::{Fault, FaultKind};

use crate::environment::{Environment, Told, WEBHOOK};

const STEPS: [&str; 3] = ["step Create", "step Update", "step Delete"];
const MAPPING: &str = "{\"preset\":\"appointment\",\"columns\":{\"notes\":\"description\"}}";
const COLUMNS: &str = "description,scheduledend,scheduledstart,statecode,statuscode,subject";

fn register(environment: &Environment, more: &[&str]) -> Told {
    let mapping = environment.file("mapping.json", MAPPING);
    let arguments = ["--webhook", WEBHOOK, "--registration", &mapping];
    environment.connect(&[&arguments, more].concat())
}

#[track_caller]
fn all_are(told: &Told, state: &str) {
    let states = STEPS.map(|step| told.state(step));
    assert_eq!(states, [state; 3], "{}{}", told.report, told.progress);
}

/// Message and columns of the images of the table's steps, as events will bring them.
fn images(environment: &Environment) -> Vec<(i64, String)> {
    let steps = environment.rows("sdkmessageprocessingstep");
    let of_table = steps
        .iter()
        .filter(|it| it.text("name").ends_with(" of appointment"));
    let ids: Vec<_> = of_table.map(|step| step.id).collect();
    let images = environment.rows("sdkmessageprocessingstepimage");
    let of_steps = images.iter().filter(|image| {
        let step = image.reference("sdkmessageprocessingstepid");
        step.is_some_and(|step| ids.contains(&step))
    });
    let mut found: Vec<_> = of_steps
        .map(|it| {
            (
                it.integer("imagetype").unwrap_or(-1),
                it.text("attributes").to_owned(),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn steps_and_images_are_made_once() {
    let environment = Environment::imported();
    let check = register(&environment, &["--check"]);
    all_are(&check, "WRONG");
    assert_eq!(environment.writes(), 0);
    let first = register(&environment, &[]);
    all_are(&first, "changed");
    assert_eq!(first.code, Some(0), "{}", first.report);
    assert_eq!(first.state("application: appointments"), "fine");
    // One of the row before it was deleted, one of the row after it was changed.
    let expected = vec![(0, COLUMNS.to_owned()), (1, COLUMNS.to_owned())];
    assert_eq!(images(&environment), expected);
    let writes = environment.writes();
    let second = register(&environment, &[]);
    all_are(&second, "fine");
    assert_eq!(environment.writes(), writes);
    assert!(
        second
            .report
            .ends_with("\nAll is as it should be. Nothing was changed.\n"),
        "{}",
        second.report
    );
}

#[test]
fn what_somebody_changed_is_mended() {
    let environment = Environment::imported();
    register(&environment, &[]);
    let of = ("name", "Update of appointment");
    let table = "sdkmessageprocessingstep";
    environment.change(
        table,
        of,
        (
            "filteringattributes",
            Value::Text("subject,location".into()),
        ),
    );
    environment.change(
        table,
        ("name", "Delete of appointment"),
        ("statecode", Value::Integer(1)),
    );
    environment.change(
        "sdkmessageprocessingstepimage",
        ("attributes", COLUMNS),
        ("attributes", Value::Text("subject".into())),
    );
    let told = register(&environment, &[]);
    assert_eq!(
        STEPS.map(|step| told.state(step)),
        ["fine", "changed", "changed"],
        "{}",
        told.report
    );
    for words in [
        "it listens to too little: description, scheduledend",
        "too much: location",
        "it is disabled",
    ] {
        assert!(told.report.contains(words), "{words}: {}", told.report);
    }
    all_are(&register(&environment, &[]), "fine");
    assert_eq!(images(&environment).len(), 2);
}

#[test]
fn lost_answers_make_nothing_twice() {
    let environment = Environment::imported();
    for at in ["api.create", "api.update"] {
        let fault = Fault {
            times: Some(2),
            ..Fault::once(at, FaultKind::LoseAnswer)
        };
        environment
            .dataverse
            .with(|dataverse, _| dataverse.faults.add(fault).expect("a fault"));
    }
    let told = register(&environment, &[]);
    assert_eq!(told.code, Some(0), "{}{}", told.report, told.progress);
    assert_eq!(images(&environment).len(), 2);
    all_are(&register(&environment, &[]), "fine");
}

#[test]
fn a_table_that_is_not_there_is_named() {
    let environment = Environment::imported();
    let mapping = environment.file(
        "mapping.json",
        "{\"table\":\"clinic_visit\",\"entity_set\":\"clinic_visits\",\"columns\":{\"start_at\":\"clinic_when\"},\"status\":{\"values\":{\"1\":\"scheduled\"}}}",
    );
    let told = environment.connect(&["--webhook", WEBHOOK, "--registration", &mapping]);
    assert_eq!(told.code, Some(1), "{}{}", told.report, told.progress);
    all_are(&told, "WRONG");
    assert!(
        told.report
            .contains("there is no Create of a table clinic_visit"),
        "{}",
        told.report
    );
}
