//! Sends a message, receives it, gives it back, receives it again, completes it.
//!
//! `cargo run -p punctual-servicebus --example receive -- 127.0.0.1:5672 reminders`

use punctual_servicebus::{
    Client, Credential, Options,
    ops::{outgoing::OutgoingMessage, settle::Disposition},
    transport::{Clock, SystemClock, connect_tcp},
};
use std::{error::Error, sync::Arc, time::Duration};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:5672".to_owned());
    let queue = arguments.next().unwrap_or("reminders".to_owned());

    let clock = Arc::new(SystemClock::default());
    let credential = Credential::SharedKey {
        name: "RootManageSharedAccessKey".to_owned(),
        key: "SAS_KEY_VALUE".to_owned(),
    };
    let name = format!("example-{}", clock.unix().0);
    let options = Options::new("localhost", credential, &name);
    let tcp = connect_tcp(address.parse()?, Duration::from_secs(5))?;
    let mut client = Client::connect(tcp, &options, clock)?;

    let message = OutgoingMessage {
        message_id: name.clone(),
        body: b"wake up".to_vec(),
        ..OutgoingMessage::default()
    };
    client
        .send(&queue, &[message])
        .into_iter()
        .collect::<Result<(), _>>()?;
    for disposition in [Disposition::Abandon, Disposition::Complete] {
        for received in client.receive(&queue, 1, Duration::from_secs(10))? {
            let message = received.message.as_ref().map_err(Clone::clone)?;
            println!(
                "received {:?} after {} failed deliveries, locked until {:?}",
                message.message_id(),
                message.failed_deliveries(),
                message.locked_until()
            );
            client.settle(&received, &disposition)?;
            println!("settled: {disposition:?}");
        }
    }
    client.close();
    Ok(())
}
