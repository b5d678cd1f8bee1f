//! A column: what all columns say, in the order of genuine exports, and what only those of its kind say.

use super::{INTRODUCED, descriptions, display_names};
use crate::describe::{Audit, Column, Format, Kind, Need};
use crate::xml::{Element, element, parent, text};

const EVERYWHERE: &str = "ValidForAdvancedFind|ValidForForm|ValidForGrid";
const PRIMARY_NAME: &str =
    "PrimaryName|ValidForAdvancedFind|ValidForForm|ValidForGrid|RequiredForForm";

/// What an `attribute` element says; the defaults are those of an own column.
pub struct Attribute {
    pub physical_name: String,
    pub kind: &'static str,
    pub required: &'static str,
    /// Where it may be shown; none for columns of the platform that nobody sees.
    pub display_mask: Option<&'static str>,
    pub ime_mode: &'static str,
    pub update: bool,
    pub create: bool,
    pub custom: bool,
    pub audited: bool,
    /// Whether it is computed from another column.
    pub logical: bool,
    /// Whether forms may change how much they insist on it.
    pub requirement_changes: bool,
    pub filterable: bool,
    pub retrievable: bool,
    /// What only columns of this kind say.
    pub own: Vec<Element>,
    pub label: String,
    pub description: String,
}

impl Default for Attribute {
    fn default() -> Self {
        Self {
            physical_name: String::new(),
            kind: "nvarchar",
            required: "none",
            display_mask: Some(EVERYWHERE),
            ime_mode: "auto",
            update: true,
            create: true,
            custom: true,
            audited: true,
            logical: false,
            requirement_changes: true,
            filterable: false,
            retrievable: false,
            own: Vec::new(),
            label: String::new(),
            description: String::new(),
        }
    }
}

impl Attribute {
    pub fn element(self) -> Element {
        let logical_name = self.physical_name.to_ascii_lowercase();
        let flag = |name, on: bool| text(name, u8::from(on));
        let mask = self.display_mask.map(|mask| text("DisplayMask", mask));
        let logical = self.logical.then(|| flag("IsLogical", true));
        parent(
            "attribute",
            [
                text("Type", self.kind),
                text("Name", &logical_name),
                text("LogicalName", &logical_name),
                text("RequiredLevel", self.required),
            ],
        )
        .attribute("PhysicalName", self.physical_name)
        .with(mask)
        .with([
            text("ImeMode", self.ime_mode),
            flag("ValidForUpdateApi", self.update),
            flag("ValidForReadApi", true),
            flag("ValidForCreateApi", self.create),
            flag("IsCustomField", self.custom),
            flag("IsAuditEnabled", self.audited),
        ])
        .with(logical)
        .with([
            flag("IsSecured", false),
            text("IntroducedVersion", INTRODUCED),
            flag("IsCustomizable", true),
            flag("IsRenameable", true),
            flag("CanModifySearchSettings", true),
            flag(
                "CanModifyRequirementLevelSettings",
                self.requirement_changes,
            ),
            flag("CanModifyAdditionalSettings", true),
            text("SourceType", 0),
            flag("IsGlobalFilterEnabled", false),
            flag("IsSortableEnabled", false),
            flag("CanModifyGlobalFilterSettings", true),
            flag("CanModifyIsSortableSettings", true),
            flag("IsDataSourceSecret", false),
            text("AutoNumberFormat", ""),
            flag("IsSearchable", false),
            flag("IsFilterable", self.filterable),
            flag("IsRetrievable", self.retrievable),
            flag("IsLocalizable", false),
        ])
        .with(self.own)
        .with([display_names(&self.label), descriptions(&self.description)])
    }
}

/// One of our own columns.
pub fn attribute(column: &Column, primary_name: bool) -> Element {
    let (kind, ime_mode, own) = match column.kind {
        Kind::Text { max, format } => ("nvarchar", "auto", line(max, format)),
        Kind::Memo { max } => (
            "ntext",
            "auto",
            vec![text("Format", "text"), text("MaxLength", max)],
        ),
        Kind::Count => ("int", "disabled", whole_number("none", 0)),
        Kind::Whole => ("int", "disabled", whole_number("none", i32::MIN)),
        Kind::Instant => ("datetime", "auto", date_time("datetime", true)),
        Kind::Choice(choice) => {
            let own = vec![
                text("AppDefaultValue", -1),
                text("OptionSetName", choice.name),
            ];
            ("picklist", "auto", own)
        }
        Kind::Lookup(_) => ("lookup", "auto", lookup([])),
    };
    Attribute {
        physical_name: column.name.to_owned(),
        kind,
        required: match column.need {
            Need::Optional => "none",
            Need::Recommended => "recommended",
            Need::Required => "required",
        },
        display_mask: Some(if primary_name {
            PRIMARY_NAME
        } else {
            EVERYWHERE
        }),
        ime_mode,
        audited: column.audit == Audit::Kept,
        retrievable: primary_name,
        own,
        label: column.label.to_owned(),
        description: column.description.to_owned(),
        ..Attribute::default()
    }
    .element()
}

fn line(max: u16, format: Format) -> Vec<Element> {
    let format = match format {
        Format::Line => "text",
        Format::Lines => "textarea",
        Format::Email => "email",
        Format::Phone => "phone",
    };
    // Two bytes for each of its units.
    let length = u32::from(max) * 2;
    vec![
        text("Format", format),
        text("MaxLength", max),
        text("Length", length),
    ]
}

pub fn whole_number(format: &str, least: i32) -> Vec<Element> {
    vec![
        text("Format", format),
        text("MinValue", least),
        text("MaxValue", i32::MAX),
    ]
}

/// Behaviour 1 is "user local": the API takes and gives UTC, and people see their own zone's time.
pub fn date_time(format: &str, behavior_changes: bool) -> Vec<Element> {
    vec![
        text("Format", format),
        text("CanChangeDateTimeBehavior", u8::from(behavior_changes)),
        text("Behavior", 1),
    ]
}

/// The table that a lookup points to stands in the relationship; only the owner names types here.
pub fn lookup(types: impl IntoIterator<Item = Element>) -> Vec<Element> {
    vec![
        text("LookupStyle", "single"),
        element("LookupTypes").with(types),
    ]
}
