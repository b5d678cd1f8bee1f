//! What the console's screens ask for, of a clinic with tens of thousands of reminders: somebody waits for each of these.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use punctual_tests::Clinic;
use serde_json::Value;

use crate::Amounts;
use crate::load::REMINDERS;
use crate::table::Table;
use crate::upkeep::{fill, plan};

const NOW: &str = "2026-06-01T00:00:00Z";
/// Half of the reminders are past by then.
const MIDDLE: &str = "2026-06-18T00:00:00Z";
/// A person notices a tenth of a second, and minds one.
const PAGE_AIM_MS: f64 = 100.0;
/// A person that saves a file expects to wait.
const FILE_AIM_MS: f64 = 5_000.0;

/// Asks for each screen as the page does.
pub async fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    let clinic = Clinic::open(NOW).await;
    // Calls end by the clock.
    clinic.clock.set_speed(1.0)?;
    clinic.items("/api/appointments").await;
    fill(&clinic, amounts.table)?;
    plan(&clinic).await?;
    let reminders = amounts.table * REMINDERS;
    // What was due is past: sent, or failed here and there.
    let sql = rusqlite::Connection::open(clinic.data().join("sqlite_db.db"))?;
    let past = punctual_tests::time(MIDDLE).timestamp_millis();
    sql.execute(
        "UPDATE notifications SET status = CASE abs(random()) % 20 WHEN 0 THEN 'failed' ELSE 'sent' END, reason =
         'provider_rejected', sent_at = due_at + abs(random()) % 5000 WHERE due_at < ?1",
        [past],
    )?;
    drop(sql);
    clinic.clock.set_now(punctual_tests::time(MIDDLE))?;

    let deep = deep_page(&clinic, amounts.page).await?;
    for (what, path, aim_ms) in [
        (
            "coming, first page",
            format!(
                "/api/notifications?status=pending,scheduled,sending,unknown&from={MIDDLE}&limit=50&expand=appointment"
            ),
            PAGE_AIM_MS,
        ),
        ("coming, a page far behind", deep, PAGE_AIM_MS),
        (
            "coming, counted by day and state",
            format!(
                "/api/notifications/counts?status=pending,scheduled,sending,unknown&from={MIDDLE}"
            ),
            PAGE_AIM_MS,
        ),
        (
            "history, latest first",
            format!(
                "/api/notifications?status=sent,delivered,failed&to={MIDDLE}&order=desc&limit=50&expand=appointment"
            ),
            PAGE_AIM_MS,
        ),
        (
            "history, searched for a word",
            "/api/notifications?q=check&limit=50&expand=appointment".to_owned(),
            PAGE_AIM_MS,
        ),
        (
            "history, searched for nobody",
            "/api/notifications?q=nobody-of-this-name&limit=50&expand=appointment".to_owned(),
            PAGE_AIM_MS,
        ),
        ("attention", "/api/attention".to_owned(), PAGE_AIM_MS),
        (
            "health of a day",
            "/api/health?hours=24".to_owned(),
            PAGE_AIM_MS,
        ),
        (
            "health of a week",
            "/api/health?hours=168".to_owned(),
            PAGE_AIM_MS,
        ),
        (
            "everything as CSV",
            "/api/notifications.csv".to_owned(),
            FILE_AIM_MS,
        ),
    ] {
        let time = median(&clinic, &path, amounts.looks).await?;
        table.at_most(
            &format!("{what}, of {reminders} reminders: p50"),
            time.as_secs_f64() * 1e3,
            "ms",
            aim_ms,
        );
    }
    Ok(())
}

/// The path of a page that many others come before.
async fn deep_page(clinic: &Clinic, pages: u32) -> Result<String> {
    let first = format!(
        "/api/notifications?status=pending,scheduled,sending,unknown&from={MIDDLE}&expand=appointment"
    );
    let mut path = format!("{first}&limit=500");
    for _ in 0..pages {
        let page = clinic.json("GET", &path, "").await;
        let Value::String(after) = &page["next"] else {
            break;
        };
        path = format!("{first}&limit=50&after={after}");
    }
    Ok(path)
}

/// How long one of them takes, from the request to the last byte.
async fn median(clinic: &Clinic, path: &str, looks: u32) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..looks {
        let began = Instant::now();
        let reply = clinic.request("GET", path, "").await?;
        ensure!(reply.status == 200, "{path}: {}", reply.text());
        times.push(began.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}
