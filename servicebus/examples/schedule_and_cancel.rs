//! Schedules two messages, cancels one, and shows what waits.
//!
//! `cargo run -p punctual-servicebus --example schedule_and_cancel -- 127.0.0.1:5672 reminders`

use punctual_servicebus::{
    Client, Credential, Options, UnixMs,
    ops::{outgoing::OutgoingMessage, schedule::SequenceNumber},
    transport::{Clock, SystemClock, connect_tcp},
};
use std::{error::Error, sync::Arc, time::Duration};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or("127.0.0.1:5672".to_owned());
    let queue = arguments.next().unwrap_or("reminders".to_owned());

    let clock = Arc::new(SystemClock::default());
    let due = UnixMs(clock.unix().0 + 3_600_000);
    // The rule and key of every emulator. Another name for each connection, or the service's logs tell nothing.
    let credential = Credential::SharedKey {
        name: "RootManageSharedAccessKey".to_owned(),
        key: "SAS_KEY_VALUE".to_owned(),
    };
    let name = format!("example-{}", clock.unix().0);
    let options = Options::new("localhost", credential, &name);
    let tcp = connect_tcp(address.parse()?, Duration::from_secs(5))?;
    let mut client = Client::connect(tcp, &options, clock)?;

    let messages = ["one", "two"]
        .map(|id| OutgoingMessage::scheduled(&format!("{name}/{id}"), format!("body {id}"), due));
    let numbers: Vec<SequenceNumber> = client
        .schedule(&queue, &messages)
        .into_iter()
        .collect::<Result<_, _>>()?;
    println!("scheduled as {numbers:?}");
    println!("cancelled: {:?}", client.cancel(&queue, &numbers[..1]));
    println!("again: {:?}", client.cancel(&queue, &numbers[..1]));
    for message in client.peek(&queue, numbers[0], 10)? {
        println!(
            "waits: {:?}, due {:?}, {} bytes",
            message.sequence_number(),
            message.scheduled_at(),
            message.data().len()
        );
    }
    client.close();
    Ok(())
}
