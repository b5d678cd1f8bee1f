//! The steps: what has to happen for an event to be sent, and what the event brings along.

use std::collections::BTreeSet;

use punctual_solution::webhook::{IMAGE_ALIAS, STEPS, Step, columns, table};
use serde_json::Value as Json;

use crate::api::{Api, ApiError};
use crate::endpoint;
use crate::report::Report;

/// What of a step is looked at.
pub const QUERY: &str = "$select=name,mode,stage,statecode,asyncautodelete,filteringattributes,_sdkmessageid_value,_eventhandler_value&$expand=sdkmessagefilterid($select=primaryobjecttypecode),sdkmessageprocessingstepid_sdkmessageprocessingstepimage($select=entityalias,imagetype,attributes,messagepropertyname)";
/// Under this name the images of a step come with it.
pub const IMAGES: &str = "sdkmessageprocessingstepid_sdkmessageprocessingstepimage";

/// Asynchronous, after the save.
pub const MODE: i64 = 1;
/// See [`MODE`].
pub const STAGE: i64 = 40;

/// How a step shall be.
pub struct Wanted<'a> {
    /// On which message.
    pub step: Step,
    /// Its id, without braces.
    pub id: String,
    /// Of which table.
    pub table: &'a str,
    /// The columns that matter.
    pub columns: BTreeSet<&'a str>,
}

impl Wanted<'_> {
    /// What the report calls it.
    pub fn part(&self) -> String {
        format!("step {}", self.step.message())
    }

    /// The step as it is; none if it is not there.
    pub fn find(&self, api: &Api) -> Result<Option<Json>, ApiError> {
        api.find(&format!("sdkmessageprocessingsteps({})?{QUERY}", self.id))
    }

    /// An update is heard of only if one of these changed; the other messages take no filter.
    pub fn filter(&self) -> BTreeSet<&str> {
        match self.step {
            Step::Update => self.columns.clone(),
            Step::Create | Step::Delete => BTreeSet::new(),
        }
    }

    /// What of the step itself is not as it shall be, in words.
    pub fn differences(&self, found: &Json) -> Vec<String> {
        let mut differences = Vec::new();
        let mut check = |holds: bool, otherwise: String| {
            if !holds {
                differences.push(otherwise);
            }
        };
        check(found["statecode"] == 0, "it is disabled".into());
        check(
            is_id(&found["_eventhandler_value"], &endpoint::id()),
            "it leads to another endpoint".into(),
        );
        check(
            is_id(&found["_sdkmessageid_value"], self.step.message_id()),
            "it is for another message".into(),
        );
        let of_table = &found["sdkmessagefilterid"]["primaryobjecttypecode"];
        check(
            of_table == self.table,
            format!("it is not for {}", self.table),
        );
        check(
            found["mode"] == MODE && found["stage"] == STAGE,
            "it does not run after the save, in the background".into(),
        );
        check(
            found["asyncautodelete"] == true,
            "jobs that succeeded are kept".into(),
        );
        let heard = listed(&found["filteringattributes"]);
        let filter = difference("listens to", &heard, &self.filter());
        differences.extend(filter);
        differences
    }

    /// The image of Punctual's alias, if there is one.
    pub fn image<'j>(&self, found: &'j Json) -> Option<&'j Json> {
        let mut images = found[IMAGES].as_array().into_iter().flatten();
        images.find(|image| image["entityalias"] == IMAGE_ALIAS)
    }

    /// What of the image is not as it shall be, in words.
    pub fn image_differences(&self, found: &Json) -> Vec<String> {
        let Some(kind) = self.step.image_type() else {
            return Vec::new();
        };
        let Some(image) = self.image(found) else {
            return vec![format!("the image {IMAGE_ALIAS} is missing")];
        };
        let mut differences = Vec::new();
        if image["imagetype"] != kind || image["messagepropertyname"] != "Target" {
            differences.push("the image is of another kind".into());
        }
        let brought = listed(&image["attributes"]);
        differences.extend(difference("brings", &brought, &self.columns));
        differences
    }
}

/// Looks at the steps of the solution. They are never changed here: an import does that.
pub fn verify(api: &Api, endpoint_is_there: bool, report: &mut Report) {
    if !endpoint_is_there {
        return report.left_out("steps", "there is no endpoint that they could lead to");
    }
    for step in STEPS {
        let id = punctual_solution::step_id(step);
        let wanted = Wanted {
            step,
            id: id.trim_matches(['{', '}']).to_owned(),
            table: table().name,
            columns: columns().into_iter().collect(),
        };
        let part = wanted.part();
        let found = match wanted.find(api) {
            Ok(Some(found)) => found,
            Ok(None) => {
                report.wrong(&part, "it is not there", "Import the solution again.");
                continue;
            }
            Err(error) => {
                report.failed(&part, &error);
                continue;
            }
        };
        let mut differences = wanted.differences(&found);
        differences.extend(wanted.image_differences(&found));
        match (differences.is_empty(), found["statecode"] == 0) {
            (true, _) => report.fine(&part, format!("enabled, for {}", wanted.table)),
            (false, true) => report.wrong(&part, differences.join("; "), "Import the solution again."),
            (false, false) => report.wrong(
                &part,
                differences.join("; "),
                "Import with --activate-plugins; or, if another table has the appointments, run this with --registration.",
            ),
        }
    }
}

/// Names in a list with commas, whatever their order.
fn listed(value: &Json) -> BTreeSet<&str> {
    let names = value.as_str().unwrap_or_default().split(',');
    names
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}

fn difference(does: &str, found: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> Option<String> {
    let names = |names: Vec<&&str>| names.into_iter().copied().collect::<Vec<_>>().join(", ");
    let lacks = names(wanted.difference(found).collect());
    let excess = names(found.difference(wanted).collect());
    match (lacks.as_str(), excess.as_str()) {
        ("", "") => None,
        (lacks, "") => Some(format!("it {does} too little: {lacks}")),
        ("", excess) => Some(format!("it {does} too much: {excess}")),
        (lacks, excess) => Some(format!(
            "it {does} too little: {lacks}, and too much: {excess}"
        )),
    }
}

fn is_id(found: &Json, wanted: &str) -> bool {
    found
        .as_str()
        .is_some_and(|found| found.eq_ignore_ascii_case(wanted))
}
