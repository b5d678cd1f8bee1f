//! The application's own user: whether the environment knows it, and whether it may read what it must.

use anyhow::Result;
use punctual_solution::tables::{APPOINTMENT, TABLES};

use crate::api::Api;
use crate::arguments::Mapping;
use crate::report::Report;

const PART: &str = "application";

/// A table that the application reads: set and id.
pub type Set = (String, String);

/// What the application must be able to read.
pub fn sets(mapping: Option<&Mapping>) -> Vec<Set> {
    let of_table = |name: &str| match mapping {
        Some(mapping) if name == APPOINTMENT.name => {
            Some((mapping.set.clone(), mapping.id.clone()))
        }
        _ => None,
    };
    let own = TABLES
        .into_iter()
        .map(|table| of_table(table.name).unwrap_or_else(|| (table.set.to_owned(), table.id())));
    own.collect()
}

/// Signs in as the application and reads a row of each table.
pub fn try_out(environment: &str, token: Result<String>, sets: &[Set], report: &mut Report) {
    let token = match token {
        Ok(token) => token,
        Err(error) => {
            let advice = "Look at AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.";
            return report.wrong(PART, format!("{error:#}"), advice);
        }
    };
    let api = Api::new(environment, token);
    match api.get("WhoAmI") {
        Ok(user) => {
            let id = user["UserId"].as_str().unwrap_or_default();
            report.fine(PART, format!("it is the user {id}"));
        }
        Err(error) => return report.failed(PART, &error),
    }
    for (set, id) in sets {
        let part = format!("{PART}: {set}");
        match api.get(&format!("{set}?$select={id}&$top=1")) {
            Ok(_) => report.fine(&part, "it may read them"),
            Err(error @ crate::api::ApiError::Refused { status: 403, .. }) => {
                let advice = "Give its user the role Punctual scheduler, and for a table of your own a role that may read it.";
                report.wrong(&part, error.to_string(), advice);
            }
            Err(error) => report.failed(&part, &error),
        }
    }
}

/// Nobody can sign in as the application here.
pub fn leave_out(report: &mut Report) {
    let detail =
        "not tried out: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set";
    report.left_out(PART, detail);
}
