//! Rows that are looked for.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::batch::{Item, Part};
use super::load::rows_of;
use super::query::{any, instant, is_guid, page_url, skip_token, text, url};
use super::table::{WITH_WORDS, is_busy};
use super::{DataverseRecords, row};
use crate::core::{ALL_ON, Appointment, Channel, Instant, NotificationStatus as Status, parse};
use crate::http::Http;
use crate::records::channels::switches;
use crate::records::{Changed, Due, NotificationFilter, NotificationRow, Page, RecordsError};

/// Ids in one filter.
const IDS: usize = 40;
/// Appointments of one person that are looked at.
const OTHERS_MAX: u32 = 1_000;

type DueRow = (NotificationRow, Option<Appointment>);

impl<H: Http> DataverseRecords<'_, H> {
    pub(super) async fn read_due(&self, ids: &[String]) -> Result<Due, RecordsError> {
        const DOING: &str = "read due notifications";
        let mut known: Vec<_> = ids.iter().filter(|id| is_guid(id)).collect();
        known.sort_unstable();
        known.dedup();
        let expand = format!("{}($select={})", row::APPOINTMENT, self.table.select());
        let mut reads: Vec<_> = known
            .chunks(IDS)
            .map(|ids| {
                let filter = any(ids, |id| format!("{} eq {id}", row::ID));
                let mut options = vec![("$select", row::SELECT), ("$filter", filter.as_str())];
                if self.table.is_own {
                    options.push(("$expand", &expand));
                }
                Item::Single(Part::get(url(row::SET, &options)).with("prefer", WITH_WORDS))
            })
            .collect();
        let mut found = Vec::new();
        if reads.is_empty() {
            return Ok(Due {
                rows: found,
                switches: ALL_ON,
            });
        }
        // With the same request, so that a switch costs a batch nothing.
        reads.push(self.switches_read());
        let mut answers = self.batch(DOING, &reads).await?;
        let states = match answers.pop() {
            Some(answer) => self.states_in(&answer)?,
            None => Vec::new(),
        };
        for answer in answers {
            let list = self.part_json(DOING, &answer)?.unwrap_or_default();
            let rows = rows_of(&list)?;
            let values = list["value"].as_array().map(Vec::as_slice);
            for (row, value) in rows.into_iter().zip(values.unwrap_or_default()) {
                let linked = &value[row::APPOINTMENT];
                let appointment = match linked.is_object() {
                    true => Some(self.table.read(linked)?),
                    false => None,
                };
                found.push((row, appointment));
            }
        }
        if !self.table.is_own {
            self.add_appointments(&mut found).await?;
        }
        Ok(Due {
            rows: found,
            switches: switches(&states),
        })
    }

    /// The appointments of a table that notifications are not linked to.
    async fn add_appointments(&self, due: &mut [DueRow]) -> Result<(), RecordsError> {
        let ids: HashSet<_> = due
            .iter()
            .map(|(row, _)| row.core.appointment_id.clone())
            .collect();
        let found = self.find_living(ids).await?;
        let found: HashMap<_, _> = found.into_iter().map(|a| (a.id.clone(), a)).collect();
        for (row, appointment) in due {
            *appointment = found.get(&row.core.appointment_id).cloned();
        }
        Ok(())
    }

    /// Those of these appointments that are there.
    pub(super) async fn find_living(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Vec<Appointment>, RecordsError> {
        const DOING: &str = "read the appointments of notifications";
        let mut ids: Vec<_> = ids.into_iter().filter(|id| is_guid(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let read = |ids: &[String]| {
            let filter = any(ids, |id| format!("{} eq {id}", self.table.id));
            let options = [("$select", self.table.select()), ("$filter", &filter)];
            let part = Part::get(url(&self.table.set, &options));
            Item::Single(part.with("prefer", WITH_WORDS))
        };
        let reads: Vec<_> = ids.chunks(IDS).map(read).collect();
        let mut found = Vec::new();
        for answer in self.batch(DOING, &reads).await? {
            let list = self.part_json(DOING, &answer)?.unwrap_or_default();
            for row in list["value"].as_array().into_iter().flatten() {
                found.push(self.table.read(row)?);
            }
        }
        Ok(found)
    }

    pub(super) async fn find_of_provider(
        &self,
        provider: &str,
        messages: &[String],
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        const DOING: &str = "find notifications of a provider";
        let reads: Vec<_> = messages
            .chunks(IDS)
            .map(|ids| {
                let ids = any(ids, |id| {
                    format!("punctual_providermessageid eq {}", text(id))
                });
                let filter = format!("punctual_provider eq {} and {ids}", text(provider));
                self.rows_where(&filter)
            })
            .collect();
        self.rows(DOING, &reads).await
    }

    pub(super) async fn find_others(
        &self,
        appointment: &Appointment,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        const DOING: &str = "find a person's other notifications";
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
        let id = &self.table.id;
        let filter = format!(
            "{} and {id} ne {}",
            any(&said, Clone::clone),
            appointment.id
        );
        let first = url(&self.table.set, &[("$select", id), ("$filter", &filter)]);
        let found = self.page(DOING, &first, None, OTHERS_MAX, "").await?;
        let ids = found.items.iter().filter_map(|row| row[id].as_str());
        let ids: Vec<_> = ids.map(str::to_ascii_lowercase).collect();
        let live = [
            Status::Pending,
            Status::Scheduled,
            Status::Sending,
            Status::Unknown,
            Status::Sent,
            Status::Delivered,
        ];
        let live = any(&live, |status| {
            format!("punctual_status eq {}", row::option(*status))
        });
        let reads: Vec<_> = ids
            .chunks(IDS)
            .map(|ids| {
                let whose = any(ids, |id| format!("punctual_appointmentid eq {}", text(id)));
                self.rows_where(&format!(
                    "punctual_dueat ge {} and punctual_dueat le {} and {live} and {whose}",
                    instant(from),
                    instant(to)
                ))
            })
            .collect();
        let mut rows = self.rows(DOING, &reads).await?;
        rows.sort_by(|a, b| (a.core.due_at, &a.core.id).cmp(&(b.core.due_at, &b.core.id)));
        Ok(rows)
    }

    fn rows_where(&self, filter: &str) -> Item {
        let options = [("$select", row::SELECT), ("$filter", filter)];
        Item::Single(Part::get(url(row::SET, &options)))
    }

    async fn rows(
        &self,
        doing: &str,
        reads: &[Item],
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        let mut rows = Vec::new();
        if reads.is_empty() {
            return Ok(rows);
        }
        for answer in self.batch(doing, reads).await? {
            let list = self.part_json(doing, &answer)?.unwrap_or_default();
            rows.extend(rows_of(&list)?);
        }
        Ok(rows)
    }

    pub(super) async fn find_changed(
        &self,
        since: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Changed>, RecordsError> {
        let id = self.table.id.as_str();
        let first = url(
            &self.table.set,
            &[
                ("$select", &format!("{id},modifiedon")),
                ("$filter", &format!("modifiedon ge {}", instant(since))),
                ("$orderby", &format!("modifiedon asc,{id} asc")),
            ],
        );
        let page = self
            .page("find changed appointments", &first, after, limit, "")
            .await?;
        let changed = page.items.iter().map(|row| {
            let at = row["modifiedon"].as_str().and_then(row::time);
            let id = row[id].as_str().map(str::to_ascii_lowercase);
            let (at, id) = at
                .zip(id)
                .ok_or_else(|| RecordsError::new("a changed row without id or time"))?;
            Ok(Changed { id, at })
        });
        let items = changed.collect::<Result<_, RecordsError>>()?;
        Ok(Page {
            items,
            next: page.next,
        })
    }

    pub(super) async fn find_stuck(
        &self,
        overdue_before: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, RecordsError> {
        let before = instant(overdue_before);
        let is = |status: &Status| format!("punctual_status eq {}", row::option(*status));
        let past = |column: &str| format!("({column} eq null or {column} lt {before})");
        let filter = format!(
            "{} or ({} and punctual_dueat lt {before} and {} and {})",
            is(&Status::Pending),
            any(&[Status::Scheduled, Status::Sending, Status::Unknown], is),
            past("punctual_leaseuntil"),
            past("punctual_retryat"),
        );
        let first = url(
            row::SET,
            &[
                ("$select", "punctual_appointmentid"),
                ("$filter", &filter),
                ("$orderby", "punctual_appointmentid asc,punctual_key asc"),
            ],
        );
        let page = self
            .page("find stuck notifications", &first, after, limit, "")
            .await?;
        let ids = page.items.iter();
        let ids = ids.filter_map(|row| Some(row["punctual_appointmentid"].as_str()?.to_owned()));
        let mut items: Vec<_> = ids.collect();
        items.dedup();
        Ok(Page {
            items,
            next: page.next,
        })
    }

    pub(super) async fn list_notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Page<NotificationRow>, RecordsError> {
        let direction = if filter.latest_first { "desc" } else { "asc" };
        let order = format!("punctual_dueat {direction},punctual_key {direction}");
        let mut options = vec![("$select", row::SELECT), ("$orderby", &order)];
        let said = self.said(filter);
        if !said.is_empty() {
            options.push(("$filter", &said));
        }
        let first = url(row::SET, &options);
        let after = filter.after.as_deref();
        let page = self
            .page("list notifications", &first, after, filter.limit, "")
            .await?;
        let items = page.items.iter().map(row::read).collect::<Result<_, _>>()?;
        Ok(Page {
            items,
            next: page.next,
        })
    }

    /// A filter in OData's words; empty for one that lets all through.
    pub(super) fn said(&self, filter: &NotificationFilter) -> String {
        let mut said = Vec::new();
        if let Some(id) = &filter.appointment {
            said.push(format!("punctual_appointmentid eq {}", text(id)));
        }
        let statuses = filter.statuses.iter();
        let statuses: Vec<Status> = statuses.filter_map(|status| parse(status)).collect();
        if !filter.statuses.is_empty() {
            said.push(any(&statuses, |status| {
                format!("punctual_status eq {}", row::option(*status))
            }));
        }
        if !filter.reasons.is_empty() {
            said.push(any(&filter.reasons, |reason| {
                format!("punctual_reason eq {}", text(reason))
            }));
        }
        if let Some(channel) = filter.channel.as_deref().and_then(parse::<Channel>) {
            said.push(format!("punctual_channel eq {}", row::option(channel)));
        }
        if let Some(from) = filter.from {
            said.push(format!("punctual_dueat ge {}", instant(from)));
        }
        if let Some(to) = filter.to {
            said.push(format!("punctual_dueat lt {}", instant(to)));
        }
        if let Some(wanted) = &filter.text {
            said.push(self.about(wanted, filter.in_contacts));
        }
        said.join(" and ")
    }

    /// The whole id of the row or its appointment; a part of name or service, where the rows are linked to those.
    fn about(&self, wanted: &str, in_contacts: bool) -> String {
        let literal = text(wanted);
        let lower = text(&wanted.to_lowercase());
        let mut said = vec![
            format!("punctual_key eq {lower}"),
            format!("punctual_appointmentid eq {lower}"),
        ];
        if self.table.is_own {
            let columns: &[&str] = match in_contacts {
                true => &[
                    "punctual_customername",
                    "punctual_service",
                    "punctual_email",
                    "punctual_phone",
                ],
                false => &["punctual_customername", "punctual_service"],
            };
            for column in columns {
                said.push(format!("contains({}/{column},{literal})", row::APPOINTMENT));
            }
        }
        any(&said, Clone::clone)
    }

    pub(super) async fn find_of_resource(
        &self,
        resource: &str,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Appointment>, RecordsError> {
        let Some(column) = &self.table.resource else {
            return Ok(Vec::new());
        };
        if resource.trim().is_empty() {
            return Ok(Vec::new());
        }
        let (start, (from, to)) = (&self.table.start, (instant(from), instant(to)));
        let ends = match &self.table.end {
            Some(end) => format!("({end} gt {from} or ({end} eq null and {start} gt {from}))"),
            None => format!("{start} gt {from}"),
        };
        let filter = format!(
            "{column} eq {} and {start} lt {to} and {ends}",
            text(resource.trim())
        );
        let options = [("$select", self.table.select()), ("$filter", &filter)];
        let first = url(&self.table.set, &options);
        const ALL: u32 = 5_000;
        let page = self
            .page(
                "find appointments of a resource",
                &first,
                None,
                ALL,
                WITH_WORDS,
            )
            .await?;
        let mut found = Vec::new();
        for row in &page.items {
            let appointment = self.table.read(row)?;
            if is_busy(appointment.status) {
                found.push(appointment);
            }
        }
        Ok(found)
    }

    /// A page of a list.
    pub(super) async fn page(
        &self,
        doing: &str,
        first: &str,
        after: Option<&str>,
        limit: u32,
        prefer: &str,
    ) -> Result<Page<Value>, RecordsError> {
        let path = page_url(first, after)?;
        let mut wishes = format!("odata.maxpagesize={limit}");
        if !prefer.is_empty() {
            wishes = format!("{wishes},{prefer}");
        }
        let mut list = self.get(doing, &path, &wishes).await?;
        let next = list["@odata.nextLink"].as_str().and_then(skip_token);
        let items = match list["value"].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        Ok(Page { items, next })
    }
}
