//! How old notifications are when they may be archived.

use super::{SettingError, Variables};
use crate::flows::archive::{DAYS_MAX, DAYS_MIN};

/// The variable `archive_after_days`; an order that names no days of its own means these.
pub fn archive_after_days(variables: &impl Variables) -> Result<u32, SettingError> {
    const VARIABLE: &str = "archive_after_days";
    let Some(text) = variables.get(VARIABLE) else {
        return Err(super::missing(VARIABLE));
    };
    let days = text.parse().ok();
    days.filter(|days| (DAYS_MIN..=DAYS_MAX).contains(days))
        .ok_or_else(|| SettingError {
            variable: VARIABLE,
            detail: format!("must be a whole number of days from {DAYS_MIN} to {DAYS_MAX}"),
        })
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    #[test]
    fn days_are_whole_and_not_too_few() {
        for (text, expected) in [
            ("35", Some(35)),
            ("90", Some(90)),
            ("36500", Some(36_500)),
            ("34", None),
            ("0", None),
            ("36501", None),
            ("-90", None),
            ("90.5", None),
            ("ninety", None),
            ("", None),
        ] {
            let days = archive_after_days(&settings(&[("archive_after_days", text)]));
            assert_eq!(days.ok(), expected, "{text}");
        }
    }
}
