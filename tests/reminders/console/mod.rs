//! What the console's screens ask for: roles, the audit trail, lists and counts, switches, and the page itself.

mod audit;
mod channels;
mod files;
mod made_up;
mod operations;
mod overlap;
mod reminders;
mod reports;
mod roles;

use punctual_host::client::Reply;
use punctual_tests::Clinic;
use serde_json::{Value, json};

const NOW: &str = "2026-06-01T00:00:00Z";
const STAFF: &str = "staff-key";

/// A clinic where staff have a token of their own.
async fn open() -> Clinic {
    Clinic::open_with(NOW, &[("staff_token", STAFF)]).await
}

/// An appointment of somebody, at an hour of 15 June in room 1.
fn draft(name: &str, hour: u32) -> Value {
    let address = name.to_lowercase().replace(' ', ".");
    json!({"service": "Check-up", "customer_name": name, "email": format!("{address}@example.com"), "phone": "+12025550124",
        "start_at": format!("2026-06-15T{hour:02}:00:00Z"), "end_at": format!("2026-06-15T{hour:02}:30:00Z"),
        "time_zone": "Europe/Berlin", "resource": "Room 1"})
}

async fn book(clinic: &Clinic, draft: &Value) -> Value {
    clinic
        .json("POST", "/api/appointments", draft.to_string())
        .await
}

fn id(item: &Value) -> &str {
    item["id"].as_str().expect("it has an id")
}

/// A call with a staff token.
async fn as_staff(clinic: &Clinic, method: &str, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {STAFF}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let reply = clinic.request_with(method, path, &headers, body).await;
    reply.expect("an answer")
}

/// A call with an operator's token that may be refused.
async fn call(clinic: &Clinic, method: &str, path: &str, body: &str) -> Reply {
    clinic.request(method, path, body).await.expect("an answer")
}
