//! Upkeep under load: a table that was there before is planned, and archived when it is long past, each while webhooks come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use punctual_tests::{Clinic, events, time};
use serde_json::{Value, json};

use crate::Amounts;
use crate::load::REMINDERS;
use crate::table::{Table, short};

const NOW: &str = "2026-06-01T00:00:00Z";
/// A hundred days after the starts, which are a minute apart.
const LONG_PAST: &str = "2026-10-01T00:00:00Z";
/// Numbers of the appointments whose webhooks come meanwhile, out of the way of the others'.
const MEANWHILE: u32 = 1_000_000;

/// Plans, then archives.
pub async fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    let clinic = Arc::new(Clinic::open(NOW).await);
    // Calls end by the clock.
    clinic.clock.set_speed(1.0)?;
    clinic.items("/api/appointments").await;
    fill(&clinic, amounts.table)?;

    let webhooks = Webhooks::begin(&clinic, MEANWHILE, "2026-08-01T07:00:00Z");
    let started = Instant::now();
    let (looked_at, calls) = plan(&clinic).await?;
    let took = started.elapsed().as_secs_f64();
    ensure!(looked_at >= u64::from(amounts.table), "{looked_at}");
    table.figure(
        &format!(
            "{} appointments planned that were there before",
            amounts.table
        ),
        format!(
            "{} s, {} /s, {calls} calls",
            short(took),
            short(f64::from(amounts.table) / took)
        ),
    );
    webhooks.end(table, "beside a backfill").await?;

    // Whatever they were, they ended.
    let sql = rusqlite::Connection::open(clinic.data().join("sqlite_db.db"))?;
    sql.execute("UPDATE notifications SET status = 'sent'", [])?;
    drop(sql);
    clinic.clock.set_now(time(LONG_PAST))?;
    let order = |dry_run: bool| json!({"older_than_days": 60, "dry_run": dry_run}).to_string();
    let told = clinic.json("POST", "/api/archive", order(true)).await;
    let rows = told["left"].as_u64().unwrap_or(0);
    ensure!(rows >= u64::from(amounts.table * REMINDERS), "{told}");
    let webhooks = Webhooks::begin(&clinic, MEANWHILE * 2, "2026-12-01T07:00:00Z");
    let started = Instant::now();
    let (mut archived, mut calls) = (0, 0);
    loop {
        let told = clinic.json("POST", "/api/archive", order(false)).await;
        archived += told["archived"].as_u64().unwrap_or(0);
        calls += 1;
        if told["complete"] == true {
            break;
        }
    }
    ensure!(archived == rows, "{archived} of {rows}");
    let took = started.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let rate = rows as f64 / took;
    table.figure(
        &format!("{rows} notifications archived"),
        format!("{} s, {} /s, {calls} calls", short(took), short(rate)),
    );
    webhooks.end(table, "beside an archive").await
}

/// Plans whatever is there. The answer: appointments looked at, and calls that it took.
pub async fn plan(clinic: &Clinic) -> Result<(u64, u64)> {
    let (mut looked_at, mut calls, mut after) = (0, 0, Value::Null);
    loop {
        let body = json!({"after": after}).to_string();
        let told = clinic.json("POST", "/api/backfill", body).await;
        ensure!(told["failures"] == 0, "{told}");
        looked_at += told["looked_at"].as_u64().unwrap_or(0);
        calls += 1;
        after = told["next"].clone();
        if told["complete"] == true {
            return Ok((looked_at, calls));
        }
    }
}

/// Appointments as another program left them.
pub fn fill(clinic: &Clinic, count: u32) -> Result<()> {
    let mut sql = rusqlite::Connection::open(clinic.data().join("sqlite_db.db"))?;
    let work = sql.transaction()?;
    let first = time("2026-06-15T07:00:00Z").timestamp_millis();
    for n in 0..count {
        work.execute(
            "INSERT INTO appointments (id, service, customer_name, email, phone, start_at, time_zone, status, stamps, version, updated_at)
             VALUES (?1, 'Check-up', 'Pat Example', 'pat@example.com', '+12025550123', ?2, 'Europe/Berlin', 'scheduled',
                     '[0,0,0,0,0,0,0,0,0,0,0]', 1, 0)",
            (format!("3f2b8c1e-5d4a-4f6b-9c7d-{n:012}"), first + i64::from(n) * 60_000),
        )?;
    }
    work.commit()?;
    Ok(())
}

/// One client that books again and again, to see how long it waits for others.
struct Webhooks {
    is_over: Arc<AtomicBool>,
    work: tokio::task::JoinHandle<Result<Vec<Duration>>>,
}

impl Webhooks {
    fn begin(clinic: &Arc<Clinic>, first: u32, start: &'static str) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (clinic, ends) = (clinic.clone(), is_over.clone());
        let work = tokio::spawn(async move {
            let (mut times, mut next) = (Vec::new(), first);
            while !ends.load(Ordering::Relaxed) {
                let id = format!("00000000-0000-4000-8000-{next:012x}");
                let event = events::created(&id, NOW, start, "Europe/Berlin");
                let began = Instant::now();
                let told = clinic.event(&event).await;
                times.push(began.elapsed());
                ensure!(told["scheduled"] == REMINDERS, "{told}");
                next += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(times)
        });
        Self { is_over, work }
    }

    async fn end(self, table: &mut Table, what: &str) -> Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut times = self.work.await??;
        times.sort();
        ensure!(!times.is_empty(), "no webhook came {what}");
        let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
        let ms = |time: Duration| short(time.as_secs_f64() * 1e3);
        table.figure(
            &format!("webhook to answer {what}: p50, p99, longest"),
            format!("{} ms, {} ms, {} ms", ms(at(50)), ms(at(99)), ms(at(100))),
        );
        Ok(())
    }
}
