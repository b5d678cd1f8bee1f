//! The client against the Service Bus stand-in, over plain TCP and over TLS: a message's whole life, and what goes wrong on the way.
//!
//! The stand-in's clock stands still until a test moves it.

use expect_test::{Expect, expect};
use punctual_servicebus::{
    Class, Client, Credential, Error, Moment, Options, UnixMs,
    ops::{
        outgoing::OutgoingMessage,
        received::MessageState,
        schedule::{Cancellation, SequenceNumber},
        settle::Disposition,
    },
    transport::{
        Clock, Transport, connect_tcp,
        tls::{Tls, TlsOptions},
    },
};
use punctual_stand_in_servicebus::{StandIn, StandInOptions};
use punctual_stand_ins::{Clock as _, Fault, FaultKind, ManualClock};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

const NOW_MS: i64 = 1_780_000_000_000;
const WAIT: Duration = Duration::from_secs(20);

/// Time-outs by the machine's clock, time of day by the stand-in's.
struct TestClock {
    origin: Instant,
    day: Arc<ManualClock>,
}

impl std::fmt::Debug for TestClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestClock")
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::default() + self.origin.elapsed()
    }

    fn unix(&self) -> UnixMs {
        UnixMs(self.day.now_ms())
    }
}

struct Bus {
    stand_in: StandIn,
    day: Arc<ManualClock>,
    // After the stand-in, whose tasks it runs.
    _runtime: Runtime,
}

impl Bus {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let day = Arc::new(ManualClock::new(NOW_MS));
        let options = StandInOptions {
            clock: day.clone(),
            ..StandInOptions::default()
        };
        let stand_in = runtime.block_on(StandIn::start(options)).unwrap();
        Self {
            stand_in,
            day,
            _runtime: runtime,
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(TestClock {
            origin: Instant::now(),
            day: Arc::clone(&self.day),
        })
    }

    fn options(&self, name: &str) -> Options {
        let credential = Credential::SharedKey {
            name: "RootManageSharedAccessKey".to_owned(),
            key: "SAS_KEY_VALUE".to_owned(),
        };
        Options::new("localhost", credential, name)
    }

    fn connect(&self, name: &str) -> Client<Box<dyn Transport>> {
        let tcp: Box<dyn Transport> = Box::new(connect_tcp(self.stand_in.amqp(), WAIT).unwrap());
        Client::connect(tcp, &self.options(name), self.clock()).unwrap()
    }

    fn connect_tls(&self, name: &str) -> Client<Box<dyn Transport>> {
        let trust = TlsOptions {
            extra_ca_pem: Some(self.stand_in.authority().pem()),
            only_extra_ca: true,
        };
        let clock = self.clock();
        let tcp = connect_tcp(self.stand_in.amqps(), WAIT).unwrap();
        let tls = Tls::connect(tcp, "localhost", &trust, &clock, WAIT).unwrap();
        let tls: Box<dyn Transport> = Box::new(tls);
        Client::connect(tls, &self.options(name), clock).unwrap()
    }

    fn fault(&self, at: &str, kind: FaultKind) {
        let fault = Fault::once(at, kind);
        self.stand_in.with(|bus| bus.faults.add(fault)).unwrap();
    }
}

fn message(id: &str, in_seconds: i64) -> OutgoingMessage {
    OutgoingMessage::scheduled(id, id, UnixMs(NOW_MS + in_seconds * 1000))
}

