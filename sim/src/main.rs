//! `cargo xtask sim`: runs seeds, and says which promise broke.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use punctual_sim::log::Log;
use punctual_sim::parts::Wanted;
use punctual_sim::profile::Profile;
use punctual_sim::run::{Ended, Run};
use punctual_sim::small::{scenes, search};
use punctual_sim::transport::Transport;

/// How often many seeds say how far they are.
const PROGRESS_EVERY: Duration = Duration::from_secs(20);

/// Months of clinic life in seconds, under faults: the component files that are shipped, in a simulated world.
#[derive(Parser)]
struct Arguments {
    /// The first seed. A seed is a world: it happens in the same way each time.
    #[arg(long, required_unless_present = "small")]
    seed: Option<u64>,
    /// No seeds, but one appointment in all small worlds: every order of what happens at its reminder's time, and a death at every call.
    #[arg(long, conflicts_with_all = ["seed", "seeds", "profile", "appointments", "days", "rush", "records", "queue", "senders", "log"])]
    small: bool,
    /// How long the small worlds of each queue may take.
    #[arg(long, default_value_t = 10, requires = "small")]
    minutes: u64,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// How bad the world is: calm, bad-day, hell, city (well, but far away), or deaf (no webhook arrives).
    #[arg(long, default_value = "bad-day")]
    profile: String,
    /// Appointments.
    #[arg(long, default_value_t = 100)]
    appointments: usize,
    /// The days within which they are booked.
    #[arg(long, default_value_t = 14)]
    days: i64,
    /// All appointments begin at the same moment, so that all reminders of a step are due at once.
    #[arg(long)]
    rush: bool,
    /// Where rows are kept: embedded or dataverse. The seed chooses where this is not said, here and below.
    #[arg(long)]
    records: Option<String>,
    /// Where reminders wait: embedded, rest or amqp.
    #[arg(long)]
    queue: Option<String>,
    /// Who sends: outbox, twilio (with SendGrid for email) or acs.
    #[arg(long)]
    senders: Option<String>,
    /// Writes everything that happens to this file.
    #[arg(long)]
    log: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sim: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    match arguments.seed {
        Some(seed) => run_seeds(arguments, seed),
        None => run_small(Duration::from_secs(arguments.minutes * 60)),
    }
}

/// Every small world, with each queue.
fn run_small(limit: Duration) -> Result<bool> {
    for transport in Transport::ALL {
        let found = search(&scenes(), transport, None, 1, limit)?;
        if let Some((place, broken)) = found.broken {
            eprintln!("{place}");
            println!("small worlds, {}: BROKEN {broken}", transport.name());
            return Ok(false);
        }
        println!(
            "small worlds, {}: all promises kept in {}{}",
            transport.name(),
            found.worlds,
            if found.complete {
                ", which are all"
            } else {
                "; then the time was up"
            }
        );
    }
    Ok(true)
}

fn run_seeds(arguments: &Arguments, first: u64) -> Result<bool> {
    let Some(profile) = Profile::named(&arguments.profile) else {
        bail!(
            "no profile {:?}: calm, bad-day, hell, city or deaf",
            arguments.profile
        );
    };
    let parts = Wanted::named(
        arguments.records.as_deref(),
        arguments.queue.as_deref(),
        arguments.senders.as_deref(),
    )?;
    if arguments.days < 1 || arguments.appointments < 1 {
        bail!("a clinic needs a day and an appointment");
    }
    let (mut simulated_ms, mut took) = (0, Duration::ZERO);
    let mut last_told = Instant::now();
    for seed in first..first.saturating_add(arguments.seeds) {
        if last_told.elapsed() > PROGRESS_EVERY {
            last_told = Instant::now();
            eprintln!("sim: {} of {} seeds so far", seed - first, arguments.seeds);
        }
        let log = match &arguments.log {
            None => Log::default(),
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                Log::to(Box::new(BufWriter::new(file)))
            }
        };
        let run = Run {
            seed,
            profile,
            parts,
            appointments: arguments.appointments,
            days: arguments.days,
            rush: arguments.rush,
            mutation: None,
        };
        let ended = run.go(log)?;
        simulated_ms += ended.tally.simulated_ms;
        took += ended.took;
        if let Some((broken, lines)) = &ended.broken {
            for line in lines {
                eprintln!("{line}");
            }
            println!(
                "seed {seed} {} {}: BROKEN {broken}",
                profile.name, ended.parts
            );
            return Ok(false);
        }
        if arguments.seeds == 1 {
            println!("{}", summary(seed, profile, &ended));
        }
    }
    if arguments.seeds > 1 {
        println!(
            "seeds {} to {} {}: all promises kept; {:.0} days simulated in {:.1} s",
            first,
            first + arguments.seeds - 1,
            profile.name,
            simulated_ms as f64 / 86_400_000.0,
            took.as_secs_f64()
        );
    }
    Ok(true)
}

fn summary(seed: u64, profile: &Profile, ended: &Ended) -> String {
    let tally = &ended.tally;
    let seconds = ended.took.as_secs_f64();
    // Sorted.
    let late = |percent: usize| {
        let last = tally.lateness_ms.len().saturating_sub(1);
        let at = (tally.lateness_ms.len() * percent / 100).min(last);
        tally.lateness_ms.get(at).map_or_else(
            || "-".to_owned(),
            |late| format!("{:.1} s", *late as f64 / 1e3),
        )
    };
    let (p50, p99, most) = (late(50), late(99), late(100));
    format!(
        "seed {seed} {} {}: all promises kept; {} sent, {} requests ({:.0} a second), {} host calls, {} guests and {} hosts killed, {} lost, {} cut; \
         lateness p50 {p50}, p99 {p99}, most {most}; {:.1} days in {seconds:.1} s, {:.0} simulated seconds a second",
        profile.name,
        ended.parts,
        tally.sent,
        tally.requests,
        tally.requests as f64 / seconds,
        tally.calls,
        tally.kills,
        tally.host_kills,
        tally.lost,
        tally.cuts,
        tally.simulated_ms as f64 / 86_400_000.0,
        tally.simulated_ms as f64 / 1e3 / seconds,
    )
}
