//! Calls `POST /api/backfill` again and again until every appointment that is still to come has its reminders.
//!
//! The application does the work and knows how far it came; this only asks, waits as it is told, and shows progress. So it
//! may be stopped at any time and begun again, on another machine too.

pub mod drive;
pub mod remote;
