//! Archiving in an environment that misbehaves: every notification is counted once, whatever becomes of the answers.

use std::cell::Cell;

use futures::executor::block_on;
use punctual_app::core::{Instant, NotificationStatus as Status};
use punctual_app::flows::archive::{Archivist, Outcome, Report};
use punctual_app::records::Records;
use punctual_app::records::archive::Archive;
use punctual_stand_in_dataverse::Options;
use punctual_stand_ins::{Fault, FaultKind};

use super::Office;
use super::world::{Memory, NOW, World};
use crate::records::{booked_with_contacts, fresh_for};

const LATER: Instant = NOW + 100 * 86_400_000;

/// An office with so many old notifications that were sent, whose token is warm.
fn office(world: World, rows: u32) -> Office {
    let office = Office::of(world, Memory::default(), "");
    let dated = booked_with_contacts(1);
    let stored = block_on(office.open().store(&dated, false, 0, NOW));
    assert!(stored.unwrap().is_some());
    let row = |n: u32| {
        let mut row = fresh_for(&dated.appointment.id);
        row.core.id = format!("b0000000-0000-5000-8000-{n:012}");
        row.turn(Status::Sent, None);
        row
    };
    let mut rows: Vec<_> = (1..=rows).map(row).collect();
    let written = block_on(office.open().write_rows(&mut rows, NOW)).unwrap();
    assert!(!written.contains(&false));
    office.world.requests();
    office
}

/// How many were counted, and how many rows are left.
fn state(office: &Office) -> (i64, i64) {
    let archived = block_on(office.open().archived()).unwrap();
    let left = block_on(office.open().waiting(LATER)).unwrap();
    (archived.iter().map(|tally| tally.count).sum(), left.rows)
}

fn take_all(office: &Office) {
    while !block_on(office.open().take(LATER, 200))
        .unwrap()
        .is_nothing()
    {}
}

#[test]
fn fifty_take_three_requests_and_a_hundred_and_twenty_take_ten() {
    let office = office(World::new(), 120);
    let taken = block_on(office.open().take(LATER, 200)).unwrap();
    assert_eq!((taken.rows, office.world.requests()), (50, 3));
    assert_eq!(state(&office), (50, 70));
    office.world.requests();
    take_all(&office);
    // The last one finds nothing.
    assert_eq!(office.world.requests(), 3 + 3 + 1);
    assert_eq!(state(&office), (120, 0));
}

#[test]
fn an_answer_that_is_lost_counts_nothing_twice_and_loses_nothing() {
    use FaultKind::{Busy, Drop, Fail, FailAfter, HalfAnswer, LoseAnswer, Unauthorized};
    for kind in [
        Busy,
        Drop,
        Fail,
        FailAfter,
        HalfAnswer,
        LoseAnswer,
        Unauthorized,
    ] {
        // The read of the counters, then the change set.
        for after in [0, 1] {
            let office = office(World::new(), 60);
            let mut fault = Fault::once("api.batch", kind);
            fault.after = after;
            office.world.inner().dataverse.faults.add(fault).unwrap();
            let taken = block_on(office.open().take(LATER, 200));
            // A token is replaced, so that the order goes through.
            assert_eq!(
                taken.is_ok(),
                kind == Unauthorized,
                "{kind:?} {after}: {taken:?}"
            );
            let (counted, left) = state(&office);
            assert_eq!(counted + left, 60, "{kind:?} {after}");
            take_all(&office);
            assert_eq!(state(&office), (60, 0), "{kind:?} {after}");
        }
    }
}

#[test]
fn throttling_says_when_to_come_back() {
    let office = office(World::new(), 10);
    let mut fault = Fault::once("api.batch", FaultKind::Busy);
    fault.retry_after_seconds = Some(17);
    office.world.inner().dataverse.faults.add(fault).unwrap();
    let error = block_on(office.open().take(LATER, 200)).unwrap_err();
    assert_eq!(error.retry_after_seconds, Some(17), "{error}");
    assert_eq!(state(&office), (0, 10));
}

