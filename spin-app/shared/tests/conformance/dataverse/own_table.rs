//! A clinic's own table, and the built-in one: `appointment_mapping` says where things are.

use futures::executor::block_on;
use punctual_app::core::events::DatedAppointment;
use punctual_app::core::{Appointment, AppointmentStatus, Channel, Instant, NotificationStatus};
use punctual_app::records::reports::{AppointmentFilter, Reports};
use punctual_app::records::{Loaded, NotificationFilter, Records};
use punctual_stand_in_dataverse::Options;
use punctual_stand_in_dataverse::schema::TableDefinition;

use super::Office;
use super::world::{Memory, NOW, World};
use crate::records::{Desk, fresh_for};

const ID: &str = "a0000000-0000-4000-8000-000000000001";

const VISIT: &str = r#"{"logical_name":"new_visit","entity_set":"new_visits","primary_name":"new_title","columns":[
    {"name":"new_title","type":"text","max_length":100},{"name":"new_when","type":"instant"},{"name":"new_until","type":"instant"},
    {"name":"new_kind","type":"text","max_length":100},{"name":"new_who","type":"text","max_length":100},
    {"name":"new_mail","type":"text","max_length":100},{"name":"new_room","type":"text","max_length":100}]}"#;
const OWN: &str = r#"{"table":"new_visit","entity_set":"new_visits","columns":{"start_at":"new_when","end_at":"new_until",
    "service":"new_kind","customer_name":"new_who","email":"new_mail","resource":"new_room"},
    "status":{"values":{"1":"scheduled","2":"canceled"}}}"#;
const BUILT_IN: &str = r#"{"preset":"appointment"}"#;

fn office(mapping: &str) -> Office {
    let visit: TableDefinition = serde_json::from_str(VISIT).expect("a table");
    let mut options = Options::default();
    options.tables.push(visit);
    Office::of(World::with(options), Memory::default(), mapping)
}

fn visit() -> DatedAppointment {
    DatedAppointment {
        appointment: Appointment {
            id: ID.to_owned(),
            service: Some("Cleaning".to_owned()),
            customer_name: None,
            email: None,
            phone: None,
            start_at: Some(NOW + 86_400_000),
            end_at: Some(NOW + 90_000_000),
            time_zone: None,
            locale: None,
            status: AppointmentStatus::Scheduled,
            resource: None,
            notes: None,
        },
        stamps: vec![0; 11],
    }
}

fn store(office: &Office, dated: &DatedAppointment, deleted: bool, expected: i64) -> i64 {
    let stored = block_on(office.records().store(dated, deleted, expected, NOW));
    stored.expect("it is taken").expect("nobody else writes it")
}

fn load(office: &Office) -> Loaded {
    let loaded = block_on(office.records().load(ID));
    loaded.expect("readable").expect("it is there")
}

#[test]
fn appointments_are_read_and_written_where_the_mapping_says() {
    for mapping in [OWN, BUILT_IN] {
        let office = office(mapping);
        let version = store(&office, &visit(), false, 0);
        assert_eq!(load(&office).dated, visit(), "{mapping}");
        let mut canceled = visit();
        canceled.appointment.status = AppointmentStatus::Canceled;
        store(&office, &canceled, false, version);
        assert_eq!(load(&office).dated, canceled, "{mapping}");
    }
}

#[test]
fn rows_come_with_appointments_that_they_are_not_linked_to() {
    for mapping in [OWN, BUILT_IN] {
        let office = office(mapping);
        let version = store(&office, &visit(), false, 0);
        let mut rows = [fresh_for(ID)];
        let written = block_on(office.records().write_rows_of(ID, &mut rows, NOW));
        assert_eq!(written.unwrap(), (vec![true], Some(version)));
        let due = || {
            block_on(office.records().for_delivery(&[rows[0].core.id.clone()]))
                .unwrap()
                .rows
        };
        assert_eq!(due()[0].1.as_ref(), Some(&visit().appointment), "{mapping}");
        assert_eq!(load(&office).rows.len(), 1);

        store(&office, &visit(), true, version);
        assert_eq!(due()[0].1, None);
        // The rows remember whose they were.
        let left = load(&office);
        assert!(left.deleted && left.rows[0].core.channel == Channel::Email);
        assert_eq!(left.rows[0].core.status, NotificationStatus::Pending);
    }
}

#[test]
fn lists_and_sweeps_work_there_too() {
    for mapping in [OWN, BUILT_IN] {
        let office = office(mapping);
        store(&office, &visit(), false, 0);
        let mut rows = [fresh_for(ID)];
        block_on(office.records().write_rows(&mut rows, NOW)).unwrap();
        let records = office.records();
        let list = block_on(records.appointments(&starting(NOW))).unwrap();
        assert_eq!(list.items.len(), 1, "{mapping}");
        let changed = block_on(records.changed(NOW, None, 10)).unwrap();
        assert_eq!(changed.items[0].id, ID, "{mapping}");
        assert_eq!(block_on(records.stuck(NOW, None, 10)).unwrap().items, [ID]);
        for (text, found) in [(ID, 1), (rows[0].core.id.as_str(), 1), ("Cleaning", 0)] {
            let filter = NotificationFilter {
                text: Some(text.to_owned()),
                limit: 10,
                ..NotificationFilter::default()
            };
            let list = block_on(records.notifications(&filter)).unwrap();
            assert_eq!(list.items.len(), found, "{mapping} {text}");
        }
        let busy = block_on(records.of_resource("Room 1", NOW, NOW + 1)).unwrap();
        assert!(busy.is_empty());
    }
}

#[test]
fn what_the_table_has_no_column_for_is_refused_by_name() {
    let office = office(OWN);
    let mut dated = visit();
    dated.appointment.notes = Some("by the window".to_owned());
    let error = block_on(office.records().store(&dated, false, 0, NOW)).unwrap_err();
    assert_eq!(
        error.text,
        "notes: The table has no column for it: see the variable appointment_mapping."
    );
    assert!(block_on(office.records().load(ID)).unwrap().is_none());
}

fn starting(from: Instant) -> AppointmentFilter {
    AppointmentFilter {
        from: Some(from),
        limit: 10,
        ..AppointmentFilter::default()
    }
}
