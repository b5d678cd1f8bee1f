//! The Spin variables, checked when they are needed. `spin.toml` is their manual.

mod archive;
mod links;
mod queue;
mod records;
mod senders;
mod signin;
mod telemetry;

pub use archive::archive_after_days;
pub use links::{links, public_url, required_link_key, required_public_url};
pub use queue::{BusTransport, QueueChoice, Way, queue};
pub use records::{RecordsChoice, records};
pub use senders::{
    AcsSettings, Choices, SendGridSettings, SenderChoice, TwilioSettings, email_senders,
    falls_back_to_email, reply_to, sendgrid_public_keys, sends_at_once, sms_senders,
    twilio_secrets,
};
pub use signin::sign_in;
pub use telemetry::{Collectors, collectors, log_level};

use crate::core::{Policy, events, rendering::Sender};

/// Where variables come from.
pub trait Variables {
    /// The value, none when it is not set or empty.
    fn get(&self, name: &str) -> Option<String>;
}

/// A variable is missing or wrong. Its name is told, its value never.
#[derive(Debug)]
pub struct SettingError {
    /// The variable.
    pub variable: &'static str,
    /// One sentence.
    pub detail: String,
}

impl std::fmt::Display for SettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "variable {}: {}", self.variable, self.detail)
    }
}

/// A value that must be there.
pub fn required(
    variables: &impl Variables,
    variable: &'static str,
) -> Result<String, SettingError> {
    variables.get(variable).ok_or_else(|| missing(variable))
}

/// A URL that must be there. Spin takes no empty entry in `allowed_outbound_hosts`, so the default is a host that cannot be.
fn host(variables: &impl Variables, variable: &'static str) -> Result<String, SettingError> {
    required(variables, variable).and_then(|text| match text.contains("unset.invalid") {
        true => Err(missing(variable)),
        false => Ok(text),
    })
}

/// It is not set, and must be.
pub fn missing(variable: &'static str) -> SettingError {
    SettingError {
        variable,
        detail: "is not set; the route stays closed until it is".to_owned(),
    }
}

/// The keys that open a route: the named one, and a second one during rotation.
pub fn keys(
    variables: &impl Variables,
    variable: &'static str,
    second: Option<&str>,
) -> Result<Vec<String>, SettingError> {
    let mut keys = vec![required(variables, variable)?];
    keys.extend(second.and_then(|second| variables.get(second)));
    Ok(keys)
}

/// The reminder policy.
pub fn policy(variables: &impl Variables) -> Result<Policy, SettingError> {
    let json = variables.get("reminder_policy").unwrap_or_default();
    events::read_policy(&json).map_err(|problem| SettingError {
        variable: "reminder_policy",
        detail: format!("{}: {}", problem.field, problem.detail),
    })
}

/// The appointment mapping, checked and in its full form.
pub fn mapping(variables: &impl Variables) -> Result<String, SettingError> {
    let json = variables.get("appointment_mapping").unwrap_or_default();
    events::read_mapping(&json).map_err(|problem| SettingError {
        variable: "appointment_mapping",
        detail: format!("{}: {}", problem.field, problem.detail),
    })
}

/// Who signs the reminders.
pub fn sender(variables: &impl Variables) -> Sender {
    let name = variables
        .get("clinic_name")
        .unwrap_or_else(|| "Your clinic".to_owned());
    Sender {
        name,
        phone: variables.get("clinic_phone"),
    }
}

/// The adapters that this build has. A choice it does not know is refused, never replaced by another. The senders'
/// keys are delivery's alone; the others only check the names.
pub fn adapters(variables: &impl Variables) -> Result<(), SettingError> {
    senders::names(variables)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;

    use super::Variables;

    /// Variables of a test.
    pub type Settings = HashMap<&'static str, &'static str>;

    /// The last one of a name counts.
    pub fn settings(variables: &[(&'static str, &'static str)]) -> Settings {
        variables.iter().copied().collect()
    }

    impl Variables for Settings {
        fn get(&self, name: &str) -> Option<String> {
            let value = HashMap::get(self, name);
            value
                .filter(|value| !value.is_empty())
                .map(|value| (*value).to_owned())
        }
    }
}
