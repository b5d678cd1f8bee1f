//! `Entities/<table>/FormXml/main/<guid>.xml`: the main form.

use super::{INTRODUCED, descriptions, labels, localized_names, view};
use crate::File;
use crate::describe::{Content, Format, Kind, Relationship, Section, Table};
use crate::ids::guid;
use crate::xml::{Element, element, parent, text};

pub fn file(table: &Table) -> File {
    let id = guid(&format!("form/{}", table.name));
    let everyone = parent("DisplayConditions", [element("Everyone")])
        .attribute("Order", 0)
        .attribute("FallbackForm", true);
    let form = parent("form", [parent("tabs", [tab(table)]), everyone])
        .attribute("headerdensity", "HighWithControls");
    let root = parent(
        "systemform",
        [
            text("formid", &id),
            text("IntroducedVersion", INTRODUCED),
            text("FormPresentation", 1),
            text("FormActivationState", 1),
            form,
            text("IsCustomizable", 1),
            text("CanBeDeleted", 1),
            localized_names("Information"),
            descriptions(&format!(
                "The main form of {}.",
                table.plural.to_lowercase()
            )),
        ],
    );
    let path = format!("Entities/{}/FormXml/main/{id}.xml", table.name);
    super::file(path, parent("forms", [root]))
}

fn tab(table: &Table) -> Element {
    let sections = table
        .form
        .iter()
        .map(|section| self::section(table, section));
    let column = parent("column", [parent("sections", sections)]).attribute("width", "100%");
    parent("tab", [labels("General"), parent("columns", [column])])
        .attribute("verticallayout", true)
        .attribute("id", guid(&format!("form/{}/tab", table.name)))
        .attribute("IsUserDefined", 1)
}

fn section(table: &Table, section: &Section) -> Element {
    let cells: Vec<Element> = match &section.content {
        Content::Columns(columns) => columns
            .iter()
            .map(|column| cell(table, column, false))
            .collect(),
        Content::Shown(columns) => columns
            .iter()
            .map(|column| cell(table, column, true))
            .collect(),
        Content::Rows(relationship, many, view) => {
            let view = view::id(many, view);
            vec![rows(table, section.label, relationship, many, &view)]
        }
    };
    let rows = cells.into_iter().map(|cell| parent("row", [cell]));
    parent("section", [labels(section.label), parent("rows", rows)])
        .attribute("showlabel", true)
        .attribute("showbar", false)
        .attribute("IsUserDefined", 0)
        .attribute(
            "id",
            guid(&format!("form/{}/section/{}", table.name, section.label)),
        )
}

fn cell(table: &Table, column: &str, read_only: bool) -> Element {
    let label = match (table.column(column), column) {
        (Some(column), _) => column.label,
        (None, "ownerid") => "Owner",
        (None, _) => "Status Reason",
    };
    let control = element("control")
        .attribute("id", column)
        .attribute("classid", control(table, column))
        .attribute("datafieldname", column)
        .attribute("disabled", read_only);
    parent("cell", [labels(label), control])
        .attribute("id", guid(&format!("form/{}/cell/{column}", table.name)))
}

/// The platform's controls, by what they edit.
fn control(table: &Table, column: &str) -> &'static str {
    match (table.column(column).map(|column| column.kind), column) {
        (Some(Kind::Text { format, .. }), _) => match format {
            Format::Line => "{4273EDBD-AC1D-40D3-9FB2-095C621B552D}",
            Format::Lines => "{E0DECE4B-6FC8-4A8F-A065-082708572369}",
            Format::Email => "{ADA2203E-B4CD-49BE-9DDF-234642B43B52}",
            Format::Phone => "{8C10015A-B339-4982-9474-A95FE05631A5}",
        },
        (Some(Kind::Memo { .. }), _) => "{E0DECE4B-6FC8-4A8F-A065-082708572369}",
        (Some(Kind::Count | Kind::Whole), _) => "{C6D124CA-7EDA-4A60-AEA9-7FB8D318B68F}",
        (Some(Kind::Instant), _) => "{5B773807-9FB2-42DB-97C3-7A91EFF8ADFF}",
        (Some(Kind::Choice(_)), _) => "{3EF39988-22BB-4F0B-BBBE-64B5A3748AEE}",
        (Some(Kind::Lookup(_)), _) | (None, "ownerid") => "{270BD3DB-D9AF-4782-9025-509E298DEC0A}",
        (None, _) => "{5D68B988-0661-4DB2-BC3E-17598AD3BE6C}",
    }
}

/// The rows of the other side, as a grid.
fn rows(
    table: &Table,
    label: &str,
    relationship: &Relationship,
    many: &Table,
    view: &str,
) -> Element {
    let parameters = parent(
        "parameters",
        [
            text("TargetEntityType", many.name),
            text("ViewId", view),
            text("ViewIds", view),
            text("EnableViewPicker", false),
            text("RelationshipName", relationship.name),
            text("RecordsPerPage", 10),
            text("IsUserView", false),
            text("EnableQuickFind", false),
            text("EnableJumpBar", false),
            text("AutoExpand", "Fixed"),
            text("ChartGridMode", "Grid"),
            element("VisualizationId"),
            text("IsUserChart", false),
            text("EnableChartPicker", false),
        ],
    );
    let control = parent("control", [parameters])
        .attribute("id", relationship.name)
        .attribute("classid", "{E7A81278-8635-4D9E-8D4D-59480B391C5B}")
        .attribute("indicationOfSubgrid", true);
    parent("cell", [labels(label), control])
        .attribute(
            "id",
            guid(&format!("form/{}/cell/{}", table.name, relationship.name)),
        )
        .attribute("showlabel", false)
}
