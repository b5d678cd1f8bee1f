//! The archive port in Dataverse. Fifty notifications are deleted and their counters raised in one change set, which is
//! one transaction there; so no count needs to be found out again after a death. Each row is named with its version.
//!
//! A bulk delete job would be one request for all of them, but nobody could say what it deleted: rows change while it runs, and
//! it is not undone where it fails half-way.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::batch::{Item, ItemAnswer, Part};
use super::count::name;
use super::query::{any, instant, text, url};
use super::refusal::Meaning;
use super::{DataverseRecords, row};
use crate::core::{Channel, Instant, NotificationStatus as Status, parse};
use crate::http::Http;
use crate::records::archive::{Archive, Day, Taken, Waiting, day};
use crate::records::{Page, RecordsError, Tally};

/// The counters.
const SET: &str = "punctual_archivedcounts";
const SELECT: &str =
    "punctual_name,punctual_count,punctual_status,punctual_reason,punctual_channel";
/// Operations in a change set. It holds locks until its end, and an answer must come within ten seconds.
const ROWS: u32 = 50;
/// Names in one filter.
const NAMES: usize = 40;
/// How often it is tried again when somebody wrote one of the rows meanwhile.
const ROUNDS_MAX: u32 = 3;
/// More rows than this are not counted by the service.
const COUNTED_MAX: i64 = 50_000;
const DOING: &str = "archive notifications";

const ENDED: [Status; 5] = [
    Status::Sent,
    Status::Delivered,
    Status::Failed,
    Status::Canceled,
    Status::Skipped,
];

/// Day, status, reason and channel of rows that are counted together.
type Kind = (String, Status, Option<String>, Channel);

/// What a filter says of rows that are old enough; see the port.
fn old(before: Instant, more: &str) -> String {
    let (before, first) = (instant(before), instant(0));
    format!(
        "punctual_dueat lt {before} and punctual_startat lt {before} and punctual_startat gt {first} and {more}"
    )
}

fn ended() -> String {
    any(&ENDED, |status| {
        format!("punctual_status eq {}", row::option(*status))
    })
}

impl<H: Http> Archive for DataverseRecords<'_, H> {
    async fn waiting(&self, before: Instant) -> Result<Waiting, RecordsError> {
        let count = |filter: &str| {
            let apply = format!("filter({filter})/aggregate($count as count)");
            Item::Single(Part::get(url(row::SET, &[("$apply", &apply)])))
        };
        let old_and_ended = old(before, &ended());
        let end = |direction: &str| {
            let options = [
                ("$select", "punctual_dueat"),
                ("$filter", &old_and_ended),
                ("$orderby", &format!("punctual_dueat {direction}")),
                ("$top", "1"),
            ];
            Item::Single(Part::get(url(row::SET, &options)))
        };
        let open = old(before, &format!("not {}", ended()));
        let reads = [count(&old_and_ended), count(&open), end("asc"), end("desc")];
        let answers = self.batch("look for what to archive", &reads).await?;
        let [rows, open, oldest, newest] = &answers[..] else {
            return Err(RecordsError::new("not every question was answered"));
        };
        let (rows, open) = (self.counted(rows)?, self.counted(open)?);
        Ok(Waiting {
            rows: rows.unwrap_or(COUNTED_MAX),
            is_exact: rows.is_some(),
            open: open.unwrap_or(COUNTED_MAX),
            oldest: self.due(oldest)?,
            newest: self.due(newest)?,
            gravestones: 0,
        })
    }

    async fn take(&self, before: Instant, limit: u32) -> Result<Taken, RecordsError> {
        for _ in 0..ROUNDS_MAX {
            if let Some(rows) = self.take_once(before, limit.min(ROWS)).await? {
                return Ok(Taken {
                    rows,
                    gravestones: 0,
                });
            }
        }
        Err(RecordsError::new(
            "Dataverse, archive notifications: they keep changing; try again",
        ))
    }

    /// What becomes free there is the service's.
    async fn give_back(&self) -> Result<bool, RecordsError> {
        Ok(false)
    }

    async fn archived(&self) -> Result<Vec<Tally>, RecordsError> {
        let apply = "groupby((punctual_status,punctual_reason,punctual_channel),aggregate(punctual_count with sum as count))";
        let path = url(SET, &[("$apply", apply)]);
        let list = self.get("add up archived counts", &path, "").await?;
        let groups = list["value"].as_array().map(Vec::as_slice);
        let tally = |group: &Value| tally(group, "count");
        Ok(groups
            .unwrap_or_default()
            .iter()
            .filter_map(tally)
            .collect())
    }

    async fn archived_days(
        &self,
        from: &str,
        to: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Day>, RecordsError> {
        let filter = format!("punctual_day ge {from}T00:00:00Z and punctual_day lt {to}T00:00:00Z");
        let options = [
            ("$select", SELECT),
            ("$filter", &filter),
            ("$orderby", "punctual_name asc"),
        ];
        let first = url(SET, &options);
        let page = self
            .page("list archived counts", &first, after, limit, "")
            .await?;
        let day = |row: &Value| {
            let name = row["punctual_name"].as_str()?;
            Some(Day {
                day: name.split('.').next()?.to_owned(),
                tally: tally(row, "punctual_count")?,
            })
        };
        let items = page.items.iter().map(|row| {
            day(row)
                .ok_or_else(|| RecordsError::new("an archived count that this build does not know"))
        });
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }
}

