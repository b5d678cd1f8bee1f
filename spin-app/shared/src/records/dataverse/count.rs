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
            "filter(punctual_dueat ge {})/groupby((punctual_status,punctual_reason,punctual_channel),aggregate($count as count))",
            instant(since)
        );
        let path = url(row::SET, &[("$apply", &apply)]);
        let list = self.get("count notifications", &path, "").await?;
        let groups = list["value"].as_array().map(Vec::as_slice);
        let tally = |group: &Value| {
            Some(Tally {
                status: name::<Status>(&group["punctual_status"])?.to_owned(),
                reason: group["punctual_reason"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                channel: name::<Channel>(&group["punctual_channel"])?.to_owned(),
                count: group["count"].as_i64()?,
            })
        };
        Ok(groups
            .unwrap_or_default()
            .iter()
            .filter_map(tally)
            .collect())
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
        let mut told = Vec::new();
        for answer in self.batch(DOING, &reads).await? {
            let list = self.part_json(DOING, &answer)?.unwrap_or_default();
            let found = &list["value"][0];
            let number = found["count"].as_i64().or_else(|| found["sum"].as_i64());
            told.push(number.unwrap_or(0));
        }
        let sum = told.pop().unwrap_or(0);
        let count = told.pop().unwrap_or(0);
        Ok((told, count, sum))
    }
}

/// The outside name of a choice's value.
fn name<T: Code>(value: &Value) -> Option<&'static str> {
    let value = value.as_i64()?;
    let found = T::TABLE
        .iter()
        .find(|(case, _)| row::option(*case) == value);
    found.map(|(_, name)| *name)
}
