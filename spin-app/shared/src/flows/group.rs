//! Appointments read a few at a time, with all that settling them needs.

use super::FlowError;
use crate::records::consent::{Consent, contacts};
use crate::records::{Loaded, Records};

/// Reads them; unknown ones are left out. Whose addresses are suppressed is one question for all of them.
pub async fn load<R: Records + Consent>(
    records: &R,
    ids: &[String],
) -> Result<Vec<Loaded>, FlowError> {
    let found = records.load_all(ids).await?;
    let found: Vec<_> = found.into_iter().flatten().collect();
    let living = found.iter().filter_map(Loaded::living);
    let addresses = living.flat_map(contacts).collect::<Vec<_>>();
    records.look_up(&addresses).await?;
    Ok(found)
}
