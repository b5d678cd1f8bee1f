//! One operation that is asked for: a request of its own, or a part of a batch.

use bytes::Bytes;
use http::{HeaderMap, Method};
use punctual_stand_ins::Guid;

use super::annotations::Annotations;
use super::url::{Key, Url, name_and_key};
use crate::refusal::Refusal;
use crate::schema::{Schema, Table};

/// A page has so many rows unless `odata.maxpagesize` says less.
pub(super) const LARGEST_PAGE: usize = 5_000;

/// An operation.
pub(super) struct Ask<'a> {
    pub method: Method,
    pub url: Url,
    pub what: What<'a>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What it is about.
pub(super) enum What<'a> {
    /// All rows of a table.
    Rows(&'a Table),
    /// How many there are.
    Count(&'a Table),
    /// One row.
    Row(&'a Table, Key),
    /// What a row's navigation property leads to; true for the reference itself.
    Related(&'a Table, Key, String, bool),
    /// `CreateMultiple` and its like.
    Bulk(&'a Table, String),
    /// Something of the whole environment: `WhoAmI`, `BulkDelete`, `ReactivateEntityKey`.
    Unbound(String),
    /// `EntityDefinitions` and below.
    Definitions,
}

impl<'a> Ask<'a> {
    /// Understands an operation.
    pub fn read(
        schema: &'a Schema,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Bytes,
        keys_active: bool,
    ) -> Result<Self, Refusal> {
        let what = what(schema, &url, keys_active)?;
        Ok(Self {
            method,
            url,
            what,
            headers,
            body,
        })
    }

    /// What kind of operation it is, for faults and counts: `create`.
    pub fn kind(&self) -> &'static str {
        match (&self.what, &self.method) {
            (What::Definitions | What::Unbound(_), _) => "metadata",
            (What::Bulk(..), _) => "bulk",
            (What::Rows(_), &Method::POST) => "create",
            (What::Rows(_) | What::Count(_), _) => "query",
            (What::Related(.., true), _) => "update",
            (_, &Method::DELETE) => "delete",
            (_, &Method::PATCH | &Method::PUT) => "update",
            (What::Row(..) | What::Related(..), _) => "read",
        }
    }

    /// The table that it is about.
    pub fn table(&self) -> Option<&'a Table> {
        match &self.what {
            What::Rows(table) | What::Count(table) => Some(table),
            What::Row(table, _) | What::Bulk(table, _) => Some(table),
            What::Related(table, ..) => Some(table),
            What::Unbound(_) | What::Definitions => None,
        }
    }

    /// Whether it writes rows.
    pub fn writes(&self) -> bool {
        matches!(self.kind(), "create" | "update" | "delete" | "bulk")
            || matches!(&self.what, What::Unbound(name) if name == "BulkDelete")
    }

    /// A header's value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What `Prefer` says.
    pub fn prefer(&self) -> Prefer {
        Prefer::of(&self.headers)
    }

    /// The id that the caller gave this request to be traced by.
    pub fn correlation_id(&self) -> Option<Guid> {
        let names = ["x-ms-correlation-id", "x-ms-client-request-id"];
        names
            .into_iter()
            .find_map(|name| self.header(name)?.parse().ok())
    }

    /// Whether the caller wants no asynchronous step to run.
    pub fn bypasses(&self) -> bool {
        let names = self
            .header("mscrm.bypassbusinesslogicexecution")
            .unwrap_or_default();
        names.split(',').any(|name| name.trim() == "CustomAsync")
    }

    /// A query option.
    pub fn option(&self, name: &str) -> Option<&str> {
        let mut all = self.url.query.iter();
        let found = all.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn what<'a>(schema: &'a Schema, url: &Url, keys_active: bool) -> Result<What<'a>, Refusal> {
    let segments: Vec<_> = url.segments.iter().map(String::as_str).collect();
    let Some(first) = segments.first() else {
        return Err(Refusal::not_built("The service document"));
    };
    let (name, key) = name_and_key(first);
    if name == "EntityDefinitions" {
        return Ok(What::Definitions);
    }
    let Some(table) = schema.by_set(&name) else {
        return match name.as_str() {
            "WhoAmI" | "BulkDelete" | "ReactivateEntityKey" if segments.len() == 1 => {
                Ok(What::Unbound(name))
            }
            "$metadata" => Err(Refusal::not_built("$metadata")),
            _ => Err(Refusal::no_segment(&name)),
        };
    };
    let key = key
        .map(|text| Key::read(table, &text, keys_active))
        .transpose()?;
    match (key, &segments[1..]) {
        (None, []) => Ok(What::Rows(table)),
        (None, ["$count"]) => Ok(What::Count(table)),
        (None, [action]) => match action.strip_prefix("Microsoft.Dynamics.CRM.") {
            Some(action) => Ok(What::Bulk(table, action.to_owned())),
            None => Err(Refusal::no_segment(action)),
        },
        (Some(key), []) => Ok(What::Row(table, key)),
        (Some(key), [navigation]) => Ok(What::Related(table, key, (*navigation).to_owned(), false)),
        (Some(key), [navigation, "$ref"]) => {
            Ok(What::Related(table, key, (*navigation).to_owned(), true))
        }
        (_, [.., last]) => Err(Refusal::no_segment(last)),
    }
}

/// The `Prefer` header.
#[derive(Debug, Default)]
pub(super) struct Prefer {
    /// `return=representation`
    pub representation: bool,
    /// `odata.maxpagesize`
    pub page_size: Option<usize>,
    /// `odata.include-annotations`
    pub annotations: Annotations,
    /// `odata.continue-on-error`
    pub continue_on_error: bool,
    /// `odata.track-changes`
    pub track_changes: bool,
    /// What of it was heard, for `Preference-Applied`.
    pub applied: Vec<String>,
}

impl Prefer {
    /// Reads all `Prefer` headers as one.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all("prefer").iter();
        let texts: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
        Self::read(&texts.join(","))
    }

    fn read(text: &str) -> Self {
        let mut prefer = Self::default();
        for part in outside_quotes(text) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            match name.trim() {
                "return" if value == "representation" => prefer.representation = true,
                "odata.maxpagesize" => {
                    let size = value.parse().ok().filter(|size| *size > 0);
                    prefer.page_size = size.map(|size: usize| size.min(LARGEST_PAGE));
                }
                "odata.include-annotations" => prefer.annotations = Annotations::read(value),
                "odata.continue-on-error" => prefer.continue_on_error = value != "false",
                "odata.track-changes" => prefer.track_changes = true,
                _ => continue,
            }
            prefer.applied.push(part.trim().to_owned());
        }
        prefer
    }
}

fn outside_quotes(text: &str) -> Vec<&str> {
    let (mut parts, mut quoted, mut from) = (Vec::new(), false, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}
