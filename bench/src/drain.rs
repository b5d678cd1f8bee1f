//! Delivery under load: many reminders due at the same moment, into the outbox.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use punctual_tests::Clinic;

use crate::Amounts;
use crate::load::{REMINDERS, book};
use crate::table::Table;

const AIM_PER_SECOND: f64 = 1_000.0;
/// How many one call may take.
const EACH_CALL: u32 = 1_000;

/// Books until there are enough reminders, goes to a time when all of them are due, and calls `/deliver` until none is
/// left.
pub async fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    let clinic = Arc::new(Clinic::open("2026-06-01T00:00:00Z").await);
    let appointments = amounts.reminders / REMINDERS;
    book(&clinic, 0, appointments, 4, REMINDERS).await?;
    clinic.set_now("2026-06-15T08:59:00Z");
    let started = Instant::now();
    let mut sent = 0;
    while sent < u64::from(amounts.reminders) {
        let path = format!("/deliver?max={EACH_CALL}");
        let report = clinic.json("POST", &path, "").await;
        let now = report["sent"].as_u64().unwrap_or(0);
        ensure!(now > 0, "nothing was sent after {sent}: {report}");
        sent += now;
    }
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let rate = sent as f64 / started.elapsed().as_secs_f64();
    table.at_least(
        "reminders delivered to the outbox, 1 worker",
        rate,
        "/s",
        AIM_PER_SECOND,
    );
    #[allow(clippy::cast_precision_loss, reason = "some megabytes")]
    let memory = clinic.host.peak_guest_memory_bytes() as f64 / 1_048_576.0;
    table.figure(
        &format!("memory of the largest guest, {EACH_CALL} reminders a call"),
        format!("{memory:.1} MiB"),
    );
    Ok(())
}
