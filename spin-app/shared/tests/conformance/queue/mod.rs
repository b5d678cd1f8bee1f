//! The suite of the queue port.

pub mod cancel;
pub mod dead_letters;
pub mod lock;
pub mod race;
pub mod schedule;

use punctual_app::core::Instant;
use punctual_app::queue::{
    Body, Disposition, LOCK_SECONDS, Locked, NewMessage, Queue, SequenceNumber, Settled,
};

/// An empty queue and the time it lives in.
pub trait Broker: Send {
    /// Whether the transport can say when its next message comes.
    const SAYS_NEXT: bool;

    /// Whether a message keeps the number under which it was scheduled when it becomes visible.
    const KEEPS_NUMBERS: bool;

    /// Whether a message can be put among the dead letters at once, and with a reason.
    const DEAD_LETTERS: bool;

    /// Whether the id of a message that is there is refused for another.
    const REFUSES_USED_IDS: bool;

    /// How exactly times are kept, in milliseconds. Never is a message early.
    const TICK_MS: i64;

    /// The adapter.
    fn queue(&self) -> impl Queue;

    /// Another worker's way to the same queue.
    fn another(&self) -> Self;

    /// What the clock shows.
    fn now(&self) -> Instant;

    /// Lets time pass.
    fn pass(&self, ms: i64);

    /// Puts a message into the queue, due now, whose body is this text.
    fn put_raw(&self, body: &str);

    /// What is there: scheduled, active, dead. Asked of the broker itself.
    fn depth(&self) -> (u64, u64, u64);
}

const LOCK_MS: i64 = LOCK_SECONDS * 1_000;

/// A message about the notification `name`.
fn message(name: &str, enqueue_at: Instant) -> NewMessage {
    NewMessage {
        message_id: format!("{name}/1"),
        body: Body {
            notification: name.to_owned(),
            due_at: enqueue_at,
        },
        trace: None,
        enqueue_at,
        early_ms: 0,
    }
}

/// Schedules messages that are due now.
async fn put<B: Broker>(broker: &B, names: &[&str]) -> Vec<Option<SequenceNumber>> {
    let now = broker.now();
    let messages: Vec<_> = names.iter().map(|name| message(name, now)).collect();
    let numbers = broker.queue().schedule(&messages, now).await;
    numbers.expect("messages of new ids are taken")
}

/// Takes what is due.
async fn take<B: Broker>(broker: &B) -> Vec<Locked> {
    let taken = broker.queue().receive(100, 0, broker.now()).await;
    taken.expect("due messages can be taken")
}

/// Takes the only message that is due.
async fn take_one<B: Broker>(broker: &B) -> Locked {
    let mut taken = take(broker).await;
    assert_eq!(names(&taken).len(), 1, "{:?}", names(&taken));
    taken.remove(0)
}

/// Settles one message; whether the lock still held.
async fn settle<B: Broker>(broker: &B, message: &Locked, disposition: Disposition) -> bool {
    let can_die = B::DEAD_LETTERS || !matches!(disposition, Disposition::DeadLetter { .. });
    let messages = [(message.clone(), disposition)];
    let settled = broker.queue().settle(&messages, broker.now()).await;
    let settled = settled.expect("losing a lock is no error");
    match (settled.as_slice(), can_die) {
        ([Settled::Done], true) | ([Settled::GivenBack], false) => true,
        ([Settled::LockLost], _) => false,
        _ => panic!("{settled:?}"),
    }
}

/// Makes a dead letter of a message, by whatever way the transport has. Nothing else may be there to be taken.
async fn bury<B: Broker>(broker: &B, message: &Locked, description: &str) -> bool {
    let mut held = settle(broker, message, dead(description)).await;
    while held && !B::DEAD_LETTERS {
        let Some(again) = take(broker).await.pop() else {
            break;
        };
        held = settle(broker, &again, dead(description)).await;
    }
    held
}

fn dead(description: &str) -> Disposition {
    Disposition::DeadLetter {
        reason: "Tested",
        description: description.to_owned(),
    }
}

/// The notifications that messages speak of.
fn names(messages: &[Locked]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| {
            let body = message.body.as_ref();
            body.map_or("unreadable", |body| body.notification.as_str())
        })
        .collect()
}

/// What is there. The adapter says the same, if it can say.
async fn depth<B: Broker>(broker: &B) -> (u64, u64, u64) {
    let truth = broker.depth();
    let told = broker.queue().depth(broker.now()).await;
    if let Some(told) = told.expect("the depth can be read") {
        assert_eq!((told.scheduled, told.active, told.dead), truth);
    }
    truth
}

/// All cases, over a fresh subject each.
macro_rules! suite {
    ($subject:expr) => {
        crate::conformance! { $subject; queue {
            cancel {
                a_waiting_message_is_cancelled_once,
                a_due_message_is_either_gone_or_comes,
                a_message_in_work_is_not_cancelled,
                a_dead_letter_is_not_cancelled,
                each_number_has_its_own_answer,
            }
            dead_letters {
                dead_letters_say_why_oldest_first,
                a_dead_letter_is_resubmitted_once,
                what_is_no_dead_letter_is_not_resubmitted,
                a_message_that_nobody_settles_dies_in_the_end,
                the_last_delivery_can_be_settled,
            }
            lock {
                a_lock_excludes_others_until_it_ends,
                complete_removes_for_good,
                abandon_gives_back_at_once,
                leave_comes_back_when_the_lock_ends,
                a_lock_holds_until_its_last_moment,
                a_lost_lock_settles_nothing,
                what_is_settled_cannot_be_settled_again,
                a_made_up_token_holds_nothing,
                each_message_of_a_batch_has_its_own_answer,
            }
            race {
                no_message_is_in_two_hands,
            }
            schedule {
                numbers_are_in_the_order_given,
                a_number_is_never_given_again,
                nothing_comes_early,
                what_was_due_long_ago_comes_at_once,
                the_earliest_come_first_and_no_more_than_asked,
                a_message_id_in_use_refuses_all,
                a_body_comes_back_as_it_went_in,
                an_unreadable_body_is_none_and_can_be_put_away,
                nothing_to_do_is_no_error,
                the_depth_counts_waiting_due_and_dead,
                the_next_time_is_when_something_can_be_taken,
            }
        } }
    };
}
pub(crate) use suite;
