//! The webhook: one endpoint and one step for each thing that may happen to an appointment.
//!
//! All steps are asynchronous: a synchronous one would hold up the save of whoever edits the appointment, and
//! tell of saves that are rolled back afterwards. Assign has no step, since Dataverse raises an Update for it;
//! and no step listens to the notifications, so that Punctual's own writes wake nobody.

use crate::describe::Table;
use crate::tables::APPOINTMENT;

/// What the endpoint is called.
pub const ENDPOINT_NAME: &str = "Punctual webhook";
/// Stands in the solution because a URL must; the real one differs from one environment to the next and is set
/// after the import. The name can never exist (RFC 6761, section 6.4).
pub const ENDPOINT_URL: &str = "https://set-after-import.invalid/webhooks/dataverse";
/// By header: the URL would show up in logs on the way. Dataverse's `authtype` 5.
pub const ENDPOINT_AUTH_TYPE: u8 = 5;
/// Under which name an image comes in the event.
pub const IMAGE_ALIAS: &str = "punctual";

/// A step: what has to happen to an appointment for an event to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The event carries every column that was set.
    Create,
    /// The event carries what changed, and in a post image what Punctual knows of the row.
    Update,
    /// The event names the row; what it was is in a pre image.
    Delete,
}

/// Every step.
pub const STEPS: [Step; 3] = [Step::Create, Step::Update, Step::Delete];

/// The table that is listened to.
pub fn table() -> &'static Table {
    &APPOINTMENT
}

/// The columns that matter: a change of one of these is worth an event, and the images carry them. All that the
/// mapping names; the title is staff's own, and whose row it is changes no reminder.
pub fn columns() -> Vec<&'static str> {
    table()
        .columns
        .iter()
        .map(|column| column.name)
        .filter(|name| *name != table().primary_name())
        .chain(["statecode", "statuscode"])
        .collect()
}

impl Step {
    /// The message's name.
    pub fn message(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }

    /// Id of the row that stands for the message; it is the same in every environment.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Create => "9ebdbb1b-ea3e-db11-86a7-000a3a5473e8",
            Self::Update => "20bebb1b-ea3e-db11-86a7-000a3a5473e8",
            Self::Delete => "a1bdbb1b-ea3e-db11-86a7-000a3a5473e8",
        }
    }

    /// `imagetype`: 0 before, 1 after. A row that was created has no before, one that was deleted no after.
    pub fn image_type(self) -> Option<u8> {
        match self {
            Self::Create => None,
            Self::Update => Some(1),
            Self::Delete => Some(0),
        }
    }
}
