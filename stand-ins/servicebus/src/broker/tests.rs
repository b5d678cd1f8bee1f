//! Each test is a script: a line a step, and what came of it.

use std::fmt::Write;

use expect_test::{Expect, expect};
use fe2o3_amqp_types::messaging::{MessageId, Properties};

use super::*;

/// A queue `q` at second 0, the tokens that it gave out as `t1`, `t2`, …
struct Stage {
    broker: Broker,
    random: Random,
    now_ms: i64,
    tokens: Vec<Guid>,
}

impl Stage {
    fn step(&mut self, line: &str) -> String {
        let (entity, line) = match line.strip_prefix("dead ") {
            Some(line) => (Entity::dead_letters_of("q"), line),
            None => (Entity::queue_named("q"), line),
        };
        let mut words = line.split(' ');
        let verb = words.next().unwrap();
        let words: Vec<&str> = words.collect();
        let outcome = match verb {
            "send" => self.send(&entity, &words),
            "cancel" => {
                let cancelled = self.broker.cancel(&entity, &numbers(&words), self.now_ms);
                cancelled.map(|()| "ok".to_owned())
            }
            "peek" => {
                let from = words.first().map_or(0, |word| word.parse().unwrap());
                let seen = self.broker.peek(&entity, from, 10, self.now_ms);
                seen.map(|entries| entries.iter().map(show).collect::<Vec<_>>().join(", "))
            }
            "receive" | "take" => {
                let mode = mode(verb == "receive");
                let received = self
                    .broker
                    .receive(&entity, mode, self.now_ms, &mut self.random);
                received.map(|entry| entry.map_or("nothing".into(), |entry| self.show_lock(&entry)))
            }
            "deferred" => {
                let mode = mode(true);
                let (numbers, now_ms) = (numbers(&words), self.now_ms);
                let received =
                    self.broker
                        .receive_deferred(&entity, &numbers, mode, now_ms, &mut self.random);
                received.map(|entries| {
                    let shown: Vec<_> = entries.iter().map(|entry| self.show_lock(entry)).collect();
                    shown.join(", ")
                })
            }
            "renew" => {
                let tokens: Vec<Guid> = words.iter().map(|word| self.token(word)).collect();
                let ends = self.broker.renew(&entity, &tokens, self.now_ms);
                ends.map(|ends| {
                    format!(
                        "until {:?}",
                        ends.iter().map(|end| end / 1000).collect::<Vec<_>>()
                    )
                })
            }
            verb => {
                let settlement = settlement(verb, words.get(1).copied());
                let token = self.token(words[0]);
                let settled = self.broker.settle(&entity, token, settlement, self.now_ms);
                settled.map(|()| "ok".to_owned())
            }
        };
        outcome
            .unwrap_or_else(|refusal| format!("{}: {}", refusal.problem.condition(), refusal.text))
    }

    fn send(&mut self, entity: &Entity, words: &[&str]) -> Result<String, Refusal> {
        let option = |name: &str| {
            words
                .iter()
                .find_map(|word| word.strip_prefix(name)?.parse::<i64>().ok())
        };
        let content = |id: &str| Content {
            header: Default::default(),
            ttl_ms: option("ttl=").map(|seconds| seconds as u64 * 1000),
            due_ms: option("due=").map(|seconds| seconds * 1000),
            annotations: Default::default(),
            properties: Properties {
                message_id: Some(MessageId::String(id.to_owned())),
                ..Properties::default()
            },
            application: Default::default(),
            body: Default::default(),
            size_bytes: option("size=").unwrap_or(10) as usize,
        };
        let contents = words[0].split(',').map(content).collect();
        let numbers = self.broker.send(entity, contents, self.now_ms)?;
        Ok(format!("{numbers:?}"))
    }

    fn token(&self, name: &str) -> Guid {
        let index: usize = name.strip_prefix('t').unwrap().parse().unwrap();
        self.tokens.get(index - 1).copied().unwrap_or(Guid::NIL)
    }

    fn show_lock(&mut self, entry: &Entry) -> String {
        let Some(lock) = entry.lock else {
            return show(entry);
        };
        self.tokens.push(lock.token);
        format!(
            "{} t{} until {}",
            show(entry),
            self.tokens.len(),
            lock.until_ms / 1000
        )
    }
}

fn numbers(words: &[&str]) -> Vec<i64> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

fn mode(locks: bool) -> Mode {
    if locks {
        Mode::PeekLock
    } else {
        Mode::ReceiveAndDelete
    }
}

