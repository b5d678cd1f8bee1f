//! A notification as the API shows it (DESIGN: the fixed shape).

use serde_json::{Value, json};

use super::NotificationRow;
use crate::core::code;
use crate::web::rfc3339;

impl NotificationRow {
    /// The fixed JSON shape; times in RFC 3339 UTC.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.core.id,
            "appointment_id": self.core.appointment_id,
            "step": self.core.step,
            "channel": code(self.core.channel),
            "due_at": rfc3339(self.core.due_at),
            "status": code(self.core.status),
            "reason": self.core.reason.map(code),
            "attempts": self.core.attempts,
            "sequence_number": self.sequence_number,
            "provider": self.provider,
            "provider_message_id": self.provider_message_id,
            "last_error": self.last_error,
            "sent_at": self.sent_at.map(rfc3339),
            "updated_at": rfc3339(self.updated_at),
        })
    }
}
