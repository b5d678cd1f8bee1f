//! Answers that do not come, and connections that end at the wrong moment.

use crate::{
    check_error, connect, options,
    peer::{Answer, Fault, Peer, Pipe, Script},
};
use expect_test::{Expect, expect};
use punctual_servicebus::{
    Class, Client, Error, UnixMs,
    ops::{outgoing::OutgoingMessage, schedule::SequenceNumber},
    transport::Transport,
};
use std::{io::Write, time::Duration};

fn schedule(client: &mut Client<Pipe>) -> Result<SequenceNumber, Error> {
    let message = OutgoingMessage::scheduled("m", "", UnixMs(1_790_000_000_000));
    client.schedule("q", &[message]).remove(0)
}

fn silent() -> Script {
    Script {
        request: Box::new(|_, _, _| Answer::Silence),
        ..Script::default()
    }
}

#[test]
fn an_answer_that_does_not_come_is_an_unknown_outcome_in_time() {
    let (mut client, pipe) = connect(silent());
    let before = pipe.clock.elapsed();
    check_error(
        schedule(&mut client),
        expect!["UnknownOutcome: schedule: no answer came in time"],
    );
    assert_eq!(pipe.clock.elapsed() - before, Duration::from_secs(15));
    // Looking changes nothing, so it may simply be done again.
    check_error(
        client.peek("q", SequenceNumber(1), 1),
        expect!["Retryable: peek: no answer came in time"],
    );
}

#[test]
fn a_deadline_bounds_everything() {
    let (mut client, pipe) = connect(silent());
    let before = pipe.clock.elapsed();
    let limit = punctual_servicebus::Moment::default() + before + Duration::from_secs(3);
    client.set_deadline(Some(limit));
    assert_eq!(
        schedule(&mut client).unwrap_err().class,
        Class::UnknownOutcome
    );
    assert_eq!(
        schedule(&mut client).unwrap_err().class,
        Class::UnknownOutcome
    );
    assert_eq!(pipe.clock.elapsed() - before, Duration::from_secs(3));
}

#[track_caller]
fn check_fault(fault: Fault, expected: Expect) {
    let (mut client, pipe) = connect(silent());
    // The links stand before the fault, so that it hits the request.
    assert!(client.peek("q", SequenceNumber(1), 1).is_err());
    pipe.peer.borrow_mut().script.fault = Some(fault);
    check_error(schedule(&mut client), expected);
}

#[test]
fn connections_that_end_with_a_request_under_way() {
    check_fault(
        Fault::HangUp,
        expect!["UnknownOutcome: schedule: the peer hung up"],
    );
    check_fault(
        Fault::HalfAFrame,
        expect!["UnknownOutcome: schedule: the peer hung up"],
    );
    check_fault(
        Fault::Rubbish,
        expect!["UnknownOutcome: schedule: a value is cut off"],
    );
    check_fault(
        Fault::Oversized,
        expect!["UnknownOutcome: schedule: a frame of 2147483647 bytes is over the limit of 65536"],
    );
    check_fault(
        Fault::Close("amqp:connection:forced"),
        expect![
            "UnknownOutcome: schedule: the peer closed the connection: amqp:connection:forced: a fault"
        ],
    );
    check_fault(
        Fault::End("amqp:internal-error"),
        expect!["UnknownOutcome: schedule: amqp:internal-error: a fault"],
    );
    check_fault(
        Fault::Detach("amqp:link:detach-forced"),
        expect!["UnknownOutcome: schedule: amqp:link:detach-forced: a fault"],
    );
}

#[test]
fn after_the_end_nothing_waits() {
    let (mut client, pipe) = connect(silent());
    pipe.peer.borrow_mut().script.fault = Some(Fault::HangUp);
    assert!(schedule(&mut client).is_err());
    assert!(!client.is_open());
    let before = pipe.clock.elapsed();
    check_error(
        schedule(&mut client),
        expect!["Retryable: schedule: the peer hung up"],
    );
    check_error(
        client.receive("q", 1, Duration::from_secs(60)),
        expect!["Retryable: receive: the peer hung up"],
    );
    client.close();
    assert_eq!(pipe.clock.elapsed(), before);
}

#[test]
fn after_the_session_ended_a_new_one_serves() {
    let (mut client, pipe) = connect(silent());
    pipe.peer.borrow_mut().script.fault = Some(Fault::End("amqp:internal-error"));
    assert!(schedule(&mut client).is_err());
    pipe.peer.borrow_mut().script.request =
        Box::new(|_, _, _| Answer::fail(204, "com.microsoft:message-not-found", ""));
    assert_eq!(client.peek("q", SequenceNumber(1), 1).unwrap(), []);
}

#[track_caller]
fn check_connect(fault: Fault, expected: Expect) {
    let pipe = Pipe::new(Peer::new(Script {
        fault: Some(fault),
        ..Script::default()
    }));
    let result = Client::connect(pipe.end(), &options(), pipe.clock.clone());
    assert!(pipe.clock.elapsed() <= Duration::from_secs(16));
    check_error(result, expected);
}

#[test]
fn connections_that_never_open() {
    check_connect(
        Fault::Nothing,
        expect!["Retryable: connect: no answer came in time"],
    );
    check_connect(
        Fault::HangUp,
        expect!["Retryable: connect: the peer hung up"],
    );
    check_connect(
        Fault::Rubbish,
        expect!["Protocol: connect: the peer does not answer in AMQP 1.0"],
    );
    check_connect(
        Fault::HalfAFrame,
        expect!["Protocol: connect: the peer does not answer in AMQP 1.0"],
    );
}

/// A peer that takes no byte.
struct Deaf {
    clock: std::sync::Arc<crate::peer::TestClock>,
    timeout: Duration,
}

impl std::io::Read for Deaf {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.write(&[])
    }
}

impl std::io::Write for Deaf {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        self.clock.advance(self.timeout);
        Err(std::io::ErrorKind::TimedOut.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Transport for Deaf {
    fn set_timeout(&mut self, timeout: Duration) -> std::io::Result<()> {
        self.timeout = timeout;
        Ok(())
    }
}

#[test]
fn writing_ends_too() {
    let clock = std::sync::Arc::new(crate::peer::TestClock::default());
    let deaf = Deaf {
        clock: clock.clone(),
        timeout: Duration::ZERO,
    };
    let result = Client::connect(deaf, &options(), clock.clone());
    check_error(
        result,
        expect!["Retryable: connect: the peer does not take what is sent to it"],
    );
    assert_eq!(clock.elapsed(), Duration::from_secs(15));
}
