//! Who the token is, and what of the settings a screen needs.

use punctual_app::edge::SpinVariables;
use punctual_app::settings::{self, Variables};
use punctual_app::web::{Response, rfc3339};
use serde_json::json;

use super::Api;
use super::role::{RIGHTS, Role};

pub fn me(api: &Api<'_>) -> Response {
    let chosen = |name: &str, otherwise: &str| {
        let chosen = SpinVariables.get(name);
        chosen.unwrap_or_else(|| otherwise.to_owned())
    };
    let rights: &[&str] = match api.role {
        Role::Operator => &RIGHTS,
        Role::Staff => &[],
    };
    Response::json(
        200,
        &json!({
            "role": api.role.name(), "rights": rights, "clinic_name": settings::sender(&SpinVariables).name,
            "now": rfc3339((api.app.clock)()),
            "default_time_zone": api.app.policy.default_time_zone, "default_locale": api.app.policy.default_locale,
            "records": chosen("records", "embedded"), "queue": chosen("queue", "embedded"),
            "email_sender": chosen("email_sender", "outbox"), "sms_sender": chosen("sms_sender", "outbox"),
            // For the core in the browser, which plans while somebody types.
            "reminder_policy": chosen("reminder_policy", ""),
        }),
    )
}
