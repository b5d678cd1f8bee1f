//! Dataverse events that are genuine: bodies that others published, through the whole application. They are not ours
//! to copy, so they lie beside the repository, or are not there.

use std::io::Write;

use punctual_tests::Clinic;
use serde_json::{Value, json};

/// Before the oldest of the bodies was written, so that everything in them is still to come.
const NOW: &str = "2010-01-01T00:00:00Z";

/// A body, and where it comes from.
struct Body {
    name: String,
    text: String,
    event: Value,
}

fn bodies() -> Option<Vec<Body>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/payloads");
    let Ok(entries) = std::fs::read_dir(folder) else {
        // The harness keeps what a passing test prints; this is to be seen.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no genuine Dataverse bodies at ../shared/data/payloads"
        );
        return None;
    };
    let mut bodies = Vec::new();
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a body can be read");
        let event = serde_json::from_str(&text).expect("a body is JSON");
        let name = path.display().to_string();
        bodies.push(Body { name, text, event });
    }
    assert!(!bodies.is_empty(), "{folder} is empty");
    Some(bodies)
}

/// Posts a body as it is. A clear answer, and no component fails over it: the outcome, or the field that is wrong.
async fn post(clinic: &Clinic, body: &Body) -> String {
    let reply = clinic
        .request("POST", "/webhooks/dataverse", body.text.as_str())
        .await
        .expect("an answer");
    let answer = reply.json().expect("JSON");
    let lines = clinic.host.log().lines();
    let worrying = lines
        .iter()
        .find(|line| !line.contains("\"level\":\"info\""));
    assert_eq!(worrying, None, "{}", body.name);
    let word = match reply.status.as_u16() {
        200 => &answer["outcome"],
        400..500 => &answer["field"],
        status => panic!("{}: {status} {answer}", body.name),
    };
    word.as_str()
        .unwrap_or_else(|| panic!("{}: {answer}", body.name))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_tables_that_hold_no_appointments_are_ignored() {
    let Some(bodies) = bodies() else { return };
    for mapping in ["", r#"{"preset":"appointment"}"#] {
        let clinic = Clinic::open_with(NOW, &[("appointment_mapping", mapping)]).await;
        for body in &bodies {
            assert_eq!(post(&clinic, body).await, "ignored", "{}", body.name);
        }
        assert!(clinic.items("/api/appointments").await.is_empty());
    }
}

/// Each body's own table mapped, as a clinic would map its own: the moment when a row was made is its start.
#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_mapped_table_are_planned() {
    let Some(bodies) = bodies() else { return };
    let mut planned = 0;
    for body in &bodies {
        let table = &body.event["PrimaryEntityName"];
        let columns = json!({"start_at": "createdon", "email": "emailaddress1", "phone": "telephone1", "notes": "description"});
        let mapping = json!({"table": table, "entity_set": "rows", "columns": columns}).to_string();
        let clinic = Clinic::open_with(NOW, &[("appointment_mapping", &mapping)]).await;
        let outcome = post(&clinic, body).await;
        // A second time, nothing is left to do.
        assert_eq!(post(&clinic, body).await, "unchanged", "{}", body.name);

        let appointments = clinic.items("/api/appointments").await;
        if appointments.is_empty() {
            // An update of other columns, of a row that nobody knows.
            assert_eq!(body.event["MessageName"], "Update", "{}", body.name);
            assert_eq!(outcome, "unchanged", "{}", body.name);
            continue;
        }
        assert_eq!(appointments.len(), 1, "{}", body.name);
        let id = body.event["PrimaryEntityId"].as_str().expect("a GUID");
        assert_eq!(appointments[0]["id"], id.to_lowercase());
        let rows = clinic.items("/api/notifications").await;
        let living = appointments[0]["status"] == "scheduled";
        assert_eq!(outcome == "planned", living, "{}: {outcome}", body.name);
        assert_eq!(rows.len(), if living { 6 } else { 0 }, "{}", body.name);
        let created = body.event["MessageName"] == "Create";
        for row in &rows {
            let reason = match (created, row["channel"].as_str()) {
                (false, _) => "no_start",
                (true, Some("email")) => "no_email",
                (true, _) => "no_phone",
            };
            assert_eq!(row["reason"], reason, "{}", body.name);
        }
        planned += usize::from(living);
    }
    assert!(planned > 3, "{planned} bodies were planned");
}

/// The same rows, once they say whom to write to: the appointment table's own columns in a genuine frame.
#[tokio::test(flavor = "multi_thread")]
async fn a_genuine_frame_around_an_appointment_is_planned_and_sent() {
    let Some(bodies) = bodies() else { return };
    for body in bodies
        .iter()
        .filter(|body| body.event["MessageName"] == "Create")
    {
        let mapping = json!({"table": body.event["PrimaryEntityName"], "entity_set": "rows",
            "columns": {"start_at": "createdon", "email": "punctual_email", "phone": "punctual_phone"}});
        let mapping = mapping.to_string();
        let clinic = Clinic::open_with(NOW, &[("appointment_mapping", &mapping)]).await;
        let mut event = body.event.clone();
        let target = event["InputParameters"]
            .as_array_mut()
            .and_then(|list| list.iter_mut().find(|item| item["key"] == "Target"))
            .expect("a Create has a Target");
        let attributes = target["value"]["Attributes"].as_array_mut();
        let attributes = attributes.expect("a Target has attributes");
        for (key, value) in [
            ("punctual_email", "pat.planted@example.com"),
            ("punctual_phone", "+12025550123"),
        ] {
            attributes.push(json!({"key": key, "value": value}));
        }
        let answer = clinic.event(&event).await;
        assert_eq!(answer["scheduled"], 6, "{}: {answer}", body.name);
        let rows = clinic.items("/api/notifications?order=desc&limit=1").await;
        clinic.set_now(rows[0]["due_at"].as_str().expect("a time"));
        clinic.deliver().await;
        assert_eq!(clinic.sent_once_each().await, 6, "{}", body.name);
    }
}