fn life(bus: &Bus, mut client: Client<Box<dyn Transport>>) {
    // Scheduled messages wait, and show it.
    let messages: Vec<_> = (0..6).map(|n| message(&format!("m{n}"), 60)).collect();
    let numbers: Vec<SequenceNumber> = client
        .schedule("reminders", &messages)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(numbers.is_sorted());
    let waiting = client.peek("reminders", numbers[0], 10).unwrap();
    assert!(
        waiting
            .iter()
            .all(|message| message.state() == MessageState::Scheduled)
    );
    assert_eq!(waiting[2].message_id().as_deref(), Some("m2"));
    assert_eq!(client.receive("reminders", 10, Duration::ZERO).unwrap(), []);

    // Cancelled is cancelled, once.
    let (cancelled, late) = (
        Ok(Cancellation::Cancelled),
        Ok(Cancellation::TooLateOrUnknown),
    );
    assert_eq!(
        client.cancel("reminders", &numbers[..2]),
        [cancelled.clone(), cancelled.clone()]
    );
    assert_eq!(
        client.cancel("reminders", &numbers[1..3]),
        [late.clone(), cancelled]
    );

    // Due: another number, and too late to cancel.
    bus.day.advance_ms(60_000);
    let received = client.receive("reminders", 10, WAIT).unwrap();
    assert_eq!(received.len(), 3);
    assert_eq!(client.cancel("reminders", &numbers[3..4]), [late]);
    for received in &received {
        let message = received.message.as_ref().unwrap();
        assert!(message.sequence_number() > Some(numbers[5].0));
        assert_eq!(message.failed_deliveries(), 0);
        assert_eq!(message.locked_until(), Some(UnixMs(NOW_MS + 120_000)));
    }

    // Renewed, completed, given back, dead-lettered.
    bus.day.advance_ms(30_000);
    assert_eq!(client.renew(&received[0]), Ok(UnixMs(NOW_MS + 150_000)));
    let dead_letter = Disposition::DeadLetter {
        reason: "no_such_notification".to_owned(),
        description: "Nobody knows it.".to_owned(),
    };
    let asked = [
        (&received[0], &Disposition::Complete),
        (&received[1], &Disposition::Abandon),
        (&received[2], &dead_letter),
    ];
    assert_eq!(client.settle_all(&asked), [Ok(()), Ok(()), Ok(())]);
    let again = client.receive("reminders", 10, WAIT).unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].message.as_ref().unwrap().failed_deliveries(), 1);
    let dead = client
        .receive("reminders/$DeadLetterQueue", 10, WAIT)
        .unwrap();
    let letter = dead[0].message.as_ref().unwrap();
    assert_eq!(letter.dead_letter_reason(), Some("no_such_notification"));
    assert_eq!(letter.dead_letter_description(), Some("Nobody knows it."));
    client.settle(&dead[0], &Disposition::Complete).unwrap();

    // A lock that has ended.
    bus.day.advance_ms(60_001);
    check_error(
        client
            .settle(&again[0], &Disposition::Complete)
            .map_err(class),
        Class::LockLost,
    );
    check_error(client.renew(&again[0]).map_err(class), Class::LockLost);
    client.close();
}

fn class(error: Error) -> Class {
    error.class
}

#[track_caller]
fn check_error<T: std::fmt::Debug>(result: Result<T, Class>, class: Class) {
    assert_eq!(result.unwrap_err(), class);
}

#[test]
fn a_messages_life_over_tcp() {
    let bus = Bus::start();
    life(&bus, bus.connect("tcp"));
}

#[test]
fn a_messages_life_over_tls() {
    let bus = Bus::start();
    life(&bus, bus.connect_tls("tls"));
}

#[test]
fn another_connection_settles_by_lock_token() {
    let bus = Bus::start();
    let mut first = bus.connect("first");
    assert_eq!(first.send("reminders", &[message("m", 0)]), [Ok(())]);
    let received = first.receive("reminders", 1, WAIT).unwrap();
    first.close();
    let mut second = bus.connect("second");
    second.settle(&received[0], &Disposition::Complete).unwrap();
    assert_eq!(second.receive("reminders", 1, Duration::ZERO).unwrap(), []);
}

#[test]
fn many_messages_keep_their_order() {
    let bus = Bus::start();
    let mut client = bus.connect("many");
    let large = |n: i64| OutgoingMessage {
        body: vec![7; 20_000],
        ..message(&format!("m{n}"), 60 + n)
    };
    let messages: Vec<_> = (0..40).map(large).collect();
    let numbers: Vec<SequenceNumber> = client
        .schedule("reminders", &messages)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(numbers.len(), 40);
    assert!(numbers.is_sorted());
    bus.day.advance_ms(200_000);
    let received = client.receive("reminders", 40, WAIT).unwrap();
    let bytes = received
        .iter()
        .map(|received| received.message.as_ref().unwrap().data().len());
    assert_eq!(bytes.sum::<usize>(), 800_000);
}

