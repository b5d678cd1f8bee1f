//! How many requests to Dataverse and to Service Bus it takes, with a token that is there. Each costs time, and each
//! counts towards the limits of the service.

use expect_test::{Expect, expect};
use futures::executor::block_on;
use punctual_app::core::events::{Event, EventKind, read_policy};
use punctual_app::core::rendering::Sender as Signature;
use punctual_app::core::{AppointmentStatus, FieldChange, Instant, Policy};
use punctual_app::flows::backfill::{Outcome, Wanted, backfill};
use punctual_app::flows::deliver::{Outlets, deliver};
use punctual_app::flows::{App, reconcile, webhook};
use punctual_app::links::Links;
use punctual_app::queue::servicebus::rest::RestQueue;
use punctual_app::records::Records;
use punctual_app::senders::outlet::Outlet;
use punctual_app::senders::{Asked, Found, Outgoing, Pace, Sender, Sent};

use super::Office;
use super::world::NOW;
use crate::records::booked_with_contacts;
use crate::servicebus::world::World as BusWorld;

const DAY_MS: i64 = 86_400_000;

/// A provider that takes everything.
struct Taker;

impl Sender for Taker {
    fn name(&self) -> &'static str {
        "taker"
    }

    async fn send(&self, messages: &[Outgoing], _: &Pace<'_>) -> Vec<Sent> {
        let taken = |message: &Outgoing| Sent::Accepted {
            provider_message_id: message.notification_id.clone(),
        };
        messages.iter().map(taken).collect()
    }

    async fn find(&self, _: &Asked) -> Found {
        Found::No
    }
}

/// The event of a change, which carries the columns of its image.
fn event() -> Event {
    let appointment = booked_with_contacts(1).appointment;
    Event {
        kind: EventKind::Updated,
        table: "punctual_appointment".to_owned(),
        id: appointment.id,
        mapped: true,
        changes: vec![
            FieldChange::Email(appointment.email),
            FieldChange::Phone(appointment.phone),
        ],
        modified_at: None,
        complete: true,
        operation_id: None,
        step_id: None,
        correlation_id: None,
    }
}

/// The application between its two services.
struct Clinic {
    office: Office,
    bus: BusWorld,
    policy: Policy,
    told: String,
}

impl Clinic {
    fn open() -> Self {
        let bus = BusWorld::new();
        bus.set_now(NOW);
        let office = Office::new();
        // Warm: the token is there.
        block_on(office.open().load("a0000000-0000-4000-8000-000000000009")).unwrap();
        office.world.requests();
        Self {
            office,
            bus,
            policy: read_policy("").expect("the default is good"),
            told: String::new(),
        }
    }

    fn set_now(&self, now: Instant) {
        self.office.world.set_now(now);
        self.bus.set_now(now);
    }

    /// Does something and notes what it took.
    fn count<T>(
        &mut self,
        what: &str,
        work: impl AsyncFnOnce(
            &App<
                '_,
                punctual_app::records::dataverse::DataverseRecords<'_, super::World>,
                RestQueue<'_, BusWorld>,
            >,
        ) -> T,
    ) -> T {
        self.office.world.requests();
        self.bus.requests();
        let namespace = BusWorld::namespace();
        let world = self.office.world.clone();
        let result = block_on(work(&App {
            records: &self.office.open(),
            queue: &RestQueue::new(&self.bus, &namespace, None),
            policy: &self.policy,
            clock: &|| world.now(),
        }));
        let (dataverse, bus) = (self.office.world.requests(), self.bus.requests());
        self.told += &format!("{what:42} {dataverse:2} Dataverse {bus:3} Service Bus\n");
        result
    }

    /// What staff do with an appointment, and then its event.
    fn event(&mut self, what: &str, start_at: Instant, status: AppointmentStatus) {
        let mut dated = booked_with_contacts(1);
        dated.appointment.start_at = Some(start_at);
        dated.appointment.status = status;
        let records = self.office.open();
        let version = block_on(records.version(&dated.appointment.id));
        let version = version.unwrap().unwrap_or(0);
        block_on(records.store(&dated, false, version, NOW))
            .unwrap()
            .expect("stored");
        self.count(what, async |app| {
            webhook::heed(app, &event()).await.expect("it works");
        });
    }

    fn deliver(&mut self, what: &str, sent: u32) {
        let summary = self.count(what, async |app| {
            let taker = || Outlet {
                first: Taker,
                second: None,
            };
            let outlets = Outlets {
                email: &taker(),
                sms: &taker(),
                signature: &Signature {
                    name: "Clinic".to_owned(),
                    phone: None,
                },
                links: &Links::default(),
                channel_fallback: false,
                at_once: 16,
                sleep: &|_| {},
            };
            deliver(app, &outlets, 0, 100).await.expect("it works")
        });
        assert_eq!(summary.sent, sent);
    }
}

#[test]
fn requests_are_counted() {
    let mut clinic = Clinic::open();
    let start = NOW + 10 * DAY_MS;
    clinic.event("create: six reminders", start, AppointmentStatus::Scheduled);
    clinic.count("the same event again", async |app| {
        webhook::heed(app, &event()).await.expect("it works");
    });
    clinic.event(
        "move: six canceled, six new",
        start + DAY_MS,
        AppointmentStatus::Scheduled,
    );
    clinic.set_now(start + DAY_MS - 7 * DAY_MS);
    clinic.deliver("deliver two that are due together", 2);
    clinic.event(
        "cancel: four left",
        start + DAY_MS,
        AppointmentStatus::Canceled,
    );
    clinic.count("reconcile: one changed appointment", async |app| {
        reconcile::reconcile(app, None).await.expect("it works");
    });
    check(
        &clinic.told,
        expect![[r#"
            create: six reminders                       3 Dataverse   1 Service Bus
            the same event again                        1 Dataverse   0 Service Bus
            move: six canceled, six new                 3 Dataverse   1 Service Bus
            deliver two that are due together           4 Dataverse  22 Service Bus
            cancel: four left                           2 Dataverse   0 Service Bus
            reconcile: one changed appointment         17 Dataverse   0 Service Bus
        "#]],
    );
}

/// Twenty are a page. Two requests for each are its rows, before its messages and after; the rest is shared.
#[test]
fn requests_of_a_backfill_are_counted() {
    let mut clinic = Clinic::open();
    for n in 1..=20 {
        let mut dated = booked_with_contacts(n);
        dated.appointment.start_at = Some(NOW + 10 * DAY_MS);
        let stored = block_on(clinic.office.open().store(&dated, false, 0, NOW));
        stored.unwrap().expect("nobody else writes it");
    }
    for (what, planned) in [
        ("backfill: twenty, nothing planned", 20),
        ("backfill: twenty, all planned", 0),
    ] {
        clinic.count(what, async |app| {
            let done = backfill(app, Wanted::default(), &|_| {}).await;
            let Outcome::Done(filled) = done.expect("it works") else {
                panic!("nobody else is at it");
            };
            assert_eq!(filled.to_json()["planned"], planned);
        });
    }
    check(
        &clinic.told,
        expect![[r#"
        backfill: twenty, nothing planned          51 Dataverse  20 Service Bus
        backfill: twenty, all planned               9 Dataverse   0 Service Bus
    "#]],
    );
}

#[track_caller]
fn check(told: &str, expected: Expect) {
    // For `cargo xtask bench`.
    println!("{told}");
    expected.assert_eq(told);
}
