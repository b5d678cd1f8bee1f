//! `PluginAssemblies/ServiceEndpoints.xml` and `SdkMessageProcessingSteps/<guid>.xml`.

use super::INTRODUCED;
use crate::File;
use crate::ids::guid;
use crate::webhook::{
    ENDPOINT_AUTH_TYPE, ENDPOINT_NAME, ENDPOINT_URL, IMAGE_ALIAS, STEPS, Step, columns, table,
};
use crate::xml::{Element, element, parent, text};

/// The platform's own plug-in that posts to webhooks; its id is the same everywhere.
const PLUGIN_NAME: &str = "Microsoft.Crm.ServiceBus.WebhookPlugin, Microsoft.Crm.ServiceBus, Version=9.0.0.0, \
                           Culture=neutral, PublicKeyToken=31bf3856ad364e35";
const PLUGIN_ID: &str = "fe4f0cdb-b254-4fa1-84f6-d58d0759b8b3";
/// The handler is a service endpoint.
const ENDPOINT_TYPE_CODE: u16 = 4618;

/// GUID of the endpoint, in braces.
pub fn endpoint_id() -> String {
    guid("endpoint")
}

/// GUID of a step, in braces.
pub fn step_id(step: Step) -> String {
    guid(&format!("step/{}", step.message()))
}

/// GUID of a step of a clinic's own table, in braces. No file has it: such steps are registered after the import.
pub fn own_step_id(table: &str, step: Step) -> String {
    guid(&format!("step/{table}/{}", step.message()))
}

/// GUID of the image of such a step, in braces.
pub fn own_image_id(table: &str, step: Step) -> String {
    guid(&format!("image/{table}/{}", step.message()))
}

pub fn files() -> Vec<File> {
    let endpoints = parent("ServiceEndpoints", [endpoint()]);
    let mut files = vec![super::file(
        "PluginAssemblies/ServiceEndpoints.xml",
        endpoints,
    )];
    files.extend(STEPS.map(|step| {
        let path = format!("SdkMessageProcessingSteps/{}.xml", step_id(step));
        super::file(path, self::step(step))
    }));
    files
}

/// There is no element for the key: it never leaves the environment in which it was set.
fn endpoint() -> Element {
    parent(
        "ServiceEndpoint",
        [
            text("ConnectionMode", 1),
            // A webhook.
            text("Contract", 8),
            text("Path", ""),
            text("SolutionNamespace", ""),
            text("UserClaim", 1),
            text("IsCustomizable", 1),
            text("AuthType", ENDPOINT_AUTH_TYPE),
            // JSON.
            text("MessageFormat", 2),
            text("NamespaceFormat", 1),
            text("Url", ENDPOINT_URL),
        ],
    )
    .attribute("ServiceEndpointId", endpoint_id())
    .attribute("Name", ENDPOINT_NAME)
}

fn step(step: Step) -> Element {
    let filter = if step == Step::Update {
        columns().join(",")
    } else {
        String::new()
    };
    let images = step.image_type().map(|kind| image(step, kind));
    parent(
        "SdkMessageProcessingStep",
        [
            text("SdkMessageId", step.message_id()),
            text("PluginTypeName", PLUGIN_NAME),
            text("PluginTypeId", PLUGIN_ID),
            text("PrimaryEntity", table().name),
            // Jobs that succeeded are removed; those that failed stay to be found.
            text("AsyncAutoDelete", 1),
            text("FilteringAttributes", filter),
            text("InvocationSource", 1),
            // Asynchronous, after the save.
            text("Mode", 1),
            text("Rank", 1),
            text("EventHandler", endpoint_id()),
            text("EventHandlerTypeCode", ENDPOINT_TYPE_CODE),
            text("Stage", 40),
            text("IsCustomizable", 1),
            text("IsHidden", 0),
            text("SupportedDeployment", 0),
            text("IntroducedVersion", INTRODUCED),
            parent("SdkMessageProcessingStepImages", images),
        ],
    )
    .attribute(
        "Name",
        format!("{ENDPOINT_NAME}: {} of {}", step.message(), table().name),
    )
    .attribute("SdkMessageProcessingStepId", step_id(step))
}

fn image(step: Step, kind: u8) -> Element {
    parent(
        "SdkMessageProcessingStepImage",
        [
            element("Description"),
            text(
                "SdkMessageProcessingStepImageId",
                guid(&format!("image/{}", step.message())),
            ),
            text("Attributes", columns().join(",")),
            text("EntityAlias", IMAGE_ALIAS),
            text("ImageType", kind),
            text("MessagePropertyName", "Target"),
            text("RelatedAttributeName", ""),
            text("IsCustomizable", 1),
        ],
    )
    .attribute("Name", IMAGE_ALIAS)
}
