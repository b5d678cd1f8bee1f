//! One of a kind at a time: a mark that says until when somebody is at work. It ends by itself, so a death blocks nobody for
//! long; two at once would only do the same work twice.

use super::FlowError;
use crate::core::Instant;
use crate::records::Records;

/// After so long a dead one gives way. No call works for more than half of it.
const LEASE_MS: i64 = 60_000;

/// The right to be the only one at work.
pub struct Lease {
    name: &'static str,
    until: Instant,
}

/// Takes it. None: somebody else has it.
pub async fn take<R: Records>(
    records: &R,
    name: &'static str,
    now: Instant,
) -> Result<Option<Lease>, FlowError> {
    let held = records.mark(name).await?;
    if held.is_some_and(|until| until > now) {
        return Ok(None);
    }
    let until = now + LEASE_MS;
    let taken = records.set_mark(name, held, until).await?;
    Ok(taken.then_some(Lease { name, until }))
}

impl Lease {
    /// Lets the next one begin at once.
    pub async fn give_back<R: Records>(self, records: &R, now: Instant) -> Result<(), FlowError> {
        records.set_mark(self.name, Some(self.until), now).await?;
        Ok(())
    }
}
