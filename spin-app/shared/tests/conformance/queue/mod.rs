//! The suite of the queue port.

pub mod cancel;
pub mod dead_letters;
pub mod lock;
pub mod race;
pub mod schedule;

use punctual_app::core::Instant;
use punctual_app::queue::{
    Body, Disposition, LOCK_SECONDS, Locked, NewMessage, Queue, SequenceNumber,
};

/// An empty queue and the time it lives in.
pub trait Broker: Send {
    /// Whether the transport can say when its next message comes.
    const SAYS_NEXT: bool;

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
        enqueue_at,
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
    let taken = broker.queue().receive(100, broker.now()).await;
    taken.expect("due messages can be taken")
}

/// Takes the only message that is due.
async fn take_one<B: Broker>(broker: &B) -> Locked {
    let mut taken = take(broker).await;
    assert_eq!(names(&taken).len(), 1, "{:?}", names(&taken));
    taken.remove(0)
}

/// Settles one message.
async fn settle<B: Broker>(broker: &B, message: &Locked, disposition: Disposition) -> bool {
    let messages = [(message.clone(), disposition)];
    let held = broker.queue().settle(&messages, broker.now()).await;
    let held = held.expect("losing a lock is no error");
    assert_eq!(held.len(), 1);
    held[0]
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

async fn depth<B: Broker>(broker: &B) -> (u64, u64, u64) {
    let depth = broker.queue().depth(broker.now()).await;
    let depth = depth.expect("the depth can be read");
    (depth.scheduled, depth.active, depth.dead)
}
