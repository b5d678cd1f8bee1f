//! Dataverse events in the genuine shape (RemoteExecutionContext as DataContract JSON).

use serde_json::{Value, json};

use crate::time;

/// The appointment that most tests are about.
pub const ID: &str = "3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5f";

/// An attribute as an event carries it: dates become `/Date(ms)/`.
pub fn date(text: &str) -> Value {
    format!("/Date({})/", time(text).timestamp_millis()).into()
}

/// A choice.
pub fn choice(value: i64) -> Value {
    json!({"__type": "OptionSetValue:http://schemas.microsoft.com/xrm/2011/Contracts", "Value": value})
}

/// An event with a Target of these attributes, written at `modified`.
pub fn event(message: &str, id: &str, modified: &str, attributes: &[(&str, Value)]) -> Value {
    let mut list: Vec<_> = attributes
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    list.push(json!({"key": "modifiedon", "value": date(modified)}));
    list.push(json!({"key": "punctual_appointmentid", "value": id}));
    context(
        message,
        id,
        json!({"__type": "Entity:http://schemas.microsoft.com/xrm/2011/Contracts", "Attributes": list,
        "EntityState": null, "FormattedValues": [], "Id": id, "KeyAttributes": [], "LogicalName": "punctual_appointment",
        "RelatedEntities": [], "RowVersion": null}),
    )
}

/// A Delete: its Target is a reference without columns.
pub fn deleted(id: &str) -> Value {
    context(
        "Delete",
        id,
        json!({"__type": "EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts", "Id": id,
        "KeyAttributes": [], "LogicalName": "punctual_appointment", "Name": null, "RowVersion": null}),
    )
}

/// A whole new appointment.
pub fn created(id: &str, modified: &str, start: &str, zone: &str) -> Value {
    event(
        "Create",
        id,
        modified,
        &[
            ("punctual_service", "Vaccination".into()),
            ("punctual_customername", "Pat Planted".into()),
            ("punctual_email", "pat.planted@example.com".into()),
            ("punctual_phone", "+12025550123".into()),
            ("punctual_start", date(start)),
            ("punctual_timezone", zone.into()),
            ("statecode", choice(0)),
            ("statuscode", choice(1)),
        ],
    )
}

/// Another start.
pub fn moved(id: &str, modified: &str, start: &str) -> Value {
    event("Update", id, modified, &[("punctual_start", date(start))])
}

/// Canceled by an ordinary update of the state.
pub fn canceled(id: &str, modified: &str) -> Value {
    event(
        "Update",
        id,
        modified,
        &[("statecode", choice(1)), ("statuscode", choice(2))],
    )
}

/// Canceled by SetState, which arrives as an Update with the outer request in ParentContext.
pub fn set_state_canceled(id: &str, modified: &str) -> Value {
    let mut event = canceled(id, modified);
    if let Some(parameters) = event["InputParameters"].as_array_mut() {
        parameters.push(
            json!({"key": "parentExecutionId", "value": "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}),
        );
    }
    event["ParentContext"] = json!({"MessageName": "SetStateDynamicEntity", "Stage": 30, "InputParameters": [
        {"key": "State", "value": choice(1)}, {"key": "Status", "value": choice(2)}]});
    event
}

fn context(message: &str, id: &str, target: Value) -> Value {
    json!({
        "BusinessUnitId": "6a1d5b0e-7f4c-4f0b-8a52-0d9a3f1f2b11", "CorrelationId": "0d9a3f1f-2b11-4f0b-8a52-6a1d5b0e7f4c", "Depth": 1,
        "InitiatingUserId": "11111111-2222-4333-8444-555555555555", "InputParameters": [{"key": "Target", "value": target}],
        "IsExecutingOffline": false, "IsInTransaction": false, "IsOfflinePlayback": false, "IsolationMode": 1, "MessageName": message,
        "Mode": 1, "OperationCreatedOn": "/Date(1767258000000+0000)/", "OperationId": "22222222-3333-4444-8555-666666666666",
        "OrganizationId": "33333333-4444-4555-8666-777777777777", "OrganizationName": "unqexample", "OutputParameters": [],
        "OwningExtension": {"Id": "44444444-5555-4666-8777-888888888888", "KeyAttributes": [], "LogicalName": "sdkmessageprocessingstep",
            "Name": null, "RowVersion": null},
        "ParentContext": null, "PostEntityImages": [], "PreEntityImages": [], "PrimaryEntityId": id,
        "PrimaryEntityName": "punctual_appointment", "RequestId": null, "SecondaryEntityName": "none", "SharedVariables": [], "Stage": 40,
        "UserId": "11111111-2222-4333-8444-555555555555"
    })
}
