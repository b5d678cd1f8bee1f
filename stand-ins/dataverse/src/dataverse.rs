//! The whole state of an environment, and the points at which faults strike.

mod imported;
mod keys;

use std::sync::Arc;

use punctual_stand_ins::faults::{ASKED, CARRIED, WRITTEN};
use punctual_stand_ins::{FaultKind, Faults, Guid, Ledger, Point, Random, Strike};

pub(crate) use self::keys::KeyIndexes;
use crate::access::{BearerValidator, Caller};
use crate::limits::Usage;
use crate::options::Options;
use crate::refusal::Refusal;
use crate::schema::{MESSAGES, Schema};
use crate::store::{Cause, Changes, Event, Store, Work};
use crate::value::Value;
use crate::webhooks::Webhooks;

/// One write. Of several at once no rival can be the first: those are [`WRITTEN`].
const WRITTEN_ALONE: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Unauthorized,
    FaultKind::Refuse,
    FaultKind::Fail,
    FaultKind::FailAfter,
    FaultKind::Race,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

const ASKED_IN_A_BATCH: &[FaultKind] = &[FaultKind::Busy, FaultKind::Refuse, FaultKind::Fail];

const WRITTEN_IN_A_BATCH: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Refuse,
    FaultKind::Fail,
    FaultKind::Race,
];

/// Where this stand-in can be made to fail.
///
/// `api` is requests, `part` the operations inside a batch. `webhook` is what is sent: `drop` loses it, `twice`
/// duplicates it, `slow` holds it back, so that later ones overtake it.
pub const POINTS: &[Point] = &[
    Point::new("api.read", ASKED),
    Point::new("api.query", ASKED),
    Point::new("api.create", WRITTEN_ALONE),
    Point::new("api.update", WRITTEN_ALONE),
    Point::new("api.delete", WRITTEN_ALONE),
    Point::new("api.bulk", WRITTEN),
    Point::new("api.batch", WRITTEN),
    Point::new("api.metadata", ASKED),
    Point::new("part.read", ASKED_IN_A_BATCH),
    Point::new("part.query", ASKED_IN_A_BATCH),
    Point::new("part.create", WRITTEN_IN_A_BATCH),
    Point::new("part.update", WRITTEN_IN_A_BATCH),
    Point::new("part.delete", WRITTEN_IN_A_BATCH),
    Point::new("part.bulk", ASKED_IN_A_BATCH),
    Point::new("webhook.create", CARRIED),
    Point::new("webhook.update", CARRIED),
    Point::new("webhook.delete", CARRIED),
];

/// An environment: the whole state of the stand-in.
pub struct Dataverse {
    /// The tables.
    pub schema: Arc<Schema>,
    /// The rows.
    pub store: Store,
    /// The options.
    pub options: Options,
    /// The faults that stand.
    pub faults: Faults,
    /// What was asked: `read punctual_appointment`, `batch`, `part.create punctual_notification` and so on.
    pub requests: Ledger,
    /// What is to be sent, and what became of it.
    pub webhooks: Webhooks,
    pub(crate) bearer: Box<dyn BearerValidator>,
    pub(crate) random: Random,
    pub(crate) usage: Usage,
    pub(crate) ids: Ids,
    pub(crate) key_indexes: KeyIndexes,
}

/// The ids of what is there from the start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    pub organization: Guid,
    pub unit: Guid,
    pub user: Guid,
}

impl Dataverse {
    /// A new environment. Its ids and all else that is random are the sequence of `seed`. The error says which table
    /// does not fit.
    pub fn new(
        options: Options,
        bearer: Box<dyn BearerValidator>,
        seed: u64,
        now_ms: i64,
    ) -> Result<Self, String> {
        let schema = Arc::new(options.schema()?);
        let mut random = Random::seeded(seed);
        let ids = Ids {
            organization: Guid::next(&mut random),
            unit: Guid::next(&mut random),
            user: Guid::next(&mut random),
        };
        let mut dataverse = Self {
            store: Store::new(&schema),
            schema,
            faults: Faults::at(POINTS),
            requests: Ledger::keeping(options.history_capacity),
            webhooks: Webhooks::keeping(options.history_capacity),
            bearer,
            random,
            usage: Usage::default(),
            ids,
            key_indexes: KeyIndexes::begin(
                options.key_index_ms,
                options.key_index_failures.clone(),
                now_ms,
            ),
            options,
        };
        dataverse
            .furnish(now_ms)
            .map_err(|refusal| refusal.message)?;
        Ok(dataverse)
    }

