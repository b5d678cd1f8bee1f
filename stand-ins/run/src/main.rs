//! Runs the stand-ins and prints one line of JSON that says where they are. Ends at Ctrl-C.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Parser;
use punctual_stand_in_servicebus::options::QueueOptions;
use punctual_stand_in_servicebus::{StandIn, StandInOptions};

/// Stand-ins of the cloud services that Punctual uses, on loopback.
#[derive(Parser)]
struct Arguments {
    /// Service Bus, AMQP over plain TCP. Port 0 takes a free one, here and below.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_amqp: SocketAddr,
    /// Service Bus, AMQP over TLS; `/ca.pem` of the control port has the certificate to trust.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_amqps: SocketAddr,
    /// Service Bus, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_http: SocketAddr,
    /// Service Bus, control: clock, faults, queues, history.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_control: SocketAddr,
    /// A queue; may be given more than once.
    #[arg(long = "queue", default_values = ["reminders", "probe"])]
    queues: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let options = StandInOptions {
        amqp: arguments.servicebus_amqp,
        amqps: arguments.servicebus_amqps,
        http: arguments.servicebus_http,
        control: arguments.servicebus_control,
        queues: arguments
            .queues
            .into_iter()
            .map(|name| (name, QueueOptions::default()))
            .collect(),
        ..StandInOptions::default()
    };
    let servicebus = StandIn::start(options).await?;
    println!(
        "{}",
        serde_json::json!({ "servicebus": servicebus.describe() })
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}
