//! The table of rates.

use std::fmt::Write;

use crate::contender::Who;
use crate::grid::Row;

/// Rates in messages a second; then how many times the rate of the better vendor's client each transport has, and whether the aim is
/// reached: not to be slower.
pub fn rates(rows: &[Row]) -> String {
    let mut text = String::from(
        "messages a second; ratios to the better of the vendor's clients; aim: amqp at least 1\n\n\
         operation  batch  round-trip",
    );
    for who in Who::ALL {
        let _ = write!(text, "  {:>8}", who.name());
    }
    text.push_str("   amqp ×   rest ×  aim\n");
    for row in rows {
        let [amqp, rest, python, node] = row.rates;
        let better = python.into_iter().chain(node).reduce(f64::max);
        let ratio = |rate: Option<f64>| Some(rate? / better?);
        let verdict = match ratio(amqp) {
            Some(1.0..) => "  reached",
            Some(_) => "  MISSED",
            None => "",
        };
        let _ = write!(
            text,
            "{:<9}  {:>5}  {:>7} ms",
            row.operation,
            row.batch,
            row.round_trip.as_millis()
        );
        for rate in row.rates {
            let _ = write!(text, "  {:>8}", figure(rate, 0));
        }
        let (amqp, rest) = (figure(ratio(amqp), 2), figure(ratio(rest), 2));
        let _ = writeln!(text, "  {amqp:>7}  {rest:>7}{verdict}");
    }
    text
}

/// A number, or a dash where there is none.
pub fn figure(value: Option<f64>, decimals: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_row_is_judged_by_the_better_of_the_vendors_clients() {
        let row = |rates| Row {
            operation: "cancel",
            batch: 6,
            round_trip: Duration::from_millis(20),
            rates,
        };
        let all = [Some(300.0), Some(100.0), Some(200.0), Some(150.0)];
        let slower = [Some(190.0), None, Some(100.0), Some(200.0)];
        let alone = [Some(300.0), Some(150.0), None, None];
        expect_test::expect![[r#"
            messages a second; ratios to the better of the vendor's clients; aim: amqp at least 1

            operation  batch  round-trip      amqp      rest    python      node   amqp ×   rest ×  aim
            cancel         6       20 ms       300       100       200       150     1.50     0.50  reached
            cancel         6       20 ms       190         –       100       200     0.95        –  MISSED
            cancel         6       20 ms       300       150         –         –        –        –
        "#]]
        .assert_eq(&rates(&[row(all), row(slower), row(alone)]));
    }
}
