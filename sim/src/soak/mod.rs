//! A soak: the application in processes of its own, over real sockets and in real time, against stand-ins that
//! misbehave. One host lives to the end, and its memory and file handles must stay flat. Another is killed at random and
//! started again. What people received is held against what was booked.

mod host;
mod load;
mod process;
mod town;
mod verdict;

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

pub use host::serve;

use crate::dice::Dice;
use host::Child;
use load::Load;
use process::Figures;
use town::Town;

/// How long, and how much.
#[derive(Args, Debug, Clone)]
pub struct Arguments {
    /// For how many minutes appointments are booked. Until the last has begun and all is settled it takes seven more.
    #[arg(long, default_value_t = 3)]
    pub minutes: u64,
    /// Appointments booked a minute.
    #[arg(long, default_value_t = 60)]
    pub per_minute: u64,
    /// Chooses who is booked, changed and killed. Real time does the rest, so a seed is no recipe here.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// How long the mortal host lives, at most, and how long it is away.
const LIFE: (i64, i64) = (5_000, 30_000);
const AWAY: (i64, i64) = (100, 4_000);
/// What is left open when the booking ends has this long to settle: the horizon of a booking, a lock, a lease.
const SETTLE: Duration = Duration::from_secs(7 * 60);
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}

/// Lives it, prints the figures, and says whether all was well.
pub async fn run(arguments: &Arguments) -> Result<bool> {
    let town = Town::start(arguments.seed).await?;
    let data = punctual_tests::folder()?;
    let mut steady = Child::start(&town, data.path(), None).await?;
    let mut mortal = Some(Child::start(&town, data.path(), None).await?);
    town.connect(&steady.url).await?;
    town.misbehave()?;
    let urls = [
        steady.url.clone(),
        mortal
            .as_ref()
            .map_or_else(String::new, |it| it.url.clone()),
    ];
    let load = Load::begin(&town, urls.clone(), arguments);
    let mut dice = Dice::new(arguments.seed, 10);
    let mut figures = Figures::default();
    let mut kills = 0;
    let booking = Duration::from_secs(arguments.minutes * 60);
    let began = Instant::now();
    let mut next_turn = Instant::now() + millis(dice.between(LIFE.0, LIFE.1));
    let mut next_look = Instant::now();
    loop {
        let booked = began.elapsed() >= booking;
        if Instant::now() >= next_look {
            next_look += LOOK_EVERY;
            steady.check()?;
            figures.note(began.elapsed(), process::look(steady.id())?);
        }
        if Instant::now() >= next_turn && (!booked || mortal.is_none()) {
            match mortal.take() {
                Some(child) => {
                    child.kill().await?;
                    kills += 1;
                    next_turn = Instant::now() + millis(dice.between(AWAY.0, AWAY.1));
                }
                None => {
                    mortal = Some(Child::start(&town, data.path(), Some(&urls[1])).await?);
                    next_turn = Instant::now() + millis(dice.between(LIFE.0, LIFE.1));
                }
            }
        }
        if booked && mortal.is_some() {
            town.calm_down();
            load.stop_booking();
            if began.elapsed() > booking + SETTLE || (load.is_over() && town.is_settled()) {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let booked = load.end().await;
    let verdict = verdict::judge(&town, &booked);
    println!(
        "soak: {:.1} min, {} appointments, {} requests, a host killed {kills} times; {verdict}",
        began.elapsed().as_secs_f64() / 60.0,
        booked.appointments.len(),
        booked.requests,
    );
    println!("soak: {figures}");
    if let Some(mortal) = mortal {
        mortal.kill().await?;
    }
    steady.kill().await?;
    Ok(verdict.is_well() && figures.are_flat())
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.unsigned_abs())
}
