//! What was given up can be seen, and be tried again once.

use punctual_app::queue::{DELIVERY_COUNT_MAX, Disposition, Queue};

use super::{Broker, LOCK_MS, bury, depth, names, put, settle, take, take_one};

pub async fn dead_letters_say_why_oldest_first<B: Broker>(broker: &B) {
    put(broker, &["a", "b", "c"]).await;
    let taken = take(broker).await;
    for (index, why) in [(1, "b’s reason"), (2, "c’s \"reason\""), (0, "")] {
        assert!(bury(broker, &taken[index], why).await);
        broker.pass(1_000);
    }
    let letters = broker
        .queue()
        .dead_letters(100, broker.now())
        .await
        .unwrap();
    let told = letters.iter().map(|letter| {
        if B::DEAD_LETTERS {
            assert_eq!(letter.reason, "Tested");
        } else {
            assert_eq!(letter.reason, "MaxDeliveryCountExceeded");
        }
        let name = letter.notification_id.as_deref().unwrap_or("unreadable");
        (name, letter.description.as_str())
    });
    let mut told: Vec<_> = told.collect();
    if B::KEEPS_NUMBERS {
        assert!(letters.is_sorted_by(|one, next| one.dead_at < next.dead_at));
    } else {
        // Such a broker lists by number, whenever they died.
        told.sort_by_key(|(name, _)| (*name == "a", *name));
    }
    let expected = [("b", "b’s reason"), ("c", "c’s \"reason\""), ("a", "")];
    if B::DEAD_LETTERS {
        assert_eq!(told, expected);
        assert!(letters.iter().all(|letter| letter.delivery_count == 1));
    } else {
        let names = told.iter().map(|(name, _)| name);
        assert!(names.eq(expected.iter().map(|(name, _)| name)));
    }
    assert_eq!(
        broker
            .queue()
            .dead_letters(2, broker.now())
            .await
            .unwrap()
            .len(),
        2
    );
    assert!(
        broker
            .queue()
            .dead_letters(0, broker.now())
            .await
            .unwrap()
            .is_empty()
    );
    broker.pass(LOCK_MS);
    assert!(take(broker).await.is_empty(), "the dead do not come back");
}

pub async fn a_dead_letter_is_resubmitted_once<B: Broker>(broker: &B) {
    put(broker, &["a", "b"]).await;
    for taken in take(broker).await {
        assert!(bury(broker, &taken, "").await);
    }
    let letters = broker
        .queue()
        .dead_letters(100, broker.now())
        .await
        .unwrap();
    assert!(resubmit(broker, &letters[0].id).await);
    assert!(!resubmit(broker, &letters[0].id).await);
    assert_eq!(depth(broker).await, (0, 1, 1));
    let taken = take_one(broker).await;
    assert_eq!(names(std::slice::from_ref(&taken)), ["a"]);
    assert_eq!(taken.delivery_count, 1, "it starts anew");
    // Nor can it be taken out of the hands that hold it.
    assert!(!resubmit(broker, &letters[0].id).await);
    assert!(settle(broker, &taken, Disposition::Complete).await);
    assert!(!resubmit(broker, &letters[0].id).await);
    assert_eq!(depth(broker).await, (0, 0, 1));
}

pub async fn what_is_no_dead_letter_is_not_resubmitted<B: Broker>(broker: &B) {
    let numbers = put(broker, &["a"]).await;
    let living = numbers[0].map_or_else(|| "a".to_owned(), |number| number.to_string());
    for id in [living.as_str(), "", "0", "-1", "x", "9223372036854775808"] {
        assert!(!resubmit(broker, id).await, "{id:?}");
    }
    assert_eq!(depth(broker).await, (0, 1, 0));
}

pub async fn a_message_that_nobody_settles_dies_in_the_end<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    for count in 1..=DELIVERY_COUNT_MAX {
        let taken = take_one(broker).await;
        assert_eq!(taken.delivery_count, count);
        // Given back or forgotten: both count.
        if count % 2 == 0 {
            assert!(settle(broker, &taken, Disposition::Abandon).await);
        } else {
            broker.pass(LOCK_MS);
        }
    }
    assert!(take(broker).await.is_empty());
    assert_eq!(depth(broker).await, (0, 0, 1));
    let letter = broker
        .queue()
        .dead_letters(1, broker.now())
        .await
        .unwrap()
        .remove(0);
    assert_eq!(letter.reason, "MaxDeliveryCountExceeded");
    assert_eq!(letter.delivery_count, DELIVERY_COUNT_MAX);
    assert_eq!(letter.notification_id.as_deref(), Some("a"));
    assert!(resubmit(broker, &letter.id).await);
    assert_eq!(take_one(broker).await.delivery_count, 1);
}

pub async fn the_last_delivery_can_be_settled<B: Broker>(broker: &B) {
    put(broker, &["a"]).await;
    for _ in 1..DELIVERY_COUNT_MAX {
        let taken = take_one(broker).await;
        assert!(settle(broker, &taken, Disposition::Abandon).await);
    }
    let last = take_one(broker).await;
    // While it is held nobody declares it dead.
    assert!(take(broker).await.is_empty());
    assert!(settle(broker, &last, Disposition::Complete).await);
    assert_eq!(depth(broker).await, (0, 0, 0));
}

async fn resubmit<B: Broker>(broker: &B, id: &str) -> bool {
    let resubmitted = broker.queue().resubmit(id, broker.now()).await;
    resubmitted.expect("an unknown id is no error")
}
