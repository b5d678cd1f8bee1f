//! The suite of the records port.

pub mod appointments;
pub mod archive;
pub mod audit;
pub mod channels;
pub mod consent;
pub mod delivery;
pub mod lists;
pub mod marks;
pub mod metrics;
pub mod race;
pub mod reconcile;
pub mod reports;
pub mod rows;

use punctual_app::core::events::DatedAppointment;
use punctual_app::core::{
    Appointment, AppointmentStatus, Channel, Instant, Notification, NotificationStatus,
};
use punctual_app::records::archive::Archive;
use punctual_app::records::audit::Audit;
use punctual_app::records::channels::Channels;
use punctual_app::records::consent::Consent;
use punctual_app::records::reports::Reports;
use punctual_app::records::{NotificationRow, Records};

/// Empty records.
pub trait Desk: Send {
    /// Whether events are merged here: then it is kept when each field was written, and that something was deleted.
    const MERGES: bool;
    /// Whether texts come back as they were, empty ones too.
    const KEEPS_EMPTY_TEXTS: bool;
    /// The finest time that is kept.
    const TICK_MS: i64;
    /// The first and the last instant that is kept.
    const SPAN: (Instant, Instant);
    /// The largest count that is kept.
    const COUNT_MAX: u32;

    /// The adapter.
    fn records(&self) -> impl Records + Consent + Reports + Audit + Channels + Archive;

    /// Somebody else's way to the same records.
    fn another(&self) -> Self;

    /// Makes it `now`, where the store goes by a clock of its own.
    fn at(&self, now: Instant);
}

/// 2026-01-01T00:00:00Z.
const NOW: Instant = 1_767_225_600_000;
const HOUR_MS: i64 = 3_600_000;

/// The n-th appointment's id.
fn appointment_id(n: u32) -> String {
    format!("a0000000-0000-4000-8000-{n:012}")
}

/// The n-th notification's id.
fn row_id(n: u32) -> String {
    format!("b0000000-0000-5000-8000-{n:012}")
}

/// The n-th appointment, which starts in n hours and says nothing else.
fn booked(n: u32) -> DatedAppointment {
    let appointment = Appointment {
        id: appointment_id(n),
        service: None,
        customer_name: None,
        email: None,
        phone: None,
        start_at: Some(NOW + i64::from(n) * HOUR_MS),
        end_at: None,
        time_zone: None,
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: None,
        notes: None,
    };
    DatedAppointment {
        appointment,
        stamps: vec![NOW; 11],
    }
}

/// The n-th notification, of one appointment, due in n hours, not yet written.
fn fresh(n: u32, appointment: u32) -> NotificationRow {
    let core = Notification {
        id: row_id(n),
        appointment_id: appointment_id(appointment),
        step: "P1D".to_owned(),
        channel: Channel::Email,
        start_at: NOW + i64::from(appointment) * HOUR_MS,
        due_at: NOW + i64::from(n) * HOUR_MS,
        status: NotificationStatus::Pending,
        reason: None,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: None,
    };
    NotificationRow::new(core)
}

/// A notification of any appointment, not yet written.
pub fn fresh_for(appointment: &str) -> NotificationRow {
    let mut row = fresh(1, 1);
    row.core.appointment_id = appointment.to_owned();
    row
}

/// The n-th appointment, with somebody to remind.
pub fn booked_with_contacts(n: u32) -> DatedAppointment {
    let mut dated = booked(n);
    dated.appointment.email = Some("robin@example.com".to_owned());
    dated.appointment.phone = Some("+12025550114".to_owned());
    dated
}

/// Stores new appointments.
async fn store<D: Desk>(desk: &D, all: &[DatedAppointment]) {
    for dated in all {
        let version = put(desk, dated, false, 0).await;
        version.expect("nobody else stores it");
    }
}

/// Stores an appointment over a version of it.
async fn put<D: Desk>(
    desk: &D,
    dated: &DatedAppointment,
    deleted: bool,
    expected: i64,
) -> Option<i64> {
    let stored = desk.records().store(dated, deleted, expected, NOW).await;
    stored.expect("an appointment can be stored")
}

