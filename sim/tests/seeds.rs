//! Some seeds of each profile, each of them twice where the log is compared.

use std::io::Write;
use std::sync::{Arc, Mutex};

use punctual_sim::log::Log;
use punctual_sim::parts::Wanted;
use punctual_sim::profile::{self, Profile};
use punctual_sim::run::Run;

/// Runs seeds; all promises must hold.
#[track_caller]
fn check(profile: &'static Profile, seeds: std::ops::Range<u64>, appointments: usize) {
    check_with(Wanted::default(), profile, seeds, appointments);
}

/// The same with parts that are chosen.
#[track_caller]
fn check_with(
    parts: Wanted,
    profile: &'static Profile,
    seeds: std::ops::Range<u64>,
    appointments: usize,
) {
    for seed in seeds {
        let run = Run {
            parts,
            appointments,
            days: 1,
            ..Run::of(seed, profile)
        };
        let ended = run.go(Log::default()).expect("the simulation runs");
        if let Some((broken, lines)) = ended.broken {
            panic!(
                "seed {seed} {} {}: {broken}\n{}",
                profile.name,
                ended.parts,
                lines.join("\n")
            );
        }
        assert!(ended.tally.sent > 0, "seed {seed}: nobody was reminded");
    }
}

/// Fifty seeds, each of which chooses its parts too; `cargo xtask sim --seeds 1000` is the longer form. In several tests, because
/// those run at once.
macro_rules! seeds {
    ($($test:ident: $profile:ident, $seeds:expr;)*) => {$(
        #[test]
        fn $test() {
            check(&profile::$profile, $seeds, 3);
        }
    )*};
}

seeds! {
    calm_seeds_keep_all_promises: CALM, 1..5;
    bad_days_keep_all_promises: BAD_DAY, 1..13;
    more_bad_days_keep_all_promises: BAD_DAY, 13..25;
    still_more_bad_days_keep_all_promises: BAD_DAY, 25..37;
    hell_keeps_all_promises: HELL, 1..11;
}

/// As it runs in Azure, with providers.
#[test]
fn bad_days_in_azure_keep_all_promises() {
    for (queue, senders) in [("rest", "twilio"), ("amqp", "acs")] {
        let parts = Wanted::named(Some("dataverse"), Some(queue), Some(senders));
        check_with(parts.expect("these are names"), &profile::BAD_DAY, 5..6, 2);
    }
}

/// A seed, its profile, its parts (rows, queue, senders), and what it found.
type Find = (u64, &'static Profile, [&'static str; 3], &'static str);

/// What was found by seeds as small as these.
const FINDS: [Find; 1] = [(
    7,
    &profile::HELL,
    ["dataverse", "rest", "twilio"],
    "the end came before SendGrid's silence was given up",
)];

#[test]
fn what_was_found_once_stays_mended() {
    for (seed, profile, [records, queue, senders], found) in FINDS {
        eprintln!("seed {seed}: {found}");
        let parts = Wanted::named(Some(records), Some(queue), Some(senders));
        check_with(parts.expect("these are names"), profile, seed..seed + 1, 3);
    }
}

/// A place that a test can read what was written to.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log_of(seed: u64, parts: Wanted) -> Vec<u8> {
    let page = Page::default();
    let run = Run {
        parts,
        appointments: 1,
        days: 1,
        ..Run::of(seed, &profile::BAD_DAY)
    };
    run.go(Log::to(Box::new(page.clone())))
        .expect("the simulation runs");
    let bytes = page.0.lock().expect("no writer panics");
    bytes.clone()
}

#[test]
fn a_seed_happens_in_the_same_way_each_time() {
    for (records, queue, senders) in [
        ("embedded", "embedded", "outbox"),
        ("dataverse", "rest", "twilio"),
        ("dataverse", "amqp", "acs"),
    ] {
        let parts = Wanted::named(Some(records), Some(queue), Some(senders));
        let parts = parts.expect("these are names");
        let (first, second) = (log_of(7, parts), log_of(7, parts));
        assert!(first.len() > 10_000, "{parts:?}: {} bytes", first.len());
        assert!(first == second, "{parts:?}: the logs differ");
        assert!(
            first != log_of(8, parts),
            "{parts:?}: every seed is the same"
        );
    }
}
