//! The adapters that the settings chose, ready for one request.

use std::cell::OnceCell;
use std::rc::Rc;

use punctual_servicebus::transport::tls::TlsOptions;
use punctual_servicebus::{Credential, UnixMs};

use super::{SpinCache, SpinDial, SpinHttp, SpinSql, SpinVariables, now};
use crate::core::Instant;
use crate::flows::FlowError;
use crate::queue::any::AnyQueue;
use crate::queue::embedded::EmbeddedQueue;
use crate::queue::servicebus::amqp::AmqpQueue;
use crate::queue::servicebus::lookup::look_up;
use crate::queue::servicebus::rest::RestQueue;
use crate::queue::servicebus::{Access, Namespace, RESOURCE};
use crate::records::any::AnyRecords;
use crate::records::dataverse::{AppointmentTable, DataverseRecords, Foreseen};
use crate::records::embedded::EmbeddedRecords;
use crate::records::watched::Watched;
use crate::settings::{self, BusTransport, QueueChoice, RecordsChoice, SettingError, Way};
use crate::signin::{Identity, SignIn, Tokens};
use crate::telemetry::Journal;
use crate::web::{Response, unavailable, unset};

/// The queue as a component uses it.
pub type SpinQueue<'a> = AnyQueue<'a, SpinSql, SpinHttp, SpinDial>;
/// The records as a component uses them.
pub type SpinRecords<'a> = Watched<'a, AnyRecords<'a, SpinSql, SpinHttp>>;
/// The source of tokens as a component uses it.
pub type SpinSignIn = SignIn<SpinHttp, SpinCache, fn() -> Instant>;

/// Everything that adapters borrow.
pub struct Ports {
    /// The embedded database, from the start where one of the adapters is embedded.
    sql: OnceCell<SpinSql>,
    sign_in: Option<SpinSignIn>,
    environment: Option<Environment>,
    bus: Option<Bus>,
    deadline: Option<Instant>,
    journal: Rc<Journal>,
}

/// A Dataverse environment.
struct Environment {
    http: SpinHttp,
    url: String,
    table: AppointmentTable,
}

enum Bus {
    Rest(SpinHttp, Namespace),
    Amqp(SpinDial),
}

/// The settings, read.
struct Choices {
    records: RecordsChoice,
    queue: QueueChoice,
    identity: Option<Identity>,
}

impl Choices {
    /// Refuses with the name of what is missing or wrong.
    fn read() -> Result<Self, SettingError> {
        settings::adapters(&SpinVariables)?;
        let choices = Self {
            records: settings::records(&SpinVariables)?,
            queue: settings::queue(&SpinVariables)?,
            identity: settings::sign_in(&SpinVariables)?,
        };
        let needs_identity = choices.records != RecordsChoice::Embedded;
        match needs_identity && choices.identity.is_none() {
            true => Err(settings::missing("sign_in")),
            false => Ok(choices),
        }
    }

    fn needs_sql(&self) -> bool {
        self.records == RecordsChoice::Embedded || matches!(self.queue, QueueChoice::Embedded)
    }
}

impl Ports {
    /// Whether [`open`](Self::open) has all that is this application's own: settings, and a database where one is needed.
    /// Nobody else is asked.
    pub fn check() -> Result<(), Response> {
        if Choices::read().map_err(|error| unset(&error))?.needs_sql() {
            open_sql()?;
        }
        Ok(())
    }

    /// Opens what the settings name. Refuses with the name of what is missing or wrong. What goes to Dataverse
    /// after `within_ms` is given up, so that the caller has an answer in time.
    pub async fn open(journal: &Rc<Journal>, within_ms: Option<i64>) -> Result<Self, Response> {
        let choices = Choices::read().map_err(|error| unset(&error))?;
        let needs_sql = choices.needs_sql();
        let sign_in = choices.identity.map(|identity| {
            let http = SpinHttp::to("entra", journal);
            SignIn::new(http, SpinCache::open(), identity, now as fn() -> _)
        });
        let environment = match choices.records {
            RecordsChoice::Embedded => None,
            RecordsChoice::Dataverse { url, mapping } => {
                let table = AppointmentTable::new(&mapping);
                let table = table.map_err(|error| FlowError::from(error).answer())?;
                let http = SpinHttp::to("dataverse", journal);
                Some(Environment { http, url, table })
            }
        };
        let ports = Self {
            sql: OnceCell::new(),
            bus: bus(choices.queue, sign_in.as_ref(), journal).await?,
            sign_in,
            environment,
            deadline: within_ms.map(|within_ms| now() + within_ms),
            journal: Rc::clone(journal),
        };
        if needs_sql {
            let _ = ports.sql.set(open_sql()?);
        }
        Ok(ports)
    }

