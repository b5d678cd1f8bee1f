//! The columns that an event carries, wherever they stand.

use serde_json::{Map, Value};

use crate::intake::datacontract::{bare, entries, entry, guid, member};
use crate::intake::fields::Columns;
use crate::intake::object::{expected, problem};
use crate::types::Problem;

/// The image that every asynchronous step gets by itself: primary id and name, nothing that was asked for.
const OWN_IMAGE: &str = "AsynchronousStepPrimaryName";
const TARGET: &str = "InputParameters.Target";

/// The Target's attributes and then those of the registered post images; what comes first wins, since the
/// Target is what was written.
pub(super) struct Attributes<'a> {
    sources: Vec<Source<'a>>,
    target: bool,
}

struct Source<'a> {
    path: String,
    attributes: &'a Value,
}

impl<'a> Attributes<'a> {
    /// Collects what the body says of this row. A Target of another row is refused: the body contradicts itself.
    pub fn of(context: &'a Map<String, Value>, table: &str, id: &str) -> Result<Self, Problem> {
        let mut sources = Vec::new();
        if let Some(target) = entry(member(context, "InputParameters"), "Target").map(bare) {
            same_row(target, table, id)?;
            match target.get("Attributes") {
                Some(attributes @ Value::Array(_)) => sources.push(Source {
                    path: TARGET.to_owned(),
                    attributes,
                }),
                Some(Value::Null) | None => {}
                Some(other) => {
                    return Err(expected(
                        format!("{TARGET}.Attributes"),
                        "a list of key and value",
                        other,
                    ));
                }
            }
        }
        let target = !sources.is_empty();
        for (alias, image) in entries(member(context, "PostEntityImages")) {
            if let Some(attributes) = image.get("Attributes").filter(|_| alias != OWN_IMAGE)
                && same_row(image, table, id).is_ok()
            {
                sources.push(Source {
                    path: format!("PostEntityImages.{alias}"),
                    attributes,
                });
            }
        }
        Ok(Self { sources, target })
    }

    /// Whether the event brought its Target along. The platform drops it when the body grows too large.
    pub fn has_target(&self) -> bool {
        self.target
    }
}

impl Columns for Attributes<'_> {
    /// The value is unwrapped.
    fn get(&self, _: &str, column: &str) -> Option<(String, &Value)> {
        self.sources
            .iter()
            .find_map(|source| Some((source, entry(Some(source.attributes), column)?)))
            .map(|(source, value)| (format!("{}.{column}", source.path), bare(value)))
    }
}

/// Table and id are left out by some senders; where they stand they must agree.
fn same_row(entity: &Value, table: &str, id: &str) -> Result<(), Problem> {
    let text = |name: &str| entity.get(name).map(bare).and_then(Value::as_str);
    if text("LogicalName").is_some_and(|name| !name.eq_ignore_ascii_case(table)) {
        return Err(problem(
            format!("{TARGET}.LogicalName"),
            "Another table than PrimaryEntityName.",
        ));
    }
    if text("Id")
        .and_then(guid)
        .is_some_and(|other| other != id && other != super::NO_ROW)
    {
        return Err(problem(
            format!("{TARGET}.Id"),
            "Another row than PrimaryEntityId.",
        ));
    }
    Ok(())
}
