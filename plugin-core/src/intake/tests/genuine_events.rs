//! Dataverse events that are genuine: bodies that others published.

use expect_test::expect;
use serde_json::json;

use super::events::show_event;
use super::{json_files, show_problem};
use crate::intake::read_event;

/// Genuine bodies that others published. They are not ours to copy, so they lie beside the repository.
#[test]
fn genuine_bodies() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/payloads");
    let Some(files) = json_files(folder) else {
        eprintln!("skipped: no genuine Dataverse bodies at {folder}");
        return;
    };
    let mut shown = String::new();
    for (name, body) in files {
        let event = read_event(&body, "")
            .unwrap_or_else(|problem| panic!("{name}: {}", show_problem(&problem)));
        let step = event.step_id.clone().unwrap_or_default();
        shown += &format!("{name}\n  {}  step {step}\n", show_event(&event));
    }
    expect![[r#"
        create-account-sync-encoding
          EventKind::Created account 53c52f26-a89d-ef11-8a69-000d3a30b0c1 unmapped
          step a89a1ed8-a79d-ef11-8a69-000d3a30b0c1
        create-agentstatus-sync
          EventKind::Created msdyn_agentstatus 44ee44ee-ff55-aa66-bb77-88cc88cc88cc unmapped
          step 58378ec8-a649-ef11-acce-6045bd03d9d8
        create-allfields-sync-newtonsoft
          EventKind::Created shko_allfields 6420f0cc-916b-ee11-9ae6-000d3a688809 unmapped
          step bd7c6a7e-916b-ee11-9ae6-002248998a0a
        create-alltypes-async-escaped
          EventKind::Created albxrm_alltypes 44bfc2a7-903e-eb11-a813-000d3ad9c2e1 unmapped
          step 2c28fe56-903e-eb11-a813-000d3ad9c2e1
        create-alltypes-async-unescaped
          EventKind::Created albxrm_alltypes 44bfc2a7-903e-eb11-a813-000d3ad9c2e1 unmapped
          step 2c28fe56-903e-eb11-a813-000d3ad9c2e1
        setstate-customactivity-async-preimage
          EventKind::Updated new_customactivity 841579d9-7e63-ef11-9e4a-00155d0001ea unmapped
          step 66f73381-973e-ef11-9e49-00155d0001ea
        update-account-sync-wrapped-scalars
          EventKind::Updated account ec4e2f7d-9d60-e811-a95a-000d3af24950 unmapped
          step 3db800fe-0963-e811-a95a-000d3af24324
        update-contact-async-msdocs
          EventKind::Updated contact 6d81597f-0f9f-e711-8122-000d3aa2331c unmapped
          step 75417616-4ea2-e711-8122-000d3aa2331c
    "#]]
    .assert_eq(&shown);
}

/// The same bodies with their own table mapped, so that their attributes are read.
#[test]
fn genuine_attributes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/payloads");
    let Some(files) = json_files(folder) else {
        eprintln!("skipped: no genuine Dataverse bodies at {folder}");
        return;
    };
    let mut shown = String::new();
    for (name, body) in files {
        let table = read_event(&body, "").unwrap().table;
        let mapping = json!({
            "table": table, "entity_set": "rows",
            "columns": { "start_at": "createdon", "end_at": "overriddencreatedon", "phone": "telephone1", "notes": "description" }
        });
        let event = read_event(&body, &mapping.to_string())
            .unwrap_or_else(|problem| panic!("{name}: {}", show_problem(&problem)));
        shown += &format!("{name}\n{}", show_event(&event));
    }
    expect![[r#"
        create-account-sync-encoding
        EventKind::Created account 53c52f26-a89d-ef11-8a69-000d3a30b0c1
        modified 2024-11-08T08:05:06Z
        start_at 2024-11-08T08:05:06Z
        status scheduled
        create-agentstatus-sync
        EventKind::Created msdyn_agentstatus 44ee44ee-ff55-aa66-bb77-88cc88cc88cc
        modified 2024-07-24T10:28:25Z
        start_at 2024-07-24T10:28:25Z
        status scheduled
        create-allfields-sync-newtonsoft
        EventKind::Created shko_allfields 6420f0cc-916b-ee11-9ae6-000d3a688809
        modified 2023-10-15T19:34:05Z
        start_at 2023-10-15T19:34:05Z
        status scheduled
        create-alltypes-async-escaped
        EventKind::Created albxrm_alltypes 44bfc2a7-903e-eb11-a813-000d3ad9c2e1
        modified 2020-12-15T04:47:38Z
        start_at 2020-12-15T04:47:38Z
        status scheduled
        create-alltypes-async-unescaped
        EventKind::Created albxrm_alltypes 44bfc2a7-903e-eb11-a813-000d3ad9c2e1
        modified 2020-12-15T04:47:38Z
        start_at 2020-12-15T04:47:38Z
        status scheduled
        setstate-customactivity-async-preimage
        EventKind::Updated new_customactivity 841579d9-7e63-ef11-9e4a-00155d0001ea
        modified 2024-08-26T07:43:16Z
        status canceled
        update-account-sync-wrapped-scalars
        EventKind::Updated account ec4e2f7d-9d60-e811-a95a-000d3af24950
        modified 2018-05-31T09:05:24Z
        phone "1111"
        update-contact-async-msdocs
        EventKind::Updated contact 6d81597f-0f9f-e711-8122-000d3aa2331c
        modified 2017-09-26T00:04:07Z
    "#]]
    .assert_eq(&shown);
}
