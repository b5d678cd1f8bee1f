//! Filters as SQL: only what is asked for, so that SQLite can choose its index.

use serde_json::json;

use crate::core::Instant;
use crate::records::NotificationFilter;
use crate::records::reports::AppointmentFilter;
use crate::sql::Value;

/// Conditions, and the values of their question marks, in order.
#[derive(Default)]
pub struct Conditions {
    said: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Over `notifications n`.
    pub fn of_notifications(filter: &NotificationFilter) -> Self {
        let mut all = Self::default();
        if let Some(appointment) = &filter.appointment {
            all.add("n.appointment_id = ?", [appointment.as_str().into()]);
        }
        all.any("n.status", &filter.statuses);
        all.any("n.reason", &filter.reasons);
        if let Some(channel) = &filter.channel {
            all.add("n.channel = ?", [channel.as_str().into()]);
        }
        all.span("n.due_at", filter.from, filter.to);
        if let Some(text) = &filter.text {
            let (about, values) = about(text, filter.in_contacts);
            let whose = format!(
                "(n.id = ? OR n.appointment_id = ? OR n.appointment_id IN (SELECT a.id FROM appointments a WHERE {about}))"
            );
            let id: Value = text.to_ascii_lowercase().into();
            all.add(&whose, [id.clone(), id].into_iter().chain(values));
        }
        all
    }

    /// Over `appointments a`.
    pub fn of_appointments(filter: &AppointmentFilter) -> Self {
        let mut all = Self::default();
        all.add("a.deleted_at IS NULL", []);
        all.any("a.status", &filter.statuses);
        // One without a start is as if it began in 1970.
        all.span("coalesce(a.start_at, 0)", filter.from, filter.to);
        if let Some(resource) = &filter.resource {
            all.add(
                "lower(trim(a.resource)) = lower(trim(?))",
                [resource.as_str().into()],
            );
        }
        if let Some(text) = &filter.text {
            let (about, values) = about(text, filter.in_contacts);
            let id: Value = text.to_ascii_lowercase().into();
            all.add(
                &format!("(a.id = ? OR {about})"),
                [id].into_iter().chain(values),
            );
        }
        all
    }

    /// Behind a place in an order.
    pub fn after(
        mut self,
        place: Option<(Instant, String)>,
        (at, id): (&str, &str),
        latest_first: bool,
    ) -> Self {
        if let Some((instant, name)) = place {
            let beyond = if latest_first { "<" } else { ">" };
            self.add(
                &format!("({at}, {id}) {beyond} (?, ?)"),
                [instant.into(), name.into()],
            );
        }
        self
    }

    /// The text after WHERE, and its values.
    pub fn finish(self) -> (String, Vec<Value>) {
        let said = match self.said.is_empty() {
            true => "true".to_owned(),
            false => self.said.join(" AND "),
        };
        (said, self.values)
    }

    fn add(&mut self, said: &str, values: impl IntoIterator<Item = Value>) {
        self.said.push(said.to_owned());
        self.values.extend(values);
    }

    fn any(&mut self, column: &str, wanted: &[String]) {
        if !wanted.is_empty() {
            let said = format!("{column} IN (SELECT value FROM json_each(?))");
            self.add(&said, [json!(wanted).to_string().into()]);
        }
    }

    fn span(&mut self, column: &str, from: Option<Instant>, to: Option<Instant>) {
        if let Some(from) = from {
            self.add(&format!("{column} >= ?"), [from.into()]);
        }
        if let Some(to) = to {
            self.add(&format!("{column} < ?"), [to.into()]);
        }
    }
}

/// Whether a text is in what people know of an appointment.
fn about(text: &str, in_contacts: bool) -> (String, Vec<Value>) {
    let columns: &[&str] = match in_contacts {
        true => &["customer_name", "service", "email", "phone"],
        false => &["customer_name", "service"],
    };
    let part = |column: &&str| format!("instr(lower(coalesce(a.{column},'')), lower(?))");
    let parts: Vec<_> = columns.iter().map(part).collect();
    let values = columns.iter().map(|_| text.into()).collect();
    (format!("({})", parts.join(" OR ")), values)
}
