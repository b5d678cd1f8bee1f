//! Calls the application as a CronJob would: `/deliver` again and again, `/reconcile` every few minutes.

use std::time::Duration;

use anyhow::{Result, bail};
use http::Method;

use crate::client;
use crate::clock::VirtualClock;
use crate::log::Log;

/// Virtual time between two calls of `/reconcile`.
const RECONCILE_EVERY: Duration = Duration::from_secs(5 * 60);
/// Virtual seconds that `/deliver` may wait for something to become due.
const DELIVER_WAIT_SECONDS: u64 = 20;
/// Notifications that one call of `/deliver` may take.
const DELIVER_MAX: u64 = 100;
/// Real time between calls that found nothing, however fast the clock runs. At a week a minute this is a minute
/// and a half, early enough for a reminder an hour before.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
/// Real time between calls while the clock stands still, when nothing can become due by itself.
const STILL_PAUSE: Duration = Duration::from_millis(500);
const FIRST_BACK_OFF: Duration = Duration::from_millis(500);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);

/// What the timers need.
#[derive(Debug, Clone)]
pub struct Timers {
    /// The value of the header `x-punctual-key`.
    pub key: String,
}

#[derive(Clone)]
pub(crate) struct Caller {
    pub url: String,
    pub key: String,
    pub clock: VirtualClock,
    pub log: Log,
}

impl Caller {
    /// Calls `/deliver` for ever.
    pub(crate) async fn deliver(self) {
        let mut back_off = FIRST_BACK_OFF;
        loop {
            // A call that waits would wait for ever on a clock that stands still, and miss what is sent by hand.
            let still = self.clock.speed() == 0.0;
            let wait = if still { 0 } else { DELIVER_WAIT_SECONDS };
            let started_ns = self.clock.monotonic_ns();
            match self
                .call(&format!("/deliver?wait={wait}&max={DELIVER_MAX}"))
                .await
            {
                Ok(reply) => {
                    back_off = FIRST_BACK_OFF;
                    if reply["received"].as_u64().unwrap_or(0) > 0 {
                        continue;
                    }
                    let pause = if still { STILL_PAUSE } else { SHORTEST_PAUSE };
                    self.pause(pause).await;
                    let waited_ns = self.clock.monotonic_ns() - started_ns;
                    if !still && waited_ns < 1_000_000_000 {
                        self.clock.sleep(Duration::from_secs(1)).await;
                    }
                }
                Err(error) => self.failed("/deliver", &error, &mut back_off).await,
            }
        }
    }

    /// Calls `/reconcile` for ever.
    pub(crate) async fn reconcile(self) {
        let mut back_off = FIRST_BACK_OFF;
        loop {
            match self.call("/reconcile").await {
                Ok(_) => {
                    back_off = FIRST_BACK_OFF;
                    self.clock.sleep(RECONCILE_EVERY).await;
                    tokio::time::sleep(SHORTEST_PAUSE).await;
                }
                Err(error) => self.failed("/reconcile", &error, &mut back_off).await,
            }
        }
    }

    async fn call(&self, path: &str) -> Result<serde_json::Value> {
        let headers = [("x-punctual-key", self.key.as_str())];
        let reply =
            client::send(Method::POST, &format!("{}{path}", self.url), &headers, "").await?;
        if !reply.status.is_success() {
            bail!(
                "{} {}",
                reply.status,
                reply.text().chars().take(300).collect::<String>()
            );
        }
        reply.json()
    }

    /// Waits in real time, but not past a step of the clock.
    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = self.clock.changed() => {}
        }
    }

    async fn failed(&self, what: &str, error: &anyhow::Error, back_off: &mut Duration) {
        self.log.line(&format!(
            "timer: {what} failed, next try in {} s: {error:#}",
            back_off.as_secs_f64()
        ));
        tokio::time::sleep(*back_off).await;
        *back_off = (*back_off * 2).min(LONGEST_BACK_OFF);
    }
}
