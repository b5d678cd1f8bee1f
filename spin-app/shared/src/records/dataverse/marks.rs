//! Marks: rows of a table of their own, found by their name.

use serde_json::{Value, json};

use super::query::{text, url};
use super::refusal::Meaning;
use super::{DataverseRecords, row};
use crate::http::Http;
use crate::records::RecordsError;

const DOING: &str = "keep a mark";

impl<H: Http> DataverseRecords<'_, H> {
    /// The value of a mark, and the version of its row.
    pub(super) async fn read_mark(&self, name: &str) -> Result<Option<(i64, i64)>, RecordsError> {
        let answer = self.write(self.call("GET", &path(name))?).await?;
        if !answer.is_success() {
            let refusal = self.refusal(&answer);
            return match refusal.meaning() {
                Meaning::Missing => Ok(None),
                _ => Err(refusal.error(DOING)),
            };
        }
        let found = self.json(DOING, &answer)?;
        let value = found["punctual_value"]
            .as_str()
            .and_then(|value| value.parse().ok());
        let version = found["@odata.etag"].as_str().and_then(row::version);
        let mark = value.zip(version);
        mark.map(Some)
            .ok_or_else(|| RecordsError::new(format!("the mark {name} holds no number")))
    }

    pub(super) async fn write_mark(
        &self,
        name: &str,
        expected: Option<i64>,
        value: i64,
    ) -> Result<bool, RecordsError> {
        let found = self.read_mark(name).await?;
        if found.map(|(value, _)| value) != expected {
            return Ok(false);
        }
        let written = Guarded {
            name,
            version: found.map(|(_, version)| version),
            body: json!({"punctual_value": value.to_string()}),
        };
        self.write_guarded(written).await
    }

    /// Writes a mark if it is as it was read; false when somebody was faster.
    pub(super) async fn write_guarded(&self, mark: Guarded<'_>) -> Result<bool, RecordsError> {
        let guard = match mark.version {
            None => ("if-none-match", "*".to_owned()),
            Some(version) => ("if-match", row::etag(version)),
        };
        let mut call = self
            .call("PATCH", &path(mark.name))?
            .with(guard.0, guard.1)
            .with("content-type", "application/json");
        call.body = mark.body.to_string().into_bytes();
        let answer = self.write(call).await?;
        if answer.is_success() {
            return Ok(true);
        }
        let refusal = self.refusal(&answer);
        match refusal.meaning() {
            Meaning::Overtaken | Meaning::Missing => Ok(false),
            _ => Err(refusal.error(DOING)),
        }
    }
}

/// A mark that is to be written.
pub(super) struct Guarded<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version that was read; none if there was no such mark.
    pub version: Option<i64>,
    /// Its columns.
    pub body: Value,
}

/// Names are ours: letters and underscores, which a key in a URL takes.
fn path(name: &str) -> String {
    let key = format!("punctual_marks(punctual_name={})", text(name));
    url(&key, &[("$select", "punctual_value")])
}
