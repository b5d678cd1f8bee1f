//! Memory and file handles of a process, over time.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};

/// What is left out at the beginning: caches fill, pools grow to their size.
const WARM_UP: f64 = 0.4;
/// More than this an hour is a leak. A leak of one small thing a request is a hundred times that.
const KIB_PER_HOUR_MAX: f64 = 64.0 * 1024.0;
/// Handles come and go with connections; the middle of the last quarter may be this much above that of the first.
const HANDLES_MORE_MAX: f64 = 8.0;

/// A look at a process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    rss_kib: f64,
    handles: f64,
}

/// Looks.
pub(super) fn look(process: u32) -> Result<Look> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))
        .context("memory is read from /proc, as Linux has it")?;
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let rss = rss.and_then(|text| text.split_whitespace().next()?.parse().ok());
    let handles = std::fs::read_dir(format!("/proc/{process}/fd"))?.count();
    Ok(Look {
        rss_kib: rss.context("VmRSS is a number")?,
        handles: handles as f64,
    })
}

/// All looks.
#[derive(Default)]
pub(super) struct Figures(Vec<(f64, Look)>);

impl Figures {
    pub(super) fn note(&mut self, at: Duration, look: Look) {
        self.0.push((at.as_secs_f64(), look));
    }

    fn warm(&self) -> &[(f64, Look)] {
        let from = (self.0.len() as f64 * WARM_UP) as usize;
        &self.0[from..]
    }

    /// Growth of memory in KiB an hour: between the middles of the first and the last third.
    fn kib_per_hour(&self) -> f64 {
        self.growth(|look| look.rss_kib)
            .map_or(0.0, |(more, seconds)| more / seconds * 3_600.0)
    }

    fn handles_more(&self) -> f64 {
        self.growth(|look| look.handles)
            .map_or(0.0, |(more, _)| more)
    }

    /// Medians, since one request under way is no trend.
    fn growth(&self, of: impl Fn(&Look) -> f64) -> Option<(f64, f64)> {
        let warm = self.warm();
        let third = warm.len() / 3;
        if third == 0 {
            return None;
        }
        let middle = |looks: &[(f64, Look)]| {
            let mut values: Vec<f64> = looks.iter().map(|(_, look)| of(look)).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let (first, last) = (&warm[..third], &warm[warm.len() - third..]);
        let seconds = last[third / 2].0 - first[third / 2].0;
        Some((middle(last) - middle(first), seconds.max(1.0)))
    }

    /// Whether nothing leaks. Growth over a short run is mostly noise, so it must be more than 8 MiB as well.
    pub(super) fn are_flat(&self) -> bool {
        let more_kib = self
            .growth(|look| look.rss_kib)
            .map_or(0.0, |(more, _)| more);
        let leaks = more_kib > 8.0 * 1024.0 && self.kib_per_hour() > KIB_PER_HOUR_MAX;
        !leaks && self.handles_more() <= HANDLES_MORE_MAX
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.last().map(|(_, look)| *look);
        let (rss, handles) = last.map_or((0.0, 0.0), |look| (look.rss_kib, look.handles));
        write!(
            f,
            "the host that lived ends with {:.1} MiB and {handles} handles; memory grew by {:.1} MiB an hour, handles by {}: {}",
            rss / 1024.0,
            self.kib_per_hour() / 1024.0,
            self.handles_more(),
            if self.are_flat() { "flat" } else { "NOT FLAT" }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rss_kib: impl Fn(f64) -> f64, handles: impl Fn(f64) -> f64, flat: bool) {
        let mut figures = Figures::default();
        for second in (0..1_200).step_by(2) {
            let at = f64::from(second);
            let look = Look {
                rss_kib: rss_kib(at),
                handles: handles(at),
            };
            figures.note(Duration::from_secs(second as u64), look);
        }
        assert_eq!(figures.are_flat(), flat, "{figures}");
    }

    #[test]
    fn what_leaks_is_not_flat() {
        let steady = |_| 40.0;
        check(|_| 200_000.0, steady, true);
        // It warms up, and then swings.
        check(
            |at| 200_000.0 - 1e5 / (1.0 + at) + 3_000.0 * at.sin(),
            steady,
            true,
        );
        // Fifty bytes a millisecond.
        check(|at| 200_000.0 + 50.0 * at, steady, false);
        check(|_| 200_000.0, |at| 40.0 + at / 30.0, false);
    }
}
