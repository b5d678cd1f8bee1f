//! This repository's AMQP client.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use punctual_servicebus::ops::outgoing::OutgoingMessage;
use punctual_servicebus::ops::schedule::Cancellation;
use punctual_servicebus::transport::{Clock, SystemClock, connect_tcp};
use punctual_servicebus::{Client, Credential, Options, UnixMs};

use crate::work::{self, Figures, Work};

/// A connection that stands.
pub struct Amqp {
    client: Client<TcpStream>,
    queue: &'static str,
}

impl Amqp {
    /// Connects.
    pub fn connect(address: SocketAddr, queue: &'static str) -> Result<Self> {
        let clock = Arc::new(SystemClock::default());
        let credential = Credential::SharedKey {
            name: work::KEY_NAME.to_owned(),
            key: work::KEY.to_owned(),
        };
        let options = Options::new("localhost", credential, &format!("bench-{address}"));
        let tcp = connect_tcp(address, Duration::from_secs(5))?;
        let client = Client::connect(tcp, &options, clock)?;
        Ok(Self { client, queue })
    }

    /// Does the work. Blocks.
    pub fn run(&mut self, work: Work) -> Result<Figures> {
        let due = UnixMs(SystemClock::default().unix().0 + work::AHEAD_SECONDS * 1_000);
        let (calls, schedule_seconds) = work::repeat(work, |call| {
            let messages: Vec<_> = (0..work.batch).map(|n| message(call, n, due)).collect();
            let numbers = self.client.schedule(self.queue, &messages);
            let numbers: Result<Vec<_>, _> = numbers.into_iter().collect();
            numbers.context("scheduling over AMQP")
        })?;
        let scheduled = calls.iter().map(Vec::len).sum::<usize>().try_into()?;
        let started = Instant::now();
        let mut cancelled = 0;
        for numbers in calls.iter().take(if work.cancel { calls.len() } else { 0 }) {
            for answer in self.client.cancel(self.queue, numbers) {
                match answer.context("cancelling over AMQP")? {
                    Cancellation::Cancelled => cancelled += 1,
                    Cancellation::TooLateOrUnknown => bail!("a message was gone before its time"),
                }
            }
        }
        Ok(Figures {
            scheduled,
            schedule_seconds,
            cancelled,
            cancel_seconds: started.elapsed().as_secs_f64(),
        })
    }
}

fn message(call: u32, n: u32, due: UnixMs) -> OutgoingMessage {
    OutgoingMessage {
        content_type: Some(work::CONTENT_TYPE.to_owned()),
        ..OutgoingMessage::scheduled(&format!("job-{call}-{n}"), work::BODY, due)
    }
}
