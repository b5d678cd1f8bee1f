//! What an import of Punctual's solution leaves behind beside tables: the endpoint and its steps.

use punctual_solution::webhook::{
    ENDPOINT_AUTH_TYPE, ENDPOINT_NAME, ENDPOINT_URL, IMAGE_ALIAS, STEPS, columns, table,
};
use punctual_stand_ins::Guid;

use crate::schema::{MESSAGES, Schema, id_of};
use crate::value::Value;

type Cells = Vec<(&'static str, Option<Value>)>;

/// The id of the filter of a message and a table: environments differ in it, so it must be looked up.
pub(super) fn filter_id(message: &str, table: &str) -> Guid {
    id_of(&format!("filter.{message}.{table}"))
}

/// The rows: table, id, cells. None if the table that the steps are for is not there.
pub(super) fn rows(schema: &Schema) -> Vec<(&'static str, Guid, Cells)> {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let number = |number: i64| Some(Value::Integer(number));
    let to = |table: &str, id: Guid| Some(Value::Reference(table.to_owned(), id));
    let guid = |text: &str| text.parse().unwrap_or(Guid::NIL);
    let name = table().name;
    if schema.table(name).is_none() {
        return Vec::new();
    }
    let endpoint = guid(&punctual_solution::endpoint_id());
    let cells = vec![
        ("name", text(ENDPOINT_NAME)),
        ("url", text(ENDPOINT_URL)),
        ("contract", number(8)),
        ("authtype", number(ENDPOINT_AUTH_TYPE.into())),
        ("messageformat", number(2)),
    ];
    let mut rows = vec![("serviceendpoint", endpoint, cells)];
    for step in STEPS {
        let message = step.message();
        let id = guid(&punctual_solution::step_id(step));
        let mut cells = vec![
            (
                "name",
                text(&format!("{ENDPOINT_NAME}: {message} of {name}")),
            ),
            ("mode", number(1)),
            ("stage", number(40)),
            ("rank", number(1)),
            ("asyncautodelete", Some(Value::Boolean(true))),
            ("eventhandler", to("serviceendpoint", endpoint)),
            (
                "sdkmessagefilterid",
                to("sdkmessagefilter", filter_id(message, name)),
            ),
        ];
        if let Some((_, message)) = MESSAGES.iter().find(|(known, _)| *known == message) {
            cells.push(("sdkmessageid", to("sdkmessage", guid(message))));
        }
        if message == "Update" {
            cells.push(("filteringattributes", text(&columns().join(","))));
        }
        rows.push(("sdkmessageprocessingstep", id, cells));
        if let Some(kind) = step.image_type() {
            let cells = vec![
                ("name", text(IMAGE_ALIAS)),
                ("entityalias", text(IMAGE_ALIAS)),
                ("imagetype", number(kind.into())),
                ("attributes", text(&columns().join(","))),
                ("messagepropertyname", text("Target")),
                (
                    "sdkmessageprocessingstepid",
                    to("sdkmessageprocessingstep", id),
                ),
            ];
            rows.push((
                "sdkmessageprocessingstepimage",
                id_of(&format!("image.{message}")),
                cells,
            ));
        }
    }
    rows
}
