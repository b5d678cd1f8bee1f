//! What one appointment costs the core: its plan, the diff against its rows, and the fence.
//! Native; the price of the component boundary is measured by `cargo xtask bench`.

#![allow(missing_docs, reason = "Criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plugin_core::contract::exports::punctual::reminders::planning::{Change, Person};
use plugin_core::delivering::decide;
use plugin_core::planning::{plan, reconcile};
use plugin_core::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, Notification, NotificationStatus,
    Offset, Policy, Step, Switches, Window,
};

/// 1 May 2026, a month before [`START`].
const NOW: Instant = 1_777_593_600_000;
const START: Instant = 1_780_304_400_000;

/// Both channels send.
const ALL_ON: Switches = Switches {
    email: true,
    sms: true,
};

/// A person of whom nothing more is known.
const STRANGER: Person = Person {
    blocks: Blocks {
        email: None,
        sms: None,
    },
    others: Vec::new(),
};

fn appointment() -> Appointment {
    Appointment {
        id: "6f9619ff-8b86-d011-b42d-00cf4fc964ff".into(),
        service: Some("Check-up".into()),
        customer_name: Some("Ada Lovelace".into()),
        email: Some("ada@example.org".into()),
        phone: Some("+4930123456".into()),
        start_at: Some(START),
        end_at: None,
        time_zone: Some("Europe/Berlin".into()),
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: None,
        notes: None,
    }
}

fn policy() -> Policy {
    let step = |code: &str, offset| Step {
        code: code.into(),
        offset,
        channels: vec![Channel::Email, Channel::Sms],
    };
    Policy {
        steps: vec![
            step("P7D", Offset::Days(7)),
            step("P1D", Offset::Days(1)),
            step("PT1H", Offset::Seconds(3600)),
        ],
        window: None,
        default_time_zone: "Etc/UTC".into(),
        default_locale: "en".into(),
        retry_after_seconds: vec![30, 120, 600],
        daily_cap: None,
    }
}

/// The rows of an appointment that is as it should be.
fn rows(appointment: &Appointment, policy: &Policy) -> Vec<Notification> {
    let rows = reconcile(Some(appointment), policy, &STRANGER, &[], NOW).into_iter();
    let row = |change: Change| Notification {
        id: change.id,
        appointment_id: appointment.id.clone(),
        step: change.step,
        channel: change.channel,
        start_at: change.start_at,
        due_at: change.due_at,
        status: NotificationStatus::Scheduled,
        reason: None,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: None,
    };
    rows.map(row).collect()
}

fn planning(c: &mut Criterion) {
    let (appointment, policy) = (appointment(), policy());
    let office_hours = Policy {
        window: Some(Window {
            opens_minute: 9 * 60,
            closes_minute: 10 * 60,
        }),
        ..policy.clone()
    };
    c.bench_function("plan", |b| {
        b.iter(|| plan(black_box(&appointment), &policy, &STRANGER, NOW));
    });
    c.bench_function("plan, in a window", |b| {
        b.iter(|| plan(black_box(&appointment), &office_hours, &STRANGER, NOW));
    });

    let rows = rows(&appointment, &policy);
    assert_eq!(rows.len(), 6);
    let moved = Appointment {
        start_at: Some(START + 86_400_000),
        ..appointment.clone()
    };
    let mut diff = |name: &str, appointment: Option<&Appointment>, rows: &[Notification], count| {
        assert_eq!(
            reconcile(appointment, &policy, &STRANGER, rows, NOW).len(),
            count
        );
        c.bench_function(name, |b| {
            b.iter(|| {
                reconcile(
                    black_box(appointment),
                    &policy,
                    &STRANGER,
                    black_box(rows),
                    NOW,
                )
            });
        });
    };
    diff("reconcile, no rows", Some(&appointment), &[], 6);
    diff("reconcile, nothing to do", Some(&appointment), &rows, 0);
    diff("reconcile, moved", Some(&moved), &rows, 12);
    diff("reconcile, deleted", None, &rows, 6);
}

fn delivering(c: &mut Criterion) {
    let appointment = appointment();
    let row = &rows(&appointment, &policy())[0];
    c.bench_function("decide", |b| {
        b.iter(|| {
            decide(
                black_box(Some(row)),
                black_box(Some(&appointment)),
                STRANGER.blocks,
                ALL_ON,
                row.due_at,
                row.due_at,
            )
        });
    });
}

criterion_group!(benches, planning, delivering);
criterion_main!(benches);
