//! People who book and change their minds, and the timers.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use punctual_host::client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::town::{Desk, Town};
use super::{Arguments, now_ms};
use crate::dice::Dice;
use crate::transport::KEY;

/// An appointment, and what was made of it.
#[derive(Debug, Clone)]
pub(super) struct Booked {
    pub id: Uuid,
    /// Each start that it had, and when that was written.
    pub starts: Vec<(i64, i64)>,
    /// When it was called off or deleted.
    pub ended_ms: Option<i64>,
    pub phone: String,
}

/// What came of the load.
#[derive(Debug, Clone, Default)]
pub(super) struct Ended {
    pub appointments: Vec<Booked>,
    pub requests: u64,
}

#[derive(Default)]
struct Shared {
    booked: Mutex<Vec<Booked>>,
    requests: AtomicU64,
    no_more: AtomicBool,
    last_start_ms: Mutex<i64>,
}

/// The load while it lasts.
pub(super) struct Load {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

impl Load {
    pub(super) fn begin(town: &Town, urls: [String; 2], arguments: &Arguments) -> Self {
        let shared = Arc::<Shared>::default();
        let mut tasks = JoinSet::new();
        let pause = Duration::from_secs_f64(60.0 / arguments.per_minute.max(1) as f64);
        tasks.spawn(book(shared.clone(), town.desk(), arguments.seed, pause));
        for url in &urls {
            tasks.spawn(timer(
                shared.clone(),
                url.clone(),
                "/deliver?wait=5&max=100",
                0,
            ));
        }
        tasks.spawn(timer(shared.clone(), urls[0].clone(), "/reconcile", 10));
        Self { shared, tasks }
    }

    /// Nobody books any more.
    pub(super) fn stop_booking(&self) {
        self.shared.no_more.store(true, Ordering::Relaxed);
    }

    /// Whether the last appointment has begun.
    pub(super) fn is_over(&self) -> bool {
        let last_ms = *self
            .shared
            .last_start_ms
            .lock()
            .expect("nobody panics at it");
        now_ms() > last_ms + 5_000
    }

    /// The end of it all.
    pub(super) async fn end(mut self) -> Ended {
        self.tasks.shutdown().await;
        let booked = self.shared.booked.lock().expect("nobody panics at it");
        Ended {
            appointments: booked.clone(),
            requests: self.shared.requests.load(Ordering::Relaxed),
        }
    }
}

/// Calls a host again and again, whether or not it is up.
async fn timer(shared: Arc<Shared>, url: String, path: &'static str, pause_s: u64) {
    loop {
        let url = format!("{url}{path}");
        let headers = [("x-punctual-key", KEY)];
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let answer = client::send(http::Method::POST, &url, &headers, "").await;
        let down = answer.is_err();
        let pause = Duration::from_secs(pause_s).max(Duration::from_millis(50));
        tokio::time::sleep(if down {
            Duration::from_millis(500)
        } else {
            pause
        })
        .await;
    }
}

fn start(dice: &mut Dice) -> i64 {
    (now_ms() + dice.between(140_000, 200_000)) / 1_000 * 1_000
}

fn instant(at_ms: i64) -> String {
    punctual_stand_in_dataverse::value::instant(at_ms)
}

async fn book(shared: Arc<Shared>, desk: Desk, seed: u64, pause: Duration) {
    let mut dice = Dice::new(seed, 11);
    let mut due = tokio::time::Instant::now();
    let mut changes = JoinSet::new();
    while !shared.no_more.load(Ordering::Relaxed) {
        tokio::time::sleep_until(due).await;
        due += pause;
        let (id, start_ms) = (dice.uuid(), start(&mut dice));
        let number = dice.below(10_000_000);
        let phone = format!("+1202{number:07}");
        let row = json!({
            "punctual_appointmentid": id.to_string(), "punctual_name": "Vaccination", "punctual_service": "Vaccination",
            "punctual_customername": "Pat Example", "punctual_email": format!("c{number}@example.com"),
            "punctual_phone": phone, "punctual_start": instant(start_ms), "punctual_timezone": "Europe/Berlin",
        });
        if !write(&desk, "POST", "punctual_appointments", row).await {
            continue;
        }
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let place = {
            let mut all = shared.booked.lock().expect("nobody panics at it");
            all.push(Booked {
                id,
                starts: vec![(start_ms, now_ms())],
                ended_ms: None,
                phone,
            });
            all.len() - 1
        };
        note_start(&shared, start_ms);
        if dice.chance(0.35) {
            let in_ms = dice.between(5_000, 120_000);
            let (what, start_ms) = (
                dice.below(4),
                start_ms + dice.between(20_000, 60_000) / 1_000 * 1_000,
            );
            let (shared, desk) = (shared.clone(), desk.clone());
            changes.spawn(async move {
                tokio::time::sleep(super::millis(in_ms)).await;
                change(&shared, &desk, place, id, what, start_ms).await;
            });
        }
    }
    while changes.join_next().await.is_some() {}
}

fn note_start(shared: &Shared, start_ms: i64) {
    let mut last_ms = shared.last_start_ms.lock().expect("nobody panics at it");
    *last_ms = start_ms.max(*last_ms);
}

/// Somebody changes their mind.
async fn change(shared: &Shared, desk: &Desk, place: usize, id: Uuid, what: u64, start_ms: i64) {
    let path = format!("punctual_appointments({id})");
    let done = match what {
        0 => {
            write(
                desk,
                "PATCH",
                &path,
                json!({"statecode": 1, "statuscode": 2}),
            )
            .await
        }
        1 => write(desk, "DELETE", &path, Value::Null).await,
        _ => {
            write(
                desk,
                "PATCH",
                &path,
                json!({"punctual_start": instant(start_ms)}),
            )
            .await
        }
    };
    shared.requests.fetch_add(1, Ordering::Relaxed);
    if !done {
        return;
    }
    let mut all = shared.booked.lock().expect("nobody panics at it");
    if what < 2 {
        all[place].ended_ms = Some(now_ms());
    } else {
        all[place].starts.push((start_ms, now_ms()));
        drop(all);
        note_start(shared, start_ms);
    }
}

/// Writes until it is certain: people try again, and find done what was done.
async fn write(desk: &Desk, method: &str, path: &str, body: Value) -> bool {
    for attempt in 0..20 {
        let reply = desk.write(method, path, &body).await;
        let status = reply.map_or(0, |reply| reply.status.as_u16());
        let again = attempt > 0;
        match status {
            200..=299 => return true,
            // It was done the first time.
            409 | 412 if again && method == "POST" => return true,
            404 if again && method == "DELETE" => return true,
            0 | 429 | 500..=599 => tokio::time::sleep(Duration::from_millis(300)).await,
            _ => return false,
        }
    }
    false
}
