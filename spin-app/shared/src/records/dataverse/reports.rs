//! What the console reads. Counting is the service's (`$apply`), which counts 50,000 rows at most and refuses above that.

use std::collections::BTreeMap;

use serde_json::Value;

use super::count::{name, tally_of};
use super::query::{any, instant, is_guid, text, url};
use super::table::WITH_WORDS;
use super::{DataverseRecords, row};
use crate::core::{Appointment, Instant, NotificationStatus as Status, parse};
use crate::http::Http;
use crate::records::reports::{AppointmentFilter, Counts, DueCount, QUARTER_MS, Reports};
use crate::records::{Loaded, NotificationFilter, Page, RecordsError};

/// Rows or groups in one answer.
const PAGE: u32 = 5_000;
/// Answers to one question: 50,000 rows, as many as the service counts.
const PAGES_MAX: u32 = 10;

impl<H: Http> Reports for DataverseRecords<'_, H> {
    async fn count(&self, filter: &NotificationFilter) -> Result<Counts, RecordsError> {
        const DOING: &str = "count notifications";
        let said = self.said(filter);
        let grouped = "groupby((punctual_status,punctual_reason,punctual_channel),aggregate($count as count))";
        let apply = match said.is_empty() {
            true => grouped.to_owned(),
            false => format!("filter({said})/{grouped}"),
        };
        let by_state = url(row::SET, &[("$apply", &apply)]);
        let by_state = self.all(DOING, &by_state).await?;
        // The service groups by no column with a time in it, so these are counted here.
        let mut due = vec![("$select", "punctual_dueat,punctual_status")];
        if !said.is_empty() {
            due.push(("$filter", said.as_str()));
        }
        let mut by_due: BTreeMap<(Instant, &'static str), i64> = BTreeMap::new();
        for row in self.all(DOING, &url(row::SET, &due)).await? {
            let at = row["punctual_dueat"].as_str().and_then(row::time);
            if let Some((at, status)) = at.zip(name::<Status>(&row["punctual_status"])) {
                let quarter = at.div_euclid(QUARTER_MS) * QUARTER_MS;
                *by_due.entry((quarter, status)).or_default() += 1;
            }
        }
        let due = |((at, status), count): ((Instant, &str), i64)| DueCount {
            at,
            status: status.to_owned(),
            count,
        };
        Ok(Counts {
            by_state: by_state.iter().filter_map(tally_of).collect(),
            by_due: by_due.into_iter().map(due).collect(),
        })
    }

    async fn deliveries(
        &self,
        from: Instant,
        to: Instant,
        limit: u32,
    ) -> Result<Vec<(Instant, Instant)>, RecordsError> {
        let filter = format!(
            "punctual_dueat ge {} and punctual_dueat lt {} and punctual_sentat ne null",
            instant(from),
            instant(to)
        );
        let first = url(
            row::SET,
            &[
                ("$select", "punctual_dueat,punctual_sentat"),
                ("$filter", &filter),
                ("$orderby", "punctual_dueat desc"),
            ],
        );
        let page = self
            .page("read deliveries", &first, None, limit.min(PAGE), "")
            .await?;
        let time = |row: &Value, column: &str| row[column].as_str().and_then(row::time);
        let pair = |row: &Value| time(row, "punctual_dueat").zip(time(row, "punctual_sentat"));
        Ok(page.items.iter().filter_map(pair).collect())
    }

    async fn living(&self, appointments: &[String]) -> Result<Vec<Appointment>, RecordsError> {
        self.find_living(appointments.iter().cloned()).await
    }

    async fn appointments(&self, filter: &AppointmentFilter) -> Result<Page<Loaded>, RecordsError> {
        let (start, id) = (&self.table.start, &self.table.id);
        let direction = if filter.latest_first { "desc" } else { "asc" };
        let order = format!("{start} {direction},{id} {direction}");
        let said = self.said_of_appointments(filter);
        let mut options = vec![
            ("$select", self.table.select()),
            ("$orderby", order.as_str()),
        ];
        if !said.is_empty() {
            options.push(("$filter", &said));
        }
        let first = url(&self.table.set, &options);
        let page = self
            .page(
                "list appointments",
                &first,
                filter.after.as_deref(),
                filter.limit,
                WITH_WORDS,
            )
            .await?;
        let items = page.items.iter().map(|row| self.living_row(row));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }

    async fn of_person(
        &self,
        appointment: &Appointment,
        limit: u32,
    ) -> Result<Vec<Loaded>, RecordsError> {
        let contacts = [&appointment.email, &appointment.phone];
        let columns = self.table.contacts.iter().zip(contacts);
        let said: Vec<_> = columns
            .filter_map(|(column, contact)| {
                let contact = contact.as_deref()?.trim();
                Some(format!("{} eq {}", column.as_ref()?, text(contact)))
            })
            .collect();
        if said.is_empty() {
            return Ok(Vec::new());
        }
        let (id, filter) = (&self.table.id, any(&said, Clone::clone));
        let order = format!("{} desc,{id} asc", self.table.start);
        let options = [
            ("$select", id.as_str()),
            ("$filter", &filter),
            ("$orderby", &order),
        ];
        let first = url(&self.table.set, &options);
        let page = self
            .page("find a person's appointments", &first, None, limit, "")
            .await?;
        let ids = page.items.iter().filter_map(|row| row[id].as_str());
        let ids: Vec<_> = ids.map(str::to_ascii_lowercase).collect();
        Ok(self.read_all(&ids).await?.into_iter().flatten().collect())
    }
}

impl<H: Http> DataverseRecords<'_, H> {
    /// All rows of an answer, page by page.
    async fn all(&self, doing: &str, first: &str) -> Result<Vec<Value>, RecordsError> {
        let (mut found, mut after) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let page = self.page(doing, first, after.as_deref(), PAGE, "").await?;
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
        Err(RecordsError::new(format!(
            "to {doing}, more than {} rows would have to be read: narrow the question",
            PAGE * PAGES_MAX
        )))
    }

    fn said_of_appointments(&self, filter: &AppointmentFilter) -> String {
        let start = &self.table.start;
        let mut said = Vec::new();
        if let Some(from) = filter.from {
            said.push(format!("{start} ge {}", instant(from)));
        }
        if let Some(to) = filter.to {
            said.push(format!("{start} lt {}", instant(to)));
        }
        if !filter.statuses.is_empty() {
            let statuses = filter.statuses.iter().filter_map(|status| parse(status));
            let known: Vec<_> = statuses
                .filter_map(|status| self.table.status_is(status))
                .collect();
            said.push(match known.is_empty() {
                // The table has none of these statuses, so nothing is in one.
                true => format!("{} eq null", self.table.id),
                false => any(&known, Clone::clone),
            });
        }
        if let Some(resource) = &filter.resource {
            said.push(match &self.table.resource {
                Some(column) => format!("{column} eq {}", text(resource.trim())),
                None => format!("{} eq null", self.table.id),
            });
        }
        if let Some(wanted) = &filter.text {
            let mut parts: Vec<_> = self
                .table
                .words(filter.in_contacts)
                .map(|column| format!("contains({column},{})", text(wanted)))
                .collect();
            if is_guid(wanted) {
                parts.push(format!("{} eq {wanted}", self.table.id));
            }
            said.push(match parts.is_empty() {
                true => format!("{} eq null", self.table.id),
                false => any(&parts, Clone::clone),
            });
        }
        said.join(" and ")
    }
}
