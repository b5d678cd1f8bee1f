//! The channels' switches: marks with a note.

use serde_json::{Value, json};

use super::DataverseRecords;
use super::batch::{Item, ItemAnswer, Part};
use super::marks::Guarded;
use super::query::{any, text, url};
use crate::core::{Channel, Code, Instant};
use crate::http::Http;
use crate::records::RecordsError;
use crate::records::channels::{ChannelState, Channels, mark_of, states, value_of};

const DOING: &str = "read the channels' switches";

impl<H: Http> Channels for DataverseRecords<'_, H> {
    async fn channels(&self) -> Result<Vec<ChannelState>, RecordsError> {
        let answers = self.batch(DOING, &[self.switches_read()]).await?;
        match answers.first() {
            Some(answer) => self.states_in(answer),
            None => Ok(Vec::new()),
        }
    }

    async fn set_channel(
        &self,
        state: &ChannelState,
        before: Option<Instant>,
    ) -> Result<bool, RecordsError> {
        let name = mark_of(state.channel);
        let found = self.read_mark(&name).await?;
        if found.map(|(value, _)| value.abs()) != before {
            return Ok(false);
        }
        let written = Guarded {
            name: &name,
            version: found.map(|(_, version)| version),
            body: json!({"punctual_value": value_of(state).to_string(), "punctual_note": state.reason}),
        };
        self.write_guarded(written).await
    }
}

impl<H: Http> DataverseRecords<'_, H> {
    /// The read of all switches, to go with another one.
    pub(super) fn switches_read(&self) -> Item {
        let filter = any(Channel::TABLE, |(channel, _)| {
            format!("punctual_name eq {}", text(&mark_of(*channel)))
        });
        let select = "punctual_name,punctual_value,punctual_note";
        Item::Single(Part::get(url(
            "punctual_marks",
            &[("$select", select), ("$filter", &filter)],
        )))
    }

    /// What it found.
    pub(super) fn states_in(&self, answer: &ItemAnswer) -> Result<Vec<ChannelState>, RecordsError> {
        let list = self.part_json(DOING, answer)?.unwrap_or_default();
        let rows = list["value"].as_array().map(Vec::as_slice);
        let mark = |row: &Value| {
            let name = row["punctual_name"].as_str()?.to_owned();
            let value = row["punctual_value"].as_str()?.parse().ok()?;
            let note = row["punctual_note"].as_str().map(str::to_owned);
            Some((name, value, note))
        };
        // A switch that cannot be read must not count as on.
        let marks: Option<Vec<_>> = rows.unwrap_or_default().iter().map(mark).collect();
        let marks = marks.ok_or_else(|| RecordsError::new("a channel's switch holds no number"))?;
        Ok(states(&marks))
    }
}