/// The version that is stored.
async fn version<D: Desk>(desk: &D, appointment: u32) -> i64 {
    let version = desk.records().version(&appointment_id(appointment)).await;
    version.expect("readable").expect("it is there")
}

/// Writes rows that nobody else writes.
async fn write<D: Desk>(desk: &D, rows: &mut [NotificationRow]) {
    let written = desk.records().write_rows(rows, NOW).await;
    let written = written.expect("rows can be written");
    assert_eq!(written, vec![true; rows.len()]);
}

/// The row as it is stored.
async fn read<D: Desk>(desk: &D, id: &str) -> NotificationRow {
    let ids = [id.to_owned()];
    let found = desk.records().for_delivery(&ids).await;
    let mut found = found.expect("readable").rows;
    assert_eq!(found.len(), 1);
    found.remove(0).0
}

/// All cases, over a fresh subject each.
macro_rules! suite {
    ($subject:expr) => {
        crate::conformance! { $subject; records {
            consent {
                what_is_suppressed_is_found_on_its_channel_alone,
                who_says_it_again_says_nothing_new,
                only_what_the_person_said_is_taken_back,
                the_list_has_the_newest_first_and_filters,
                one_of_the_list_is_taken_back_whatever_its_reason,
                a_row_is_found_by_what_its_provider_calls_it,
                the_same_person_is_who_has_the_same_address_or_number,
            }
            audit {
                entries_come_back_the_newest_first,
                an_entry_is_there_once,
            }
            channels {
                both_are_on_until_somebody_switches_one_off,
                a_switch_is_set_only_over_what_was_seen,
                whoever_delivers_learns_it_with_the_rows,
            }
            appointments {
                an_unknown_one_is_none,
                every_field_comes_back,
                every_status_comes_back,
                a_version_grows_with_every_write,
                a_stale_write_changes_nothing,
                a_version_of_what_is_not_there_makes_nothing,
                a_deleted_one_is_kept_and_not_made_anew,
                it_comes_with_its_own_rows,
                several_come_in_the_order_asked_for,
            }
            archive {
                what_ended_and_is_old_is_counted_and_gone,
                what_is_open_or_young_or_without_a_start_stays,
                the_oldest_go_first_and_no_more_than_asked_for,
                counts_add_up_over_orders,
                two_at_once_count_each_row_once,
                a_row_that_comes_back_is_not_there_any_more,
                days_come_in_order_and_by_pages,
            }
            delivery {
                rows_come_with_their_appointments,
                unknown_ids_are_left_out,
                a_deleted_appointment_is_none,
            }
            lists {
                each_filter_narrows,
                text_is_part_of_a_name_or_a_service_or_a_whole_id,
                pages_of_notifications_have_no_gaps_and_no_repeats,
                pages_of_appointments_have_no_gaps_and_no_repeats,
                a_cursor_of_somebodys_own_is_refused,
                a_resource_is_booked_by_what_touches_the_span,
            }
            marks {
                a_mark_is_set_only_over_what_was_seen,
            }
            metrics {
                rows_are_counted_by_status_reason_and_channel,
                lateness_is_counted_up_to_each_bound,
            }
            race {
                one_claim_of_a_row_wins,
                one_creation_of_a_row_wins,
                one_write_of_an_appointment_wins,
                one_setting_of_a_mark_wins,
            }
            reconcile {
                what_changed_since_is_found,
                a_later_look_goes_on_where_the_first_ended,
                open_rows_are_found_when_a_message_may_be_missing,
                a_row_is_overdue_when_its_time_its_lease_and_its_retry_are_past,
                pages_have_no_gaps_and_no_repeats,
            }
            reports {
                all_that_the_filter_lets_through_is_counted,
                deliveries_are_those_that_were_sent,
                living_are_those_that_are_not_deleted,
                each_filter_of_appointments_narrows,
                a_persons_appointments_come_with_their_rows,
            }
            rows {
                every_field_comes_back,
                every_status_and_reason_comes_back,
                a_written_row_carries_its_new_version_and_time,
                each_row_is_guarded_on_its_own,
                rows_of_one_appointment_come_with_its_version,
                the_same_row_twice_is_written_once,
                a_version_of_what_is_not_there_makes_nothing,
                no_rows_are_no_error,
            }
        } }
    };
}
pub(crate) use suite;