fn settlement(verb: &str, reason: Option<&str>) -> Settlement {
    let modify = Application::new();
    match verb {
        "complete" => Settlement::Complete,
        "abandon" => Settlement::Abandon { modify },
        "release" => Settlement::Release,
        "defer" => Settlement::Defer { modify },
        "reject" => Settlement::DeadLetter {
            reason: reason.map(str::to_owned),
            description: reason.map(|reason| format!("described {reason}")),
            modify,
        },
        other => panic!("no step is called {other}"),
    }
}

fn show(entry: &Entry) -> String {
    let id = entry.content.id().unwrap_or_default();
    let mut line = format!("#{} {id}", entry.sequence_number);
    if entry.state != State::Active {
        let _ = write!(line, " {:?}", entry.state);
    }
    if entry.failed_deliveries > 0 {
        let _ = write!(line, " failed={}", entry.failed_deliveries);
    }
    for (name, value) in &entry.content.application {
        let _ = write!(line, " {name}={value:?}");
    }
    line
}

#[track_caller]
fn check_with(namespace: NamespaceOptions, queue: QueueOptions, script: &str, expected: Expect) {
    let mut stage = Stage {
        broker: Broker::new(namespace),
        random: Random::seeded(1),
        now_ms: 0,
        tokens: Vec::new(),
    };
    stage.broker.create_queue("q", queue).unwrap();
    let mut seen = String::new();
    for line in script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if let Some(seconds) = line.strip_prefix('+') {
            stage.now_ms += seconds.parse::<i64>().unwrap() * 1000;
            let _ = writeln!(seen, "-- {} s", stage.now_ms / 1000);
        } else {
            let outcome = stage.step(line);
            let _ = writeln!(seen, "{line}: {outcome}");
        }
    }
    seen += "history:";
    for event in stage.broker.history().since(0) {
        let _ = write!(
            seen,
            " {:?}#{}@{}",
            event.what,
            event.sequence_number,
            event.at_ms / 1000
        );
    }
    expected.assert_eq(&(seen + "\n"));
}

#[track_caller]
fn check(script: &str, expected: Expect) {
    check_with(
        NamespaceOptions::default(),
        QueueOptions::default(),
        script,
        expected,
    );
}

