//! Whoever does the work.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use punctual_stand_in_servicebus::options::QueueOptions;
use punctual_stand_in_servicebus::{StandIn, StandInOptions};

use crate::amqp::Amqp;
use crate::distance::Distance;
use crate::rest::Rest;
use crate::vendor::{self, Vendor};
use crate::work::{Figures, Work};

/// How many there are.
pub const CONTENDERS: usize = 4;

/// Those who do the work, in the order of the table's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// This repository's AMQP client.
    Amqp,
    /// HTTP, as the app uses it.
    Rest,
    /// `azure-servicebus`.
    Python,
    /// `@azure/service-bus`.
    Node,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; CONTENDERS] = [Self::Amqp, Self::Rest, Self::Python, Self::Node];

    /// The heading of the column; also the queue, of which each has one of its own.
    pub fn name(self) -> &'static str {
        match self {
            Self::Amqp => "amqp",
            Self::Rest => "rest",
            Self::Python => "python",
            Self::Node => "node",
        }
    }

    /// Makes it ready to begin at the near end of a line; `None`, said aloud, if it is not installed. The vendor's clients connect
    /// only when they begin.
    pub async fn start(self, address: SocketAddr) -> Result<Option<Contender>> {
        let queue = self.name();
        let command = match self {
            Self::Amqp => {
                let client = tokio::task::block_in_place(|| Amqp::connect(address, queue))?;
                return Ok(Some(Contender::Amqp(Box::new(client))));
            }
            Self::Rest => {
                let client = Rest::connect(address, queue).await?;
                return Ok(Some(Contender::Rest(Box::new(client))));
            }
            Self::Python => vendor::python(),
            Self::Node => vendor::node(),
        };
        match command {
            Ok(command) => {
                let client = Vendor::start(command, address, queue)?;
                Ok(Some(Contender::Vendor(Box::new(client))))
            }
            Err(why) => {
                println!("SKIPPED: the vendor's client for {queue}: {why}");
                Ok(None)
            }
        }
    }

    /// Where the stand-in serves it.
    pub fn server(self, stand_in: &StandIn) -> Result<SocketAddr> {
        match self {
            Self::Rest => Ok(stand_in.http_url().trim_start_matches("http://").parse()?),
            _ => Ok(stand_in.amqp()),
        }
    }

    /// A line of its own to the stand-in.
    pub async fn line(self, stand_in: &StandIn, round_trip: Duration) -> Result<Distance> {
        Distance::new(self.server(stand_in)?, round_trip).await
    }
}

/// One that is ready.
pub enum Contender {
    /// See [`Who::Amqp`].
    Amqp(Box<Amqp>),
    /// See [`Who::Rest`].
    Rest(Box<Rest>),
    /// See [`Who::Python`] and [`Who::Node`].
    Vendor(Box<Vendor>),
}

impl Contender {
    /// Has it do the work.
    pub async fn run(&mut self, work: Work) -> Result<Figures> {
        match self {
            // It blocks, as its users do; the stand-in goes on in other threads.
            Self::Amqp(client) => tokio::task::block_in_place(|| client.run(work)),
            Self::Rest(client) => client.run(work).await,
            Self::Vendor(client) => client.run(work).await,
        }
    }
}

/// A stand-in with a queue for each.
pub async fn stand_in() -> Result<StandIn> {
    let queues = Who::ALL.map(|who| (who.name().to_owned(), QueueOptions::default()));
    StandIn::start(StandInOptions {
        queues: queues.into(),
        ..StandInOptions::default()
    })
    .await
}