#[test]
fn what_somebody_writes_meanwhile_is_looked_at_again() {
    let office = office(World::new(), 60);
    take_all_but_ten(&office);
    // A late receipt touches a row, another archiver a counter.
    for at in ["part.delete", "part.update"] {
        office.world.fault(at, FaultKind::Race);
        office.world.requests();
        let taken = block_on(office.open().take(LATER, 5)).unwrap();
        assert_eq!((taken.rows, office.world.requests()), (5, 6), "{at}");
    }
    assert_eq!(state(&office), (60, 0));
}

fn take_all_but_ten(office: &Office) {
    let taken = block_on(office.open().take(LATER, 50)).unwrap();
    assert_eq!(taken.rows, 50);
}

#[test]
fn without_the_role_nothing_is_archived() {
    let office = office(World::new(), 10);
    office.world.fault("part.delete", FaultKind::Refuse);
    let error = block_on(office.open().take(LATER, 200)).unwrap_err();
    assert!(error.text.contains("403"), "{error}");
    assert!(error.text.contains("lacks a privilege"), "{error}");
    assert_eq!(state(&office), (0, 10));
}

#[test]
fn more_than_the_service_counts_is_told_as_no_less() {
    let world = World::with(Options {
        aggregate_rows: 20,
        ..Options::default()
    });
    let office = office(world, 21);
    let waiting = block_on(office.open().waiting(LATER)).unwrap();
    assert_eq!((waiting.rows, waiting.is_exact), (50_000, false));
    assert!(waiting.oldest.is_some() && waiting.newest.is_some());
    block_on(office.open().take(LATER, 1)).unwrap();
    let waiting = block_on(office.open().waiting(LATER)).unwrap();
    assert_eq!((waiting.rows, waiting.is_exact), (20, true));
}

/// A dry run, and then one call of the order. Each look at the clock takes so long.
fn order(office: &Office, now: &Cell<Instant>, look_ms: i64) -> Report {
    let clock = || {
        now.set(now.get() + look_ms);
        now.get()
    };
    let records = office.open();
    let archivist = Archivist {
        records: &records,
        clock: &clock,
        sleep: &|_| panic!("steps in Dataverse are small and need no pause"),
    };
    block_on(archivist.dry_run(90)).unwrap();
    match block_on(archivist.archive(90)).unwrap() {
        Outcome::Done(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_ends_in_time_and_the_next_one_goes_on() {
    let office = office(World::new(), 400);
    let (now, mut archived) = (Cell::new(LATER), 0);
    for (is_complete, left) in [(false, 200), (false, 0), (true, 0)] {
        let report = order(&office, &now, 4_000);
        archived += report.taken.rows;
        assert_eq!(report.is_complete, is_complete, "{report:?}");
        assert_eq!(report.left.map(|waiting| waiting.rows), Some(left));
        assert!(report.stopped.is_none());
    }
    assert_eq!((i64::from(archived), 0), state(&office));
}

#[test]
fn an_order_that_is_throttled_amid_its_work_tells_what_it_did() {
    let office = office(World::new(), 120);
    let mut fault = Fault::once("api.batch", FaultKind::Busy);
    fault.retry_after_seconds = Some(17);
    // Behind the dry run, a step, and the look at the counters of the next one.
    fault.after = 4;
    office.world.inner().dataverse.faults.add(fault).unwrap();
    let now = Cell::new(LATER);
    let report = order(&office, &now, 1);
    assert_eq!(report.taken.rows, 50);
    let stopped = report.stopped.as_ref().expect("a reason");
    assert_eq!(stopped.retry_after_seconds, Some(17), "{stopped}");
    let told = report.to_json(90, false);
    assert_eq!((&told["archived"], &told["left"]), (&50.into(), &70.into()));
    assert_eq!(
        (&told["complete"], &told["call_again"]),
        (&false.into(), &true.into())
    );
    assert_eq!(order(&office, &now, 1).taken.rows, 70);
    assert_eq!(state(&office), (120, 0));
}
