//! What a fault makes of an operation and of its answer.

use punctual_stand_ins::{FaultKind, Strike};

use super::ask::{Ask, What};
use super::batch::Outer;
use super::perform_alone;
use crate::dataverse::Dataverse;
use crate::limits;
use crate::refusal::Refusal;

/// The refusal that a strike asks for, if it is of the kind that answers instead of doing.
pub(super) fn refusal_of(dataverse: &mut Dataverse, strike: Strike) -> Option<Refusal> {
    match strike.kind {
        FaultKind::Busy => {
            let code = limits::CODES[(dataverse.random.next_u64() % 3) as usize];
            Some(Refusal {
                retry_after_seconds: strike.retry_after_seconds,
                ..Refusal::new(429, code, "Too many requests; the service protects itself.")
            })
        }
        FaultKind::Unauthorized => Some(Refusal::unauthorized()),
        FaultKind::Refuse => Some(Refusal::forbidden()),
        FaultKind::Fail => Some(Refusal::failed()),
        _ => None,
    }
}

/// The refusal that hides what was done, if a strike asks for it.
pub(super) fn fail_after(struck: Option<Strike>) -> Result<(), Refusal> {
    match struck {
        Some(strike) if strike.kind == FaultKind::FailAfter => Err(Refusal::failed()),
        _ => Ok(()),
    }
}

/// Somebody else is faster: they make the row that is to be made, or write the one that is to be changed.
pub(super) fn race(dataverse: &mut Dataverse, ask: &Ask<'_>, outer: Outer<'_>) {
    let there = match &ask.what {
        What::Row(table, key) => key
            .find(&dataverse.store, table)
            .map(|row| (*table, row.id)),
        What::Rows(_) => None,
        _ => return,
    };
    match there {
        Some((table, id)) => {
            let name = table.name().to_owned();
            // Touching cannot be refused.
            let _ = dataverse.act(outer.now_ms, |work| {
                let table = work.table(&name)?;
                work.touch(table, id);
                Ok(())
            });
        }
        // If theirs is refused, so will ours be.
        None => drop(perform_alone(dataverse, ask, outer)),
    }
}
