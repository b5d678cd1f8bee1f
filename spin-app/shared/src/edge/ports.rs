//! The adapters that the settings chose, ready for one request.

use punctual_servicebus::transport::tls::TlsOptions;

use super::{SpinCache, SpinDial, SpinHttp, SpinSql, SpinVariables, now};
use crate::queue::any::AnyQueue;
use crate::queue::embedded::EmbeddedQueue;
use crate::queue::servicebus::Namespace;
use crate::queue::servicebus::amqp::AmqpQueue;
use crate::queue::servicebus::lookup::look_up;
use crate::queue::servicebus::rest::RestQueue;
use crate::records::embedded::EmbeddedRecords;
use crate::settings::{self, BusTransport, QueueChoice, Way};
use crate::web::{Response, unavailable, unset};

/// The queue as a component uses it.
pub type SpinQueue<'a> = AnyQueue<'a, SpinSql, SpinHttp, SpinDial>;

/// Everything that adapters borrow.
pub struct Ports {
    /// The embedded database.
    pub sql: SpinSql,
    bus: Option<Bus>,
}

enum Bus {
    Rest(Namespace),
    Amqp(SpinDial),
}

impl Ports {
    /// Opens what the settings name. Refuses with the name of what is missing or wrong.
    pub async fn open() -> Result<Self, Response> {
        settings::adapters(&SpinVariables).map_err(|error| unset(&error))?;
        let choice = settings::queue(&SpinVariables).map_err(|error| unset(&error))?;
        let bus = match choice {
            QueueChoice::Embedded => None,
            QueueChoice::ServiceBus(namespace, BusTransport::Rest) => Some(Bus::Rest(namespace)),
            QueueChoice::ServiceBus(
                namespace,
                BusTransport::Amqp {
                    way,
                    tls,
                    extra_ca_pem,
                },
            ) => {
                let address = match way {
                    Way::Address(address) => address,
                    Way::LookUp { resolver, port } => {
                        let cache = SpinCache::open();
                        look_up(&SpinHttp, &cache, &resolver, namespace.host(), port, now())
                            .await
                            .map_err(|error| unavailable(&error.to_string()))?
                    }
                };
                Some(Bus::Amqp(SpinDial {
                    namespace,
                    address,
                    tls: tls.then_some(TlsOptions {
                        extra_ca_pem,
                        only_extra_ca: false,
                    }),
                }))
            }
        };
        let sql = SpinSql::open().map_err(|error| unavailable(&error.to_string()))?;
        Ok(Self { sql, bus })
    }

    /// The records.
    pub fn records(&self) -> EmbeddedRecords<'_, SpinSql> {
        EmbeddedRecords(&self.sql)
    }

    /// The queue.
    pub fn queue(&self) -> SpinQueue<'_> {
        match &self.bus {
            None => AnyQueue::Embedded(EmbeddedQueue(&self.sql)),
            Some(Bus::Rest(namespace)) => AnyQueue::Rest(RestQueue::new(&SpinHttp, namespace)),
            Some(Bus::Amqp(dial)) => {
                AnyQueue::Amqp(Box::new(AmqpQueue::new(dial, &dial.namespace)))
            }
        }
    }

    /// Whether records and queue share one database, so that a flow can be one transaction.
    pub fn share_a_database(&self) -> bool {
        self.bus.is_none()
    }
}
