//! Who the application is in Azure.

use super::{SettingError, Variables, host, required};
use crate::signin::identity::AppRegistration;
use crate::signin::{Assertion, Identity};

/// Reads the variable `sign_in` and what belongs to the choice. None: nobody.
pub fn sign_in(variables: &impl Variables) -> Result<Option<Identity>, SettingError> {
    let Some(chosen) = variables.get("sign_in") else {
        return Ok(None);
    };
    let identity = match chosen.as_str() {
        "client_secret" => Identity::ClientSecret {
            app: app(variables)?,
            secret: required(variables, "entra_client_secret")?,
        },
        "workload_identity" => Identity::Workload {
            app: app(variables)?,
            assertion: match variables.get("entra_assertion_file") {
                Some(file) => Assertion::File(file),
                None => Assertion::Text(required(variables, "entra_assertion")?),
            },
        },
        "managed_identity" => {
            let origin = host(variables, "identity_endpoint")?;
            let path = variables.get("identity_path").unwrap_or_default();
            Identity::Managed {
                endpoint: format!("{}{path}", origin.trim_end_matches('/')),
                client_id: variables.get("entra_client_id"),
                header: variables.get("identity_header"),
            }
        }
        other => {
            return Err(SettingError {
                variable: "sign_in",
                detail: format!(
                    "{other:?} is no way to sign in; there are \"client_secret\", \"workload_identity\" and \"managed_identity\""
                ),
            });
        }
    };
    Ok(Some(identity))
}

fn app(variables: &impl Variables) -> Result<AppRegistration, SettingError> {
    let authority = host(variables, "entra_authority")?;
    Ok(AppRegistration {
        authority: authority.trim_end_matches('/').to_owned(),
        tenant: word(variables, "entra_tenant")?,
        client_id: word(variables, "entra_client_id")?,
    })
}

/// A value that will stand in a URL.
fn word(variables: &impl Variables, variable: &'static str) -> Result<String, SettingError> {
    let word = required(variables, variable)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    match word.bytes().all(fits) {
        true => Ok(word),
        false => Err(SettingError {
            variable,
            detail: "must be an id, such as 11111111-2222-3333-4444-555555555555".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Settings, settings};
    use super::*;

    #[track_caller]
    fn check(variables: &Settings, expected: &str) {
        let found = match sign_in(variables) {
            Ok(identity) => format!("{identity:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_choice_is_whole_or_refused_by_name() {
        let app = [
            ("sign_in", "client_secret"),
            ("entra_authority", "https://login.microsoftonline.com/"),
            ("entra_tenant", "11111111-2222-3333-4444-555555555555"),
            ("entra_client_id", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"),
            ("entra_client_secret", "planted-secret"),
        ];
        check(&settings(&[]), "None");
        check(
            &settings(&app),
            "Some(ClientSecret(11111111-2222-3333-4444-555555555555/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee))",
        );
        for missing in 1..app.len() {
            let mut variables = app.to_vec();
            let (name, _) = variables.remove(missing);
            check(
                &settings(&variables),
                &format!("variable {name}: is not set; the route stays closed until it is"),
            );
        }
        let with =
            |more: &[(&'static str, &'static str)]| settings(&[app.as_slice(), more].concat());
        check(
            &with(&[("sign_in", "workload_identity")]),
            "variable entra_assertion: is not set; the route stays closed until it is",
        );
        check(
            &with(&[
                ("sign_in", "workload_identity"),
                ("entra_assertion", "planted"),
            ]),
            "Some(Workload(11111111-2222-3333-4444-555555555555/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee))",
        );
        check(
            &with(&[
                ("sign_in", "workload_identity"),
                ("entra_assertion_file", "/token"),
            ]),
            "Some(Workload(11111111-2222-3333-4444-555555555555/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee))",
        );
        check(
            &with(&[("entra_tenant", "a/b")]),
            "variable entra_tenant: must be an id, such as 11111111-2222-3333-4444-555555555555",
        );
        check(
            &settings(&[("sign_in", "managed_identity")]),
            "variable identity_endpoint: is not set; the route stays closed until it is",
        );
        check(
            &settings(&[
                ("sign_in", "managed_identity"),
                ("identity_endpoint", "http://169.254.169.254"),
            ]),
            "Some(Managed(managed/own))",
        );
        check(
            &settings(&[("sign_in", "password")]),
            "variable sign_in: \"password\" is no way to sign in; there are \"client_secret\", \"workload_identity\" and \"managed_identity\"",
        );
    }
}
