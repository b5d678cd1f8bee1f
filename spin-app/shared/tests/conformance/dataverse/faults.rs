//! What the adapter makes of an environment that misbehaves.

use futures::executor::block_on;
use punctual_app::core::NotificationStatus as Status;
use punctual_app::core::events::DatedAppointment;
use punctual_app::core::{Appointment, AppointmentStatus, Channel, Instant, Notification};
use punctual_app::records::{NotificationRow, Records, RecordsError};
use punctual_stand_ins::{Fault, FaultKind};

use super::Office;
use super::world::NOW;

const ID: &str = "a0000000-0000-4000-8000-000000000001";

fn booked() -> DatedAppointment {
    DatedAppointment {
        appointment: Appointment {
            id: ID.to_owned(),
            service: Some("Check-up".to_owned()),
            customer_name: Some("Planted Name".to_owned()),
            email: Some("planted@example.com".to_owned()),
            phone: None,
            start_at: Some(NOW + 86_400_000),
            end_at: None,
            time_zone: None,
            locale: None,
            status: AppointmentStatus::Scheduled,
            resource: None,
            notes: None,
        },
        stamps: vec![0; 11],
    }
}

fn row(n: u32) -> NotificationRow {
    NotificationRow::new(Notification {
        id: format!("b0000000-0000-5000-8000-{n:012}"),
        appointment_id: ID.to_owned(),
        step: "P1D".to_owned(),
        channel: Channel::Email,
        start_at: NOW + 86_400_000,
        due_at: NOW,
        status: Status::Pending,
        reason: None,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: None,
    })
}

/// An office with one appointment, whose token is warm.
fn office() -> Office {
    let office = Office::new();
    let stored = block_on(office.open().store(&booked(), false, 0, NOW));
    assert!(stored.unwrap().is_some());
    office.world.requests();
    office
}

fn write(office: &Office, rows: &mut [NotificationRow]) -> Result<Vec<bool>, RecordsError> {
    let records = office.open();
    block_on(records.write_rows_of(ID, rows, NOW)).map(|(written, _)| written)
}

/// Ids and statuses of the rows that are there.
fn rows(office: &Office) -> Vec<(String, Status)> {
    let loaded = block_on(office.open().load(ID)).unwrap().unwrap();
    let told = |row: NotificationRow| (row.core.id, row.core.status);
    loaded.rows.into_iter().map(told).collect()
}

#[test]
fn throttling_says_when_to_come_back_and_changes_nothing() {
    let office = office();
    for at in ["api.batch", "part.update"] {
        office.world.fault(at, FaultKind::Busy);
        let error = write(&office, &mut [row(1), row(2)]).unwrap_err();
        assert!(error.retry_after_seconds.is_some(), "{at}: {error}");
        assert!(error.text.contains("throttled"), "{at}: {error}");
        assert!(error.text.contains("0x8007232"), "{at}: {error}");
        assert!(error.text.contains("(request "), "{at}: {error}");
        assert_eq!(rows(&office), [], "{at}");
    }
}

#[test]
fn an_answer_that_is_lost_is_found_out_by_reading() {
    let office = office();
    for (n, kind) in [
        (1, FaultKind::LoseAnswer),
        (2, FaultKind::FailAfter),
        (3, FaultKind::HalfAnswer),
    ] {
        office.world.fault("api.batch", kind);
        let mut fresh = [row(n)];
        let error = write(&office, &mut fresh).unwrap_err();
        assert_eq!(fresh[0].version, 0, "{error}");
        // It is there all the same. Whoever tries again is told so, and nothing is there twice.
        assert_eq!(write(&office, &mut fresh).unwrap(), [false]);
        assert_eq!(rows(&office).len(), n as usize);
    }
}

