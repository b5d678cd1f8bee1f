//! What holds for every plan, in every zone, at every time.

mod clinic;

use std::collections::BTreeSet;

use chrono::{LocalResult, Offset as _, TimeDelta, TimeZone, Timelike};
use chrono_tz::{TZ_VARIANTS, Tz};
use plugin_core::contract::exports::punctual::reminders::planning::Planned;
use plugin_core::planning::{notification_id, reconcile};
use plugin_core::time::{before, into_window, local, utc};
use plugin_core::types::{Appointment, Channel, Instant, Offset, Policy, Step, Window};
use proptest::prelude::*;
use proptest::sample::select;

use clinic::{APPOINTMENT, STRANGER, appointment, at, policy};

fn plan(appointment: &Appointment, policy: &Policy, now: Instant) -> Vec<Planned> {
    plugin_core::planning::plan(appointment, policy, &STRANGER, now)
}

fn zone() -> impl Strategy<Value = Tz> {
    select(&TZ_VARIANTS[..])
}

/// A whole second from 2015 to 2036.
fn start() -> impl Strategy<Value = Instant> {
    (at("2015-01-01T00:00:00Z") / 1000..at("2037-01-01T00:00:00Z") / 1000).prop_map(|s| s * 1000)
}

fn window() -> impl Strategy<Value = Window> {
    (0..1440u16)
        .prop_flat_map(|opens| (Just(opens), opens + 1..=1440))
        .prop_map(|(opens_minute, closes_minute)| Window {
            opens_minute,
            closes_minute,
        })
}

