//! A person answers a reminder by a link: the appointment is written as if staff had written it, and the rows follow.
//!
//! Where Dataverse keeps the appointments it is written there, and its webhook tells us once more, which finds nothing to do.
//! Should this end between the two, the webhook or the next reconcile does the second.

use super::settle::settle;
use super::{App, FlowError};
use crate::core::events::merge;
use crate::core::{AppointmentStatus, FieldChange, Instant};
use crate::links::{Ticket, Wish};
use crate::queue::Queue;
use crate::records::consent::Consent;
use crate::records::{Loaded, Records};

/// How often an answer is tried again because somebody else wrote the appointment meanwhile.
const ROUNDS_MAX: u32 = 16;

/// How an appointment stands to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The answer can be given.
    Open,
    /// It was given, now or before.
    Said,
    /// The appointment begins at another time than the message said.
    Moved,
    /// It is called off, or deleted.
    Canceled,
    /// It has begun, or is over.
    Past,
}

/// How an appointment stands to an answer that a message from before offered.
pub fn standing(loaded: Option<&Loaded>, wish: Wish, ticket: &Ticket, now: Instant) -> Standing {
    let Some(appointment) = loaded.and_then(Loaded::living) else {
        return match wish {
            Wish::Confirm => Standing::Canceled,
            Wish::Cancel => Standing::Said,
        };
    };
    let is_said = appointment.status == wish.status();
    match appointment.status {
        AppointmentStatus::Completed | AppointmentStatus::NoShow => Standing::Past,
        AppointmentStatus::Canceled if !is_said => Standing::Canceled,
        AppointmentStatus::Canceled => Standing::Said,
        _ if appointment.start_at != Some(ticket.start_at) => Standing::Moved,
        _ if ticket.start_at <= now => Standing::Past,
        _ if is_said => Standing::Said,
        _ => Standing::Open,
    }
}

/// Looks at the appointment that a ticket is for; nothing changes.
pub async fn look<R: Records, Q>(
    app: &App<'_, R, Q>,
    wish: Wish,
    ticket: &Ticket,
) -> Result<(Standing, Option<Loaded>), FlowError> {
    let loaded = app.records.load(&ticket.appointment).await?;
    let standing = standing(loaded.as_ref(), wish, ticket, (app.clock)());
    Ok((standing, loaded))
}

/// Gives the answer, if the appointment is still the one that was asked about. Giving it again changes nothing. True beside
/// the standing: it was given just now.
pub async fn answer<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    wish: Wish,
    ticket: &Ticket,
) -> Result<(Standing, Option<Loaded>, bool), FlowError> {
    for _ in 0..ROUNDS_MAX {
        let (standing, loaded) = look(app, wish, ticket).await?;
        let (Standing::Open, Some(loaded)) = (standing, &loaded) else {
            return Ok((standing, loaded, false));
        };
        let now = (app.clock)();
        // Later than everything stored, so that it wins: it answers what is stored.
        let newest = loaded.dated.stamps.iter().max().copied();
        let at = now.max(newest.unwrap_or(0) + 1);
        let (id, change) = (&ticket.appointment, FieldChange::Status(wish.status()));
        let dated = merge(id, Some(&loaded.dated), &[change], at).dated;
        // At the version that was looked at: whoever moves it at this moment is not answered by accident.
        let stored = app.records.store(&dated, false, loaded.version, now);
        let Some(version) = stored.await? else {
            continue;
        };
        let written = Loaded {
            dated,
            version,
            ..loaded.clone()
        };
        settle(app, written.clone()).await?;
        return Ok((Standing::Said, Some(written), true));
    }
    Err(FlowError::new("the appointment keeps changing; try again"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::FieldChange::{StartAt, Status};

    #[track_caller]
    fn check(start: Instant, status: AppointmentStatus, confirm: Standing, cancel: Standing) {
        let changes = [StartAt(Some(start)), Status(status)];
        let loaded = Loaded {
            dated: merge("a", None, &changes, 0).dated,
            deleted: false,
            version: 1,
            rows: Vec::new(),
        };
        let ticket = Ticket {
            appointment: "a".to_owned(),
            start_at: 100,
        };
        let found = Wish::ALL.map(|wish| standing(Some(&loaded), wish, &ticket, 50));
        assert_eq!(found, [confirm, cancel]);
    }

    #[test]
    fn an_answer_is_to_what_was_asked() {
        use AppointmentStatus::{Canceled, Completed, Confirmed, NoShow, Scheduled};
        use Standing::{Moved, Open, Past, Said};
        check(100, Scheduled, Open, Open);
        check(100, Confirmed, Said, Open);
        check(100, Canceled, Standing::Canceled, Said);
        check(101, Canceled, Standing::Canceled, Said);
        check(101, Scheduled, Moved, Moved);
        check(101, Confirmed, Moved, Moved);
        check(100, Completed, Past, Past);
        check(100, NoShow, Past, Past);
    }

    #[test]
    fn nothing_is_answered_once_it_begins_or_is_gone() {
        let changes = [StartAt(Some(100)), Status(AppointmentStatus::Scheduled)];
        let mut loaded = Loaded {
            dated: merge("a", None, &changes, 0).dated,
            deleted: false,
            version: 1,
            rows: Vec::new(),
        };
        let ticket = Ticket {
            appointment: "a".to_owned(),
            start_at: 100,
        };
        for wish in Wish::ALL {
            let at = |now| standing(Some(&loaded), wish, &ticket, now);
            assert_eq!([at(99), at(100)], [Standing::Open, Standing::Past]);
        }
        loaded.deleted = true;
        for loaded in [Some(&loaded), None] {
            let found = Wish::ALL.map(|wish| standing(loaded, wish, &ticket, 50));
            assert_eq!(found, [Standing::Canceled, Standing::Said]);
        }
    }
}
