//! Endpoint and steps: what is heard of, how, and what is not.

use std::collections::BTreeMap;

use super::source::{attribute, each, fitting, root, tables, text};
use roxmltree::Node;

fn steps() -> BTreeMap<&'static str, Node<'static, 'static>> {
    fitting("SdkMessageProcessingSteps/*.xml")
        .into_iter()
        .map(|(path, step)| {
            let id = attribute(step, "SdkMessageProcessingStepId");
            assert_eq!(path, format!("SdkMessageProcessingSteps/{id}.xml"));
            (message(step), step)
        })
        .collect()
}

/// By the ids that are the same in every environment.
fn message(step: Node<'static, 'static>) -> &'static str {
    match text(step, "SdkMessageId") {
        "9ebdbb1b-ea3e-db11-86a7-000a3a5473e8" => "Create",
        "20bebb1b-ea3e-db11-86a7-000a3a5473e8" => "Update",
        "a1bdbb1b-ea3e-db11-86a7-000a3a5473e8" => "Delete",
        other => panic!("no message that we listen to: {other}"),
    }
}

fn list(text: &'static str) -> Vec<&'static str> {
    text.split(',').filter(|name| !name.is_empty()).collect()
}

#[test]
fn appointments_are_listened_to_once_each_and_nothing_else_is() {
    let steps = steps();
    assert_eq!(
        steps.keys().copied().collect::<Vec<_>>(),
        ["Create", "Delete", "Update"]
    );
    assert_eq!(
        steps.len(),
        fitting("SdkMessageProcessingSteps/*.xml").len()
    );
    for (message, step) in steps {
        // Were it the notification, our own writes would wake us.
        assert_eq!(
            text(step, "PrimaryEntity"),
            "punctual_appointment",
            "{message}"
        );
    }
}

#[test]
fn no_save_waits_for_us() {
    for (message, step) in steps() {
        assert_eq!(
            (text(step, "Mode"), text(step, "Stage")),
            ("1", "40"),
            "{message}"
        );
        assert_eq!(text(step, "AsyncAutoDelete"), "1", "{message}");
    }
}

#[test]
fn steps_lead_to_the_endpoint_which_holds_no_secret() {
    let endpoints: Vec<_> = each(
        root("PluginAssemblies/ServiceEndpoints.xml"),
        "ServiceEndpoint",
    )
    .collect();
    let [endpoint] = endpoints[..] else {
        panic!("{} endpoints", endpoints.len());
    };
    for step in steps().into_values() {
        assert_eq!(
            text(step, "EventHandler"),
            attribute(endpoint, "ServiceEndpointId")
        );
        assert_eq!(text(step, "EventHandlerTypeCode"), "4618");
    }
    assert_eq!(
        (text(endpoint, "Contract"), text(endpoint, "MessageFormat")),
        ("8", "2")
    );
    assert!(text(endpoint, "Url").starts_with("https://set-after-import.invalid/"));
    assert!(
        endpoint
            .children()
            .all(|child| !child.has_tag_name("AuthValue"))
    );
}

#[test]
fn only_changes_that_matter_are_heard_of() {
    let table = &tables()["punctual_appointment"];
    for (message, step) in steps() {
        let filter = list(text(step, "FilteringAttributes"));
        assert_eq!(
            filter.is_empty(),
            message != "Update",
            "{message}: {filter:?}"
        );
        for column in filter {
            assert!(table.contains_key(column), "{message}: {column}");
        }
    }
}

#[test]
fn images_bring_what_an_event_lacks() {
    let table = &tables()["punctual_appointment"];
    for (message, step) in steps() {
        let images: Vec<_> = each(step, "SdkMessageProcessingStepImage").collect();
        // 0 is before, 1 after. A created row has no before, and all of it is in the event.
        let kinds: Vec<_> = images
            .iter()
            .map(|image| text(*image, "ImageType"))
            .collect();
        let expected: &[&str] = match message {
            "Create" => &[],
            "Update" => &["1"],
            _ => &["0"],
        };
        assert_eq!(kinds, expected, "{message}");
        for image in images {
            assert_eq!(text(image, "MessagePropertyName"), "Target", "{message}");
            let columns = list(text(image, "Attributes"));
            assert!(
                !columns.is_empty(),
                "{message}: an image without columns has all of them"
            );
            for column in columns {
                assert!(table.contains_key(column), "{message}: {column}");
            }
        }
    }
}
