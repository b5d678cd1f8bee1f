//! One appointment, and every order of what happens at its reminder's time.

use std::time::Duration;

use punctual_sim::small::{scenes, search};
use punctual_sim::transport::Transport;

fn check(transport: Transport, switches: u32, limit: Duration) {
    let found = search(&scenes(), transport, None, switches, limit).expect("the simulation runs");
    if let Some((place, broken)) = found.broken {
        panic!("{place}\n{broken}");
    }
    eprintln!(
        "{transport:?}: {} worlds{}",
        found.worlds,
        if found.complete {
            ""
        } else {
            ", and then the time was up"
        }
    );
    assert!(found.worlds > 0, "no world was run");
}

#[test]
fn every_order_keeps_the_promises_with_the_embedded_queue() {
    check(Transport::Embedded, 1, Duration::from_secs(10));
}

#[test]
fn every_order_keeps_the_promises_over_rest() {
    check(Transport::Rest, 1, Duration::from_secs(10));
}

#[test]
fn every_order_keeps_the_promises_over_amqp() {
    check(Transport::Amqp, 1, Duration::from_secs(10));
}
