//! How fast messages are scheduled and cancelled in Service Bus: by this repository's AMQP client, by HTTP, and by the vendor's
//! clients for Python and JavaScript, which do the same work against the same stand-in in the same run.
//!
//! Machines differ and are noisy, so what counts are the ratios. The stand-in takes its share of each figure; it is the same share
//! for all who speak AMQP.

mod amqp;
mod contender;
mod distance;
mod grid;
mod rest;
mod table;
mod trips;
mod vendor;
mod work;

use std::time::Duration;

use anyhow::Result;
use clap::Parser;

/// Measures scheduling and cancelling.
#[derive(Parser)]
struct Arguments {
    /// Everything once and briefly, to see that it runs.
    #[arg(long)]
    smoke: bool,
}

/// How much is measured.
struct Amounts {
    /// How long one contender schedules in one go. Cancelling takes about as long again.
    span: Duration,
    /// How often each figure is taken; the median counts.
    rounds: usize,
}

const FULL: Amounts = Amounts {
    span: Duration::from_millis(500),
    rounds: 5,
};
const SMOKE: Amounts = Amounts {
    span: Duration::from_millis(5),
    rounds: 1,
};

/// None, and one as to a region some hundred kilometres away.
const ROUND_TRIPS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(20)];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let amounts = if arguments.smoke { SMOKE } else { FULL };
    let mut rows = Vec::new();
    for round_trip in ROUND_TRIPS {
        rows.extend(grid::measure(round_trip, &amounts).await?);
    }
    print!("{}", table::rates(&rows));
    print!("{}", trips::measure(ROUND_TRIPS[1]).await?);
    Ok(())
}
