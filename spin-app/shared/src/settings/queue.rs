//! Which queue, and the way to it.

use std::net::SocketAddr;

use super::{SettingError, Variables, host, required, sign_in};
use crate::queue::servicebus::{Access, Namespace};

/// The variable `queue`, with all that belongs to the choice.
#[derive(Debug)]
pub enum QueueChoice {
    /// SQLite.
    Embedded,
    /// Azure Service Bus.
    ServiceBus(Namespace, BusTransport),
}

/// The variable `servicebus_transport`.
#[derive(Debug)]
pub enum BusTransport {
    /// By HTTP.
    Rest,
    /// By AMQP.
    Amqp {
        /// Where to connect to.
        way: Way,
        /// Whether TLS is spoken. Only a stand-in on the same machine goes without.
        tls: bool,
        /// Certificates in PEM that are trusted beside the public ones.
        extra_ca_pem: Option<String>,
    },
}

/// Where the namespace's AMQP port is.
#[derive(Debug, PartialEq)]
pub enum Way {
    /// A private endpoint, or an address found by other means.
    Address(SocketAddr),
    /// To be asked of a DNS-over-HTTPS resolver.
    LookUp {
        /// Its URL.
        resolver: String,
        /// The port to connect to.
        port: u16,
    },
}

/// Reads the choice. What it needs and does not find is named.
pub fn queue(variables: &impl Variables) -> Result<QueueChoice, SettingError> {
    match variables.get("queue").as_deref() {
        None | Some("embedded") => Ok(QueueChoice::Embedded),
        Some("servicebus") => Ok(QueueChoice::ServiceBus(
            namespace(variables)?,
            transport(variables)?,
        )),
        Some(other) => Err(SettingError {
            variable: "queue",
            detail: format!("{other:?} is no queue; there are \"embedded\" and \"servicebus\""),
        }),
    }
}

fn namespace(variables: &impl Variables) -> Result<Namespace, SettingError> {
    let endpoint = host(variables, "servicebus_endpoint")?;
    let endpoint = endpoint.trim_end_matches('/').to_owned();
    if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
        return Err(SettingError {
            variable: "servicebus_endpoint",
            detail: "must be the namespace's URL, such as https://contoso.servicebus.windows.net"
                .to_owned(),
        });
    }
    Ok(Namespace {
        endpoint,
        queue: variables
            .get("servicebus_queue")
            .unwrap_or_else(|| "reminders".to_owned()),
        access: access(variables)?,
    })
}

/// A rule and its key, or else the identity that signs in.
fn access(variables: &impl Variables) -> Result<Access, SettingError> {
    match variables.get("servicebus_key_name") {
        Some(name) => Ok(Access::SharedKey {
            name,
            key: required(variables, "servicebus_key")?,
        }),
        None => match sign_in(variables)? {
            Some(_) => Ok(Access::SignIn),
            None => Err(SettingError {
                variable: "servicebus_key_name",
                detail: "is not set, and neither is sign_in; one of them must be, or the route stays closed"
                    .to_owned(),
            }),
        },
    }
}

fn transport(variables: &impl Variables) -> Result<BusTransport, SettingError> {
    match variables.get("servicebus_transport").as_deref() {
        None | Some("rest") => Ok(BusTransport::Rest),
        Some("amqp") => Ok(BusTransport::Amqp {
            way: way(variables)?,
            tls: on(variables, "servicebus_tls")?,
            extra_ca_pem: variables.get("servicebus_ca"),
        }),
        Some(other) => Err(SettingError {
            variable: "servicebus_transport",
            detail: format!("{other:?} is no transport; there are \"rest\" and \"amqp\""),
        }),
    }
}

fn way(variables: &impl Variables) -> Result<Way, SettingError> {
    const VARIABLE: &str = "servicebus_address";
    let text = host(variables, VARIABLE)?;
    let bare = text.strip_prefix("tcp://").unwrap_or(&text);
    if let Some(port) = bare.strip_prefix("*:") {
        let port = port.parse().map_err(|_| wrong_address())?;
        let origin = required(variables, "dns_resolver")?;
        let path = variables.get("dns_resolver_path").unwrap_or_default();
        let resolver = format!("{}{path}", origin.trim_end_matches('/'));
        return Ok(Way::LookUp { resolver, port });
    }
    bare.parse().map(Way::Address).map_err(|_| wrong_address())
}