/// Schedules under a fault. Then a new client, or the same one, must be able to go on.
#[track_caller]
fn check_fault(at: &str, kind: FaultKind, expected: Expect) {
    let bus = Bus::start();
    let mut client = bus.connect("faulty");
    client.peek("reminders", SequenceNumber(0), 1).unwrap();
    bus.fault(at, kind);
    let error = client
        .schedule("reminders", &[message("m", 60)])
        .remove(0)
        .unwrap_err();
    expected.assert_eq(&format!("{:?}: {error}", error.class));
    if !client.is_open() {
        client = bus.connect("next");
    }
    assert!(client.schedule("reminders", &[message("n", 60)])[0].is_ok());
}

#[test]
fn faults() {
    let at = "amqp.management.schedule";
    check_fault(
        at,
        FaultKind::Busy,
        expect![
            "Retryable: schedule: com.microsoft:server-busy: The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 2 seconds and try again. (status 503)"
        ],
    );
    check_fault(
        at,
        FaultKind::Unauthorized,
        expect![
            "Auth: schedule: amqp:unauthorized-access: ExpiredToken: the token is expired. (status 401)"
        ],
    );
    check_fault(
        at,
        FaultKind::Detach,
        expect![
            "UnknownOutcome: schedule: amqp:link:detach-forced: The link is force detached. The service moved it."
        ],
    );
    check_fault(
        at,
        FaultKind::Drop,
        expect!["UnknownOutcome: schedule: the peer hung up"],
    );
    check_fault(
        at,
        FaultKind::LoseAnswer,
        expect!["UnknownOutcome: schedule: the peer hung up"],
    );
    check_fault(
        at,
        FaultKind::HalfAnswer,
        expect!["UnknownOutcome: schedule: the peer hung up"],
    );
}

/// Schedules, receives and settles over a connection that breaks at the n-th frame, for every n. What failed says so, and what
/// it says is true.
#[test]
fn a_connection_may_break_at_any_frame() {
    for (at, kind) in [
        ("amqp.read", FaultKind::Drop),
        ("amqp.write", FaultKind::Drop),
        ("amqp.write", FaultKind::HalfAnswer),
    ] {
        let mut broke = 0;
        for after in 0.. {
            let bus = Bus::start();
            let fault = Fault {
                after,
                ..Fault::once(at, kind)
            };
            bus.stand_in.with(|bus| bus.faults.add(fault)).unwrap();
            match run_through(&bus) {
                Ok(()) => break,
                Err(error) => {
                    let expected = [Class::Retryable, Class::UnknownOutcome];
                    assert!(expected.contains(&error.class), "{at} {after}: {error:?}");
                }
            }
            bus.stand_in.with(|bus| bus.faults.clear());
            // What a lost answer left open, a new client finds out and finishes.
            let mut client = bus.connect("after");
            bus.day.advance_ms(120_000);
            for received in client.receive("reminders", 9, Duration::ZERO).unwrap() {
                client.settle(&received, &Disposition::Complete).unwrap();
            }
            broke += 1;
        }
        assert!(broke > 10, "{at} broke only {broke} times");
    }
}

fn run_through(bus: &Bus) -> Result<(), Error> {
    let tcp = connect_tcp(bus.stand_in.amqp(), WAIT)?;
    let mut client = Client::connect(tcp, &bus.options("run"), bus.clock())?;
    client.schedule("reminders", &[message("m", 0)]).remove(0)?;
    let received = client.receive("reminders", 1, WAIT)?;
    client.settle(&received[0], &Disposition::Complete)
}

#[test]
fn a_wrong_key_is_auth() {
    let bus = Bus::start();
    let mut options = bus.options("wrong");
    options.credential = Credential::SharedKey {
        name: "RootManageSharedAccessKey".to_owned(),
        key: "another".to_owned(),
    };
    let tcp = connect_tcp(bus.stand_in.amqp(), WAIT).unwrap();
    let mut client = Client::connect(tcp, &options, bus.clock()).unwrap();
    check_error(
        client
            .peek("reminders", SequenceNumber(0), 1)
            .map_err(class),
        Class::Auth,
    );
}

#[test]
fn a_queue_that_is_not_there_is_configuration() {
    let bus = Bus::start();
    let mut client = bus.connect("lost");
    let result = client.peek("nowhere", SequenceNumber(0), 1);
    check_error(result.map_err(class), Class::Configuration);
    assert!(client.peek("reminders", SequenceNumber(0), 1).is_ok());
}
