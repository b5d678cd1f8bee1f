//! What a row's statecode and statuscode say together.

use super::appointment::has_ended;
use super::mapping::StatusMapping;
use crate::types::AppointmentStatus;

/// The status that the two numbers mean; none when they say nothing new.
///
/// A number that nobody mapped is decided by the state, and an unknown state ends the appointment: a reminder
/// for something that may be off is worse than none. A state that ends beats a status that lives. An unknown
/// status that comes alone says nothing, since a row that changes its state tells its state.
pub(super) fn read(
    mapping: &StatusMapping,
    status: Option<i64>,
    state: Option<i64>,
) -> Option<AppointmentStatus> {
    let by_status = status.and_then(|number| mapping.values.get(&number).copied());
    let by_state = state.map(|number| {
        mapping
            .states
            .get(&number)
            .copied()
            .unwrap_or(AppointmentStatus::Canceled)
    });
    match (by_status, by_state) {
        (Some(status), Some(state)) if has_ended(state) && !has_ended(status) => Some(state),
        (Some(status), _) => Some(status),
        (None, by_state) => by_state,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::intake::appointment::status_name;
    use crate::intake::mapping::Mapping;

    #[track_caller]
    fn check(preset: &str, status: Option<i64>, state: Option<i64>, expected: Expect) {
        let mapping = Mapping::read(&format!(r#"{{"preset":"{preset}"}}"#)).unwrap();
        expected.assert_eq(super::read(&mapping.status, status, state).map_or("none", status_name));
    }

    #[test]
    fn both_numbers() {
        check("punctual", Some(1), Some(0), expect!["scheduled"]);
        check("punctual", Some(749_700_001), Some(0), expect!["confirmed"]);
        check("punctual", Some(2), Some(1), expect!["canceled"]);
        check("punctual", Some(749_700_002), Some(1), expect!["completed"]);
        check("punctual", Some(749_700_003), Some(1), expect!["no_show"]);
    }

    #[test]
    fn numbers_that_disagree_end_the_appointment() {
        check("punctual", Some(1), Some(1), expect!["canceled"]);
        check("punctual", Some(749_700_003), Some(0), expect!["no_show"]);
        check("appointment", Some(5), Some(1), expect!["completed"]);
    }

    #[test]
    fn one_number() {
        check("punctual", Some(749_700_001), None, expect!["confirmed"]);
        check("punctual", None, Some(0), expect!["scheduled"]);
        check("punctual", None, Some(1), expect!["canceled"]);
        check("appointment", None, Some(3), expect!["scheduled"]);
        check("punctual", None, None, expect!["none"]);
    }

    #[test]
    fn numbers_that_nobody_mapped() {
        check("punctual", Some(99), Some(0), expect!["scheduled"]);
        check("punctual", Some(99), Some(1), expect!["canceled"]);
        check("punctual", Some(99), Some(7), expect!["canceled"]);
        check("punctual", Some(1), Some(7), expect!["canceled"]);
        check("punctual", Some(99), None, expect!["none"]);
    }
}
