//! What the planning core costs natively, and what it costs as a component.
//!
//! The component is called from the host, which lifts and lowers every value. A component that is composed with it,
//! as the application's are, goes through compiled adapters instead: that is cheaper.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use punctual_tests::manifest;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::Amounts;
use crate::table::Table;

mod contract {
    wasmtime::component::bindgen!({ world: "core", path: "../wit" });
}

use contract::Core;
use contract::exports::punctual::reminders::planning::Person as ComponentPerson;
use contract::exports::punctual::reminders::types as component;
use plugin_core::contract::exports::punctual::reminders::planning::Person as NativePerson;
use plugin_core::types as native;

/// 1 May 2026, a month before [`START`].
const NOW_MS: i64 = 1_777_593_600_000;
const START_MS: i64 = 1_780_304_400_000;
const AIM_US: f64 = 5.0;

/// The same appointment and policy in either world's types.
macro_rules! example {
    ($types:ident, $person:ident) => {{
        let step = |code: &str, offset| $types::Step {
            code: code.to_owned(),
            offset,
            channels: vec![$types::Channel::Email, $types::Channel::Sms],
        };
        let policy = $types::Policy {
            steps: vec![
                step("P7D", $types::Offset::Days(7)),
                step("P1D", $types::Offset::Days(1)),
                step("PT1H", $types::Offset::Seconds(3600)),
            ],
            window: None,
            default_time_zone: "Etc/UTC".to_owned(),
            default_locale: "en".to_owned(),
            retry_after_seconds: vec![30, 120, 600],
            daily_cap: None,
        };
        let person = $person {
            blocks: $types::Blocks {
                email: None,
                sms: None,
            },
            others: Vec::new(),
        };
        let appointment = $types::Appointment {
            id: "6f9619ff-8b86-d011-b42d-00cf4fc964ff".to_owned(),
            service: Some("Check-up".to_owned()),
            customer_name: Some("Pat Example".to_owned()),
            email: Some("pat@example.com".to_owned()),
            phone: Some("+12025550123".to_owned()),
            start_at: Some(START_MS),
            end_at: None,
            time_zone: Some("Europe/Berlin".to_owned()),
            locale: None,
            status: $types::AppointmentStatus::Scheduled,
            resource: None,
            notes: None,
        };
        (appointment, policy, person)
    }};
}

/// Plans one appointment again and again, natively and through the boundary.
pub fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    let (appointment, policy, person) = example!(native, NativePerson);
    let natively = each_us(amounts.plans, || {
        let planned =
            plugin_core::planning::plan(black_box(&appointment), &policy, &person, NOW_MS);
        assert_eq!(planned.len(), 6);
        Ok(())
    })?;
    table.figure(
        "plan of one appointment, native",
        format!("{natively:.2} µs"),
    );

    let (mut store, core) = core()?;
    let (appointment, policy, person) = example!(component, ComponentPerson);
    let planning = core.punctual_reminders_planning();
    let across = each_us(amounts.plans, || {
        let planned = planning.call_plan(
            &mut store,
            black_box(&appointment),
            &policy,
            &person,
            NOW_MS,
        )?;
        assert_eq!(planned.len(), 6);
        Ok(())
    })?;
    table.at_most(
        "plan of one appointment, through the component boundary",
        across,
        "µs",
        AIM_US,
    );

    let least = each_us(amounts.plans, || {
        let offset = planning.call_notification_id(
            &mut store,
            "",
            "P1D",
            component::Channel::Email,
            START_MS,
        )?;
        assert!(offset.is_none());
        Ok(())
    })?;
    table.figure(
        "a call of the core that does nothing",
        format!("{least:.2} µs"),
    );
    Ok(())
}

/// The shipped component file, with nothing to import.
fn core() -> Result<(Store<()>, Core)> {
    let file = manifest().with_file_name("target/components/plugin-core.wasm");
    let engine = Engine::default();
    let component = Component::from_file(&engine, file)?;
    let mut store = Store::new(&engine, ());
    let core = Core::instantiate(&mut store, &component, &Linker::new(&engine))?;
    Ok((store, core))
}

/// The mean of many calls; a tenth of them comes before, unmeasured.
fn each_us(times: u32, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    for _ in 0..times / 10 {
        work()?;
    }
    let started = Instant::now();
    for _ in 0..times {
        work()?;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(times))
}
