//! Any history, with any repetition and any crash in it, ends in the rows that the latest state demands.

mod clinic;

use std::collections::BTreeMap;

use plugin_core::contract::exports::punctual::reminders::planning::{Action, Person, Taken};
use plugin_core::planning::{ends_reminders, plan};
use plugin_core::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, NotificationStatus as Status, Policy,
    Reason, Window,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use clinic::{Clinic, STRANGER, appointment, at, blank, lives, policy};

const STARTS: [&str; 3] = [
    "2026-03-29T07:00:00Z",
    "2026-03-30T07:00:00Z",
    "2026-04-20T18:30:00Z",
];

fn start() -> impl Strategy<Value = Instant> {
    select(STARTS.map(at).to_vec())
}

/// Before all of it, between the steps, in the very moment of one, and after.
fn now() -> impl Strategy<Value = Instant> {
    let moments = [
        "2026-03-01T00:00:00Z",
        "2026-03-22T08:00:00Z",
        "2026-03-28T12:00:00Z",
        "2026-03-29T06:30:00Z",
        "2026-04-01T00:00:00Z",
        "2026-05-01T00:00:00Z",
    ];
    select(moments.map(at).to_vec())
}

fn some_policy() -> impl Strategy<Value = Policy> {
    let mut short = policy(None);
    short.steps.remove(1);
    let mut mail_only = policy(None);
    for step in &mut mail_only.steps {
        step.channels.truncate(1);
    }
    let office = policy(Some(Window {
        opens_minute: 480,
        closes_minute: 1080,
    }));
    let cap = prop_oneof![2 => Just(None), 1 => (1..4u16).prop_map(Some)];
    let policies = select(vec![policy(None), short, mail_only, office]);
    (policies, cap).prop_map(|(policy, daily_cap)| Policy {
        daily_cap,
        ..policy
    })
}

/// What else is known: blocks, and reminders of other appointments around the own ones.
fn person() -> impl Strategy<Value = Person> {
    let block = |reason| prop_oneof![4 => Just(None), 1 => Just(Some(reason))];
    let blocks = (block(Reason::AddressSuppressed), block(Reason::OptedOut));
    let due = [
        "2026-03-22T06:00:00Z",
        "2026-03-28T08:00:00Z",
        "2026-03-29T06:00:00Z",
        "2026-03-29T20:00:00Z",
        "2026-04-20T17:30:00Z",
    ];
    let other = (select(due.map(at).to_vec()), any::<bool>(), 0..1000u32);
    let other = other.prop_map(|(due_at, sms, id)| Taken {
        id: format!("{id:08x}-0000-0000-0000-000000000000"),
        step: "P1D".into(),
        channel: if sms { Channel::Sms } else { Channel::Email },
        due_at,
    });
    let others = prop::collection::vec(other, 0..4);
    (blocks, others).prop_map(|((email, sms), others)| Person {
        blocks: Blocks { email, sms },
        others,
    })
}

fn contact(good: &'static str) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some("neither".into())),
        4 => Just(Some(good.into())),
    ]
}

fn living() -> impl Strategy<Value = Appointment> {
    let start_at = prop_oneof![1 => Just(None), 9 => start().prop_map(Some)];
    let zone = select(vec![
        None,
        Some("Europe/Berlin"),
        Some("America/New_York"),
        Some("Mars"),
    ]);
    let status = select(vec![
        AppointmentStatus::Scheduled,
        AppointmentStatus::Confirmed,
    ]);
    let contacts = (contact("ada@example.org"), contact("+4930123456"));
    (start_at, zone, contacts, status).prop_map(|(start_at, zone, (email, phone), status)| {
        Appointment {
            start_at,
            email,
            phone,
            status,
            time_zone: zone.map(Into::into),
            ..blank()
        }
    })
}

