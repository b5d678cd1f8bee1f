//! A clinic in memory: the smallest host that keeps the contract. It stores what `reconcile` demands in the
//! write order of the design, wakes messages when they are due, and asks the fence before it sends.
//!
//! It checks on the way what must hold after every single step, so that a test only has to make things happen.

#![allow(dead_code, reason = "each test uses its own part")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use plugin_core::contract::exports::punctual::reminders::delivering::{Decision, Stale};
use plugin_core::contract::exports::punctual::reminders::planning::{Action, Change, Person};
use plugin_core::delivering::decide;
use plugin_core::planning::reconcile;
use plugin_core::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, Notification,
    NotificationStatus as Status, Offset, Policy, Reason, Step, Switches, Window,
};

pub const APPOINTMENT: &str = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

pub fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_millis()
}

/// A person of whom nothing more is known.
pub const STRANGER: Person = Person {
    blocks: Blocks {
        email: None,
        sms: None,
    },
    others: Vec::new(),
};

/// Both channels send.
pub const ALL_ON: Switches = Switches {
    email: true,
    sms: true,
};

/// Nothing but an id: what is known before anybody said anything.
pub fn blank() -> Appointment {
    Appointment {
        id: APPOINTMENT.into(),
        service: None,
        customer_name: None,
        email: None,
        phone: None,
        start_at: None,
        end_at: None,
        time_zone: None,
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: None,
        notes: None,
    }
}

/// With every contact.
pub fn appointment(start_at: Instant) -> Appointment {
    Appointment {
        email: Some("ada@example.org".into()),
        phone: Some("+4930123456".into()),
        start_at: Some(start_at),
        time_zone: Some("Europe/Berlin".into()),
        ..blank()
    }
}

/// Seven days, one day, one hour; email and SMS.
pub fn policy(window: Option<Window>) -> Policy {
    let step = |code: &str, offset| Step {
        code: code.into(),
        offset,
        channels: vec![Channel::Email, Channel::Sms],
    };
    Policy {
        steps: vec![
            step("P7D", Offset::Days(7)),
            step("P1D", Offset::Days(1)),
            step("PT1H", Offset::Seconds(3600)),
        ],
        window,
        default_time_zone: "Etc/UTC".into(),
        default_locale: "en".into(),
        retry_after_seconds: vec![30, 120, 600],
        daily_cap: None,
    }
}

pub fn lives(status: Status) -> bool {
    matches!(status, Status::Pending | Status::Scheduled)
}

#[derive(Clone)]
struct Message {
    id: String,
    due_at: Instant,
}

#[derive(Clone)]
pub struct Clinic {
    pub policy: Policy,
    pub now: Instant,
    /// None: deleted.
    pub appointment: Option<Appointment>,
    pub person: Person,
    pub rows: BTreeMap<String, Notification>,
    /// Whether messages can be cancelled. Nothing may depend on it.
    pub bus_cancels: bool,
    messages: Vec<Message>,
    sent: BTreeSet<String>,
}

impl Clinic {
    pub fn new(policy: Policy, now: Instant) -> Self {
        Self {
            policy,
            now,
            appointment: None,
            person: STRANGER,
            rows: BTreeMap::new(),
            bus_cancels: false,
            messages: Vec::new(),
            sent: BTreeSet::new(),
        }
    }

    pub fn demands(&self) -> Vec<Change> {
        let rows: Vec<_> = self.rows.values().cloned().collect();
        reconcile(
            self.appointment.as_ref(),
            &self.policy,
            &self.person,
            &rows,
            self.now,
        )
    }

    /// An event came: plan, write rows, queue messages, mark rows.
    pub fn react(&mut self) {
        for id in self.write_rows() {
            let row = self.rows.get_mut(&id).unwrap();
            row.status = Status::Scheduled;
            let due_at = row.due_at;
            self.messages.push(Message { id, due_at });
        }
    }

    /// The same, but the lights go out after the rows were written.
    pub fn react_and_crash(&mut self) {
        self.write_rows();
    }

    /// The same, but the lights go out after the messages were queued.
    pub fn react_and_crash_late(&mut self) {
        for id in self.write_rows() {
            let due_at = self.rows[&id].due_at;
            self.messages.push(Message { id, due_at });
        }
    }

    /// Ids of the rows that need a message.
    fn write_rows(&mut self) -> Vec<String> {
        let mut to_queue = Vec::new();
        for change in self.demands() {
            let before = self.rows.get(&change.id).map(|row| row.status);
            let (status, fits) = match change.action {
                Action::Create => (Status::Pending, before.is_none()),
                Action::Revive => (
                    Status::Pending,
                    matches!(before, Some(Status::Canceled | Status::Skipped)),
                ),
                Action::Reschedule => (Status::Pending, before.is_some_and(lives)),
                Action::Repair => (Status::Pending, before == Some(Status::Pending)),
                Action::Skip => (
                    Status::Skipped,
                    before.is_none_or(|status| {
                        lives(status) || matches!(status, Status::Canceled | Status::Skipped)
                    }),
                ),
                Action::Cancel => (Status::Canceled, before.is_some_and(lives)),
            };
            assert!(fits, "{change:?} does not fit a row that is {before:?}");
            assert_eq!(
                change.reason.is_none(),
                status == Status::Pending,
                "a reason exactly where nothing is sent: {change:?}"
            );
            if self.bus_cancels && status != Status::Pending {
                self.messages.retain(|message| message.id != change.id);
            }
            if status == Status::Pending {
                to_queue.push(change.id.clone());
            }
            self.write(change, status);
        }
        to_queue
    }