fn offset() -> impl Strategy<Value = Offset> {
    prop_oneof![
        any::<u16>().prop_map(Offset::Days),
        (0..60u16).prop_map(Offset::Days),
        any::<u32>().prop_map(Offset::Seconds),
        (0..200_000u32).prop_map(Offset::Seconds),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let steps = prop::collection::vec(offset(), 0..5);
    let cap = prop::option::of(0..4u16);
    (steps, prop::option::of(window()), cap).prop_map(|(offsets, window, cap)| {
        let mut policy = policy(window);
        policy.daily_cap = cap;
        let code = |index| format!("step-{index}");
        policy.steps = (offsets.into_iter().enumerate())
            .map(|(index, offset)| Step {
                code: code(index),
                offset,
                channels: vec![Channel::Email, Channel::Sms],
            })
            .collect();
        policy
    })
}

fn in_zone(start_at: Instant, zone: Tz) -> Appointment {
    Appointment {
        time_zone: Some(zone.name().into()),
        ..appointment(start_at)
    }
}

/// Whether the window is open by the wall clock, or would be by a clock that nobody changed in the last hours:
/// where a change skips the closing time, the window closes at the time that the old offset gives it.
fn is_open(at: Instant, window: Window, zone: Tz) -> bool {
    let now = utc(at).unwrap();
    let earlier = now - TimeDelta::hours(3);
    [now, earlier].into_iter().any(|moment| {
        let offset = zone.offset_from_utc_datetime(&moment.naive_utc()).fix();
        let local = now.with_timezone(&offset);
        let minute = local.hour() * 60 + local.minute();
        let midnight = local.num_seconds_from_midnight() == 0;
        (u32::from(window.opens_minute)..=u32::from(window.closes_minute)).contains(&minute)
            || window.closes_minute == 1440 && midnight
    })
}

#[track_caller]
fn check_window(due: Instant, window: Window, zone: Tz) {
    let moved = into_window(due, window, zone).unwrap();
    let tell = || format!("{due} to {moved} in {zone}, {window:?}");
    assert!(moved <= due, "later: {}", tell());
    assert!(is_open(moved, window, zone), "closed: {}", tell());
    assert!(due - moved < 26 * 3_600_000, "too early: {}", tell());
    if is_open_by_the_clock(due, window, zone) {
        assert_eq!(moved, due, "moved for nothing: {}", tell());
    }
    let again = into_window(moved, window, zone).unwrap();
    assert!(again <= moved && is_open(again, window, zone), "{}", tell());
}

fn is_open_by_the_clock(at: Instant, window: Window, zone: Tz) -> bool {
    let local = local(at, zone).unwrap();
    let minute = local.hour() * 60 + local.minute();
    (u32::from(window.opens_minute)..=u32::from(window.closes_minute)).contains(&minute)
}

/// The wall clock of `start` at `days` before it, unless that day's clocks skip it; then later by the gap.
#[track_caller]
fn check_days(start: Instant, days: u16, zone: Tz) {
    let due = before(local(start, zone).unwrap(), Offset::Days(days)).unwrap();
    let wall = |at| utc(at).unwrap().with_timezone(&zone).naive_local();
    let wanted = wall(start) - TimeDelta::days(days.into());
    match zone.from_local_datetime(&wanted) {
        LocalResult::Single(only) => assert_eq!(due, only.timestamp_millis()),
        LocalResult::Ambiguous(first, _) => assert_eq!(due, first.timestamp_millis()),
        LocalResult::None => {
            let gap = wall(due) - wanted;
            assert!(
                gap > TimeDelta::zero() && gap <= TimeDelta::hours(3),
                "{gap} in {zone}"
            );
        }
    }
    assert!(days == 0 || due < start, "{start} {days} {zone}");
}

/// Chance finds a clock change rarely; here is every one of three years in every zone, from all sides.
#[test]
fn every_clock_change_in_every_zone() {
    let windows = [
        (480, 1200),
        (0, 1440),
        (1, 2),
        (480, 1410),
        (150, 165),
        (30, 1425),
    ]
    .map(|(opens_minute, closes_minute)| Window {
        opens_minute,
        closes_minute,
    });
    let offset = |at: Instant, zone: Tz| {
        let moment = utc(at).unwrap().naive_utc();
        zone.offset_from_utc_datetime(&moment)
            .fix()
            .local_minus_utc()
    };
    let hour = 3_600_000;
    let (from, until) = (at("2024-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    // Many zones share their clocks; each set of changes is looked at once.
    let mut seen = BTreeSet::new();
    let mut changes_count = 0;
    for zone in TZ_VARIANTS {
        let changes: Vec<_> = (from..until)
            .step_by(24 * 3_600_000)
            .map(|day| (day, offset(day, zone), offset(day + 24 * hour, zone)))
            .filter(|(_, before, after)| before != after)
            .collect();
        if !seen.insert(changes.clone()) {
            continue;
        }
        changes_count += changes.len();
        for (day, _, _) in changes {
            for due in (day - 12 * hour..day + 48 * hour).step_by(900_000) {
                for window in windows {
                    check_window(due, window, zone);
                    check_window(due + 299_000, window, zone);
                }
                check_days(due, 1, zone);
                check_days(due, 7, zone);
            }
        }
    }
    assert!(changes_count > 100, "only {changes_count} clock changes");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_due_at_or_after_the_start_nor_in_the_past(
        policy in any_policy(),
        zone in zone(),
        start_at in start(),
        ahead_seconds in -100_000..10_000_000i64,
    ) {
        let now = start_at - ahead_seconds * 1_000;
        for item in plan(&in_zone(start_at, zone), &policy, now) {
            if item.skip.is_none() {
                prop_assert!(item.due_at < start_at, "{item:?}");
                prop_assert!(item.due_at >= now, "{item:?}");
                if let Some(window) = policy.window {
                    prop_assert!(is_open(item.due_at, window, zone), "{item:?}");
                }
            }
        }
    }

    /// To the minute: what is due in the closing minute itself keeps its seconds, what was moved there has none.
    #[test]
    fn the_longer_before_the_earlier_due(
        window in prop::option::of(window()),
        zone in zone(),
        start_at in start().prop_map(|start| start - start % 60_000),
    ) {
        let planned = plan(&in_zone(start_at, zone), &policy(window), 0);
        prop_assert_eq!(planned.len(), 6);
        prop_assert!(planned.is_sorted_by_key(|item| item.due_at), "{:?}", planned);
    }

    #[test]
    fn a_window_never_makes_it_later(due in start(), window in window(), zone in zone()) {
        check_window(due, window, zone);
    }

    #[test]
    fn days_keep_the_wall_clock(start in start(), days in 0..1000u16, zone in zone()) {
        check_days(start, days, zone);
    }

    #[test]
    fn hours_are_exact(start in start(), seconds: u32, zone in zone()) {
        let due = before(local(start, zone).unwrap(), Offset::Seconds(seconds));
        prop_assert_eq!(due, Some(start - i64::from(seconds) * 1_000));
    }

    #[test]
    fn an_identity_depends_on_nothing_but_what_it_names(
        (zone, other_zone) in (zone(), zone()),
        window in prop::option::of(window()),
        start_at in start(),
        now in start(),
        email in prop::option::of(select(vec![String::new(), "ada".into(), "bob@example.org".into()])),
    ) {
        let ids = |appointment: &Appointment, policy: &Policy, now| -> Vec<_> {
            plan(appointment, policy, now).into_iter().map(|item| item.id).collect()
        };
        let one = ids(&in_zone(start_at, zone), &policy(None), 0);
        let changed = Appointment { email, notes: Some("new".into()), ..in_zone(start_at, other_zone) };
        prop_assert_eq!(&one, &ids(&changed, &policy(window), now));
        let named = plan(&changed, &policy(None), 0)
            .into_iter()
            .map(|item| notification_id(APPOINTMENT, &item.step, item.channel, start_at).unwrap());
        prop_assert_eq!(&one, &named.collect::<Vec<_>>());
    }

    #[test]
    fn no_two_share_an_identity(starts in prop::collection::btree_set(start(), 1..5)) {
        let mut ids = BTreeSet::new();
        for &start_at in &starts {
            for id in [APPOINTMENT, "00000000-0000-0000-0000-000000000001"] {
                let appointment = Appointment { id: id.into(), ..appointment(start_at) };
                ids.extend(plan(&appointment, &policy(None), 0).into_iter().map(|item| item.id));
            }
        }
        prop_assert_eq!(ids.len(), starts.len() * 2 * 6);
    }

    /// Whatever comes in, at the ends of the calendar too: an answer, no panic, and never a due time that is not
    /// before the start.
    #[test]
    fn any_numbers_at_all(
        start_at in prop_oneof![
            any::<i64>(),
            (-8_334_601_228_800_000..=-8_334_601_000_000_000i64),
            (8_210_266_000_000_000..=8_210_266_876_799_999i64),
            Just(i64::MIN), Just(i64::MAX), Just(0),
        ],
        now: i64,
        policy in any_policy(),
        zone in zone(),
    ) {
        let appointment = in_zone(start_at, zone);
        for item in plan(&appointment, &policy, now) {
            prop_assert!(item.skip.is_some() || item.due_at < start_at, "{item:?}");
        }
        reconcile(Some(&appointment), &policy, &STRANGER, &[], now);
    }
}
