//! The security roles, each with the least that its people need.

use self::Right::{Append, AppendTo, Assign, Create, Delete, Read, Share, Write};

/// A security role.
#[derive(Debug)]
pub struct Role {
    /// Its name, which is also the name of its file.
    pub name: &'static str,
    /// What it allows.
    pub grants: &'static [Grant],
}

/// Rights on a table.
#[derive(Debug)]
pub struct Grant {
    /// Logical name.
    pub table: &'static str,
    /// What may be done.
    pub rights: &'static [Right],
    /// With whose rows.
    pub reach: Reach,
}

/// What may be done with rows. To link a row to another takes `Append` on the one and `AppendTo` on the other.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Create,
    Read,
    Write,
    Delete,
    Append,
    AppendTo,
    Assign,
    Share,
}

/// With whose rows; solution files call it the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of one's own business unit and of the units below it.
    Deep,
    /// Everybody's.
    Global,
}

const ALL: &[Right] = &[Create, Read, Write, Delete, Append, AppendTo, Assign, Share];

/// Every role.
pub static ROLES: [Role; 5] = [
    // The application user. With this role alone it reads appointments and never writes one, so it cannot wake its
    // own webhook. It deletes no notification, so the story of a reminder cannot be lost by its fault; what it may
    // delete is a suppression, when a person says START.
    Role {
        name: "Punctual scheduler",
        grants: &[
            Grant {
                table: "punctual_appointment",
                rights: &[Read, AppendTo],
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_notification",
                rights: &[Create, Read, Write, Append],
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_mark",
                rights: &[Create, Read, Write],
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_suppression",
                rights: &[Create, Read, Write, Delete],
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_audit",
                rights: &[Create, Read],
                reach: Reach::Global,
            },
            // For what its metrics say of the past.
            Grant {
                table: "punctual_archivedcount",
                rights: &[Read],
                reach: Reach::Global,
            },
        ],
    },
    // The application user too, beside the role above, where appointments are also booked in Punctual's console.
    // What is written there comes back as a webhook, which finds nothing to do. Reading is in the other role.
    Role {
        name: "Punctual booking",
        grants: &[Grant {
            table: "punctual_appointment",
            rights: &[Create, Write, Delete],
            reach: Reach::Global,
        }],
    },
    // The application user too, beside the first role, where old notifications are archived by Punctual: it counts them
    // and deletes them. Without it an order to archive is refused by Dataverse and nothing is lost.
    Role {
        name: "Punctual archive",
        grants: &[
            Grant {
                table: "punctual_notification",
                rights: &[Delete],
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_archivedcount",
                rights: &[Create, Write],
                reach: Reach::Global,
            },
        ],
    },
    // Notifications belong to the application user, which sits in the root unit: whoever is in a unit below
    // reads them only with a global right. They hold no address, and of the person no more than the title of the
    // appointment, which Dataverse shows for the lookup. Suppressions belong to the application user likewise. Who
    // says at the desk that they want no more reminders, or want them again, is heard at the desk: so staff may
    // create a suppression and delete one, whoever made it. There is nothing to change in one.
    Role {
        name: "Punctual clinic staff",
        grants: &[
            Grant {
                table: "punctual_appointment",
                rights: &[Create, Read, Write, Append, AppendTo, Assign],
                reach: Reach::Deep,
            },
            Grant {
                table: "punctual_notification",
                rights: &[Read],
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_suppression",
                rights: &[Create, Read, Delete],
                reach: Reach::Global,
            },
        ],
    },
    Role {
        name: "Punctual administrator",
        grants: &[
            Grant {
                table: "punctual_appointment",
                rights: ALL,
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_notification",
                rights: ALL,
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_mark",
                rights: ALL,
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_suppression",
                rights: ALL,
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_audit",
                rights: ALL,
                reach: Reach::Global,
            },
            Grant {
                table: "punctual_archivedcount",
                rights: ALL,
                reach: Reach::Global,
            },
        ],
    },
];

impl Right {
    /// Its part in the name of a privilege.
    pub fn name(self) -> &'static str {
        match self {
            Create => "Create",
            Read => "Read",
            Write => "Write",
            Delete => "Delete",
            Append => "Append",
            AppendTo => "AppendTo",
            Assign => "Assign",
            Share => "Share",
        }
    }
}

impl Reach {
    /// Its name in solution files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deep => "Deep",
            Self::Global => "Global",
        }
    }
}
