//! `Entities/<table>/SavedQueries/<guid>.xml`: what people choose from, and the four that every table must have.

use super::{INTRODUCED, descriptions, localized_names};
use crate::File;
use crate::describe::{Filter, Kind, Order, State, Table, View};
use crate::ids::guid;
use crate::xml::{Element, element, parent, text};

/// Values of `querytype`.
const PUBLIC: u16 = 0;
const ADVANCED_FIND: u16 = 1;
const ASSOCIATED: u16 = 2;
const QUICK_FIND: u16 = 4;
const LOOKUP: u16 = 64;

pub fn id(table: &Table, label: &str) -> String {
    guid(&format!("view/{}/{label}", table.name))
}

pub fn files(table: &Table) -> Vec<File> {
    let chosen = table
        .views
        .iter()
        .enumerate()
        .map(|(position, view)| chosen(table, view, position == 0));
    let system = [
        (
            ADVANCED_FIND,
            format!("{} advanced find view", table.label),
            vec![],
        ),
        (
            ASSOCIATED,
            format!("{} associated view", table.label),
            vec![active()],
        ),
        (
            QUICK_FIND,
            format!("Quick find active {}", table.plural.to_lowercase()),
            vec![active(), quick_find(table)],
        ),
        (
            LOOKUP,
            format!("{} lookup view", table.label),
            vec![active()],
        ),
        (
            PUBLIC,
            format!("Inactive {}", table.plural.to_lowercase()),
            vec![filter_of(table, &Filter::State(State::Inactive))],
        ),
    ]
    .map(|(kind, label, filters)| Query {
        kind,
        default: kind != PUBLIC,
        deletable: false,
        label,
        description: None,
        columns: table.brief.columns,
        order: (kind != LOOKUP).then_some(table.brief.order),
        filters,
    });
    chosen
        .chain(system)
        .map(|query| {
            let path = format!(
                "Entities/{}/SavedQueries/{}.xml",
                table.name,
                id(table, &query.label)
            );
            super::file(path, parent("savedqueries", [query.element(table)]))
        })
        .collect()
}

fn chosen(table: &Table, view: &View, default: bool) -> Query {
    Query {
        kind: PUBLIC,
        default,
        deletable: !default,
        label: view.label.to_owned(),
        description: Some(view.description),
        columns: view.columns,
        order: Some(view.order),
        filters: vec![filter_of(table, &view.filter)],
    }
}

struct Query {
    kind: u16,
    default: bool,
    deletable: bool,
    label: String,
    description: Option<&'static str>,
    columns: &'static [&'static str],
    order: Option<Order>,
    filters: Vec<Element>,
}

impl Query {
    fn element(self, table: &Table) -> Element {
        let flag = |name, on: bool| text(name, u8::from(on));
        let id = id(table, &self.label);
        let layout = self.layout(table);
        let fetch = self.fetch(table);
        parent(
            "savedquery",
            [
                flag("IsCustomizable", true),
                flag("CanBeDeleted", self.deletable),
                flag("isquickfindquery", self.kind == QUICK_FIND),
                flag("isprivate", false),
                flag("isdefault", self.default),
                text("savedqueryid", id),
                parent("layoutxml", [layout]),
                text("querytype", self.kind),
                parent("fetchxml", [fetch]),
                text("IntroducedVersion", INTRODUCED),
                localized_names(&self.label),
            ],
        )
        .with(self.description.map(descriptions))
    }

    fn layout(&self, table: &Table) -> Element {
        let cells = self.columns.iter().map(|column| {
            element("cell")
                .attribute("name", column)
                .attribute("width", width(table, column))
        });
        let row = parent("row", cells);
        let row = row.attribute("name", "result").attribute("id", table.id());
        parent("grid", [row])
            .attribute("name", "resultset")
            .attribute("jump", self.columns.first().copied().unwrap_or_default())
            .attribute("select", 1)
            .attribute("icon", 1)
            .attribute("preview", u8::from(self.kind != LOOKUP))
    }

    fn fetch(&self, table: &Table) -> Element {
        let id = table.id();
        let names = std::iter::once(id.as_str()).chain(self.columns.iter().copied());
        let attributes = names.map(|name| element("attribute").attribute("name", name));
        let order = self.order.map(|order| {
            element("order")
                .attribute("attribute", order.column)
                .attribute("descending", order.descending)
        });
        let entity = parent("entity", attributes)
            .with(order)
            .with(self.filters.iter().cloned());
        parent("fetch", [entity.attribute("name", table.name)])
            .attribute("version", "1.0")
            .attribute("mapping", "logical")
    }
}

/// In pixels, by what the column holds.
fn width(table: &Table, column: &str) -> u16 {
    match table.column(column).map(|column| column.kind) {
        Some(Kind::Text { .. } | Kind::Memo { .. } | Kind::Lookup(_)) => 200,
        Some(Kind::Instant) => 150,
        Some(Kind::Choice(_) | Kind::Count | Kind::Whole) | None => 100,
    }
}

fn active() -> Element {
    filter(
        "and",
        [condition("statecode", "eq").attribute("value", State::Active.value())],
    )
}

/// `{0}` is what somebody looks for.
fn quick_find(table: &Table) -> Element {
    let found = table.brief.find.iter();
    let found = found.map(|column| condition(column, "like").attribute("value", "{0}"));
    filter("or", found).attribute("isquickfindfields", 1)
}

/// The outermost must be a filter, not a condition.
fn filter_of(table: &Table, filter: &Filter) -> Element {
    match filter {
        Filter::All(_) | Filter::Any(_) => fetch_filter(table, filter),
        one => self::filter("and", [fetch_filter(table, one)]),
    }
}

fn fetch_filter(table: &Table, filter: &Filter) -> Element {
    let each = |filters: &[Filter]| -> Vec<Element> {
        // Conditions come before filters in a filter.
        let (conditions, nested): (Vec<_>, Vec<_>) = filters
            .iter()
            .partition(|filter| !matches!(filter, Filter::All(_) | Filter::Any(_)));
        let all = conditions.into_iter().chain(nested);
        all.map(|filter| fetch_filter(table, filter)).collect()
    };
    match filter {
        Filter::All(filters) => self::filter("and", each(filters)),
        Filter::Any(filters) => self::filter("or", each(filters)),
        Filter::State(state) => condition("statecode", "eq").attribute("value", state.value()),
        Filter::OneOf(column, codes) => {
            let values = codes.iter().filter_map(|code| value(table, column, code));
            condition(column, "in").with(values.map(|value| text("value", value)))
        }
        Filter::Empty(column) => condition(column, "null"),
        Filter::Today(column) => condition(column, "today"),
        Filter::NextYears(column, years) => {
            condition(column, "next-x-years").attribute("value", years)
        }
        Filter::OlderThanMinutes(column, minutes) => {
            condition(column, "olderthan-x-minutes").attribute("value", minutes)
        }
    }
}

fn value(table: &Table, column: &str, code: &str) -> Option<u32> {
    match table.column(column)?.kind {
        Kind::Choice(choice) => choice.value(code),
        _ => None,
    }
}

fn filter(kind: &str, conditions: impl IntoIterator<Item = Element>) -> Element {
    parent("filter", conditions).attribute("type", kind)
}

fn condition(column: &str, operator: &str) -> Element {
    element("condition")
        .attribute("attribute", column)
        .attribute("operator", operator)
}
