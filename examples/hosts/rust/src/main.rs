//! Plans an appointment's reminders with plugin-core, run by wasmtime: `plan COMPONENT APPOINTMENT NOW`.

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, SecondsFormat};
use heck::ToSnakeCase;
use serde_json::{Value, json};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

mod wit {
    wasmtime::component::bindgen!({ world: "core", path: "../../../wit", additional_derives: [serde::Serialize] });
}
use wit::exports::punctual::reminders::{planning, types};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().context("COMPONENT APPOINTMENT NOW");
    let (component, draft, now) = (argument()?, std::fs::read(argument()?)?, argument()?);
    let now = DateTime::parse_from_rfc3339(&now)?.timestamp_millis();
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let component = Component::from_file(&engine, component)?;
    // It imports nothing, so nothing is linked.
    let core = wit::Core::instantiate(&mut store, &component, &Linker::new(&engine))?;
    let events = core.punctual_reminders_events();
    let changes = events.call_read_draft(&mut store, &draft)?;
    let changes = changes.unwrap_or_else(|problems| refuse(&problems));
    let draft: Value = serde_json::from_slice(&draft)?;
    let id = draft["id"].as_str().context("the appointment has no id")?;
    let merged = events.call_merge(&mut store, id, None, &changes, now)?;
    let appointment = merged.dated.appointment;
    let problems = events.call_check_appointment(&mut store, &appointment)?;
    if !problems.is_empty() {
        refuse(&problems);
    }
    let policy = events.call_read_policy(&mut store, "")?;
    let policy = policy.map_err(|problem| anyhow!(problem.detail))?;
    let (email, sms, others) = (None, None, Vec::new());
    let blocks = types::Blocks { email, sms };
    let person = planning::Person { blocks, others };
    let planning = core.punctual_reminders_planning();
    let plan = planning.call_plan(&mut store, &appointment, &policy, &person, now)?;
    println!("{:#}", plan.iter().map(shown).collect::<Value>());
    Ok(())
}

fn refuse(problems: &[types::Problem]) -> ! {
    for types::Problem { field, detail } in problems {
        eprintln!("{field}: {detail}");
    }
    std::process::exit(1)
}

fn shown(reminder: &planning::Planned) -> Value {
    let due_at = DateTime::from_timestamp_millis(reminder.due_at).unwrap_or_default();
    // `Email` and `DueInPast` are `email` and `due_in_past` outside.
    let code = |name: Value| name.as_str().map(ToSnakeCase::to_snake_case);
    json!({"channel": code(json!(reminder.channel)), "due_at": due_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "id": reminder.id, "reason": code(json!(reminder.skip)), "skipped": reminder.skip.is_some(), "step": reminder.step})
}
