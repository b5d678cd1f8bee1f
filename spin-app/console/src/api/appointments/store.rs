//! Storing what was written here, and planning anew.
//!
//! Two writers at once that claim one resource: with embedded records the look for others and the write are one transaction,
//! so the second one sees the first. Dataverse has no such transaction, so whoever wrote looks again, and takes back what it
//! wrote where there is another: never both, though it may be neither.

use punctual_app::core::events::{DatedAppointment, check_appointment, merge};
use punctual_app::core::{Appointment, FieldChange};
use punctual_app::flows::settle::settle;
use punctual_app::flows::webhook::accept;
use punctual_app::records::{Loaded, Records};
use punctual_app::sql::atomically;
use punctual_app::web::{Response, problem};

use super::super::{Api, records_failed, refuse};
use super::overlap::{claims_anew, refuse_overlap};

/// Checks, stores and settles. Written as of now, and later than everything stored, so that people win.
pub async fn store(
    api: &Api<'_>,
    id: &str,
    loaded: Option<Loaded>,
    changes: &[FieldChange],
) -> Result<Loaded, Response> {
    let now = (api.app.clock)();
    let stored: Option<&DatedAppointment> = loaded.as_ref().map(|loaded| &loaded.dated);
    let newest = stored.and_then(|dated| dated.stamps.iter().max().copied());
    let at = now.max(newest.unwrap_or(0) + 1);
    let draft = merge(id, stored, changes, at).dated.appointment;
    let problems = check_appointment(&draft);
    if !problems.is_empty() {
        return Err(refuse(&problems));
    }
    let claims = claims_anew(stored.map(|dated| &dated.appointment), &draft);
    let keep = async {
        if claims {
            refuse_overlap(api, &draft).await?;
        }
        let accepted = accept(api.app.records, id, changes, at, false, now).await;
        let accepted = accepted.map_err(|error| error.answer())?;
        accepted.ok_or_else(|| problem(400, "nothing to store", "name at least one field", None))
    };
    let accepted = match api.ports.records_database() {
        Some(sql) => atomically(sql, keep).await?,
        None => keep.await?,
    };
    if claims && api.ports.are_elsewhere() {
        look_again(api, &draft, loaded, &accepted).await?;
    }
    let shown = accepted.clone();
    let settled = settle(api.app, accepted).await;
    settled.map_err(|error| error.answer())?;
    Ok(shown)
}

async fn look_again(
    api: &Api<'_>,
    draft: &Appointment,
    before: Option<Loaded>,
    written: &Loaded,
) -> Result<(), Response> {
    let Err(refusal) = refuse_overlap(api, draft).await else {
        return Ok(());
    };
    let (records, now) = (api.app.records, (api.app.clock)());
    let (dated, deleted) = match &before {
        Some(before) => (&before.dated, false),
        None => (&written.dated, true),
    };
    // Whoever changed it since knows what is there; that stays.
    let back = records.store(dated, deleted, written.version, now).await;
    back.map_err(records_failed)?;
    Err(refusal)
}