    fn write(&mut self, change: Change, status: Status) {
        let row = self
            .rows
            .entry(change.id.clone())
            .or_insert_with(|| Notification {
                id: change.id,
                appointment_id: APPOINTMENT.into(),
                step: change.step,
                channel: change.channel,
                start_at: change.start_at,
                due_at: change.due_at,
                status,
                reason: None,
                attempts: 0,
                lease_until: None,
                retry_at: None,
                send_now_at: None,
            });
        assert_eq!(row.start_at, change.start_at, "a row keeps its start");
        row.status = status;
        row.reason = change.reason;
        row.due_at = change.due_at;
        if status != Status::Pending {
            row.send_now_at = None;
        }
    }

    /// Staff want a reminder sent now. Whether they get it: what the fence would stop is refused.
    pub fn send_now(&mut self, id: &str, crash: bool) -> bool {
        let row = self.rows.get_mut(id).unwrap();
        if !matches!(
            row.status,
            Status::Pending
                | Status::Scheduled
                | Status::Canceled
                | Status::Skipped
                | Status::Failed
        ) {
            return false;
        }
        let asked = Notification {
            status: Status::Pending,
            reason: None,
            due_at: self.now,
            send_now_at: Some(self.now),
            ..row.clone()
        };
        let appointment = self.appointment.as_ref();
        let blocks = self.person.blocks;
        let decision = decide(
            Some(&asked),
            appointment,
            blocks,
            ALL_ON,
            self.now,
            self.now,
        );
        if decision != Decision::Send {
            return false;
        }
        *row = asked;
        if !crash {
            row.status = Status::Scheduled;
            let (id, due_at) = (row.id.clone(), row.due_at);
            self.messages.push(Message { id, due_at });
        }
        true
    }

    /// Lets time pass up to `until`, waking every message in the moment that it is due.
    pub fn pass_time(&mut self, until: Instant) {
        let mut moments: BTreeSet<_> = self.messages.iter().map(|m| m.due_at).collect();
        moments.insert(until);
        for moment in moments {
            if moment <= until {
                self.now = self.now.max(moment);
                self.deliver();
            }
        }
    }

    /// Every message that is due, each delivered twice, as a queue may.
    fn deliver(&mut self) {
        let now = self.now;
        let (due, later) = std::mem::take(&mut self.messages)
            .into_iter()
            .partition(|message| message.due_at <= now);
        self.messages = later;
        for message in Vec::clone(&due).into_iter().chain(due) {
            let row = self.rows.get(&message.id);
            let (appointment, blocks) = (self.appointment.as_ref(), self.person.blocks);
            let decision = decide(row, appointment, blocks, ALL_ON, message.due_at, now);
            match decision {
                Decision::Send => self.send(&message.id),
                Decision::Settle(settlement) => {
                    let row = self.rows.get_mut(&message.id).unwrap();
                    row.status = settlement.status;
                    row.reason = Some(settlement.reason);
                }
                Decision::Drop(Stale::NoRow) => panic!("a message whose row is gone"),
                Decision::Drop(_) => {}
                Decision::Hold(_) | Decision::Wait(_) | Decision::Busy(_) | Decision::Ask => {
                    panic!("nobody else is at work here: {decision:?}")
                }
            }
        }
    }

    fn send(&mut self, id: &str) {
        let row = self.rows.get_mut(id).unwrap();
        let appointment = self
            .appointment
            .as_ref()
            .expect("sent for a deleted appointment");
        assert!(matches!(
            appointment.status,
            AppointmentStatus::Scheduled | AppointmentStatus::Confirmed
        ));
        assert_eq!(appointment.start_at, Some(row.start_at), "sent for a move");
        assert!(self.now < row.start_at, "sent after the start");
        assert!(row.due_at <= self.now, "sent too early");
        let contact = match row.channel {
            Channel::Email => &appointment.email,
            Channel::Sms => &appointment.phone,
        };
        assert!(contact.is_some(), "sent to nobody");
        let block = match row.channel {
            Channel::Email => self.person.blocks.email,
            Channel::Sms => self.person.blocks.sms,
        };
        assert_eq!(block, None, "sent to somebody who said no");
        assert!(self.sent.insert(id.to_owned()), "sent twice");
        row.status = Status::Sent;
        row.reason = None;
    }

    pub fn sent(&self) -> &BTreeSet<String> {
        &self.sent
    }

    /// What a person sees of the rows: state, reason and due time by id.
    pub fn story(&self) -> BTreeMap<String, (Status, Option<Reason>, Instant)> {
        let tell = |row: &Notification| (row.id.clone(), (row.status, row.reason, row.due_at));
        self.rows.values().map(tell).collect()
    }

    /// Nothing is left to do, and every row says how it ended.
    pub fn assert_all_ended(&self) {
        for row in self.rows.values() {
            match row.status {
                Status::Sent => assert!(self.sent.contains(&row.id)),
                Status::Canceled | Status::Skipped => assert!(row.reason.is_some(), "{row:?}"),
                _ => panic!("not ended at {}: {row:?}", self.now),
            }
        }
    }
}