impl<H: Http> DataverseRecords<'_, H> {
    /// One try. None: a row or a counter was written meanwhile, and nothing was done.
    async fn take_once(&self, before: Instant, limit: u32) -> Result<Option<u32>, RecordsError> {
        let filter = old(before, &ended());
        let options = [
            (
                "$select",
                "punctual_notificationid,punctual_dueat,punctual_status,punctual_reason,punctual_channel",
            ),
            ("$filter", filter.as_str()),
            ("$orderby", "punctual_dueat asc,punctual_key asc"),
        ];
        let found = self
            .page(DOING, &url(row::SET, &options), None, limit, "")
            .await?;
        let mut kinds: BTreeMap<String, (Kind, i64)> = BTreeMap::new();
        let mut deletes = Vec::new();
        for row in &found.items {
            let known = kind(row).zip(etag(row)).zip(row[row::ID].as_str());
            let ((kind, etag), id) = known.ok_or_else(|| {
                RecordsError::new("a notification to archive that this build does not know")
            })?;
            kinds.entry(counter_name(&kind)).or_insert((kind, 0)).1 += 1;
            deletes.push(Part {
                method: "DELETE",
                path: format!("{}({id})", row::SET),
                headers: vec![("if-match", etag.to_owned())],
                body: None,
            });
        }
        if deletes.is_empty() {
            return Ok(Some(0));
        }
        let names: Vec<&String> = kinds.keys().collect();
        let counters = self.counters(&names).await?;
        let raised = kinds
            .iter()
            .map(|(name, (kind, count))| raise(name, kind, *count, counters.get(name)));
        // The counters first: where two archive at once, the second is told before it has deleted anything.
        let parts = raised.chain(deletes.iter().cloned()).collect();
        let answers = self.batch(DOING, &[Item::ChangeSet(parts)]).await?;
        let refused = match answers.first() {
            Some(ItemAnswer::Done(_)) => {
                return Ok(Some(u32::try_from(deletes.len()).unwrap_or(u32::MAX)));
            }
            Some(ItemAnswer::Undone(answer) | ItemAnswer::Single(answer)) => {
                self.part_refusal(answer)
            }
            None => return Err(RecordsError::new("the change set was not answered")),
        };
        match refused.meaning() {
            Meaning::Overtaken | Meaning::Missing => Ok(None),
            Meaning::Busy | Meaning::Refused => Err(refused.error(DOING)),
        }
    }

    /// The counters that there are: count and ETag.
    async fn counters(
        &self,
        names: &[&String],
    ) -> Result<BTreeMap<String, (i64, String)>, RecordsError> {
        let read = |names: &[&String]| {
            let filter = any(names, |name| format!("punctual_name eq {}", text(name)));
            let options = [
                ("$select", "punctual_name,punctual_count"),
                ("$filter", &filter),
            ];
            Item::Single(Part::get(url(SET, &options)))
        };
        let reads: Vec<_> = names.chunks(NAMES).map(read).collect();
        let mut found = BTreeMap::new();
        for answer in self.batch(DOING, &reads).await? {
            let list = self.part_json(DOING, &answer)?.unwrap_or_default();
            for row in list["value"].as_array().into_iter().flatten() {
                let known = row["punctual_name"].as_str().zip(etag(row));
                let known = known.zip(row["punctual_count"].as_i64());
                let ((name, etag), count) =
                    known.ok_or_else(|| RecordsError::new("an archived count without a number"))?;
                found.insert(name.to_owned(), (count, etag.to_owned()));
            }
        }
        Ok(found)
    }

    /// A count. None: there is more than the service counts.
    fn counted(&self, answer: &ItemAnswer) -> Result<Option<i64>, RecordsError> {
        if let ItemAnswer::Single(part) = answer
            && part.status == 400
            && String::from_utf8_lossy(&part.body)
                .to_ascii_lowercase()
                .contains(TOO_MANY)
        {
            return Ok(None);
        }
        let list = self.part_json("count what to archive", answer)?;
        let count = list.unwrap_or_default()["value"][0]["count"].as_i64();
        Ok(Some(count.unwrap_or(0)))
    }

    fn due(&self, answer: &ItemAnswer) -> Result<Option<Instant>, RecordsError> {
        let list = self.part_json("look for what to archive", answer)?;
        let list = list.unwrap_or_default();
        Ok(list["value"][0]["punctual_dueat"]
            .as_str()
            .and_then(row::time))
    }
}