/// Any state of the appointment; none: deleted.
fn state() -> impl Strategy<Value = Option<Appointment>> {
    let ended = select(vec![
        AppointmentStatus::Canceled,
        AppointmentStatus::Completed,
        AppointmentStatus::NoShow,
    ]);
    prop_oneof![
        6 => living().prop_map(Some),
        2 => (living(), ended).prop_map(|(living, status)| Some(Appointment { status, ..living })),
        1 => Just(None),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Crash {
    None,
    AfterRows,
    AfterMessages,
}

fn react(clinic: &mut Clinic, crash: Crash) {
    match crash {
        Crash::None => clinic.react(),
        Crash::AfterRows => clinic.react_and_crash(),
        Crash::AfterMessages => clinic.react_and_crash_late(),
    }
}

/// What one event finds: the appointment, the policy and the person as they are then, how often it comes, where it
/// crashes.
#[derive(Clone, Debug)]
struct Event {
    appointment: Option<Appointment>,
    policy: Policy,
    person: Person,
    repeated: usize,
    crash: Crash,
}

fn event() -> impl Strategy<Value = Event> {
    let crash = select(vec![
        Crash::None,
        Crash::None,
        Crash::AfterRows,
        Crash::AfterMessages,
    ]);
    (state(), some_policy(), person(), 1..3usize, crash).prop_map(
        |(appointment, policy, person, repeated, crash)| Event {
            appointment,
            policy,
            person,
            repeated,
            crash,
        },
    )
}

/// Which row staff want sent now, if any, and whether the lights go out before its message is queued.
fn staff() -> impl Strategy<Value = Option<(prop::sample::Index, bool)>> {
    prop::option::weighted(0.3, any::<(prop::sample::Index, bool)>())
}

fn pick(clinic: &Clinic, index: prop::sample::Index) -> Option<String> {
    let ids: Vec<_> = clinic.rows.keys().cloned().collect();
    (!ids.is_empty()).then(|| index.get(&ids).clone())
}

fn live_through(clinic: &mut Clinic, event: Event) {
    clinic.appointment = event.appointment;
    clinic.policy = event.policy;
    clinic.person = event.person;
    for _ in 0..event.repeated {
        react(clinic, event.crash);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_latest_state_alone_decides(
        history in prop::collection::vec(event(), 0..8),
        mut last in event(),
        now in now(),
    ) {
        last.crash = Crash::None;
        let mut fresh = Clinic::new(policy(None), now);
        live_through(&mut fresh, last.clone());
        let mut clinic = Clinic::new(policy(None), now);
        for event in history {
            live_through(&mut clinic, event);
        }
        live_through(&mut clinic, last.clone());

        let (fresh, story) = (fresh.story(), clinic.story());
        for (id, row) in &fresh {
            prop_assert_eq!(story.get(id), Some(row));
        }
        for (id, (status, ..)) in &story {
            prop_assert!(fresh.contains_key(id) || !lives(*status), "{id} lives on");
        }
    }

    #[test]
    fn a_second_look_finds_nothing_to_do(
        history in prop::collection::vec(event(), 1..5),
        now in now(),
        passed_seconds in 0..3_000_000i64,
        bus_cancels: bool,
    ) {
        let mut clinic = Clinic::new(policy(None), now);
        clinic.bus_cancels = bus_cancels;
        for event in history {
            live_through(&mut clinic, event.clone());
            // After a crash nothing but repairs, as often as one looks.
            for change in clinic.demands() {
                prop_assert!(!matches!(event.crash, Crash::None), "{change:?}");
                prop_assert_eq!(change.action, Action::Repair);
            }
        }
        clinic.react();
        prop_assert_eq!(clinic.demands().len(), 0);
        // Nor does time alone change anything, but for what it sends.
        clinic.pass_time(now + passed_seconds * 1_000);
        prop_assert_eq!(clinic.demands().len(), 0);
    }

    #[test]
    fn there_and_back_again(
        mut there in living(),
        starts in subsequence(STARTS.map(at).to_vec(), 2).prop_shuffle(),
        sent in prop::collection::vec(any::<bool>(), 6),
        now in now(),
        crash in select(vec![Crash::None, Crash::AfterRows, Crash::AfterMessages]),
        (policy, person) in (some_policy(), person()),
    ) {
        let (a, b) = (starts[0], starts[1]);
        there.start_at = Some(a);
        let mut clinic = Clinic::new(policy, now);
        clinic.person = person;
        clinic.appointment = Some(there.clone());
        clinic.react();
        let ids: Vec<_> = clinic.rows.keys().cloned().collect();
        for (id, sent) in ids.iter().zip(sent) {
            let row = clinic.rows.get_mut(id).unwrap();
            if sent && row.status == Status::Scheduled {
                row.status = Status::Sent;
            }
        }
        let before = clinic.story();

        clinic.appointment = Some(Appointment { start_at: Some(b), ..there.clone() });
        react(&mut clinic, crash);
        for id in &ids {
            prop_assert!(!lives(clinic.rows[id].status));
            prop_assert_eq!(clinic.rows[id].status == Status::Sent, before[id].0 == Status::Sent);
        }
        clinic.appointment = Some(there);
        clinic.react();
        let mut after = clinic.story();
        after.retain(|id, _| before.contains_key(id));
        prop_assert_eq!(after, before);
    }

    /// Nothing forbidden, nothing twice (the clinic looks after that), nothing lost: whatever happens in whatever
    /// order, once an event was handled to its end every row ends, and says how.
    #[test]
    fn every_reminder_ends_and_says_how(
        history in prop::collection::vec((event(), staff(), 0..600_000i64), 0..10),
        last in event(),
        bus_cancels: bool,
    ) {
        let mut clinic = Clinic::new(policy(None), at("2026-03-20T00:00:00Z"));
        clinic.bus_cancels = bus_cancels;
        for (event, staff, seconds) in history {
            live_through(&mut clinic, event);
            if let Some((index, crash)) = staff
                && let Some(id) = pick(&clinic, index)
            {
                clinic.send_now(&id, crash);
            }
            let until = clinic.now + seconds * 1_000;
            clinic.pass_time(until);
        }
        live_through(&mut clinic, Event { crash: Crash::None, ..last });
        clinic.pass_time(at("2026-06-01T00:00:00Z"));
        clinic.assert_all_ended();
    }

    /// Whatever is heard of the same appointment before the message is taken, and whatever the policy says then.
    #[test]
    fn what_staff_want_now_goes_out_now(
        start_at in start(),
        first in some_policy(),
        index: prop::sample::Index,
        crash: bool,
        later in prop::collection::vec(event(), 0..4),
        seconds in 0..60i64,
    ) {
        let mut clinic = Clinic::new(first, at("2026-03-25T00:00:00Z"));
        clinic.appointment = Some(appointment(start_at));
        clinic.react();
        let id = pick(&clinic, index).unwrap();
        prop_assert!(clinic.send_now(&id, crash));
        for event in later {
            clinic.now += seconds * 1_000;
            let status = AppointmentStatus::Confirmed;
            let appointment = Some(Appointment { status, ..appointment(start_at) });
            // Nobody is sent anything whom it must not reach; but a cap does not hold staff.
            let person = Person { blocks: STRANGER.blocks, ..event.person };
            live_through(&mut clinic, Event { appointment, person, ..event });
        }
        clinic.react();
        let now = clinic.now;
        clinic.pass_time(now);
        prop_assert!(clinic.sent().contains(&id), "{:?}", clinic.rows[&id]);
    }

    /// With all the time in the world and no crash, exactly what the plan promises is sent.
    #[test]
    fn what_is_planned_is_sent(
        appointment in living(),
        policy in some_policy(),
        person in person(),
        now in now(),
    ) {
        let mut clinic = Clinic::new(policy, now);
        clinic.appointment = Some(appointment);
        clinic.person = person;
        clinic.react();
        let promised: Vec<_> = plan(clinic.appointment.as_ref().unwrap(), &clinic.policy, &clinic.person, now)
            .into_iter()
            .filter(|item| item.skip.is_none())
            .map(|item| item.id)
            .collect();
        clinic.pass_time(at("2026-06-01T00:00:00Z"));
        prop_assert_eq!(clinic.sent().len(), promised.len());
        prop_assert!(promised.iter().all(|id| clinic.sent().contains(id)));
    }
}

#[test]
fn what_the_fence_stopped_comes_back_when_it_is_allowed_again() {
    // The appointment is cancelled, but the scheduler never hears of it; the fence does. Then it is on again.
    let start = at("2026-03-29T07:00:00Z");
    let mut clinic = Clinic::new(policy(None), at("2026-03-01T00:00:00Z"));
    clinic.appointment = Some(appointment(start));
    clinic.react();
    clinic.appointment = Some(Appointment {
        status: AppointmentStatus::Canceled,
        ..appointment(start)
    });
    clinic.pass_time(at("2026-03-22T08:00:00Z"));
    let tally = |clinic: &Clinic| {
        let mut tally = BTreeMap::new();
        for row in clinic.rows.values() {
            let ended = ends_reminders(AppointmentStatus::Canceled) == row.reason;
            *tally.entry((row.status as u8, ended)).or_insert(0) += 1;
        }
        tally
    };
    let canceled = (Status::Canceled as u8, true);
    assert_eq!(tally(&clinic)[&canceled], 2);
    clinic.appointment = Some(appointment(start));
    clinic.react();
    assert_eq!(tally(&clinic)[&(Status::Scheduled as u8, false)], 6);
    clinic.pass_time(start);
    assert_eq!(clinic.sent().len(), 6);
}

#[test]
fn a_crash_before_the_message_loses_no_reminder() {
    let start = at("2026-03-29T07:00:00Z");
    let mut clinic = Clinic::new(policy(None), at("2026-03-29T05:59:00Z"));
    clinic.appointment = Some(appointment(start));
    clinic.react_and_crash();
    // The moment passes before anybody looks again; it is late then, but not too late.
    clinic.now = at("2026-03-29T06:05:00Z");
    clinic.react();
    clinic.pass_time(start);
    assert_eq!(clinic.sent().len(), 2);
    clinic.assert_all_ended();
}
