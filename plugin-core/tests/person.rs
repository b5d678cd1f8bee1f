//! Several appointments of one person under one daily cap: in whatever order they are looked at, and whatever was
//! there before, they end in the same rows, and no day has more than the cap.

mod clinic;

use std::collections::BTreeMap;

use chrono::Datelike;
use plugin_core::contract::exports::punctual::reminders::planning::{Person, Taken};
use plugin_core::time::local;
use plugin_core::types::{
    Appointment, AppointmentStatus, Blocks, Instant, Notification, NotificationStatus as Status,
    Policy, Reason,
};
use proptest::prelude::*;
use proptest::sample::select;

use clinic::{Clinic, STRANGER, appointment, at, policy};

const NOW: &str = "2026-03-01T00:00:00Z";
/// More rounds than this would be a quarrel.
const ROUNDS_MAX: usize = 6;

/// The appointments of a person, each as its own clinic, which is enough: they share nothing but the person.
#[derive(Clone)]
struct Family {
    appointments: Vec<Clinic>,
    blocks: Blocks,
}

fn counts(row: &Notification) -> bool {
    matches!(
        row.status,
        Status::Pending
            | Status::Scheduled
            | Status::Sending
            | Status::Unknown
            | Status::Sent
            | Status::Delivered
    )
}

impl Family {
    fn new(count: usize, cap: u16) -> Self {
        let policy = Policy {
            daily_cap: Some(cap),
            ..policy(None)
        };
        Self {
            appointments: vec![Clinic::new(policy, at(NOW)); count],
            blocks: STRANGER.blocks,
        }
    }

    /// What a host tells the core of the person when it looks at one appointment.
    fn person(&self, index: usize) -> Person {
        let others = (self.appointments.iter().enumerate())
            .filter(|(other, _)| *other != index)
            .flat_map(|(_, clinic)| clinic.rows.values().filter(|row| counts(row)))
            .map(|row| Taken {
                id: row.id.clone(),
                step: row.step.clone(),
                channel: row.channel,
                due_at: row.due_at,
            })
            .collect();
        Person {
            blocks: self.blocks,
            others,
        }
    }

    /// Looks at one appointment; whether that changed anything.
    fn look(&mut self, index: usize) -> bool {
        self.appointments[index].person = self.person(index);
        let changes = !self.appointments[index].demands().is_empty();
        self.appointments[index].react();
        changes
    }

    /// Looks at all of them in an order until nothing changes.
    fn settle(&mut self, order: &[usize]) {
        for _ in 0..ROUNDS_MAX {
            let changes = order.iter().filter(|&&index| self.look(index)).count();
            if changes == 0 {
                return;
            }
        }
        panic!("they never agree: {:?}", self.story());
    }

    /// The rows of the present starts; what belonged to an earlier start has ended and is not compared.
    fn story(&self) -> BTreeMap<String, (Status, Option<Reason>, Instant)> {
        let of_now = |clinic: &Clinic| {
            let living = |a: &&Appointment| a.status == AppointmentStatus::Scheduled;
            let living = clinic.appointment.as_ref().filter(living);
            let start_at = living.and_then(|appointment| appointment.start_at);
            let rows: Vec<_> = clinic
                .rows
                .values()
                .filter(|row| Some(row.start_at) == start_at && row.status != Status::Canceled)
                .map(|row| (row.id.clone(), (row.status, row.reason, row.due_at)))
                .collect();
            rows
        };
        self.appointments.iter().flat_map(of_now).collect()
    }

    fn assert_no_day_has_more_than(&self, cap: u16, zone: &str) {
        let mut days: BTreeMap<i32, u16> = BTreeMap::new();
        for row in self
            .appointments
            .iter()
            .flat_map(|clinic| clinic.rows.values())
        {
            if counts(row) {
                let day = local(row.due_at, zone.parse().unwrap()).unwrap();
                *days.entry(day.num_days_from_ce()).or_default() += 1;
            }
        }
        assert!(days.values().all(|count| *count <= cap), "{days:?}");
    }
}

/// Appointments at the same moments now and then, so that ids have to decide.
fn some_appointment(
    index: usize,
    zone: Option<&'static str>,
) -> impl Strategy<Value = Option<Appointment>> {
    let starts = [
        "2026-03-29T07:00:00Z",
        "2026-03-29T09:00:00Z",
        "2026-03-30T07:00:00Z",
        "2026-04-05T07:00:00Z",
    ];
    let zones = select(vec![
        "Europe/Berlin",
        "America/New_York",
        "Pacific/Auckland",
    ]);
    let status = prop_oneof![4 => Just(AppointmentStatus::Scheduled), 1 => Just(AppointmentStatus::Canceled)];
    let deleted = prop::bool::weighted(0.1);
    (select(starts.map(at).to_vec()), zones, status, deleted).prop_map(
        move |(start_at, some_zone, status, deleted)| {
            (!deleted).then(|| Appointment {
                id: format!("{index:08x}-8b86-d011-b42d-00cf4fc964ff"),
                time_zone: Some(zone.unwrap_or(some_zone).into()),
                status,
                ..appointment(start_at)
            })
        },
    )
}

fn three(zone: Option<&'static str>) -> impl Strategy<Value = Vec<Option<Appointment>>> {
    let each = |index| some_appointment(index, zone);
    (each(1), each(2), each(3)).prop_map(|(a, b, c)| vec![a, b, c])
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    Just(vec![0, 1, 2]).prop_shuffle()
}

fn blocks() -> impl Strategy<Value = Blocks> {
    (any::<bool>(), any::<bool>()).prop_map(|(email, sms)| Blocks {
        email: email.then_some(Reason::AddressSuppressed),
        sms: sms.then_some(Reason::OptedOut),
    })
}

impl Family {
    fn become_of(&mut self, appointments: &[Option<Appointment>]) {
        for (clinic, appointment) in self.appointments.iter_mut().zip(appointments) {
            clinic.appointment.clone_from(appointment);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_looking_does_not_matter(
        cap in 1..6u16,
        history in prop::collection::vec((three(None), blocks(), prop::collection::vec(0..3usize, 0..6)), 0..4),
        (last, order, other_order, blocks) in (three(None), order(), order(), blocks()),
    ) {
        let mut fresh = Family::new(3, cap);
        fresh.become_of(&last);
        fresh.blocks = blocks;
        fresh.settle(&order);

        let mut family = Family::new(3, cap);
        for (appointments, blocks, looks) in history {
            family.become_of(&appointments);
            family.blocks = blocks;
            for index in looks {
                family.look(index);
            }
        }
        family.become_of(&last);
        family.blocks = blocks;
        family.settle(&other_order);
        prop_assert_eq!(family.story(), fresh.story());
    }

    #[test]
    fn no_day_has_more_than_the_cap(
        cap in 1..6u16,
        appointments in three(Some("Europe/Berlin")),
        order in order(),
        (until, moved) in (0..40 * 86_400i64, three(Some("Europe/Berlin"))),
    ) {
        let mut family = Family::new(3, cap);
        family.become_of(&appointments);
        family.settle(&order);
        family.assert_no_day_has_more_than(cap, "Europe/Berlin");
        // Some go out, then all of it changes: what went out has its place.
        for clinic in &mut family.appointments {
            clinic.pass_time(at(NOW) + until * 1_000);
        }
        family.become_of(&moved);
        family.settle(&order);
        family.assert_no_day_has_more_than(cap, "Europe/Berlin");
    }
}
