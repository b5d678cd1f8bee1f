//! `Entities/<table>/Entity.xml`: the table itself, its columns and its key. Forms and views are beside it.

use super::attribute::attribute;
use super::system_columns::{after, before};
use super::{INTRODUCED, descriptions, display_names, file, localized, localized_names};
use crate::File;
use crate::describe::{Key, Table};
use crate::xml::{Element, element, parent, text};

/// What every table says of itself after its columns, in the order of genuine exports. Auditing and change
/// tracking are on, and what a clinic's appointments have no use for is off.
const SETTINGS: [(&str, &str); 62] = [
    ("IsDuplicateCheckSupported", "0"),
    ("IsBusinessProcessEnabled", "0"),
    ("IsRequiredOffline", "0"),
    ("IsInteractionCentricEnabled", "0"),
    ("IsCollaboration", "0"),
    ("AutoRouteToOwnerQueue", "0"),
    ("IsConnectionsEnabled", "0"),
    ("IsDocumentManagementEnabled", "0"),
    ("AutoCreateAccessTeams", "0"),
    ("IsOneNoteIntegrationEnabled", "0"),
    ("IsKnowledgeManagementEnabled", "0"),
    ("IsSLAEnabled", "0"),
    ("IsDocumentRecommendationsEnabled", "0"),
    ("IsBPFEntity", "0"),
    ("OwnershipTypeMask", "UserOwned"),
    ("IsAuditEnabled", "1"),
    ("IsRetrieveAuditEnabled", "0"),
    ("IsRetrieveMultipleAuditEnabled", "0"),
    ("IsActivity", "0"),
    ("ActivityTypeMask", ""),
    ("IsActivityParty", "0"),
    ("IsReplicated", "0"),
    ("IsReplicationUserFiltered", "0"),
    ("IsMailMergeEnabled", "0"),
    ("IsVisibleInMobile", "0"),
    ("IsVisibleInMobileClient", "0"),
    ("IsReadOnlyInMobileClient", "0"),
    ("IsOfflineInMobileClient", "0"),
    ("DaysSinceRecordLastModified", "0"),
    ("MobileOfflineFilters", ""),
    ("IsMapiGridEnabled", "1"),
    ("IsReadingPaneEnabled", "1"),
    ("IsQuickCreateEnabled", "0"),
    ("SyncToExternalSearchIndex", "0"),
    ("IntroducedVersion", INTRODUCED),
    ("IsCustomizable", "1"),
    ("IsRenameable", "1"),
    ("IsMappable", "1"),
    ("CanModifyAuditSettings", "1"),
    ("CanModifyMobileVisibility", "1"),
    ("CanModifyMobileClientVisibility", "1"),
    ("CanModifyMobileClientReadOnly", "1"),
    ("CanModifyMobileClientOffline", "1"),
    ("CanModifyConnectionSettings", "1"),
    ("CanModifyDuplicateDetectionSettings", "1"),
    ("CanModifyMailMergeSettings", "1"),
    ("CanModifyQueueSettings", "1"),
    ("CanCreateAttributes", "1"),
    ("CanCreateForms", "1"),
    ("CanCreateCharts", "1"),
    ("CanCreateViews", "1"),
    ("CanModifyAdditionalSettings", "1"),
    ("CanEnableSyncToExternalSearchIndex", "1"),
    ("EnforceStateTransitions", "0"),
    ("CanChangeHierarchicalRelationship", "1"),
    ("EntityHelpUrlEnabled", "0"),
    ("EntityHelpUrl", ""),
    ("ChangeTrackingEnabled", "1"),
    ("CanChangeTrackingBeEnabled", "1"),
    ("IsEnabledForExternalChannels", "0"),
    ("IsMSTeamsIntegrationEnabled", "0"),
    ("IsSolutionAware", "0"),
];

pub fn files(table: &Table) -> [File; 2] {
    let folder = format!("Entities/{}", table.name);
    let name = text("Name", table.name)
        .attribute("LocalizedName", table.label)
        .attribute("OriginalName", table.label);
    let entity = parent(
        "Entity",
        [
            name,
            parent("EntityInfo", [info(table)]),
            element("FormXml"),
            element("SavedQueries"),
            element("RibbonDiffXml"),
        ],
    );
    [
        file(format!("{folder}/Entity.xml"), entity),
        file(format!("{folder}/RibbonDiff.xml"), ribbon()),
    ]
}

fn info(table: &Table) -> Element {
    let own = table.columns.iter().enumerate();
    let own = own.map(|(position, column)| attribute(column, position == 0));
    let attributes = before(table).into_iter().chain(own).chain(after(table));
    let keys = table
        .key
        .iter()
        .map(|key| parent("EntityKeys", [self::key(key)]));
    let settings = SETTINGS.map(|(name, value)| text(name, value));
    parent(
        "entity",
        [
            localized_names(table.label),
            localized(
                "LocalizedCollectionNames",
                "LocalizedCollectionName",
                table.plural,
            ),
            descriptions(table.description),
            parent("attributes", attributes),
        ],
    )
    .attribute("Name", table.name)
    .with(keys)
    .with([text("EntitySetName", table.set)])
    .with(settings)
}

fn key(key: &Key) -> Element {
    let columns = key
        .columns
        .iter()
        .map(|column| text("AttributeName", column));
    parent(
        "EntityKey",
        [
            text("Name", key.name),
            text("LogicalName", key.name),
            text("IntroducedVersion", INTRODUCED),
            text("IsCustomizable", 0),
            parent("EntityKeyAttributes", columns),
            display_names(key.label),
        ],
    )
}

/// The command bar, left as it is.
fn ribbon() -> Element {
    let templates = text("RibbonTemplates", "").attribute("Id", "Mscrm.Templates");
    let rules = ["TabDisplayRules", "DisplayRules", "EnableRules"].map(element);
    parent(
        "RibbonDiffXml",
        [
            element("CustomActions"),
            parent("Templates", [templates]),
            element("CommandDefinitions"),
            parent("RuleDefinitions", rules),
            element("LocLabels"),
        ],
    )
}