#[test]
fn a_rival_takes_only_the_row_that_it_took() {
    let office = office();
    let mut both = [row(1), row(2)];
    assert_eq!(write(&office, &mut both).unwrap(), [true, true]);
    // The set as a whole is not done; then each row on its own, and the second is the rival's.
    let mut theirs = [both[1].clone()];
    theirs[0].turn(Status::Sending, None);
    assert_eq!(write(&office, &mut theirs).unwrap(), [true]);
    for row in &mut both {
        row.turn(Status::Canceled, None);
    }
    office.world.requests();
    assert_eq!(write(&office, &mut both).unwrap(), [true, false]);
    assert_eq!(office.world.requests(), 2);
    let told = rows(&office);
    assert_eq!(told[0].1, Status::Canceled);
    assert_eq!(told[1].1, Status::Sending);
}

#[test]
fn a_row_that_was_made_meanwhile_is_already_there() {
    let office = office();
    office.world.fault("part.update", FaultKind::Race);
    // Single rows go out by the way of delivery.
    let mut fresh = [row(1)];
    let written = block_on(office.open().write_rows(&mut fresh, NOW)).unwrap();
    assert_eq!(written, [false]);
}

#[test]
fn a_deleted_row_is_never_made_anew() {
    let office = office();
    let mut kept = [row(1)];
    assert_eq!(write(&office, &mut kept).unwrap(), [true]);
    let id = kept[0].core.id.parse().unwrap();
    let now = office.world.now();
    let deleted = office.world.inner().dataverse.act(now, |work| {
        let table = work.table("punctual_notification")?;
        work.delete(table, id)
    });
    deleted.expect("a person deletes it");
    kept[0].turn(Status::Sent, None);
    assert_eq!(write(&office, &mut kept).unwrap(), [false]);
    assert_eq!(
        block_on(office.open().write_rows(&mut kept, NOW)).unwrap(),
        [false]
    );
    assert_eq!(rows(&office), []);
}

#[test]
fn a_token_that_ended_is_replaced_once_and_one_that_is_refused_is_told() {
    let office = office();
    office.world.fault("api.batch", FaultKind::Unauthorized);
    assert!(block_on(office.open().load(ID)).unwrap().is_some());
    // The batch was asked for twice, the token once more.
    assert_eq!(office.world.requests(), 2);
    let mut fault = Fault::once("api.batch", FaultKind::Unauthorized);
    fault.times = Some(2);
    office.world.inner().dataverse.faults.add(fault).unwrap();
    let error = block_on(office.open().load(ID)).unwrap_err();
    assert!(error.text.contains("the token is refused"), "{error}");
}

#[test]
fn a_read_is_tried_twice_and_a_batch_is_not() {
    let office = office();
    office.world.fault("api.query", FaultKind::Drop);
    let found = block_on(office.open().changed(0, None, 10)).unwrap();
    assert_eq!(found.items.len(), 1);
    assert_eq!(office.world.requests(), 2);
    office.world.fault("api.batch", FaultKind::Drop);
    assert!(block_on(office.open().load(ID)).is_err());
    assert_eq!(office.world.requests(), 1);
}

#[test]
fn after_the_deadline_nothing_is_asked() {
    let office = office();
    let mut records = office.open();
    records.deadline = Some(NOW as Instant);
    let error = block_on(records.load(ID)).unwrap_err();
    assert!(error.text.contains("too long"), "{error}");
    assert_eq!(office.world.requests(), 0);
}

#[test]
fn no_error_tells_of_people() {
    let office = office();
    for kind in [
        FaultKind::Busy,
        FaultKind::Refuse,
        FaultKind::Fail,
        FaultKind::Drop,
        FaultKind::HalfAnswer,
    ] {
        for at in ["api.batch", "api.update", "api.query"] {
            let mut fault = Fault::once(at, kind);
            fault.times = Some(2);
            office.world.inner().dataverse.faults.add(fault).unwrap();
        }
        let records = office.open();
        let errors = [
            block_on(records.store(&booked(), false, 1, NOW)).map(drop),
            block_on(records.load(ID)).map(drop),
            block_on(records.changed(0, None, 1)).map(drop),
        ];
        for error in errors.into_iter().filter_map(Result::err) {
            assert!(
                !error.to_string().to_lowercase().contains("planted"),
                "{error}"
            );
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
        }
        office.world.inner().dataverse.faults.clear();
    }
}
