//! The application is broken on purpose, in one way at a time, and the checker must find it.

use std::time::Duration;

use punctual_sim::lies::Mutation;
use punctual_sim::log::Log;
use punctual_sim::mutations::{self, ALL};
use punctual_sim::parts::{Records, Senders, Wanted};
use punctual_sim::profile::{self, Profile};
use punctual_sim::run::Run;
use punctual_sim::small::{Deed, scenes, search};
use punctual_sim::transport::Transport;

/// Seeds that are tried before a mutation counts as not found.
const SEEDS: u64 = 5;

/// The promise that breaks, in words of the checker.
fn by_seeds(
    mutation: &'static Mutation,
    profile: &'static Profile,
    parts: Wanted,
) -> Option<String> {
    (1..=SEEDS).find_map(|seed| {
        let run = Run {
            parts,
            appointments: 15,
            mutation: Some(mutation),
            ..Run::of(seed, profile)
        };
        let ended = run.go(Log::default()).expect("the simulation runs");
        let (broken, _) = ended.broken?;
        Some(format!("seed {seed}: {broken}"))
    })
}

#[track_caller]
fn found(mutation: &Mutation, by: Option<String>, promise: &str) {
    let name = mutation.name;
    let by = by.unwrap_or_else(|| panic!("{name}: nobody noticed"));
    eprintln!("{name}: {by}");
    assert!(by.contains(promise), "{name}: {by}, and not {promise}");
}

macro_rules! found_by_seeds {
    ($($test:ident: $mutation:ident, $profile:ident, $records:ident, $promise:literal;)*) => {$(
        #[test]
        fn $test() {
            let mutation = &mutations::$mutation;
            let parts = Wanted {
                records: Some(Records::$records),
                queue: Some(Transport::Embedded),
                senders: Some(Senders::Outbox),
            };
            let by = by_seeds(mutation, &profile::$profile, parts);
            found(mutation, by, $promise);
        }
    )*};
}

found_by_seeds! {
    outcomes_matter: FORGETS_SENT, CALM, Embedded, "promise 2";
    contacts_matter: OLD_ADDRESS, CALM, Embedded, "promise 1";
    single_sends_matter: TWICE, CALM, Embedded, "promise 2";
    reasons_matter: NO_REASON, CALM, Embedded, "promise 3";
    stamps_matter: NO_STAMPS, BAD_DAY, Embedded, "promise 4";
    gravestones_matter: NO_GRAVESTONE, BAD_DAY, Embedded, "promise";
    asking_the_provider_matters: RESENDS, HELL, Embedded, "promise 2";
    due_times_matter: ALL_SUPERSEDED, CALM, Embedded, "promise 3";
    sweeps_matter: BLIND_SWEEP, CALM, Embedded, "promise";
    versions_matter: NO_VERSION, BAD_DAY, Embedded, "promise 2";
    steps_matter: OTHER_STEPS, CALM, Embedded, "promise";
    staff_matter: IGNORES_STAFF, CALM, Embedded, "promise";
    moves_matter: KEEPS_MOVED, CALM, Embedded, "promise";
    punctuality_matters: LATE, CALM, Embedded, "promise";
    etags_matter: NO_ETAG, BAD_DAY, Dataverse, "promise 2";
}

/// Found in the small worlds where this happens at the reminder's time: the moment is met that a seed would have to be lucky for.
fn by_small_worlds(mutation: &'static Mutation, at_once: &[Deed]) -> Option<String> {
    let mut scenes = scenes();
    scenes.retain(|scene| scene.before.len() == 1 && scene.at_once == at_once);
    let limit = Duration::from_secs(60);
    let found = search(&scenes, Transport::Embedded, Some(mutation), 1, limit);
    let (_, broken) = found.expect("the simulation runs").broken?;
    Some(broken.to_string())
}

macro_rules! found_by_small_worlds {
    ($($test:ident: $mutation:ident, $at_once:expr, $promise:literal;)*) => {$(
        #[test]
        fn $test() {
            let mutation = &mutations::$mutation;
            found(mutation, by_small_worlds(mutation, $at_once), $promise);
        }
    )*};
}

found_by_small_worlds! {
    the_fence_matters: NO_FENCE, &[Deed::Cancel], "promise 1";
    deletions_matter: BLIND_TO_DELETION, &[Deed::Delete], "promise 1";
}

/// What is wrong with the world and not with the application breaks nothing.
#[test]
fn two_workers_with_one_message_do_no_harm() {
    assert_eq!(by_small_worlds(&mutations::TWO_WORKERS, &[]), None);
}

#[test]
fn every_mutation_has_a_name_of_its_own() {
    let mut names: Vec<&str> = ALL.iter().map(|mutation| mutation.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}
