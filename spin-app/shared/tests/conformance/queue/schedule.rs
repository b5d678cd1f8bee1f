//! Messages wait until they are due, and nothing is lost or made twice on the way in.

use punctual_app::core::Instant;
use punctual_app::queue::{Body, Disposition, NewMessage, Queue};

use super::{Broker, LOCK_MS, bury, depth, message, names, put, settle, take, take_one};

pub async fn numbers_are_in_the_order_given<B: Broker>(broker: &B) {
    let now = broker.now();
    let messages = [
        message("late", now + 3_000),
        message("early", now + 1_000),
        message("middle", now + 2_000),
    ];
    let numbers = broker.queue().schedule(&messages, now).await.unwrap();
    assert_eq!(numbers.len(), 3);
    broker.pass(3_000);
    let taken = take(broker).await;
    assert_eq!(names(&taken), ["early", "middle", "late"]);
    for (number, index) in [(numbers[0], 2), (numbers[1], 0), (numbers[2], 1)] {
        if let Some(number) = number.filter(|_| B::KEEPS_NUMBERS) {
            assert_eq!(taken[index].sequence_number, number);
        }
    }
}

pub async fn a_number_is_never_given_again<B: Broker>(broker: &B) {
    let first = put(broker, &["a"]).await;
    let taken = take_one(broker).await;
    assert!(settle(broker, &taken, Disposition::Complete).await);
    let second = put(broker, &["b"]).await;
    assert!(first != second || first == [None]);
}

pub async fn nothing_comes_early<B: Broker>(broker: &B) {
    let now = broker.now();
    let messages = [message("a", now + 1_000)];
    broker.queue().schedule(&messages, now).await.unwrap();
    assert!(take(broker).await.is_empty());
    broker.pass(999);
    assert!(take(broker).await.is_empty());
    broker.pass(B::TICK_MS);
    assert_eq!(names(&take(broker).await), ["a"]);
}

pub async fn what_was_due_long_ago_comes_at_once<B: Broker>(broker: &B) {
    let messages = [message("a", broker.now() - 1_000_000)];
    let now = broker.now();
    broker.queue().schedule(&messages, now).await.unwrap();
    assert_eq!(names(&take(broker).await), ["a"]);
}

pub async fn the_earliest_come_first_and_no_more_than_asked<B: Broker>(broker: &B) {
    let now = broker.now();
    let messages = [
        message("c", now + 2_000),
        message("a", now + 1_000),
        message("b", now + 1_000),
    ];
    broker.queue().schedule(&messages, now).await.unwrap();
    broker.pass(2_000);
    let mut seen = Vec::new();
    for max in [0, 2, 2, 2] {
        let taken = broker.queue().receive(max, 0, broker.now()).await.unwrap();
        seen.push(names(&taken).join(" "));
    }
    assert_eq!(seen, ["", "a b", "c", ""]);
}

pub async fn a_message_id_in_use_refuses_all<B: Broker>(broker: &B) {
    if !B::REFUSES_USED_IDS {
        return;
    }
    let now = broker.now();
    put(broker, &["a"]).await;
    for pair in [["b", "a"], ["a", "b"], ["c", "c"]] {
        let messages = pair.map(|name| message(name, now));
        let refused = broker.queue().schedule(&messages, now).await;
        assert!(refused.is_err(), "{pair:?}: {refused:?}");
    }
    assert_eq!(names(&take(broker).await), ["a"]);
}

pub async fn a_body_comes_back_as_it_went_in<B: Broker>(broker: &B) {
    let now = broker.now();
    for (turn, due_at) in [i64::MIN, -1, 0, i64::MAX].into_iter().enumerate() {
        let body = Body {
            notification: format!("Zoë \"O'Neil\" \\ 预约 🦷 \n\t{turn}"),
            due_at,
        };
        let messages = [NewMessage {
            message_id: format!("é'\"/{turn}"),
            body: body.clone(),
            trace: None,
            enqueue_at: now,
            early_ms: 0,
        }];
        broker.queue().schedule(&messages, now).await.unwrap();
        assert_eq!(take_one(broker).await.body, Some(body));
    }
}

pub async fn an_unreadable_body_is_none_and_can_be_put_away<B: Broker>(broker: &B) {
    let bodies = ["", "no json", "[]", "{}", r#"{"notification":"a"}"#];
    for body in bodies {
        broker.put_raw(body);
        let taken = take_one(broker).await;
        assert_eq!(taken.body, None, "{body:?}");
        assert!(bury(broker, &taken, body).await);
    }
    let dead = broker
        .queue()
        .dead_letters(100, broker.now())
        .await
        .unwrap();
    assert_eq!(dead.len(), bodies.len());
    assert!(dead.iter().all(|letter| letter.notification_id.is_none()));
}

pub async fn nothing_to_do_is_no_error<B: Broker>(broker: &B) {
    let (queue, now) = (broker.queue(), broker.now());
    assert!(queue.schedule(&[], now).await.unwrap().is_empty());
    assert!(queue.receive(10, 0, now).await.unwrap().is_empty());
    assert!(queue.settle(&[], now).await.unwrap().is_empty());
    assert!(queue.dead_letters(10, now).await.unwrap().is_empty());
    assert_eq!(depth(broker).await, (0, 0, 0));
}

pub async fn the_depth_counts_waiting_due_and_dead<B: Broker>(broker: &B) {
    let now = broker.now();
    put(broker, &["a", "b", "c"]).await;
    let later = [message("d", now + 1_000), message("e", now + 2_000)];
    broker.queue().schedule(&later, now).await.unwrap();
    assert_eq!(depth(broker).await, (2, 3, 0));
    // A lock changes nothing: what is in work is not done.
    let taken = take(broker).await;
    assert_eq!(depth(broker).await, (2, 3, 0));
    assert!(settle(broker, &taken[0], Disposition::Complete).await);
    assert!(bury(broker, &taken[1], "").await);
    assert_eq!(depth(broker).await, (2, 1, 1));
    broker.pass(1_000);
    assert_eq!(depth(broker).await, (1, 2, 1));
}

pub async fn the_next_time_is_when_something_can_be_taken<B: Broker>(broker: &B) {
    if !B::SAYS_NEXT {
        return;
    }
    let now = broker.now();
    check_next(broker, None).await;
    let messages = [message("later", now + 500_000), message("a", now + 10)];
    broker.queue().schedule(&messages, now).await.unwrap();
    check_next(broker, Some(now + 10)).await;
    broker.pass(20);
    check_next(broker, Some(now + 10)).await;
    let taken = take_one(broker).await;
    check_next(broker, Some(now + 20 + LOCK_MS)).await;
    // The dead do not come back by themselves.
    assert!(settle(broker, &taken, super::dead("")).await);
    check_next(broker, Some(now + 500_000)).await;
}

async fn check_next<B: Broker>(broker: &B, expected: Option<Instant>) {
    let next = broker.queue().next_at(broker.now()).await.unwrap();
    assert_eq!(next, expected);
}
