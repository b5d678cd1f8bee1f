//! What dashboards count, counted by the service (`$apply`). It counts 50,000 rows at most and refuses above that.

use serde_json::Value;

use super::batch::{Item, Part};
use super::query::{instant, url};
use super::{DataverseRecords, row};
use crate::core::{Channel, Code, Instant, NotificationStatus as Status};
use crate::http::Http;
use crate::records::{RecordsError, Tally};

impl<H: Http> DataverseRecords<'_, H> {
    pub(super) async fn count_rows(&self, since: Instant) -> Result<Vec<Tally>, RecordsError> {
        let apply = format!(
            "filter(punctual_dueat ge {})/groupby((punctual_status,punctual_reason,punctual_channel,punctual_provider),aggregate($count as count))",
            instant(since)
        );
        let path = url(row::SET, &[("$apply", &apply)]);
        let list = self.get("count notifications", &path, "").await?;
        let groups = list["value"].as_array().map(Vec::as_slice);
        let groups = groups.unwrap_or_default();
        Ok(groups.iter().filter_map(tally_of).collect())
    }

    pub(super) async fn count_lateness(
        &self,
        bounds_ms: &[i64],
        since: Instant,
    ) -> Result<(Vec<i64>, i64, i64), RecordsError> {
        const DOING: &str = "count lateness";
        let sent = format!(
            "punctual_dueat ge {} and punctual_sentat ne null",
            instant(since)
        );
        let read = |filter: String, aggregate: &str| {
            let apply = format!("filter({filter})/aggregate({aggregate})");
            Item::Single(Part::get(url(row::SET, &[("$apply", &apply)])))
        };
        let mut reads: Vec<_> = bounds_ms
            .iter()
            .map(|bound| {
                let filter = format!("{sent} and punctual_lateness le {bound}");
                read(filter, "$count as count")
            })
            .collect();
        reads.push(read(sent.clone(), "$count as count"));
        // A clock that was set back makes a reminder early; that makes no other one less late.
        let late = format!("{sent} and punctual_lateness gt 0");
        reads.push(read(late, "punctual_lateness with sum as sum"));
        let mut answers = self.batch(DOING, &reads).await?;
        let sum = answers.pop();
        let mut told = Vec::new();
        for answer in answers {
            let list = self.part_json(DOING, &answer)?.unwrap_or_default();
            told.push(list["value"][0]["count"].as_i64().unwrap_or(0));
        }
        let count = told.pop().unwrap_or(0);
        // The service adds up in 32 bits, which is 596 hours of lateness, and fails above.
        let sum = sum.map(|answer| self.part_json(DOING, &answer));
        let sum = match sum {
            Some(Ok(list)) => list.unwrap_or_default()["value"][0]["sum"]
                .as_i64()
                .unwrap_or(0),
            _ => estimate(bounds_ms, &told, count),
        };
        Ok((told, count, sum))
    }
}

/// A group by status, reason and channel.
pub(super) fn tally_of(group: &Value) -> Option<Tally> {
    Some(Tally {
        status: name::<Status>(&group["punctual_status"])?.to_owned(),
        reason: group["punctual_reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        channel: name::<Channel>(&group["punctual_channel"])?.to_owned(),
        provider: group["punctual_provider"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        count: group["count"].as_i64()?,
    })
}

/// As if each were as late as its bucket allows, and those above the last bound as late as that.
fn estimate(bounds_ms: &[i64], within: &[i64], count: i64) -> i64 {
    let (mut before, mut sum) = (0, 0_i64);
    for (bound, within) in bounds_ms.iter().zip(within) {
        sum = sum.saturating_add((within - before).saturating_mul(*bound));
        before = *within;
    }
    let last = bounds_ms.last().copied().unwrap_or(0);
    sum.saturating_add((count - before).saturating_mul(last))
}

/// The outside name of a choice's value.
pub(super) fn name<T: Code>(value: &Value) -> Option<&'static str> {
    let value = value.as_i64()?;
    let found = T::TABLE
        .iter()
        .find(|(case, _)| row::option(*case) == value);
    found.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::estimate;

    #[test]
    fn an_estimate_is_what_the_buckets_allow() {
        assert_eq!(estimate(&[0, 1_000, 60_000], &[2, 3, 4], 5), 121_000);
        assert_eq!(estimate(&[], &[], 5), 0);
        assert_eq!(estimate(&[i64::MAX], &[i64::MAX], i64::MAX), i64::MAX);
    }
}