#[test]
fn a_scheduled_message_becomes_active_under_a_new_number() {
    check(
        "send a,b,c due=60
         peek
         receive
         cancel 2
         cancel 2
         +59
         receive
         +1
         peek
         cancel 1
         receive
         complete t1",
        expect![[r#"
            send a,b,c due=60: [1, 2, 3]
            peek: #1 a Scheduled, #2 b Scheduled, #3 c Scheduled
            receive: nothing
            cancel 2: ok
            cancel 2: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 2
            -- 59 s
            receive: nothing
            -- 60 s
            peek: #4 a, #5 c
            cancel 1: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 1
            receive: #4 a t1 until 120
            complete t1: ok
            history: Scheduled#1@0 Scheduled#2@0 Scheduled#3@0 Cancelled#2@0 Activated#4@60 Activated#5@60 Delivered#4@60 Completed#4@60
        "#]],
    );
}

#[test]
fn what_is_due_already_is_sent_at_once() {
    check(
        "+60\nsend a due=60\nreceive\ncancel 1",
        expect![[r#"
        -- 60 s
        send a due=60: [1]
        receive: #1 a t1 until 120
        cancel 1: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 1
        history: Accepted#1@60 Delivered#1@60
    "#]],
    );
}

#[test]
fn time_that_jumps_stamps_each_thing_with_its_own_time() {
    check(
        "send late due=30 ttl=10
         send soon due=20
         send now
         +3600
         peek
         send after
         receive",
        expect![[r#"
            send late due=30 ttl=10: [1]
            send soon due=20: [2]
            send now: [3]
            -- 3600 s
            peek: #3 now, #4 soon
            send after: [6]
            receive: #3 now t1 until 3660
            history: Scheduled#1@0 Scheduled#2@0 Accepted#3@0 Activated#4@20 Activated#5@30 Expired#5@40 Accepted#6@3600 Delivered#3@3600
        "#]],
    );
}

#[test]
fn a_cancel_that_misses_one_cancels_none() {
    check(
        "send a,b due=60\ncancel 1 9\npeek\ncancel 1 2\npeek",
        expect![[r#"
        send a,b due=60: [1, 2]
        cancel 1 9: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 9
        peek: #1 a Scheduled, #2 b Scheduled
        cancel 1 2: ok
        peek: 
        history: Scheduled#1@0 Scheduled#2@0 Cancelled#1@0 Cancelled#2@0
    "#]],
    );
}

#[test]
fn a_cancel_that_misses_one_may_cancel_the_others() {
    let namespace = NamespaceOptions {
        cancels_in_part: true,
        ..Default::default()
    };
    check_with(
        namespace,
        QueueOptions::default(),
        "send a,b due=60\ncancel 1 9\npeek\ncancel 1 2\npeek",
        expect![[r#"
            send a,b due=60: [1, 2]
            cancel 1 9: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 9
            peek: #2 b Scheduled
            cancel 1 2: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 1
            peek: 
            history: Scheduled#1@0 Scheduled#2@0 Cancelled#1@0 Cancelled#2@0
        "#]],
    );
}

#[test]
fn locks_run_out_and_are_renewed() {
    check(
        "send a
         receive
         receive
         +59
         renew t1
         +59
         receive
         +1
         receive
         complete t1
         renew t1 t2
         complete t2
         complete t2",
        expect![[r#"
            send a: [1]
            receive: #1 a t1 until 60
            receive: nothing
            -- 59 s
            renew t1: until [119]
            -- 118 s
            receive: nothing
            -- 119 s
            receive: #1 a failed=1 t2 until 179
            complete t1: com.microsoft:message-lock-lost: The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.
            renew t1 t2: com.microsoft:message-lock-lost: The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.
            complete t2: ok
            complete t2: com.microsoft:message-lock-lost: The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.
            history: Accepted#1@0 Delivered#1@0 Renewed#1@59 LockExpired#1@119 Delivered#1@119 Completed#1@119
        "#]],
    );
}

#[test]
fn settlements_count_or_do_not() {
    check(
        "send a
         receive
         release t1
         receive
         abandon t2
         receive
         reject t3 bad
         peek
         dead peek
         dead receive
         dead reject t4 worse
         dead abandon t4
         dead receive
         dead complete t5
         dead peek
         dead send x",
        expect![[r#"
            send a: [1]
            receive: #1 a t1 until 60
            release t1: ok
            receive: #1 a t2 until 60
            abandon t2: ok
            receive: #1 a failed=1 t3 until 60
            reject t3 bad: ok
            peek: 
            dead peek: #1 a failed=1 DeadLetterReason=String("bad") DeadLetterErrorDescription=String("described bad")
            dead receive: #1 a failed=1 DeadLetterReason=String("bad") DeadLetterErrorDescription=String("described bad") t4 until 60
            dead reject t4 worse: amqp:not-allowed: A dead letter cannot be dead-lettered again; complete or abandon it.
            dead abandon t4: ok
            dead receive: #1 a failed=2 DeadLetterReason=String("bad") DeadLetterErrorDescription=String("described bad") t5 until 60
            dead complete t5: ok
            dead peek: 
            dead send x: amqp:not-allowed: Nothing can be sent to a dead-letter queue.
            history: Accepted#1@0 Delivered#1@0 Released#1@0 Delivered#1@0 Abandoned#1@0 Delivered#1@0 DeadLettered#1@0 Delivered#1@0 Abandoned#1@0 Delivered#1@0 Completed#1@0
        "#]],
    );
}

#[test]
fn too_many_failed_deliveries_make_a_dead_letter() {
    let queue = QueueOptions {
        max_delivery_count: 2,
        lock_duration_ms: 5_000,
        ..Default::default()
    };
    check_with(
        NamespaceOptions::default(),
        queue,
        "send a,b
         receive
         receive
         abandon t1
         +5
         receive
         receive
         abandon t3
         abandon t4
         receive
         dead peek
         dead receive
         +5
         dead receive
         +5
         dead peek",
        expect![[r#"
            send a,b: [1, 2]
            receive: #1 a t1 until 5
            receive: #2 b t2 until 5
            abandon t1: ok
            -- 5 s
            receive: #1 a failed=1 t3 until 10
            receive: #2 b failed=1 t4 until 10
            abandon t3: ok
            abandon t4: ok
            receive: nothing
            dead peek: #1 a failed=2 DeadLetterReason=String("MaxDeliveryCountExceeded") DeadLetterErrorDescription=String("Message could not be consumed after 2 delivery attempts."), #2 b failed=2 DeadLetterReason=String("MaxDeliveryCountExceeded") DeadLetterErrorDescription=String("Message could not be consumed after 2 delivery attempts.")
            dead receive: #1 a failed=2 DeadLetterReason=String("MaxDeliveryCountExceeded") DeadLetterErrorDescription=String("Message could not be consumed after 2 delivery attempts.") t5 until 10
            -- 10 s
            dead receive: #1 a failed=3 DeadLetterReason=String("MaxDeliveryCountExceeded") DeadLetterErrorDescription=String("Message could not be consumed after 2 delivery attempts.") t6 until 15
            -- 15 s
            dead peek: #1 a failed=4 DeadLetterReason=String("MaxDeliveryCountExceeded") DeadLetterErrorDescription=String("Message could not be consumed after 2 delivery attempts."), #2 b failed=2 DeadLetterReason=String("MaxDeliveryCountExceeded") DeadLetterErrorDescription=String("Message could not be consumed after 2 delivery attempts.")
            history: Accepted#1@0 Accepted#2@0 Delivered#1@0 Delivered#2@0 Abandoned#1@0 LockExpired#2@5 Delivered#1@5 Delivered#2@5 Abandoned#1@5 DeadLettered#1@5 Abandoned#2@5 DeadLettered#2@5 Delivered#1@5 LockExpired#1@10 Delivered#1@10 LockExpired#1@15
        "#]],
    );
}

#[test]
fn messages_live_as_long_as_they_and_their_queue_say() {
    let queue = QueueOptions {
        default_message_time_to_live_ms: Some(60_000),
        ..Default::default()
    };
    check_with(
        NamespaceOptions::default(),
        queue.clone(),
        "send short ttl=10
         send long ttl=600
         send none
         receive
         +11
         peek
         +49
         peek
         receive",
        expect![[r#"
            send short ttl=10: [1]
            send long ttl=600: [2]
            send none: [3]
            receive: #1 short t1 until 60
            -- 11 s
            peek: #1 short, #2 long, #3 none
            -- 60 s
            peek: 
            receive: nothing
            history: Accepted#1@0 Accepted#2@0 Accepted#3@0 Delivered#1@0 LockExpired#1@60 Expired#1@60 Expired#2@60 Expired#3@60
        "#]],
    );
    check_with(
        NamespaceOptions::default(),
        QueueOptions {
            dead_lettering_on_message_expiration: true,
            ..queue
        },
        "send a ttl=10\nsend b due=60 ttl=10\n+10\ndead peek\n+60\ndead peek\n+9999\ndead peek",
        expect![[r#"
            send a ttl=10: [1]
            send b due=60 ttl=10: [2]
            -- 10 s
            dead peek: #1 a DeadLetterReason=String("TTLExpiredException") DeadLetterErrorDescription=String("The message expired and was dead lettered.")
            -- 70 s
            dead peek: #1 a DeadLetterReason=String("TTLExpiredException") DeadLetterErrorDescription=String("The message expired and was dead lettered."), #3 b DeadLetterReason=String("TTLExpiredException") DeadLetterErrorDescription=String("The message expired and was dead lettered.")
            -- 10069 s
            dead peek: #1 a DeadLetterReason=String("TTLExpiredException") DeadLetterErrorDescription=String("The message expired and was dead lettered."), #3 b DeadLetterReason=String("TTLExpiredException") DeadLetterErrorDescription=String("The message expired and was dead lettered.")
            history: Accepted#1@0 Scheduled#2@0 DeadLettered#1@10 Activated#3@60 DeadLettered#3@70
        "#]],
    );
}

#[test]
fn deferred_messages_are_received_by_number() {
    check(
        "send a,b
         receive
         defer t1
         receive
         peek
         deferred 1 2
         deferred 1
         deferred 1
         abandon t3
         deferred 1
         complete t4
         peek",
        expect![[r#"
            send a,b: [1, 2]
            receive: #1 a t1 until 60
            defer t1: ok
            receive: #2 b t2 until 60
            peek: #1 a Deferred, #2 b
            deferred 1 2: com.microsoft:message-not-found: Failed to lock one or more specified messages. The message does not exist.
            deferred 1: #1 a Deferred t3 until 60
            deferred 1: com.microsoft:message-not-found: Failed to lock one or more specified messages. The message does not exist.
            abandon t3: ok
            deferred 1: #1 a Deferred failed=1 t4 until 60
            complete t4: ok
            peek: #2 b
            history: Accepted#1@0 Accepted#2@0 Delivered#1@0 Deferred#1@0 Delivered#2@0 Delivered#1@0 Abandoned#1@0 Delivered#1@0 Completed#1@0
        "#]],
    );
}

#[test]
fn duplicates_are_reported_as_taken_and_dropped() {
    let queue = QueueOptions {
        duplicate_detection_history_time_window_ms: Some(60_000),
        ..Default::default()
    };
    check_with(
        NamespaceOptions::default(),
        queue,
        "send a due=30
         send a due=90
         cancel 2
         send a
         cancel 1
         send a
         peek
         +59
         send a
         +1
         send a
         peek",
        expect![[r#"
            send a due=30: [1]
            send a due=90: [2]
            cancel 2: com.microsoft:message-not-found: Messages not found. Missing sequence numbers: 2
            send a: [3]
            cancel 1: ok
            send a: [4]
            peek: 
            -- 59 s
            send a: [5]
            -- 60 s
            send a: [6]
            peek: #6 a
            history: Scheduled#1@0 Duplicate#2@0 Duplicate#3@0 Cancelled#1@0 Duplicate#4@0 Duplicate#5@59 Accepted#6@60
        "#]],
    );
}

#[test]
fn limits_are_limits() {
    let namespace = NamespaceOptions {
        max_message_bytes: 100,
        max_batch_bytes: 150,
        max_batch_count: 3,
        ..Default::default()
    };
    check_with(
        namespace,
        QueueOptions {
            max_size_bytes: 250,
            ..Default::default()
        },
        "send a size=100
         send b size=101
         send c,d size=80
         send e,f,g,h size=1
         send c,d size=75
         send e size=1
         take
         send e size=1",
        expect![[r#"
            send a size=100: [1]
            send b size=101: amqp:link:message-size-exceeded: The message has 101 bytes; at most 100 are allowed.
            send c,d size=80: amqp:link:message-size-exceeded: The batch has 160 bytes; at most 150 are allowed.
            send e,f,g,h size=1: amqp:link:message-size-exceeded: The batch has 4 messages; at most 3 are allowed.
            send c,d size=75: [2, 3]
            send e size=1: amqp:resource-limit-exceeded: The maximum entity size has been reached or exceeded. Size of entity in bytes: 250, max entity size in bytes: 250.
            take: #1 a
            send e size=1: [4]
            history: Accepted#1@0 Accepted#2@0 Accepted#3@0 Delivered#1@0 Accepted#4@0
        "#]],
    );
}

#[test]
fn a_namespace_out_of_credits_is_busy_until_the_next_second() {
    let namespace = NamespaceOptions {
        credits_per_second: Some(3),
        ..Default::default()
    };
    check_with(
        namespace,
        QueueOptions::default(),
        "send a,b due=60\npeek\ncancel 1\nsend c\n+1\ncancel 1 2\nsend d,e,f\n+1\nsend d,e,f,g",
        expect![[r#"
            send a,b due=60: [1, 2]
            peek: #1 a Scheduled, #2 b Scheduled
            cancel 1: com.microsoft:server-busy: The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again.
            send c: com.microsoft:server-busy: The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again.
            -- 1 s
            cancel 1 2: ok
            send d,e,f: com.microsoft:server-busy: The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again.
            -- 2 s
            send d,e,f,g: [3, 4, 5, 6]
            history: Scheduled#1@0 Scheduled#2@0 Cancelled#1@1 Cancelled#2@1 Accepted#3@2 Accepted#4@2 Accepted#5@2 Accepted#6@2
        "#]],
    );
}

#[test]
fn queues_that_are_not_there_or_cannot_be_are_refused() {
    let mut broker = Broker::new(NamespaceOptions::default());
    let refused = broker
        .send(&Entity::queue_named("nowhere"), Vec::new(), 0)
        .unwrap_err();
    assert_eq!(
        refused.text,
        "The messaging entity 'nowhere' could not be found."
    );
    for name in ["", "a b", "a$b", "ü", &"a".repeat(261)] {
        assert!(
            broker.create_queue(name, QueueOptions::default()).is_err(),
            "{name}"
        );
    }
    let options = QueueOptions {
        max_delivery_count: 0,
        ..Default::default()
    };
    assert!(broker.create_queue("a", options).is_err());
}

#[test]
fn the_history_forgets_the_oldest() {
    let namespace = NamespaceOptions {
        history_capacity: 2,
        ..Default::default()
    };
    check_with(
        namespace,
        QueueOptions::default(),
        "send a,b\nreceive\ncomplete t1",
        expect![[r#"
        send a,b: [1, 2]
        receive: #1 a t1 until 60
        complete t1: ok
        history: Delivered#1@0 Completed#1@0
    "#]],
    );
}
