//! A message in somebody's hands is in nobody else's, and comes back when those hands let go or die.

use punctual_app::queue::{Disposition, Queue, Settled};

use super::{Broker, LOCK_MS, bury, dead, depth, names, put, settle, take, take_one};

pub async fn a_lock_excludes_others_until_it_ends<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    let first = take_one(broker).await;
    assert_eq!(first.delivery_count, 1);
    assert!(take(broker).await.is_empty());
    broker.pass(LOCK_MS - 1);
    assert!(take(&broker.another()).await.is_empty());
    broker.pass(1);
    let second = take_one(broker).await;
    assert_eq!(second.delivery_count, 2);
    assert_eq!(second.sequence_number, first.sequence_number);
    assert_ne!(second.lock_token, first.lock_token);
}

pub async fn complete_removes_for_good<B: Broker>(broker: &B) {
    put(broker, &["a", "b"]).await;
    let taken = take(broker).await;
    assert!(settle(broker, &taken[0], Disposition::Complete).await);
    broker.pass(LOCK_MS);
    assert_eq!(names(&take(broker).await), ["b"]);
    assert_eq!(depth(broker).await, (0, 1, 0));
}

pub async fn abandon_gives_back_at_once<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    let first = take_one(broker).await;
    assert!(settle(broker, &first, Disposition::Abandon).await);
    assert_eq!(take_one(broker).await.delivery_count, 2);
}

pub async fn leave_comes_back_when_the_lock_ends<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    let first = take_one(broker).await;
    assert!(settle(broker, &first, Disposition::Leave).await);
    broker.pass(LOCK_MS - 1);
    assert!(take(broker).await.is_empty());
    // It still is held: whoever left it may think again.
    assert!(settle(broker, &first, Disposition::Abandon).await);
    assert_eq!(take_one(broker).await.delivery_count, 2);
}

pub async fn a_lock_holds_until_its_last_moment<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    let taken = take_one(broker).await;
    broker.pass(LOCK_MS - 1);
    assert!(settle(broker, &taken, Disposition::Complete).await);
    assert_eq!(depth(broker).await, (0, 0, 0));
}

pub async fn a_lost_lock_settles_nothing<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    let lost = take_one(broker).await;
    broker.pass(LOCK_MS);
    for disposition in all() {
        assert!(!settle(broker, &lost, disposition).await);
    }
    let second = take_one(broker).await;
    for disposition in all() {
        assert!(!settle(broker, &lost, disposition).await);
    }
    // The new holder noticed nothing of it.
    assert!(take(broker).await.is_empty());
    assert_eq!(depth(broker).await, (0, 1, 0));
    assert!(settle(broker, &second, Disposition::Complete).await);
}

pub async fn what_is_settled_cannot_be_settled_again<B: Broker>(broker: &B) {
    for first in all() {
        put(broker, &["a"]).await;
        let taken = take_one(broker).await;
        let held = match first {
            Disposition::DeadLetter { .. } => bury(broker, &taken, "").await,
            first => settle(broker, &taken, first).await,
        };
        assert!(held);
        for second in all() {
            assert!(!settle(broker, &taken, second).await);
        }
        for again in take(broker).await {
            assert!(settle(broker, &again, Disposition::Complete).await);
        }
        for letter in broker.queue().dead_letters(1, broker.now()).await.unwrap() {
            let now = broker.now();
            assert!(broker.queue().resubmit(&letter.id, now).await.unwrap());
            let again = take_one(broker).await;
            assert!(settle(broker, &again, Disposition::Complete).await);
        }
    }
}

pub async fn a_made_up_token_holds_nothing<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    let taken = take_one(broker).await;
    let mut forged = taken.clone();
    for token in ["", "00000000000000000000000000000000"] {
        forged.lock_token = token.to_owned();
        assert!(!settle(broker, &forged, Disposition::Complete).await);
    }
    assert!(settle(broker, &taken, Disposition::Complete).await);
}

pub async fn each_message_of_a_batch_has_its_own_answer<B: Broker>(broker: &B) {
    put(broker, &["done", "back", "gone", "left", "lost"]).await;
    let taken = take(broker).await;
    let mut lost = taken[4].clone();
    lost.lock_token = "lost".to_owned();
    let batch = [
        (lost, Disposition::Complete),
        (taken[2].clone(), Disposition::Complete),
        (taken[1].clone(), Disposition::Abandon),
        (taken[3].clone(), Disposition::Leave),
        (taken[0].clone(), Disposition::Complete),
    ];
    let held = broker.queue().settle(&batch, broker.now()).await.unwrap();
    let done = Settled::Done;
    assert_eq!(held, [Settled::LockLost, done, done, done, done]);
    assert_eq!(names(&take(broker).await), ["back"]);
    broker.pass(LOCK_MS);
    assert_eq!(names(&take(broker).await), ["back", "left", "lost"]);
    assert_eq!(depth(broker).await, (0, 3, 0));
}

fn all() -> [Disposition; 3] {
    [Disposition::Complete, Disposition::Abandon, dead("")]
}
