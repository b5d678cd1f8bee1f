//! An appointment as the API shows it (DESIGN: the fixed shape).

use punctual_app::core::{Appointment, code};
use punctual_app::records::Loaded;
use punctual_app::web::rfc3339;
use serde_json::{Value, json};

use super::mask;
use super::role::Role;

/// The fixed JSON shape; contacts are masked for those who may not see them.
pub fn loaded(loaded: &Loaded, role: Role) -> Value {
    let mut shown = appointment(&loaded.dated.appointment, role);
    shown["version"] = loaded.version.into();
    shown
}

/// The same where no version was read: beside a reminder.
pub fn appointment(a: &Appointment, role: Role) -> Value {
    let (email, phone) = match role.sees_contacts() {
        true => (a.email.clone(), a.phone.clone()),
        false => (
            a.email.as_deref().map(mask::email),
            a.phone.as_deref().map(mask::phone),
        ),
    };
    json!({
        "id": a.id, "service": a.service, "customer_name": a.customer_name, "email": email, "phone": phone,
        "start_at": a.start_at.map(rfc3339), "end_at": a.end_at.map(rfc3339), "time_zone": a.time_zone, "locale": a.locale,
        "status": code(a.status), "resource": a.resource, "notes": a.notes,
    })
}
