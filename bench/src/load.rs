//! Webhooks under load: an event in, its rows planned and stored, the answer out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use punctual_host::client::Connection;
use punctual_tests::{Clinic, KEY, events};

use crate::Amounts;
use crate::table::{Table, short};

const NOW: &str = "2026-06-01T00:00:00Z";
const AIM_PER_SECOND: f64 = 500.0;
/// Rows that a new appointment gets: three steps by two channels.
pub const REMINDERS: u32 = 6;

/// New appointments from one client, then from sixteen at a time, each onto an empty database.
pub async fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    for (clients, appointments) in [(1, amounts.appointments), (16, amounts.appointments * 4)] {
        let clinic = Arc::new(Clinic::open(NOW).await);
        // The first request makes the schema.
        book(&clinic, 0, 1, 1, REMINDERS).await?;
        let started = Instant::now();
        let mut times = book(&clinic, 1, appointments, clients, REMINDERS).await?;
        let elapsed = started.elapsed().as_secs_f64();
        times.sort();
        let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
        let ms = |time: Duration| short(time.as_secs_f64() * 1e3);
        let who = if clients == 1 {
            "1 client".to_owned()
        } else {
            format!("{clients} clients")
        };
        table.figure(
            &format!("webhook to answer, {who}: p50, p99"),
            format!("{} ms, {} ms", ms(at(50)), ms(at(99))),
        );
        let rate = f64::from(appointments) / elapsed;
        let what = format!("appointments planned and stored, {who}");
        if clients == 1 {
            table.figure(&what, format!("{} /s", short(rate)));
        } else {
            table.at_least(&what, rate, "/s", AIM_PER_SECOND);
        }
        #[allow(clippy::cast_precision_loss, reason = "some megabytes")]
        let memory = clinic.host.peak_guest_memory_bytes() as f64 / 1_048_576.0;
        table.figure(
            &format!("memory of the largest guest, {who}"),
            format!("{} MiB", short(memory)),
        );
    }
    Ok(())
}

/// Posts new appointments, `count` from number `first`, of which each gets so many `reminders`, and tells how long each took. All
/// start a fortnight after [`NOW`], at the same time.
pub async fn book(
    clinic: &Arc<Clinic>,
    first: u32,
    count: u32,
    clients: u32,
    reminders: u32,
) -> Result<Vec<Duration>> {
    let next = Arc::new(AtomicU32::new(first));
    let under_way: Vec<_> = (0..clients)
        .map(|_| {
            tokio::spawn(client(
                clinic.clone(),
                next.clone(),
                first + count,
                reminders,
            ))
        })
        .collect();
    let mut times = Vec::new();
    for client in under_way {
        times.extend(client.await??);
    }
    Ok(times)
}

async fn client(
    clinic: Arc<Clinic>,
    next: Arc<AtomicU32>,
    end: u32,
    reminders: u32,
) -> Result<Vec<Duration>> {
    let url = format!("{}/webhooks/dataverse", clinic.host.url());
    let headers = [
        ("x-punctual-key", KEY),
        ("content-type", "application/json"),
    ];
    let mut connection = Connection::open(&url).await?;
    let mut times = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return Ok(times);
        }
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        let event = events::created(&id, NOW, "2026-06-15T09:00:00Z", "Europe/Berlin").to_string();
        let started = Instant::now();
        let reply = connection
            .send("POST".parse()?, &url, &headers, event)
            .await?;
        times.push(started.elapsed());
        ensure!(
            reply.status.is_success(),
            "{}: {}",
            reply.status,
            reply.text()
        );
        ensure!(reply.json()?["scheduled"] == reminders, "{}", reply.text());
    }
}
