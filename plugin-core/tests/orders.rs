//! A small set of events in every order: what was said decides, not when it was heard.
//!
//! Each event is a webhook with the fields that it changed and the time of the change; what is known is merged
//! from them as the embedded records do it. All subsets of the events are tried in all of their orders.

mod clinic;

use std::collections::BTreeMap;

use plugin_core::contract::exports::punctual::reminders::events::DatedAppointment;
use plugin_core::intake::merge;
use plugin_core::types::{
    Appointment, AppointmentStatus, FieldChange, Instant, NotificationStatus as Status, Reason,
};

use clinic::{APPOINTMENT, Clinic, STRANGER, at, lives, policy};

const A: &str = "2026-03-29T07:00:00Z";
const B: &str = "2026-03-30T07:00:00Z";
const BOOKED: &str = "2026-03-01T00:00:00Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Created,
    Moved,
    MovedBack,
    ContactRemoved,
    Canceled,
    Deleted,
    /// The person answers STOP to a text.
    SaidStop,
    /// The clinic allows one reminder a day.
    Capped,
    /// No event: the clock goes on to the moment after the first reminder of A, and what is due goes out.
    TimePasses,
}

use Event::*;

impl Event {
    /// When it happened, whenever it is heard of.
    fn at(self) -> Instant {
        at(BOOKED) + self as i64 * 60_000
    }

    fn changes(self) -> Vec<FieldChange> {
        match self {
            Created => vec![
                FieldChange::StartAt(Some(at(A))),
                FieldChange::Email(Some("ada@example.org".into())),
                FieldChange::Phone(Some("+4930123456".into())),
                FieldChange::TimeZone(Some("Europe/Berlin".into())),
                FieldChange::Status(AppointmentStatus::Scheduled),
            ],
            Moved => vec![FieldChange::StartAt(Some(at(B)))],
            MovedBack => vec![FieldChange::StartAt(Some(at(A)))],
            ContactRemoved => vec![FieldChange::Email(None)],
            Canceled => vec![FieldChange::Status(AppointmentStatus::Canceled)],
            Deleted | SaidStop | Capped | TimePasses => vec![],
        }
    }
}

/// The clinic, and what its records know.
#[derive(Clone)]
struct World {
    clinic: Clinic,
    dated: Option<DatedAppointment>,
    deleted: bool,
}

impl World {
    fn new() -> Self {
        Self {
            clinic: Clinic::new(policy(None), at(BOOKED) + 3_600_000),
            dated: None,
            deleted: false,
        }
    }

    fn known(&self) -> Option<&Appointment> {
        self.dated.as_ref().map(|dated| &dated.appointment)
    }

    fn hear(&mut self, event: Event, crash: bool) {
        if event == TimePasses {
            self.clinic.pass_time(at("2026-03-22T08:00:01Z"));
            return;
        }
        self.deleted |= event == Deleted;
        match event {
            SaidStop => self.clinic.person.blocks.sms = Some(Reason::OptedOut),
            Capped => self.clinic.policy.daily_cap = Some(1),
            _ => {}
        }
        let merged = merge(APPOINTMENT, self.dated.take(), event.changes(), event.at());
        self.dated = Some(merged.dated);
        self.clinic.appointment = self.known().filter(|_| !self.deleted).cloned();
        if crash {
            self.clinic.react_and_crash();
        } else {
            self.clinic.react();
        }
    }
}

/// Calls `visit` with every order of `rest` after `done`.
fn every_order(done: &mut Vec<Event>, rest: &[Event], visit: &mut impl FnMut(&[Event])) {
    if rest.is_empty() {
        visit(done);
    }
    for (index, &event) in rest.iter().enumerate() {
        let mut rest = rest.to_vec();
        rest.remove(index);
        done.push(event);
        every_order(done, &rest, visit);
        done.pop();
    }
}

fn every_subset(events: &[Event]) -> Vec<Vec<Event>> {
    (1..1u32 << events.len())
        .map(|mask| {
            let chosen = |index: &usize| mask & (1 << index) != 0;
            (0..events.len())
                .filter(chosen)
                .map(|i| events[i])
                .collect()
        })
        .collect()
}

/// What must be the same in every order: the appointment, and the rows of its current start.
fn outcome(world: &World) -> (Option<Appointment>, bool, BTreeMap<String, String>) {
    let mut rows = BTreeMap::new();
    if let Some(appointment) = &world.clinic.appointment {
        for row in world.clinic.rows.values() {
            if row.start_at == appointment.start_at.unwrap_or(0)
                && appointment.status != AppointmentStatus::Canceled
            {
                rows.insert(row.id.clone(), format!("{:?} {:?}", row.status, row.reason));
            }
        }
    }
    (world.known().cloned(), world.deleted, rows)
}

