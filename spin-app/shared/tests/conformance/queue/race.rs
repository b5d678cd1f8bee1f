//! Workers at the same time.

use std::sync::Barrier;

use futures::executor::block_on;
use punctual_app::queue::{Disposition, Queue, Settled};

use super::{Broker, depth, message};

const MESSAGES: usize = 200;
const WORKERS: usize = 4;

pub async fn no_message_is_in_two_hands<B: Broker>(broker: &B) {
    let now = broker.now();
    let messages: Vec<_> = (0..MESSAGES)
        .map(|index| message(&index.to_string(), now))
        .collect();
    broker.queue().schedule(&messages, now).await.unwrap();
    let start = Barrier::new(WORKERS);
    let work = |worker: B| {
        start.wait();
        block_on(async {
            let (queue, mut done) = (worker.queue(), Vec::new());
            loop {
                let taken = queue.receive(7, 0, now).await.unwrap();
                if taken.is_empty() {
                    return done;
                }
                done.extend(taken.iter().map(|message| message.sequence_number));
                let batch: Vec<_> = taken
                    .into_iter()
                    .map(|message| (message, Disposition::Complete))
                    .collect();
                let held = queue.settle(&batch, now).await.unwrap();
                assert!(held.iter().all(|settled| *settled == Settled::Done));
            }
        })
    };
    let mut done: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let worker = broker.another();
                scope.spawn(|| work(worker))
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("no worker fails"))
            .collect()
    });
    assert_eq!(done.len(), MESSAGES);
    done.sort_unstable();
    done.dedup();
    assert_eq!(done.len(), MESSAGES);
    assert_eq!(depth(broker).await, (0, 0, 0));
}
