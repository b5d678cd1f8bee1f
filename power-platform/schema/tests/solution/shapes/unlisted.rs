//! Files and elements that the collection of genuine shapes leaves out: forms, views, ribbons, roles, and the images
//! of steps. Their shapes are written down here from exports that are public, as far as we use them.

use super::check_files;
use super::shape::{Shape, Shapes};

/// An element a line: its path, its attributes with `@`, and after `>` its children in their order. What has a
/// question mark is not always there.
const SHAPES: &str = "
Roles/*.xml/Role @id @name @isinherited? > IsCustomizable RolePrivileges
Roles/*.xml/Role/IsCustomizable
Roles/*.xml/Role/RolePrivileges > RolePrivilege
Roles/*.xml/Role/RolePrivileges/RolePrivilege @name @level

Entities/*/RibbonDiff.xml/RibbonDiffXml > CustomActions Templates CommandDefinitions RuleDefinitions LocLabels
Entities/*/RibbonDiff.xml/RibbonDiffXml/CustomActions
Entities/*/RibbonDiff.xml/RibbonDiffXml/Templates > RibbonTemplates
Entities/*/RibbonDiff.xml/RibbonDiffXml/Templates/RibbonTemplates @Id
Entities/*/RibbonDiff.xml/RibbonDiffXml/CommandDefinitions
Entities/*/RibbonDiff.xml/RibbonDiffXml/RuleDefinitions > TabDisplayRules DisplayRules EnableRules
Entities/*/RibbonDiff.xml/RibbonDiffXml/RuleDefinitions/TabDisplayRules
Entities/*/RibbonDiff.xml/RibbonDiffXml/RuleDefinitions/DisplayRules
Entities/*/RibbonDiff.xml/RibbonDiffXml/RuleDefinitions/EnableRules
Entities/*/RibbonDiff.xml/RibbonDiffXml/LocLabels

VIEWS > savedquery
VIEW > IsCustomizable CanBeDeleted isquickfindquery isprivate isdefault savedqueryid layoutxml querytype fetchxml IntroducedVersion LocalizedNames Descriptions?
VIEW/IsCustomizable
VIEW/CanBeDeleted
VIEW/isquickfindquery
VIEW/isprivate
VIEW/isdefault
VIEW/savedqueryid
VIEW/layoutxml > grid
VIEW/layoutxml/grid @name @jump @select @icon @preview > row
VIEW/layoutxml/grid/row @name @id > cell
VIEW/layoutxml/grid/row/cell @name @width
VIEW/querytype
VIEW/fetchxml > fetch
VIEW/fetchxml/fetch @version @mapping > entity
VIEW/fetchxml/fetch/entity @name > attribute order? filter?
VIEW/fetchxml/fetch/entity/attribute @name
VIEW/fetchxml/fetch/entity/order @attribute @descending
VIEW/fetchxml/fetch/entity/filter @type @isquickfindfields? > condition? filter?
VIEW/fetchxml/fetch/entity/filter/condition @attribute @operator @value? > value?
VIEW/fetchxml/fetch/entity/filter/condition/value
VIEW/IntroducedVersion
VIEW/LocalizedNames > LocalizedName
VIEW/LocalizedNames/LocalizedName @description @languagecode
VIEW/Descriptions > Description
VIEW/Descriptions/Description @description @languagecode

FORMS > systemform
FORM > formid IntroducedVersion FormPresentation FormActivationState form IsCustomizable CanBeDeleted LocalizedNames Descriptions
FORM/formid
FORM/IntroducedVersion
FORM/FormPresentation
FORM/FormActivationState
FORM/form @headerdensity > tabs DisplayConditions
FORM/form/tabs > tab
FORM/form/tabs/tab @verticallayout @id @IsUserDefined > labels columns
FORM/form/tabs/tab/labels > label
FORM/form/tabs/tab/labels/label @description @languagecode
FORM/form/tabs/tab/columns > column
FORM/form/tabs/tab/columns/column @width > sections
FORM/form/tabs/tab/columns/column/sections > section
SECTION @showlabel @showbar @IsUserDefined @id > labels rows
SECTION/labels > label
SECTION/labels/label @description @languagecode
SECTION/rows > row
SECTION/rows/row > cell
CELL @id @showlabel? > labels control
CELL/labels > label
CELL/labels/label @description @languagecode
CELL/control @id @classid @datafieldname? @disabled? @indicationOfSubgrid? > parameters?
CELL/control/parameters > TargetEntityType ViewId ViewIds EnableViewPicker RelationshipName RecordsPerPage IsUserView EnableQuickFind EnableJumpBar AutoExpand ChartGridMode VisualizationId IsUserChart EnableChartPicker
CELL/control/parameters/TargetEntityType
CELL/control/parameters/ViewId
CELL/control/parameters/ViewIds
CELL/control/parameters/EnableViewPicker
CELL/control/parameters/RelationshipName
CELL/control/parameters/RecordsPerPage
CELL/control/parameters/IsUserView
CELL/control/parameters/EnableQuickFind
CELL/control/parameters/EnableJumpBar
CELL/control/parameters/AutoExpand
CELL/control/parameters/ChartGridMode
CELL/control/parameters/VisualizationId
CELL/control/parameters/IsUserChart
CELL/control/parameters/EnableChartPicker
FORM/form/DisplayConditions @Order @FallbackForm > Everyone
FORM/form/DisplayConditions/Everyone
FORM/IsCustomizable
FORM/CanBeDeleted
FORM/LocalizedNames > LocalizedName
FORM/LocalizedNames/LocalizedName @description @languagecode
FORM/Descriptions > Description
FORM/Descriptions/Description @description @languagecode

IMAGES > SdkMessageProcessingStepImage?
IMAGE @Name > Description? SdkMessageProcessingStepImageId Attributes EntityAlias ImageType MessagePropertyName RelatedAttributeName? IsCustomizable
IMAGE/Description
IMAGE/SdkMessageProcessingStepImageId
IMAGE/Attributes
IMAGE/EntityAlias
IMAGE/ImageType
IMAGE/MessagePropertyName
IMAGE/RelatedAttributeName
IMAGE/IsCustomizable
";

/// Long paths by short names; a later one may build on an earlier one.
const SHORT: [(&str, &str); 8] = [
    ("CELL", "SECTION/rows/row/cell"),
    (
        "SECTION",
        "FORM/form/tabs/tab/columns/column/sections/section",
    ),
    ("FORMS", "Entities/*/FormXml/main/*.xml/forms"),
    ("FORM", "Entities/*/FormXml/main/*.xml/forms/systemform"),
    ("VIEWS", "Entities/*/SavedQueries/*.xml/savedqueries"),
    (
        "VIEW",
        "Entities/*/SavedQueries/*.xml/savedqueries/savedquery",
    ),
    (
        "IMAGES",
        "SdkMessageProcessingSteps/*.xml/SdkMessageProcessingStep/SdkMessageProcessingStepImages",
    ),
    (
        "IMAGE",
        "SdkMessageProcessingSteps/*.xml/SdkMessageProcessingStep/SdkMessageProcessingStepImages/SdkMessageProcessingStepImage",
    ),
];

pub fn shapes() -> Shapes {
    read(SHAPES)
}

pub fn read(text: &str) -> Shapes {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Shapes(lines.map(line).collect())
}

fn line(line: &str) -> (String, Shape) {
    let (head, children) = line.split_once(" > ").unwrap_or((line, ""));
    let mut words = head.split_whitespace();
    let mut path = words.next().unwrap_or_default().to_owned();
    for (short, long) in SHORT {
        let (first, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
        if first == short {
            path = format!("{long}{rest}");
        }
    }
    let certain = |word: &str| match word.strip_suffix('?') {
        Some(name) => (name.to_owned(), false),
        None => (word.to_owned(), true),
    };
    let attributes = words.map(|word| certain(word.trim_start_matches('@')));
    let shape = Shape {
        attributes: attributes.collect(),
        children: children.split_whitespace().map(certain).collect(),
        values: Vec::new(),
    };
    (path, shape)
}

#[test]
fn forms_views_ribbons_and_roles_are_built_as_public_exports_are() {
    // Four forms, four ribbons, four roles and the views.
    assert!(check_files(&shapes()) > 12);
}
