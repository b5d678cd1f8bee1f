//! How many round-trips one appointment's reminders cost.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::contender::{self, Who};
use crate::table::figure;
use crate::work::Work;

/// Three steps by two channels.
const REMINDERS: u32 = 6;

/// Schedules six reminders on a new connection, then six on one that stands, and counts. It is an error if this repository's client
/// needs more than one round-trip once the connection stands.
///
/// The handshake of TCP is not counted. A client that says something after its answer came (a settlement, say) is charged for it,
/// although it may not have waited; the milliseconds tell.
pub async fn measure(round_trip: Duration) -> Result<String> {
    let mut text = format!(
        "\nround-trips for six reminders, {} ms away\n\n\
         {:8}  on a new connection  once it stands  in ms\n",
        round_trip.as_millis(),
        ""
    );
    let stand_in = contender::stand_in().await?;
    for who in Who::ALL {
        let line = who.line(&stand_in, round_trip).await?;
        let Some(mut contender) = who.start(line.address()).await? else {
            continue;
        };
        contender.run(Work::schedule_once(REMINDERS)).await?;
        let connected = line.round_trips();
        let figures = contender.run(Work::schedule_once(REMINDERS)).await?;
        let standing = line.round_trips() - connected;
        let _ = writeln!(
            text,
            "{:8}  {connected:>19}  {standing:>14}  {:>5}",
            who.name(),
            figure(Some(figures.schedule_seconds * 1e3), 1)
        );
        ensure!(
            standing == 1 || !matches!(who, Who::Amqp | Who::Rest),
            "{}: six reminders cost {standing} round-trips on a connection that stands; one is the aim",
            who.name()
        );
    }
    Ok(text)
}
