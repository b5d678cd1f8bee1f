//! The webhook of a clinic's own table: steps and images are made here, since the solution has them only for its own.
//!
//! Each has an id that follows from the table and the message, so that a second run finds what the first one made,
//! however far it came.

use punctual_solution::webhook::{ENDPOINT_NAME, IMAGE_ALIAS, STEPS};
use serde_json::{Value as Json, json};

use crate::api::{Api, ApiError};
use crate::arguments::Mapping;
use crate::endpoint;
use crate::report::Report;
use crate::steps::{MODE, STAGE, Wanted};

const SETS: (&str, &str) = (
    "sdkmessageprocessingsteps",
    "sdkmessageprocessingstepimages",
);

/// Registers what is missing, mends what differs.
pub fn register(api: &Api, mapping: &Mapping, check: bool, report: &mut Report) {
    for step in STEPS {
        let id = punctual_solution::own_step_id(&mapping.table, step);
        let wanted = Wanted {
            step,
            id: id.trim_matches(['{', '}']).to_owned(),
            table: &mapping.table,
            columns: mapping.columns.iter().map(String::as_str).collect(),
        };
        let part = wanted.part();
        match one(api, &wanted, check) {
            Ok(Done::Nothing) => report.fine(&part, format!("enabled, for {}", mapping.table)),
            Ok(Done::Changed(what)) => report.changed(&part, what),
            Ok(Done::ToDo(what)) => report.wrong(&part, what, "Run this again without --check."),
            Ok(Done::NoTable) => report.wrong(
                &part,
                format!(
                    "there is no {} of a table {}",
                    step.message(),
                    mapping.table
                ),
                "Look at `table` in the mapping: it must be the logical name.",
            ),
            Err(error) => report.failed(&part, &error),
        }
    }
}

enum Done {
    Nothing,
    Changed(String),
    ToDo(String),
    NoTable,
}

fn one(api: &Api, wanted: &Wanted<'_>, check: bool) -> Result<Done, ApiError> {
    let found = wanted.find(api)?;
    let (differences, of_image) = match &found {
        None => (
            vec!["it is not there".to_owned()],
            wanted
                .step
                .image_type()
                .map(|_| "an image".to_owned())
                .into_iter()
                .collect(),
        ),
        Some(found) => (wanted.differences(found), wanted.image_differences(found)),
    };
    if differences.is_empty() && of_image.is_empty() {
        return Ok(Done::Nothing);
    }
    if check {
        return Ok(Done::ToDo([differences, of_image].concat().join("; ")));
    }
    if !differences.is_empty() {
        let Some(filter) = filter(api, wanted)? else {
            return Ok(Done::NoTable);
        };
        write_step(api, wanted, found.is_some(), &filter)?;
    }
    if !of_image.is_empty() {
        write_image(api, wanted, found.as_ref())?;
    }
    Ok(Done::Changed(match found {
        None => format!("made, for {}", wanted.table),
        Some(_) => format!("mended: {}", [differences, of_image].concat().join("; ")),
    }))
}

/// The row that stands for the message and the table; its id differs from one environment to the next.
fn filter(api: &Api, wanted: &Wanted<'_>) -> Result<Option<String>, ApiError> {
    let found = api.get(&format!(
        "sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/name eq '{}' and primaryobjecttypecode eq '{}'",
        wanted.step.message(),
        wanted.table
    ))?;
    let id = found["value"][0]["sdkmessagefilterid"].as_str();
    Ok(id.map(str::to_owned))
}

fn write_step(
    api: &Api,
    wanted: &Wanted<'_>,
    is_there: bool,
    filter: &str,
) -> Result<(), ApiError> {
    let set = SETS.0;
    let columns: Vec<_> = wanted.filter().into_iter().collect();
    let mut body = json!({
        "name": format!("{ENDPOINT_NAME}: {} of {}", wanted.step.message(), wanted.table),
        "mode": MODE,
        "stage": STAGE,
        "rank": 1,
        "supporteddeployment": 0,
        "asyncautodelete": true,
        "filteringattributes": columns.join(","),
        "eventhandler_serviceendpoint@odata.bind": format!("/serviceendpoints({})", endpoint::id()),
        "sdkmessageid@odata.bind": format!("/sdkmessages({})", wanted.step.message_id()),
        "sdkmessagefilterid@odata.bind": format!("/sdkmessagefilters({filter})"),
    });
    if is_there {
        // Enabled.
        body["statecode"] = 0.into();
        body["statuscode"] = 1.into();
        return api.patch(&format!("{set}({})", wanted.id), &body);
    }
    body["sdkmessageprocessingstepid"] = wanted.id.as_str().into();
    api.create(set, &body)
}

fn write_image(api: &Api, wanted: &Wanted<'_>, found: Option<&Json>) -> Result<(), ApiError> {
    let Some(kind) = wanted.step.image_type() else {
        return Ok(());
    };
    let set = SETS.1;
    let columns: Vec<_> = wanted.columns.iter().copied().collect();
    let mut body = json!({
        "name": IMAGE_ALIAS,
        "entityalias": IMAGE_ALIAS,
        "imagetype": kind,
        "attributes": columns.join(","),
        "messagepropertyname": "Target",
    });
    let there = found.and_then(|found| wanted.image(found));
    if let Some(id) = there.and_then(|image| image["sdkmessageprocessingstepimageid"].as_str()) {
        return api.patch(&format!("{set}({id})"), &body);
    }
    let id = punctual_solution::own_image_id(wanted.table, wanted.step);
    body["sdkmessageprocessingstepimageid"] = id.trim_matches(['{', '}']).into();
    body["sdkmessageprocessingstepid@odata.bind"] = format!("/{}({})", SETS.0, wanted.id).into();
    api.create(set, &body)
}
