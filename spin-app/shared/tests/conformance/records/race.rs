//! Several writers at the same time: of those who saw the same, one wins.

use std::sync::Barrier;

use futures::executor::block_on;
use punctual_app::core::NotificationStatus as Status;
use punctual_app::records::Records;

use super::{Desk, NOW, booked, fresh, read, row_id, store, version, write};

const WORKERS: usize = 4;
const ROUNDS: u32 = 25;

/// How many of the workers say that they did it.
fn race<D: Desk>(desk: &D, work: impl Fn(&D) -> bool + Sync) -> usize {
    let start = Barrier::new(WORKERS);
    let (start, work) = (&start, &work);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let desk = desk.another();
                scope.spawn(move || {
                    start.wait();
                    work(&desk)
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no worker fails"))
            .filter(|won| *won)
            .count()
    })
}

pub async fn one_claim_of_a_row_wins<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    write(desk, &mut [fresh(1, 1), fresh(2, 1)]).await;
    for round in 0..ROUNDS {
        let (seen, other) = (read(desk, &row_id(1)).await, read(desk, &row_id(2)).await);
        let winners = race(desk, |desk| {
            let mut rows = [other.clone(), seen.clone()];
            for row in &mut rows {
                row.turn(Status::Sending, None);
                row.core.attempts += 1;
            }
            let written = block_on(desk.records().write_rows(&mut rows, NOW)).unwrap();
            // Where a batch is one transaction both rows go to the same worker.
            assert!(!D::MERGES || written[0] == written[1]);
            written[1]
        });
        assert_eq!(winners, 1, "round {round}");
        assert_eq!(read(desk, &row_id(1)).await.core.attempts, round + 1);
    }
}

pub async fn one_creation_of_a_row_wins<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    for n in 1..=ROUNDS {
        let winners = race(desk, |desk| {
            block_on(desk.records().write_rows(&mut [fresh(n, 1)], NOW)).unwrap() == [true]
        });
        assert_eq!(winners, 1, "round {n}");
    }
}

pub async fn one_write_of_an_appointment_wins<D: Desk>(desk: &D) {
    let mut expected = 0;
    for _ in 0..ROUNDS {
        let winners = race(desk, |desk| {
            let stored = block_on(desk.records().store(&booked(1), false, expected, NOW));
            stored.unwrap().is_some()
        });
        assert_eq!(winners, 1, "version {expected}");
        let now = version(desk, 1).await;
        assert!(now > expected);
        expected = now;
    }
}

pub async fn one_setting_of_a_mark_wins<D: Desk>(desk: &D) {
    let mut seen = None;
    for value in 0..i64::from(ROUNDS) {
        let winners = race(desk, |desk| {
            block_on(desk.records().set_mark("m", seen, value)).unwrap()
        });
        assert_eq!(winners, 1, "value {value}");
        seen = Some(value);
    }
}
