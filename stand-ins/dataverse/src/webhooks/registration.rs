//! What rows of endpoints and steps may say. They are checked when they are written, as the platform does.

use crate::refusal::Refusal;
use crate::schema::Table;
use crate::store::Changes;
use crate::value::Value;

/// Refuses what the platform refuses, and what this stand-in cannot do.
pub(crate) fn check_registration(table: &Table, changes: &Changes) -> Result<(), Refusal> {
    match table.name() {
        "serviceendpoint" => check_endpoint(changes),
        "sdkmessageprocessingstep" => check_step(changes),
        _ => Ok(()),
    }
}

fn number(changes: &Changes, column: &str) -> Option<i64> {
    match changes.get(column)? {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    }
}

fn check_endpoint(changes: &Changes) -> Result<(), Refusal> {
    match number(changes, "contract") {
        None | Some(8) => {}
        Some(other) => {
            return Err(Refusal::not_built(&format!(
                "Contract {other} of an endpoint"
            )));
        }
    }
    match number(changes, "authtype") {
        None | Some(4..=6) => {}
        Some(other) => {
            return Err(Refusal::not_built(&format!(
                "Authentication {other} of an endpoint"
            )));
        }
    }
    if let Some(Some(Value::Text(url))) = changes.get("url") {
        // The real service takes https only. This one calls loopback only, and that without TLS.
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(Refusal::new(
                400,
                "0x80040265",
                "The service endpoint's URL is not valid.",
            ));
        }
    }
    Ok(())
}

fn check_step(changes: &Changes) -> Result<(), Refusal> {
    let (mode, stage) = (number(changes, "mode"), number(changes, "stage"));
    if mode == Some(0) {
        return Err(Refusal::not_built("A synchronous step"));
    }
    if mode == Some(1) && stage.is_some_and(|stage| stage != 40) {
        let message = "Only Post-Operation stage is valid for asynchronous execution mode.";
        return Err(Refusal::new(400, "0x80044176", message));
    }
    Ok(())
}
