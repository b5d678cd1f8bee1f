//! The consent port in the table `punctual_suppression`: a row for each channel, address and reason, found by its key.
//!
//! Whoever hears of an appointment before it is read may say whose addresses will be asked for ([`Consent::foresee`]): then
//! they are looked up with the same request.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::batch::{Item, ItemAnswer, Part};
use super::query::{any, instant, is_guid, text, url};
use super::refusal::Meaning;
use super::{DataverseRecords, row};
use crate::core::{Channel, Code, Instant, Reason, code, parse};
use crate::http::Http;
use crate::records::consent::{Consent, Listed, Suppression};
use crate::records::{Page, RecordsError};

const SET: &str = "punctual_suppressions";
const READ: &str = "read suppressions";
/// Addresses in one filter.
const ADDRESSES: usize = 30;

/// What is known of addresses in this request.
#[derive(Default)]
pub struct Foreseen {
    wanted: RefCell<Vec<(Channel, String)>>,
    known: RefCell<HashMap<(&'static str, String), Option<Reason>>>,
}

impl Foreseen {
    /// The read of what is wanted, if anything is.
    pub(super) fn read(&self) -> Option<Item> {
        let wanted = self.wanted.borrow();
        (!wanted.is_empty()).then(|| read(&wanted))
    }

    /// Takes its answer.
    pub(super) fn take(&self, found: Vec<(Channel, String, Reason)>) {
        let mut known = self.known.borrow_mut();
        for (channel, address) in self.wanted.take() {
            known.insert((code(channel), address), None);
        }
        for (channel, address, reason) in found {
            known.insert((code(channel), address), Some(reason));
        }
    }
}

fn read(addresses: &[(Channel, String)]) -> Item {
    let filter = any(addresses, |(channel, address)| {
        format!(
            "(punctual_channel eq {} and punctual_address eq {})",
            row::option(*channel),
            text(address)
        )
    });
    let select = "punctual_channel,punctual_address,punctual_reason";
    Item::Single(Part::get(url(
        SET,
        &[("$select", select), ("$filter", &filter)],
    )))
}

impl<H: Http> Consent for DataverseRecords<'_, H> {
    fn foresee(&self, addresses: &[(Channel, String)]) {
        self.foreseen
            .wanted
            .borrow_mut()
            .extend_from_slice(addresses);
    }

    async fn look_up(&self, addresses: &[(Channel, String)]) -> Result<(), RecordsError> {
        if addresses.is_empty() {
            return Ok(());
        }
        let found = self.suppressed(addresses).await?;
        self.foresee(addresses);
        self.foreseen.take(found);
        Ok(())
    }

    async fn suppressed(
        &self,
        addresses: &[(Channel, String)],
    ) -> Result<Vec<(Channel, String, Reason)>, RecordsError> {
        let known = |(channel, address): &(Channel, String)| {
            let known = self.foreseen.known.borrow();
            let found = known.get(&(code(*channel), address.clone())).copied();
            found.map(|reason| reason.map(|reason| (*channel, address.clone(), reason)))
        };
        let all: Option<Vec<_>> = addresses.iter().map(known).collect();
        if let Some(all) = all {
            return Ok(all.into_iter().flatten().collect());
        }
        let reads: Vec<_> = addresses.chunks(ADDRESSES).map(read).collect();
        let mut found = Vec::new();
        for answer in self.batch(READ, &reads).await? {
            found.extend(self.suppressions_in(&answer)?);
        }
        Ok(found)
    }

    async fn suppress(&self, entry: &Suppression, now: Instant) -> Result<bool, RecordsError> {
        const DOING: &str = "write a suppression";
        let body = json!({
            "punctual_name": entry.address,
            "punctual_key": key(entry.channel, &entry.address, entry.reason),
            "punctual_channel": row::option(entry.channel),
            "punctual_address": entry.address,
            "punctual_reason": code(entry.reason),
            "punctual_source": entry.source,
            "punctual_since": instant(now),
        });
        let mut call = self
            .call("POST", SET)?
            .with("content-type", "application/json");
        call.body = body.to_string().into_bytes();
        let answer = self.write(call).await?;
        if answer.is_success() {
            return Ok(true);
        }
        let refusal = self.refusal(&answer);
        match refusal.meaning() {
            // The key is taken: it was suppressed already.
            Meaning::Overtaken => Ok(false),
            _ => Err(refusal.error(DOING)),
        }
    }

