//! `Other/Solution.xml`, which names the publisher and all components, and the shell `Other/Customizations.xml`.

use super::{LANGUAGE, descriptions, file, localized_names};
use crate::xml::{Element, element, parent, text};
use crate::{File, OPTION_VALUE_PREFIX, PREFIX, VERSION, choices, roles, tables, webhook};

/// Types of components (`componenttype`).
const TABLE: u16 = 1;
const CHOICE: u16 = 9;
const ROLE: u16 = 20;
const STEP: u16 = 92;
const ENDPOINT: u16 = 95;

/// The kinds of things that lie in files of their own; here each leaves an empty element.
const SHELL: [&str; 14] = [
    "Entities",
    "Roles",
    "Workflows",
    "FieldSecurityProfiles",
    "Templates",
    "EntityMaps",
    "EntityRelationships",
    "OrganizationSettings",
    "optionsets",
    "CustomControls",
    "SolutionPluginAssemblies",
    "SdkMessageProcessingSteps",
    "ServiceEndpoints",
    "EntityDataProviders",
];

pub fn files() -> Vec<File> {
    let languages = parent("Languages", [text("Language", LANGUAGE)]);
    let shell = parent("ImportExportXml", SHELL.map(element)).with([languages]);
    let solution = parent("ImportExportXml", [manifest()])
        .attribute("version", "9.2.0.0")
        .attribute("SolutionPackageVersion", "9.2")
        .attribute("languagecode", LANGUAGE)
        .attribute("generatedBy", "CrmLive");
    vec![
        file("Other/Customizations.xml", shell),
        file("Other/Solution.xml", solution),
    ]
}

fn manifest() -> Element {
    parent(
        "SolutionManifest",
        [
            text("UniqueName", "Punctual"),
            localized_names("Punctual"),
            descriptions(
                "Tables, roles and the webhook of Punctual, which reminds people of appointments.",
            ),
            text("Version", VERSION),
            // 2: the source packs as a managed and as an unmanaged solution.
            text("Managed", 2),
            publisher(),
            parent("RootComponents", root_components()),
            element("MissingDependencies"),
        ],
    )
}

fn publisher() -> Element {
    let addresses = [1, 2].map(address);
    parent(
        "Publisher",
        [
            text("UniqueName", PREFIX),
            localized_names("Punctual"),
            descriptions("Reminders for appointments."),
            nil("EMailAddress"),
            nil("SupportingWebsiteUrl"),
            text("CustomizationPrefix", PREFIX),
            text("CustomizationOptionValuePrefix", OPTION_VALUE_PREFIX),
            parent("Addresses", addresses),
        ],
    )
}

/// Dataverse exports two addresses of every publisher, whether filled in or not.
fn address(number: u8) -> Element {
    let start = [text("AddressNumber", number), text("AddressTypeCode", 1)];
    let place = [
        "City",
        "County",
        "Country",
        "Fax",
        "FreightTermsCode",
        "ImportSequenceNumber",
        "Latitude",
        "Line1",
        "Line2",
        "Line3",
        "Longitude",
        "Name",
        "PostalCode",
        "PostOfficeBox",
        "PrimaryContactName",
    ];
    let rest = [
        "StateOrProvince",
        "Telephone1",
        "Telephone2",
        "Telephone3",
        "TimeZoneRuleVersionNumber",
        "UPSZone",
        "UTCOffset",
        "UTCConversionTimeZoneCode",
    ];
    parent("Address", start)
        .with(place.map(nil))
        .with([text("ShippingMethodCode", 1)])
        .with(rest.map(nil))
}

fn nil(name: &'static str) -> Element {
    text(name, "").attribute("xsi:nil", "true")
}

/// Columns, keys, forms, views and relationships come with their table and are not listed.
fn root_components() -> Vec<Element> {
    let named = |kind: u16, name: &str| component(kind).attribute("schemaName", name);
    let numbered = |kind: u16, id: String| component(kind).attribute("id", id);
    let tables = tables::TABLES.map(|table| named(TABLE, table.name));
    let choices = choices::CHOICES.map(|choice| named(CHOICE, choice.name));
    let roles = roles::ROLES
        .each_ref()
        .map(|role| numbered(ROLE, super::role::id(role)));
    let steps = webhook::STEPS.map(|step| numbered(STEP, super::webhook::step_id(step)));
    let endpoint = numbered(ENDPOINT, super::webhook::endpoint_id());
    tables
        .into_iter()
        .chain(choices)
        .chain(roles)
        .chain(steps)
        .chain([endpoint])
        // Wholly, with all that belongs to it.
        .map(|component| component.attribute("behavior", 0))
        .collect()
}

fn component(kind: u16) -> Element {
    element("RootComponent").attribute("type", kind)
}