#[test]
fn every_order_of_every_subset() {
    let events = [Created, Moved, MovedBack, ContactRemoved, Canceled, Deleted];
    let mut orders_count = 0;
    for subset in every_subset(&events) {
        let mut first = None;
        every_order(&mut vec![], &subset, &mut |order| {
            orders_count += 1;
            let mut world = World::new();
            for &event in order {
                world.hear(event, false);
            }
            let before = world.clinic.story();
            // And once more, the other way around: nothing is new any more.
            for &event in order.iter().rev() {
                world.hear(event, false);
                assert_eq!(world.clinic.story(), before, "{order:?}, again {event:?}");
            }
            let is = outcome(&world);
            assert_eq!(&is, first.get_or_insert_with(|| is.clone()), "{order:?}");
            check_rows(&world, order);
        });
    }
    assert_eq!(orders_count, 1956);
}

/// Against what the events say, worked out without any of the code under test.
#[track_caller]
fn check_rows(world: &World, order: &[Event]) {
    let said = |event| order.contains(&event);
    let start = match (said(MovedBack), said(Moved), said(Created)) {
        (true, ..) | (false, false, true) => Some(at(A)),
        (false, true, _) => Some(at(B)),
        (false, false, false) => None,
    };
    let ended = said(Canceled) || said(Deleted);
    let mut living = 0;
    for row in world.clinic.rows.values() {
        if lives(row.status) {
            assert_eq!(Some(row.start_at), start, "{order:?}: {row:?}");
            living += 1;
        }
    }
    let contacts = match (said(Created), said(ContactRemoved)) {
        (false, _) => 0,
        (true, false) => 2,
        (true, true) => 1,
    };
    assert_eq!(living, if ended { 0 } else { 3 * contacts }, "{order:?}");
}

/// What the person said and what the clinic allows count from when they are known, whatever was heard before them; and
/// when they are taken back, all is as if they had never been.
#[test]
fn every_order_of_blocks_and_caps() {
    let events = [Created, Moved, MovedBack, ContactRemoved, SaidStop, Capped];
    let mut orders_count = 0;
    for subset in every_subset(&events) {
        let mut first = None;
        every_order(&mut vec![], &subset, &mut |order| {
            orders_count += 1;
            let mut world = World::new();
            for &event in order {
                world.hear(event, false);
            }
            let is = outcome(&world);
            assert_eq!(&is, first.get_or_insert_with(|| is.clone()), "{order:?}");
            let said = |event| order.contains(&event);
            let channels = match (
                said(Created),
                said(ContactRemoved),
                said(SaidStop),
                said(Capped),
            ) {
                (false, ..) | (true, true, true, _) => 0,
                (true, false, false, false) => 2,
                _ => 1,
            };
            let living = |world: &World| {
                let rows = world.clinic.rows.values();
                rows.filter(|row| lives(row.status)).count()
            };
            assert_eq!(living(&world), 3 * channels, "{order:?}");

            world.clinic.person = STRANGER;
            world.clinic.policy.daily_cap = None;
            world.clinic.react();
            let contacts = match (said(Created), said(ContactRemoved)) {
                (false, _) => 0,
                (true, false) => 2,
                (true, true) => 1,
            };
            assert_eq!(living(&world), 3 * contacts, "{order:?}, and back");
        });
    }
    assert_eq!(orders_count, 1956);
}

/// The clock goes on somewhere in between: what may go out then depends on what was heard by then, but never does
/// anything go out twice, or for an appointment that is known to be gone (the clinic looks after that), and in
/// the end nothing is left hanging, whichever event a crash cut short.
#[test]
fn every_order_with_time_passing() {
    let events = [
        Created,
        Moved,
        MovedBack,
        ContactRemoved,
        Canceled,
        TimePasses,
    ];
    let (mut early, mut late) = (0, 0);
    for cancels in [false, true] {
        every_order(&mut vec![], &events, &mut |order| {
            for crash_at in 0..order.len() {
                let mut world = World::new();
                world.clinic.bus_cancels = cancels;
                for (index, &event) in order.iter().enumerate() {
                    world.hear(event, index == crash_at);
                }
                early += world.clinic.sent().len();
                // The reconcile that comes sooner or later.
                world.clinic.react();
                assert_eq!(world.clinic.demands(), vec![], "{order:?}");
                let sent = world.clinic.sent().clone();
                world.clinic.pass_time(at("2026-04-01T00:00:00Z"));
                world.clinic.assert_all_ended();
                assert_eq!(
                    world.clinic.sent(),
                    &sent,
                    "sent after the cancel: {order:?}"
                );
            }
        });
    }
    assert!(early > 0, "nothing went out in time");

    // The same without the cancel: every reminder of the appointment as it is goes out, once, but those whose
    // moment had passed before the clinic heard of them.
    let events = [Created, Moved, MovedBack, TimePasses];
    every_order(&mut vec![], &events, &mut |order| {
        let mut world = World::new();
        for &event in order {
            world.hear(event, false);
        }
        world.clinic.pass_time(at("2026-04-01T00:00:00Z"));
        world.clinic.assert_all_ended();
        let of_a = |status| {
            let rows = world.clinic.rows.values();
            rows.filter(|row| row.start_at == at(A) && row.status == status)
                .count()
        };
        assert_eq!(of_a(Status::Sent) + of_a(Status::Skipped), 6, "{order:?}");
        assert!(of_a(Status::Sent) >= 4, "{order:?}");
        late += of_a(Status::Skipped);
    });
    assert!(late > 0, "nobody was late");
}
