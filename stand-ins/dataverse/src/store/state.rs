//! State and status: each status belongs to a state, and they change together.

use super::{Changes, Row};
use crate::refusal::Refusal;
use crate::schema::Table;
use crate::value::Value;

/// Whether new rows may begin in this state: neither the table's end states nor "inactive".
pub(super) fn begins_in(table: &Table, state: i64) -> bool {
    let built_in = table.name() == "appointment";
    built_in && (state == 0 || state == 3)
}

/// State and status together, whichever of them was sent.
pub(super) fn settle_state(table: &Table, row: &Row, sent: &Changes) -> Result<Changes, Refusal> {
    let number = |column: &str| match sent.get(column) {
        Some(Some(Value::Integer(number))) => Some(*number),
        _ => None,
    };
    let current = row.integer("statecode").unwrap_or(0);
    let state = number("statecode").unwrap_or(current);
    let status = match number("statuscode") {
        Some(status) => status,
        None => table.first_status(state).unwrap_or(1),
    };
    if table.state_of(status) != Some(state) {
        return Err(wrong_status(table, status, state));
    }
    let both = [("statecode", state), ("statuscode", status)];
    let both = both.map(|(column, number)| (column.to_owned(), Some(Value::Integer(number))));
    Ok(both.into())
}

/// The refusal of a status that belongs to another state.
pub(super) fn wrong_status(table: &Table, status: i64, state: i64) -> Refusal {
    let message = format!(
        "{status} is not a valid status code for state code {state} on {}.",
        table.name()
    );
    Refusal::new(400, "0x80048408", message)
}
