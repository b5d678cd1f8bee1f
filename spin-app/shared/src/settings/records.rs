//! Where appointments and notifications are kept.

use super::{SettingError, Variables, host, mapping};

/// The variable `records`, with all that belongs to the choice.
#[derive(Debug, PartialEq)]
pub enum RecordsChoice {
    /// SQLite.
    Embedded,
    /// Dataverse, by its Web API.
    Dataverse {
        /// The environment: `https://contoso.crm4.dynamics.com`, no slash at the end.
        url: String,
        /// The variable `appointment_mapping` in its full form.
        mapping: String,
    },
}

/// Reads the choice. What it needs and does not find is named.
pub fn records(variables: &impl Variables) -> Result<RecordsChoice, SettingError> {
    match variables.get("records").as_deref() {
        None | Some("embedded") => Ok(RecordsChoice::Embedded),
        Some("dataverse") => {
            let url = host(variables, "dataverse_url")?;
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err(SettingError {
                    variable: "dataverse_url",
                    detail:
                        "must be the environment's URL, such as https://contoso.crm4.dynamics.com"
                            .to_owned(),
                });
            }
            Ok(RecordsChoice::Dataverse {
                url: url.trim_end_matches('/').to_owned(),
                mapping: mapping(variables)?,
            })
        }
        Some(other) => Err(SettingError {
            variable: "records",
            detail: format!("{other:?} keeps no records; there are \"embedded\" and \"dataverse\""),
        }),
    }
}
