//! The rows as they are stored, wherever that is.

use punctual_stand_in_dataverse::Dataverse;
use punctual_stand_in_dataverse::store::Row as Stored;
use punctual_stand_in_dataverse::value::Value;
use rusqlite::types::Value as Cell;

use super::World;
use crate::check::{Row, rows};
use crate::clinic::Status;

/// The first option of each choice; the others follow.
const FIRST_OPTION: i64 = 749_700_000;
/// Statuses of a notification in the order of their options.
const STATUSES: [&str; 9] = [
    "pending",
    "scheduled",
    "sending",
    "sent",
    "delivered",
    "unknown",
    "failed",
    "canceled",
    "skipped",
];

/// An appointment as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Appointment {
    pub id: String,
    pub deleted: bool,
    pub cells: Cells,
}

/// What the checker compares of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cells {
    pub start_ms: Option<i64>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub zone: Option<String>,
    pub status: Option<String>,
}

fn table<'a>(dataverse: &'a Dataverse, name: &str) -> impl Iterator<Item = &'a Stored> {
    let table = dataverse.schema.table(name);
    let rows = table.map(|table| dataverse.store.rows(table).all());
    rows.into_iter().flatten()
}

fn text(row: &Stored, column: &str) -> Option<String> {
    row.get(column).map(|_| row.text(column).to_owned())
}

fn instant(row: &Stored, column: &str) -> Option<i64> {
    match row.get(column) {
        Some(Value::Instant(at_ms)) => Some(*at_ms),
        _ => None,
    }
}

/// Status and reason of a notification in Dataverse.
pub(crate) fn ended_as(row: &Stored) -> (&'static str, String) {
    let place = row.integer("punctual_status").unwrap_or(0) - FIRST_OPTION;
    let status = usize::try_from(place).ok();
    let status = status.and_then(|place| STATUSES.get(place));
    let reason = row.text("punctual_reason").to_owned();
    (status.copied().unwrap_or("of no known status"), reason)
}

/// Whether something is still to happen to a notification in Dataverse.
pub(crate) fn is_open(row: &Stored) -> bool {
    matches!(
        ended_as(row).0,
        "pending" | "scheduled" | "sending" | "unknown"
    )
}

impl World {
    /// All notifications.
    pub(crate) fn rows(&self) -> rusqlite::Result<Vec<Row>> {
        let Some(dataverse) = &self.cloud.dataverse else {
            return rows(&self.reader);
        };
        let row = |row: &Stored| {
            let (status, reason) = ended_as(row);
            Row {
                id: row.id.to_string(),
                appointment: row.text("punctual_appointmentid").to_owned(),
                start_ms: instant(row, "punctual_startat").unwrap_or(0),
                status: status.to_owned(),
                reason,
                attempts: row.integer("punctual_attempts").unwrap_or(0),
            }
        };
        Ok(table(dataverse, "punctual_notification").map(row).collect())
    }

    /// All appointments. Deleted ones are gravestones where there is no Dataverse, and gone where there is.
    pub(crate) fn appointments(&self) -> rusqlite::Result<Vec<Appointment>> {
        if let Some(dataverse) = &self.cloud.dataverse {
            let row = |row: &Stored| Appointment {
                id: row.id.to_string(),
                deleted: false,
                cells: Cells {
                    start_ms: instant(row, "punctual_start"),
                    email: text(row, "punctual_email"),
                    phone: text(row, "punctual_phone"),
                    zone: text(row, "punctual_timezone"),
                    status: row
                        .integer("statuscode")
                        .and_then(Status::of_code)
                        .map(|status| status.name().to_owned()),
                },
            };
            return Ok(table(dataverse, "punctual_appointment").map(row).collect());
        }
        let mut query = self.reader.prepare(
            "SELECT id, deleted_at IS NOT NULL, start_at, email, phone, time_zone, status FROM appointments",
        )?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Appointment {
                id: row.get(0)?,
                deleted: row.get(1)?,
                cells: Cells {
                    start_ms: row.get(2)?,
                    email: row.get(3)?,
                    phone: row.get(4)?,
                    zone: row.get(5)?,
                    status: row.get(6)?,
                },
            })
        };
        query.query_map([], read)?.collect()
    }

    /// Notifications that staff have ordered at once, and when.
    pub(crate) fn ordered_anew(&self) -> Vec<(String, i64)> {
        if let Some(dataverse) = &self.cloud.dataverse {
            let ordered = |row: &Stored| {
                let at_ms = instant(row, "punctual_sendnowat")?;
                Some((row.id.to_string(), at_ms))
            };
            return table(dataverse, "punctual_notification")
                .filter_map(ordered)
                .collect();
        }
        let read = || {
            let mut query = self.reader.prepare_cached(
                "SELECT id, send_now_at FROM notifications WHERE send_now_at IS NOT NULL",
            )?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().unwrap_or_default()
    }

    /// Every row of both tables in one line each, versions included.
    pub(crate) fn dump(&self) -> rusqlite::Result<Vec<String>> {
        if let Some(dataverse) = &self.cloud.dataverse {
            let line = |row: &Stored| format!("{}|{}|{:?}", row.id, row.version, row.values);
            let appointments = table(dataverse, "punctual_appointment").map(line);
            let notifications = table(dataverse, "punctual_notification").map(line);
            return Ok(appointments.chain(notifications).collect());
        }
        let mut lines = Vec::new();
        for sql in [
            "SELECT * FROM appointments ORDER BY id",
            "SELECT * FROM notifications ORDER BY id",
        ] {
            let mut query = self.reader.prepare(sql)?;
            let width = query.column_count();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let cells = (0..width).map(|column| {
                    Ok(match row.get(column)? {
                        Cell::Null => "-".to_owned(),
                        Cell::Integer(number) => number.to_string(),
                        Cell::Text(text) => text,
                        other => format!("{other:?}"),
                    })
                });
                lines.push(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"));
            }
        }
        Ok(lines)
    }
}
