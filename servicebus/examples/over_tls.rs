//! Looks at a queue over TLS, at an address that need not be in any DNS.
//!
//! `cargo run -p punctual-servicebus --example over_tls -- 10.1.2.3:5671 contoso.servicebus.windows.net RULE KEY QUEUE [ca.pem]`
//!
//! Runs in a component too: `cargo build -p punctual-servicebus --example over_tls --target wasm32-wasip2`.

use punctual_servicebus::{
    Client, Credential, Options,
    ops::schedule::SequenceNumber,
    transport::{
        Clock, SystemClock, connect_tcp,
        tls::{Tls, TlsOptions},
    },
};
use std::{error::Error, sync::Arc, time::Duration};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, namespace, name, key, queue, rest @ ..] = arguments.as_slice() else {
        return Err("usage: over_tls ADDRESS NAMESPACE RULE KEY QUEUE [ca.pem]".into());
    };
    let extra_ca_pem = rest.first().map(std::fs::read_to_string).transpose()?;
    let trust = TlsOptions {
        only_extra_ca: extra_ca_pem.is_some(),
        extra_ca_pem,
    };
    let credential = Credential::SharedKey {
        name: name.clone(),
        key: key.clone(),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let timeout = Duration::from_secs(10);
    let tcp = connect_tcp(address.parse()?, timeout)?;
    let tls = Tls::connect(tcp, namespace, &trust, &clock, timeout)?;
    let connection_name = format!("example-{}", clock.unix().0);
    let options = Options::new(namespace, credential, &connection_name);
    let mut client = Client::connect(tls, &options, clock)?;
    for message in client.peek(queue, SequenceNumber(0), 10)? {
        let (number, state) = (message.sequence_number(), message.state());
        println!("{number:?} {state:?} {:?}", message.message_id());
    }
    client.close();
    Ok(())
}