/// `AggregateQueryRecordLimit exceeded`.
const TOO_MANY: &str = "0x8004e023";

fn etag(row: &Value) -> Option<&str> {
    row["@odata.etag"].as_str()
}

fn kind(row: &Value) -> Option<Kind> {
    let due_at = row["punctual_dueat"].as_str().and_then(row::time)?;
    let reason = row["punctual_reason"].as_str().map(str::to_owned);
    Some((
        day(due_at),
        parse(name::<Status>(&row["punctual_status"])?)?,
        reason.filter(|reason| !reason.is_empty()),
        parse(name::<Channel>(&row["punctual_channel"])?)?,
    ))
}

/// A text that a key in a URL takes: codes are letters and underscores.
fn counter_name((day, status, reason, channel): &Kind) -> String {
    use crate::core::code;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let reason = reason.as_deref().unwrap_or("-");
    let reason: String = reason
        .bytes()
        .map(|byte| {
            if fits(byte) || byte == b'-' {
                byte.into()
            } else {
                '-'
            }
        })
        .collect();
    format!("{day}.{}.{reason}.{}", code(*status), code(*channel))
}

/// The operation that adds to a counter, or makes it.
fn raise(name: &str, kind: &Kind, by: i64, known: Option<&(i64, String)>) -> Part {
    let (day, status, reason, channel) = kind;
    let (guard, body) = match known {
        Some((count, etag)) => (
            ("if-match", etag.clone()),
            json!({"punctual_count": count + by}),
        ),
        None => (
            ("if-none-match", "*".to_owned()),
            json!({
                "punctual_day": format!("{day}T12:00:00Z"), "punctual_status": row::option(*status),
                "punctual_reason": reason, "punctual_channel": row::option(*channel), "punctual_count": by,
            }),
        ),
    };
    Part {
        method: "PATCH",
        path: format!("{SET}(punctual_name={})", text(name)),
        headers: vec![guard],
        body: Some(body.to_string()),
    }
}

fn tally(row: &Value, count: &str) -> Option<Tally> {
    let reason = row["punctual_reason"].as_str().unwrap_or_default();
    Some(Tally {
        status: name::<Status>(&row["punctual_status"])?.to_owned(),
        reason: reason.to_owned(),
        channel: name::<Channel>(&row["punctual_channel"])?.to_owned(),
        provider: String::new(),
        count: row[count].as_i64()?,
    })
}
