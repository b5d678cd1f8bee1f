//! Cancelling says "gone" only of what is gone. A transport without it passes by having no canceller.

use punctual_app::queue::{Cancel, Disposition, Queue, SequenceNumber};

use super::{Broker, bury, depth, message, names, put, settle, take, take_one};

pub async fn a_waiting_message_is_cancelled_once<B: Broker>(broker: &B) {
    let now = broker.now();
    let messages = [message("a", now + 1_000), message("b", now + 1_000)];
    let numbers = broker.queue().schedule(&messages, now).await.unwrap();
    let Some(answers) = cancel(broker, &numbers[..1]).await else {
        return;
    };
    assert_eq!(answers, [true]);
    assert_eq!(depth(broker).await, (1, 0, 0));
    assert_eq!(cancel(broker, &numbers[..1]).await.unwrap(), [false]);
    broker.pass(1_000);
    assert_eq!(names(&take(broker).await), ["b"]);
}

/// A transport may be able to cancel what is due, or not; it must not say one and do the other.
pub async fn a_due_message_is_either_gone_or_comes<B: Broker>(broker: &B) {
    let numbers = put(broker, &["a"]).await;
    let Some(answers) = cancel(broker, &numbers).await else {
        return;
    };
    assert_eq!(answers, [take(broker).await.is_empty()]);
}

/// Once it is visible, a number that it was scheduled under may be one that nobody knows.
pub async fn a_message_in_work_is_not_cancelled<B: Broker>(broker: &B) {
    let numbers = put(broker, &["a"]).await;
    let taken = take_one(broker).await;
    let Some(answers) = cancel(broker, &numbers).await else {
        return;
    };
    assert_eq!(answers, [false]);
    assert!(settle(broker, &taken, Disposition::Abandon).await);
    // It was in somebody's hands: what came of it there is not known here.
    assert_eq!(cancel(broker, &numbers).await.unwrap(), [false]);
    let taken = take_one(broker).await;
    assert!(settle(broker, &taken, Disposition::Complete).await);
    assert_eq!(cancel(broker, &numbers).await.unwrap(), [false]);
}

pub async fn a_dead_letter_is_not_cancelled<B: Broker>(broker: &B) {
    let numbers = put(broker, &["a"]).await;
    let taken = take_one(broker).await;
    assert!(bury(broker, &taken, "").await);
    let Some(answers) = cancel(broker, &numbers).await else {
        return;
    };
    assert_eq!(answers, [false]);
    assert_eq!(depth(broker).await, (0, 0, 1));
}

pub async fn each_number_has_its_own_answer<B: Broker>(broker: &B) {
    let now = broker.now();
    put(broker, &["taken"]).await;
    let taken = take_one(broker).await;
    let messages = [message("a", now + 60_000), message("b", now + 60_000)];
    let told = broker.queue().schedule(&messages, now).await.unwrap();
    let (Some(a), Some(b)) = (told[0], told[1]) else {
        return;
    };
    let numbers = [b, i64::MAX, taken.sequence_number, -1, a].map(Some);
    let Some(answers) = cancel(broker, &numbers).await else {
        return;
    };
    assert_eq!(answers, [true, false, false, false, true]);
    assert!(cancel(broker, &[]).await.unwrap().is_empty());
}

/// None where the transport cannot cancel or tells no numbers.
async fn cancel<B: Broker>(broker: &B, numbers: &[Option<SequenceNumber>]) -> Option<Vec<bool>> {
    let numbers: Vec<_> = numbers.iter().copied().collect::<Option<_>>()?;
    let queue = broker.queue();
    let answers = queue.canceller()?.cancel(&numbers).await;
    Some(answers.expect("being too late is no error"))
}