    /// The records.
    pub fn records(&self) -> SpinRecords<'_> {
        let records = match (&self.environment, &self.sign_in, self.sql.get()) {
            (Some(environment), Some(sign_in), _) => AnyRecords::Dataverse(DataverseRecords {
                http: &environment.http,
                tokens: sign_in,
                url: &environment.url,
                table: &environment.table,
                clock: &now,
                deadline: self.deadline,
                foreseen: Foreseen::default(),
            }),
            (_, _, Some(sql)) => AnyRecords::Embedded(EmbeddedRecords(sql)),
            // `open` opens the database wherever something is embedded, and refuses an environment without a sign-in.
            _ => unreachable!("records have somewhere to be"),
        };
        Watched {
            records,
            journal: &self.journal,
        }
    }

    /// The queue.
    pub fn queue(&self) -> SpinQueue<'_> {
        match (&self.bus, self.sql.get()) {
            (Some(Bus::Rest(http, namespace)), _) => {
                AnyQueue::Rest(RestQueue::new(http, namespace, self.tokens()))
            }
            (Some(Bus::Amqp(dial)), _) => {
                AnyQueue::Amqp(Box::new(AmqpQueue::new(dial, &dial.namespace)))
            }
            (None, Some(sql)) => AnyQueue::Embedded(EmbeddedQueue(sql)),
            (None, None) => unreachable!("a queue has somewhere to be"),
        }
    }

    /// The embedded database for whoever needs it besides: the outbox. Where nothing is embedded it is opened when it is used.
    pub fn sql(&self) -> &SpinSql {
        self.sql.get_or_init(SpinSql::default)
    }

    /// Who is told of what happens.
    pub fn journal(&self) -> &Rc<Journal> {
        &self.journal
    }

    /// Where tokens come from, if the settings say who we are in Azure.
    pub fn tokens(&self) -> Option<&dyn Tokens> {
        self.sign_in.as_ref().map(|sign_in| sign_in as &dyn Tokens)
    }

    /// The database that records and queue share, so that a flow can be one transaction.
    pub fn shared_database(&self) -> Option<&SpinSql> {
        let is_shared = self.bus.is_none() && self.environment.is_none();
        self.sql.get().filter(|_| is_shared)
    }

    /// The database that the records are in, if they are embedded.
    pub fn embedded_records(&self) -> Option<&SpinSql> {
        self.sql.get().filter(|_| self.environment.is_none())
    }

    /// The database of the records where the queue has no part in it, so that looking and writing can be one transaction.
    pub fn records_database(&self) -> Option<&SpinSql> {
        let has_records = self.environment.is_none() && self.bus.is_some();
        self.sql.get().filter(|_| has_records)
    }

    /// Whether the truth is elsewhere, so that events are hints.
    pub fn are_elsewhere(&self) -> bool {
        self.environment.is_some()
    }
}

fn open_sql() -> Result<SpinSql, Response> {
    SpinSql::open().map_err(|error| unavailable(&error.to_string()))
}

async fn bus(
    choice: QueueChoice,
    sign_in: Option<&SpinSignIn>,
    journal: &Rc<Journal>,
) -> Result<Option<Bus>, Response> {
    let QueueChoice::ServiceBus(namespace, transport) = choice else {
        return Ok(None);
    };
    let BusTransport::Amqp {
        way,
        tls,
        extra_ca_pem,
    } = transport
    else {
        let http = SpinHttp::to("servicebus", journal);
        return Ok(Some(Bus::Rest(http, namespace)));
    };
    let address = match way {
        Way::Address(address) => address,
        Way::LookUp { resolver, port } => {
            let (http, cache) = (SpinHttp::to("dns", journal), SpinCache::open());
            look_up(&http, &cache, &resolver, namespace.host(), port, now())
                .await
                .map_err(|error| unavailable(&error.to_string()))?
        }
    };
    let (credential, token_key) = match (&namespace.access, sign_in) {
        (Access::SharedKey { name, key }, _) => {
            let (name, key) = (name.clone(), key.clone());
            (Credential::SharedKey { name, key }, None)
        }
        (Access::SignIn, Some(sign_in)) => {
            // The connection is opened where nothing can be awaited, so the token is there before.
            let token = sign_in.token(RESOURCE).await;
            let token = token
                .map_err(|error| FlowError::from(crate::queue::QueueError::from(error)).answer())?;
            let credential = Credential::Bearer {
                token: token.text,
                expires_at: UnixMs(token.expires_at),
            };
            (credential, Some(sign_in.key(RESOURCE)))
        }
        // The settings give no namespace without a way to it.
        (Access::SignIn, None) => return Err(unset(&settings::missing("sign_in"))),
    };
    Ok(Some(Bus::Amqp(SpinDial {
        journal: Rc::clone(journal),
        namespace,
        address,
        credential,
        token_key,
        tls: tls.then_some(TlsOptions {
            extra_ca_pem,
            only_extra_ca: false,
        }),
    })))
}