    async fn suppressions(
        &self,
        channel: Option<Channel>,
        wanted: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Listed>, RecordsError> {
        let mut said = Vec::new();
        said.extend(channel.map(|channel| format!("punctual_channel eq {}", row::option(channel))));
        said.extend(wanted.map(|wanted| format!("contains(punctual_address,{})", text(wanted))));
        let said = said.join(" and ");
        let mut options = vec![
            ("$select", LISTED),
            (
                "$orderby",
                "punctual_since desc,punctual_suppressionid desc",
            ),
        ];
        if !said.is_empty() {
            options.push(("$filter", &said));
        }
        let page = self
            .page(READ, &url(SET, &options), after, limit, "")
            .await?;
        let items: Option<Vec<_>> = page.items.iter().map(listed).collect();
        let unknown = || RecordsError::new("a suppression that this build does not know");
        Ok(Page {
            items: items.ok_or_else(unknown)?,
            next: page.next,
        })
    }

    async fn suppression(
        &self,
        channel: Channel,
        address: &str,
        reason: Reason,
    ) -> Result<Option<Listed>, RecordsError> {
        let filter = format!("punctual_key eq {}", text(&key(channel, address, reason)));
        let path = url(SET, &[("$select", LISTED), ("$filter", &filter)]);
        let found = self.get(READ, &path, "").await?;
        Ok(found["value"].get(0).and_then(listed))
    }

    async fn unsuppress(&self, id: &str) -> Result<bool, RecordsError> {
        const DOING: &str = "take back a suppression";
        if !is_guid(id) {
            return Ok(false);
        }
        let call = self
            .call("DELETE", &format!("{SET}({id})"))?
            .with("if-match", "*");
        let answer = self.write(call).await?;
        if answer.is_success() {
            return Ok(true);
        }
        let refusal = self.refusal(&answer);
        match refusal.meaning() {
            Meaning::Missing | Meaning::Overtaken => Ok(false),
            _ => Err(refusal.error(DOING)),
        }
    }

    async fn lift(&self, channel: Channel, address: &str) -> Result<bool, RecordsError> {
        const DOING: &str = "take back a suppression";
        // An address may hold what no key in a URL takes.
        let key = key(channel, address, Reason::OptedOut);
        let filter = format!("punctual_key eq {}", text(&key));
        let path = url(
            SET,
            &[("$select", "punctual_suppressionid"), ("$filter", &filter)],
        );
        let found = self.get(DOING, &path, "").await?;
        let mut lifted = false;
        for row in found["value"].as_array().into_iter().flatten() {
            let Some(id) = row["punctual_suppressionid"].as_str() else {
                continue;
            };
            let call = self
                .call("DELETE", &format!("{SET}({id})"))?
                .with("if-match", "*");
            let answer = self.write(call).await?;
            let refusal = self.refusal(&answer);
            match (answer.is_success(), refusal.meaning()) {
                (true, _) => lifted = true,
                (false, Meaning::Missing | Meaning::Overtaken) => {}
                _ => return Err(refusal.error(DOING)),
            }
        }
        Ok(lifted)
    }
}

impl<H: Http> DataverseRecords<'_, H> {
    /// What a read of suppressions found: of two reasons for one address, what the person said.
    pub(super) fn suppressions_in(
        &self,
        answer: &ItemAnswer,
    ) -> Result<Vec<(Channel, String, Reason)>, RecordsError> {
        let list = self.part_json(READ, answer)?.unwrap_or_default();
        let mut found: Vec<(Channel, String, Reason)> = Vec::new();
        for row in list["value"].as_array().into_iter().flatten() {
            let (channel, address, reason) = suppression(row)
                .ok_or_else(|| RecordsError::new("a suppression that this build does not know"))?;
            let known = found
                .iter_mut()
                .find(|(of, at, _)| *of == channel && *at == address);
            match known {
                Some((_, _, kept)) if reason == Reason::OptedOut => *kept = reason,
                Some(_) => {}
                None => found.push((channel, address, reason)),
            }
        }
        Ok(found)
    }
}

/// The columns of a listed suppression.
const LISTED: &str = "punctual_suppressionid,punctual_channel,punctual_address,punctual_reason,punctual_source,punctual_since";

fn listed(row: &Value) -> Option<Listed> {
    let (channel, address, reason) = suppression(row)?;
    Some(Listed {
        id: row["punctual_suppressionid"].as_str()?.to_ascii_lowercase(),
        channel,
        address,
        reason,
        source: row["punctual_source"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        since: row["punctual_since"]
            .as_str()
            .and_then(row::time)
            .unwrap_or(0),
    })
}

/// People write rows too, so an address is compared as Punctual writes it.
fn suppression(row: &Value) -> Option<(Channel, String, Reason)> {
    let value = row["punctual_channel"].as_i64()?;
    let mut channels = Channel::TABLE.iter();
    let (channel, _) = channels.find(|(channel, _)| row::option(*channel) == value)?;
    let address = row["punctual_address"].as_str()?;
    let address = crate::records::consent::key(*channel, address)?;
    Some((*channel, address, parse(row["punctual_reason"].as_str()?)?))
}

fn key(channel: Channel, address: &str, reason: Reason) -> String {
    format!("{}/{address}/{}", code(channel), code(reason))
}
