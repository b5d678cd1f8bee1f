//! `cargo xtask up --cloud`: the application as it runs in Azure, against stand-ins on this machine that go by its clock.
//!
//! So far the queue is one: a Service Bus. Records and senders stay embedded.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use chrono::DateTime;
use punctual_host::{HostOptions, VirtualClock};
use punctual_stand_in_servicebus::{StandIn, StandInOptions};
use punctual_stand_ins::Clock;

/// What stands in for Azure. It ends when this is dropped.
pub struct Cloud {
    bus: StandIn,
}

impl Cloud {
    /// Starts the stand-ins on free ports and points the application at them.
    pub async fn start(options: &mut HostOptions) -> Result<Self> {
        let clock = Arc::new(AppClock(options.clock.clone()));
        let bus = StandIn::start(StandInOptions {
            clock,
            ..StandInOptions::default()
        })
        .await?;
        let address = format!("tcp://{}", bus.amqp());
        for (name, value) in [
            ("queue", "servicebus"),
            ("servicebus_endpoint", bus.http_url().as_str()),
            ("servicebus_address", address.as_str()),
            ("servicebus_tls", "off"),
            // The names that the official emulator uses too; they open nothing else.
            ("servicebus_key_name", "RootManageSharedAccessKey"),
            ("servicebus_key", "SAS_KEY_VALUE"),
        ] {
            options.variables.insert(name.to_owned(), value.to_owned());
        }
        Ok(Self { bus })
    }

    /// Where they are, for people.
    pub fn hints(&self) -> String {
        format!(
            "Service Bus stands in at {} and {}; its faults and queues at {}.\n\
             It forgets its messages when it ends; /reconcile then gives every open reminder a new one.\n\
             SPIN_VARIABLE_SERVICEBUS_TRANSPORT=amqp chooses AMQP; otherwise HTTP is spoken.\n",
            self.bus.http_url(),
            self.bus.amqp(),
            self.bus.control_url()
        )
    }
}

/// The application's clock, as stand-ins want it.
struct AppClock(VirtualClock);

impl Clock for AppClock {
    fn now_ms(&self) -> i64 {
        self.0.now().timestamp_millis()
    }

    fn wait_until_ms(&self, at_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let Ok(left_ms @ 1..) = u64::try_from(at_ms - self.now_ms()) else {
                    return;
                };
                // A clock that is set back changes no sleep, so look again after each step.
                tokio::select! {
                    () = self.0.sleep(Duration::from_millis(left_ms)) => {}
                    () = self.0.changed() => {}
                }
            }
        })
    }

    fn set_ms(&self, now_ms: i64) {
        if let Some(now) = DateTime::from_timestamp_millis(now_ms) {
            // Outside of the calendar there is nothing to set.
            let _ = self.0.set_now(now);
        }
    }
}