fn wrong_address() -> SettingError {
    SettingError {
        variable: "servicebus_address",
        detail: "must be an address and a port, such as tcp://10.1.2.3:5671, or tcp://*:5671 to look the address up".to_owned(),
    }
}

/// `on` unless it says `off`.
fn on(variables: &impl Variables, variable: &'static str) -> Result<bool, SettingError> {
    match variables.get(variable).as_deref() {
        None | Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => Err(SettingError {
            variable,
            detail: format!("is {other:?}; it must be \"on\" or \"off\""),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    #[track_caller]
    fn check(variables: &[(&'static str, &'static str)], expected: &str) {
        let found = match queue(&settings(variables)) {
            Ok(choice) => format!("{choice:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_choice_is_whole_or_refused_by_name() {
        let bus = [
            ("queue", "servicebus"),
            (
                "servicebus_endpoint",
                "https://contoso.servicebus.windows.net/",
            ),
            ("servicebus_key_name", "punctual"),
            ("servicebus_key", "planted-secret"),
        ];
        let with = |more: &[(&'static str, &'static str)]| [bus.as_slice(), more].concat();
        check(&[], "Embedded");
        check(&[("queue", "embedded")], "Embedded");
        check(
            &[("queue", "kafka")],
            "variable queue: \"kafka\" is no queue; there are \"embedded\" and \"servicebus\"",
        );
        check(
            &bus,
            "ServiceBus(Namespace(https://contoso.servicebus.windows.net/reminders, punctual), Rest)",
        );
        for missing in [1, 3] {
            let mut variables = bus.to_vec();
            let (name, _) = variables.remove(missing);
            check(
                &variables,
                &format!("variable {name}: is not set; the route stays closed until it is"),
            );
        }
        check(
            &bus[..2],
            "variable servicebus_key_name: is not set, and neither is sign_in; one of them must be, or the route stays closed",
        );
        check(
            &with(&[
                ("servicebus_key_name", ""),
                ("sign_in", "managed_identity"),
                ("identity_endpoint", "http://169.254.169.254"),
            ]),
            "ServiceBus(Namespace(https://contoso.servicebus.windows.net/reminders, signed in), Rest)",
        );
        check(
            &with(&[("servicebus_key_name", ""), ("sign_in", "managed_identity")]),
            "variable identity_endpoint: is not set; the route stays closed until it is",
        );
        check(
            &with(&[("servicebus_endpoint", "contoso.servicebus.windows.net")]),
            "variable servicebus_endpoint: must be the namespace's URL, such as https://contoso.servicebus.windows.net",
        );
        check(
            &with(&[
                ("servicebus_transport", "amqp"),
                ("servicebus_address", "tcp://10.1.2.3:5671"),
            ]),
            "ServiceBus(Namespace(https://contoso.servicebus.windows.net/reminders, punctual), Amqp { way: Address(10.1.2.3:5671), tls: true, extra_ca_pem: None })",
        );
        check(
            &with(&[
                ("servicebus_transport", "amqp"),
                ("servicebus_address", "tcp://*:5671"),
                ("dns_resolver", "https://dns.example"),
                ("dns_resolver_path", "/q"),
            ]),
            "ServiceBus(Namespace(https://contoso.servicebus.windows.net/reminders, punctual), Amqp { way: LookUp { resolver: \"https://dns.example/q\", port: 5671 }, tls: true, extra_ca_pem: None })",
        );
        check(
            &with(&[("servicebus_endpoint", "https://unset.invalid")]),
            "variable servicebus_endpoint: is not set; the route stays closed until it is",
        );
        check(
            &with(&[("servicebus_transport", "amqp")]),
            "variable servicebus_address: is not set; the route stays closed until it is",
        );
        check(
            &with(&[
                ("servicebus_transport", "amqp"),
                (
                    "servicebus_address",
                    "tcp://contoso.servicebus.windows.net:5671",
                ),
            ]),
            "variable servicebus_address: must be an address and a port, such as tcp://10.1.2.3:5671, or tcp://*:5671 to look the address up",
        );
        check(
            &with(&[
                ("servicebus_transport", "amqp"),
                ("servicebus_address", "10.1.2.3:5671"),
                ("servicebus_tls", "maybe"),
            ]),
            "variable servicebus_tls: is \"maybe\"; it must be \"on\" or \"off\"",
        );
    }
}
