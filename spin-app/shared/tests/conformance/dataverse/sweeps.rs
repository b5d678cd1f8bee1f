//! A sweep that comes to the end of its time goes on where it was, and comes to an end.

use std::cell::Cell;

use futures::executor::block_on;
use punctual_app::core::events::read_policy;
use punctual_app::flows::{App, reconcile};
use punctual_app::queue::servicebus::rest::RestQueue;
use punctual_app::records::Records;
use serde_json::Value;

use super::Office;
use super::world::NOW;
use crate::records::booked_with_contacts;
use crate::servicebus::world::World as BusWorld;

const APPOINTMENTS: u32 = 60;
/// Each look at the clock takes so long: a sweep has twenty seconds.
const LOOK_MS: i64 = 400;

#[test]
fn many_changes_take_several_sweeps_and_none_is_left_out() {
    let (office, bus) = (Office::new(), BusWorld::new());
    for n in 1..=APPOINTMENTS {
        let mut dated = booked_with_contacts(n);
        dated.appointment.start_at = Some(NOW + 30 * 86_400_000);
        office.world.set_now(NOW + i64::from(n) * 1_000);
        let stored = block_on(office.open().store(&dated, false, 0, NOW));
        stored.expect("it is taken").expect("nobody else writes it");
    }
    let (policy, namespace) = (read_policy("").unwrap(), BusWorld::namespace());
    let now = Cell::new(NOW + 100_000);
    let clock = || {
        now.set(now.get() + LOOK_MS);
        office.world.set_now(now.get());
        bus.set_now(now.get());
        now.get()
    };
    let sweep = || -> Value {
        let swept = block_on(reconcile::reconcile(
            &App {
                records: &office.open(),
                queue: &RestQueue::new(&bus, &namespace, None),
                policy: &policy,
                clock: &clock,
            },
            None,
        ));
        swept.expect("it works").expect("no other is under way")
    };
    let mut sweeps = Vec::new();
    while sweeps
        .last()
        .is_none_or(|swept: &Value| swept["complete"] == false)
    {
        sweeps.push(sweep());
        assert!(sweeps.len() < 20, "no end: {sweeps:?}");
    }
    assert!(sweeps.len() > 2, "one was enough: {sweeps:?}");
    let sum = |name: &str| -> u64 { sweeps.iter().filter_map(|swept| swept[name].as_u64()).sum() };
    assert_eq!(sum("scheduled"), u64::from(APPOINTMENTS) * 6);
    assert_eq!(sum("failed"), 0);
    // Where one left off the next begins: hardly any is looked at twice.
    let looked_at = sum("appointments");
    let once = u64::from(APPOINTMENTS);
    assert!((once..once + once / 2).contains(&looked_at), "{looked_at}");
    // And what nobody changed since is looked at once more, for the overlap, and then no more.
    now.set(now.get() + 3_600_000);
    for turn in 0.. {
        let again = sweep();
        assert_eq!(again["scheduled"], 0, "{again}");
        if again["complete"] == true {
            break;
        }
        assert!(turn < 20, "no end: {again}");
    }
    now.set(now.get() + 3_600_000);
    assert_eq!(sweep()["appointments"], 0);
}
