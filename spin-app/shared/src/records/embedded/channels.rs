//! The channels' switches in SQLite.

use serde_json::json;

use super::EmbeddedRecords;
use crate::core::{Channel, Code, Instant};
use crate::records::RecordsError;
use crate::records::channels::{ChannelState, Channels, mark_of, states, value_of};
use crate::sql::{Row, Sql};

impl<S: Sql> Channels for EmbeddedRecords<'_, S> {
    async fn channels(&self) -> Result<Vec<ChannelState>, RecordsError> {
        let names: Vec<_> = Channel::TABLE
            .iter()
            .map(|(channel, _)| mark_of(*channel))
            .collect();
        let rows = self.0.execute(
            "SELECT name, value, note FROM marks WHERE name IN (SELECT value FROM json_each(?1))",
            &[json!(names).to_string().into()],
        )?;
        let mark = |mut row: Row| (row.text(0), row.integer(1), row.optional_text(2));
        Ok(states(&rows.into_iter().map(mark).collect::<Vec<_>>()))
    }

    async fn set_channel(
        &self,
        state: &ChannelState,
        before: Option<Instant>,
    ) -> Result<bool, RecordsError> {
        let rows = self.0.execute(
            "INSERT INTO marks (name, value, note) SELECT ?1, ?3, ?4
             WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM marks WHERE name = ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value, note = excluded.note
             WHERE abs(marks.value) IS ?2 RETURNING 1",
            &[
                mark_of(state.channel).into(),
                before.into(),
                value_of(state).into(),
                state.reason.as_deref().into(),
            ],
        )?;
        Ok(!rows.is_empty())
    }
}