    /// The rows that every environment has: its unit, users, messages and filters.
    fn furnish(&mut self, now_ms: i64) -> Result<(), Refusal> {
        let ids = self.ids;
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let mut rows = vec![
            (
                "organization",
                ids.organization,
                vec![("name", text(&self.options.organization_name))],
            ),
            (
                "businessunit",
                ids.unit,
                vec![("name", text(&self.options.organization_name))],
            ),
        ];
        let applications = self.options.application_users.clone();
        for (number, application) in applications.into_iter().enumerate() {
            let id = match number {
                0 => ids.user,
                _ => Guid::next(&mut self.random),
            };
            let unit = Value::Reference("businessunit".into(), ids.unit);
            let cells = vec![
                ("fullname", text(&format!("# Application {number}"))),
                ("applicationid", Some(Value::Guid(application))),
                ("businessunitid", Some(unit)),
                ("isdisabled", Some(Value::Boolean(false))),
            ];
            rows.push(("systemuser", id, cells));
        }
        for (message, id) in MESSAGES {
            let id: Guid = id.parse().unwrap_or(Guid::NIL);
            rows.push(("sdkmessage", id, vec![("name", text(message))]));
            let standard: Vec<_> = self
                .schema
                .tables()
                .filter(|table| table.standard)
                .collect();
            for table in standard {
                let cells = vec![
                    ("primaryobjecttypecode", text(table.name())),
                    (
                        "sdkmessageid",
                        Some(Value::Reference("sdkmessage".into(), id)),
                    ),
                ];
                let filter = imported::filter_id(message, table.name());
                rows.push(("sdkmessagefilter", filter, cells));
            }
        }
        if self.options.solution_imported {
            rows.extend(imported::rows(&self.schema));
        }
        let schema = self.schema.clone();
        let cause = self.cause(ids.user);
        let mut work = Work::begin(
            &schema,
            &mut self.store,
            &mut self.random,
            ids.unit,
            cause,
            now_ms,
        );
        for (name, id, cells) in rows {
            let table = schema
                .table(name)
                .ok_or_else(|| Refusal::no_segment(name))?;
            let mut changes: Changes = cells
                .into_iter()
                .map(|(column, change)| (column.to_owned(), change))
                .collect();
            changes.insert(table.definition.primary_id.clone(), Some(Value::Guid(id)));
            work.create(table, changes)?;
        }
        work.commit();
        Ok(())
    }

    /// Whether a fault strikes at this point of [`POINTS`].
    pub(crate) fn strike(&mut self, point: &str) -> Option<Strike> {
        self.faults.strike(point, &mut self.random)
    }

    /// A request by this user that says nothing else.
    pub(crate) fn cause(&mut self, user: Guid) -> Cause {
        Cause {
            request_id: Guid::next(&mut self.random),
            correlation_id: Guid::next(&mut self.random),
            tag: None,
            bypass: false,
            user,
        }
    }

    /// The user that a token is for.
    pub(crate) fn judge(&self, token: &str, now_ms: i64) -> Result<Guid, Refusal> {
        let caller = self.bearer.validate(token, now_ms);
        match caller.map_err(|_| Refusal::unauthorized())? {
            Caller::Anyone => Ok(self.ids.user),
            Caller::Application(id) => {
                let users = self.schema.table("systemuser");
                let users = users.map(|table| self.store.rows(table).all());
                let is_it = |row: &&crate::store::Row| {
                    row.get("applicationid") == Some(&Value::Guid(id)) && !row.flag("isdisabled")
                };
                let user = users.and_then(|mut rows| rows.find(is_it));
                user.map(|row| row.id).ok_or_else(Refusal::no_member)
            }
        }
    }

    /// Whether the indexes of alternate keys are active.
    pub(crate) fn keys_active(&self, now_ms: i64) -> bool {
        self.key_indexes.active(now_ms)
    }

    /// Does something to the rows as a user of the environment would: a person at a screen, a test. Its webhooks are
    /// sent.
    pub fn act<R>(
        &mut self,
        now_ms: i64,
        act: impl FnOnce(&mut Work<'_>) -> Result<R, Refusal>,
    ) -> Result<R, Refusal> {
        let cause = self.cause(self.ids.user);
        let schema = self.schema.clone();
        let unit = self.ids.unit;
        let mut work = Work::begin(
            &schema,
            &mut self.store,
            &mut self.random,
            unit,
            cause,
            now_ms,
        );
        match act(&mut work) {
            Ok(result) => {
                let events = work.commit();
                self.announce(events, now_ms);
                Ok(result)
            }
            Err(refusal) => {
                work.roll_back();
                Err(refusal)
            }
        }
    }

    /// Lets the steps hear of events.
    pub(crate) fn announce(&mut self, events: Vec<Event>, now_ms: i64) {
        for event in events {
            crate::webhooks::announce(self, &event, now_ms);
        }
    }
}
