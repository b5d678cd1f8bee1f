//! Which steps want to hear of an event, and with which images.

use punctual_stand_ins::Guid;

use crate::dataverse::Dataverse;
use crate::store::{Event, Message, Row};

/// A step, as its row and the rows of its images say.
pub(super) struct Step {
    pub id: Guid,
    pub name: String,
    pub endpoint: Guid,
    /// `asyncautodelete`
    pub forgets: bool,
    pub images: Vec<Image>,
}

/// A snapshot of the row that comes with the event.
pub(super) struct Image {
    pub alias: String,
    pub before: bool,
    pub after: bool,
    /// The columns; empty means all.
    pub columns: Vec<String>,
}

/// The steps that want it, by rank and then by id.
pub(super) fn wanting(dataverse: &Dataverse, event: &Event) -> Vec<Step> {
    let Some(table) = dataverse.schema.table("sdkmessageprocessingstep") else {
        return Vec::new();
    };
    let rows = dataverse.store.rows(table).all();
    let mut wanting: Vec<&Row> = rows.filter(|row| wants(dataverse, row, event)).collect();
    wanting.sort_by_key(|row| (row.integer("rank").unwrap_or(1), row.id));
    wanting
        .into_iter()
        .filter_map(|row| step(dataverse, row))
        .collect()
}

fn wants(dataverse: &Dataverse, row: &Row, event: &Event) -> bool {
    let store = &dataverse.store;
    if row.integer("statecode") != Some(0) {
        return false;
    }
    let message = row.reference("sdkmessageid");
    let message = message.and_then(|id| store.get("sdkmessage", id));
    if message.is_none_or(|message| message.text("name") != event.message.name()) {
        return false;
    }
    // Without a filter it is for all tables.
    if let Some(filter) = row.reference("sdkmessagefilterid") {
        let filter = store.get("sdkmessagefilter", filter);
        if filter.is_none_or(|filter| filter.text("primaryobjecttypecode") != event.table) {
            return false;
        }
    }
    let attributes = listed(row.text("filteringattributes"));
    event.message != Message::Update
        || attributes.is_empty()
        || attributes
            .iter()
            .any(|name| event.target.contains_key(name))
}

fn listed(text: &str) -> Vec<String> {
    let names = text.split(',').map(|name| name.trim().to_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

fn step(dataverse: &Dataverse, row: &Row) -> Option<Step> {
    let table = dataverse.schema.table("sdkmessageprocessingstepimage")?;
    let images = dataverse.store.rows(table);
    let images = images.pointing_at("sdkmessageprocessingstepid", row.id);
    Some(Step {
        id: row.id,
        name: row.text("name").to_owned(),
        endpoint: row.reference("eventhandler")?,
        forgets: row.flag("asyncautodelete"),
        images: images.map(image).collect(),
    })
}

fn image(row: &Row) -> Image {
    let kind = row.integer("imagetype").unwrap_or(0);
    Image {
        alias: row.text("entityalias").to_owned(),
        before: kind == 0 || kind == 2,
        after: kind == 1 || kind == 2,
        columns: listed(row.text("attributes")),
    }
}
