//! Messages a second, by operation, batch and round-trip.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::Amounts;
use crate::contender::{self, CONTENDERS, Who};
use crate::work::{Figures, Work};

/// One message; those of one appointment (three steps by two channels); as many as `/reconcile` may have.
const BATCHES: [u32; 3] = [1, 6, 100];

/// A row of the table.
pub struct Row {
    /// What was done.
    pub operation: &'static str,
    /// Messages in a call.
    pub batch: u32,
    /// How long an answer takes on the line.
    pub round_trip: Duration,
    /// Messages a second of each contender, median of the rounds; `None` for those who cannot or are not there.
    pub rates: [Option<f64>; CONTENDERS],
}

/// Measures all of them on lines of the same length. They take turns, so that whatever else the machine does strikes all alike.
pub async fn measure(round_trip: Duration, amounts: &Amounts) -> Result<Vec<Row>> {
    let stand_in = contender::stand_in().await?;
    let mut contenders = Vec::new();
    for who in Who::ALL {
        let line = match round_trip {
            Duration::ZERO => None,
            _ => Some(who.line(&stand_in, round_trip).await?),
        };
        let address = match &line {
            Some(line) => line.address(),
            None => who.server(&stand_in)?,
        };
        contenders.push((who.start(address).await?, line));
    }
    let mut rows = Vec::new();
    for batch in BATCHES {
        let mut taken: [Vec<Figures>; CONTENDERS] = Default::default();
        // The first round is for connections and for whatever compiles as it goes.
        for round in 0..=amounts.rounds {
            for ((who, (contender, _)), taken) in
                Who::ALL.iter().zip(&mut contenders).zip(&mut taken)
            {
                let Some(contender) = contender else { continue };
                let figures = contender.run(Work::during(amounts.span, batch)).await;
                let figures = figures.with_context(|| {
                    format!("{} with batches of {batch}, round {round}", who.name())
                })?;
                if round > 0 {
                    taken.push(figures);
                }
            }
        }
        eprintln!(
            "bench: batches of {batch}, {} ms away: done",
            round_trip.as_millis()
        );
        let rates = |rate: fn(&Figures) -> f64| {
            taken
                .each_ref()
                .map(|taken| median(taken.iter().map(rate).collect()))
        };
        let row = |operation, rates| Row {
            operation,
            batch,
            round_trip,
            rates,
        };
        let schedule = rates(|figures| f64::from(figures.scheduled) / figures.schedule_seconds);
        let cancel = rates(|figures| f64::from(figures.cancelled) / figures.cancel_seconds);
        rows.extend([row("schedule", schedule), row("cancel", cancel)]);
    }
    Ok(rows)
}

/// The middle one of those that are numbers above zero.
fn median(mut rates: Vec<f64>) -> Option<f64> {
    rates.retain(|rate| rate.is_finite() && *rate > 0.0);
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn what_was_not_done_has_no_rate() {
        for (rates, expected) in [
            (vec![], None),
            (vec![f64::NAN, 0.0, f64::INFINITY], None),
            (vec![3.0, 1.0, 2.0], Some(2.0)),
            (vec![1.0, f64::NAN, 5.0], Some(5.0)),
        ] {
            assert_eq!(median(rates.clone()), expected, "{rates:?}");
        }
    }
}
