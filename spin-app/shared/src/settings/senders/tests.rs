//! A choice is whole, or refused with the name of what is missing or wrong. No value of a secret is ever told.

use std::collections::HashMap;

use super::*;

type Set = [(&'static str, &'static str)];

const SENDGRID: &Set = &[
    ("email_sender", "sendgrid"),
    ("sendgrid_endpoint", "https://api.sendgrid.com/"),
    ("sendgrid_key", "planted-secret"),
    ("sendgrid_from", "clinic@example.com"),
];
const TWILIO: &Set = &[
    ("sms_sender", "twilio"),
    ("twilio_endpoint", "https://api.twilio.com"),
    ("twilio_account", "AC0123456789abcdef0123456789abcdef"),
    ("twilio_auth_token", "planted-secret"),
    ("twilio_from", "+12025550100"),
];
const ACS_EMAIL: &Set = &[
    ("email_sender", "acs"),
    ("acs_endpoint", "https://contoso.communication.azure.com"),
    ("acs_key", "cGxhbnRlZC1zZWNyZXQ="),
    ("acs_email_from", "clinic@example.com"),
];
const ACS_SMS: &Set = &[
    ("sms_sender", "acs"),
    ("acs_endpoint", "https://contoso.communication.azure.com"),
    ("acs_key", "cGxhbnRlZC1zZWNyZXQ="),
    ("acs_sms_from", "+18445550100"),
];

fn read(set: &Set) -> HashMap<&'static str, &'static str> {
    set.iter().copied().collect()
}

fn tell(read: Result<Choices, SettingError>) -> String {
    let told = match read {
        Ok(choices) => format!("{choices:?}"),
        Err(error) => error.to_string(),
    };
    assert!(
        !told.contains("planted-secret") && !told.contains("cGxhbnRl"),
        "{told}"
    );
    told
}

#[test]
fn what_is_missing_is_named() {
    for (set, email) in [
        (SENDGRID, true),
        (TWILIO, false),
        (ACS_EMAIL, true),
        (ACS_SMS, false),
    ] {
        let told = |set: &Set| match email {
            true => tell(email_senders(&read(set))),
            false => tell(sms_senders(&read(set))),
        };
        assert!(told(set).starts_with("Choices"), "{}", told(set));
        for left_out in 1..set.len() {
            let mut less = set.to_vec();
            let (name, _) = less.remove(left_out);
            let why = match name {
                "acs_key" => {
                    "is not set, and neither is sign_in; one of them must be, or the route stays closed"
                }
                _ => "is not set; the route stays closed until it is",
            };
            assert_eq!(told(&less), format!("variable {name}: {why}"));
        }
    }
    assert_eq!(
        tell(email_senders(&read(&[]))),
        "Choices { first: Outbox, second: None }"
    );
    assert_eq!(
        tell(sms_senders(&read(&[]))),
        "Choices { first: Outbox, second: None }"
    );
}

#[track_caller]
fn refused(set: &Set, more: &Set, variable: &str) {
    let all = read(&[set, more].concat());
    let told = match set[0].0 {
        "email_sender" => tell(email_senders(&all)),
        _ => tell(sms_senders(&all)),
    };
    assert!(
        told.starts_with(&format!("variable {variable}: ")),
        "{told}"
    );
}

#[test]
fn what_is_wrong_is_named() {
    refused(SENDGRID, &[("email_sender", "twilio")], "email_sender");
    refused(
        SENDGRID,
        &[("email_sender_second", "twilio")],
        "email_sender_second",
    );
    refused(
        SENDGRID,
        &[("email_sender_second", "sendgrid")],
        "email_sender_second",
    );
    refused(
        SENDGRID,
        &[("email_sender_second", "outbox")],
        "email_sender_second",
    );
    refused(
        SENDGRID,
        &[("email_sender_second", "acs")],
        "acs_email_from",
    );
    refused(
        SENDGRID,
        &[("sendgrid_endpoint", "api.sendgrid.com")],
        "sendgrid_endpoint",
    );
    refused(
        SENDGRID,
        &[("sendgrid_endpoint", "https://unset.invalid")],
        "sendgrid_endpoint",
    );
    refused(SENDGRID, &[("sendgrid_from", "clinic")], "sendgrid_from");
    refused(TWILIO, &[("sms_sender", "sendgrid")], "sms_sender");
    refused(TWILIO, &[("twilio_account", "AC0")], "twilio_account");
    refused(TWILIO, &[("twilio_key", "SK1")], "twilio_key_secret");
    refused(
        TWILIO,
        &[("twilio_messaging_service", "MG")],
        "twilio_messaging_service",
    );
    refused(ACS_SMS, &[("acs_key", "not base64")], "acs_key");
    refused(ACS_SMS, &[("acs_key", "")], "acs_key");
    refused(
        ACS_SMS,
        &[
            ("acs_key", ""),
            ("sign_in", "client_secret"),
            ("entra_authority", "https://login.microsoftonline.com"),
        ],
        "entra_tenant",
    );
}

#[test]
fn without_an_access_key_the_identity_opens_acs() {
    let identity = [
        ("acs_key", ""),
        ("sign_in", "managed_identity"),
        ("identity_endpoint", "http://169.254.169.254"),
    ];
    let variables = read(&[ACS_SMS, &identity].concat());
    let choices = sms_senders(&variables).expect("it is whole");
    let SenderChoice::Acs(acs) = choices.first else {
        panic!("{choices:?}");
    };
    assert_eq!(acs.key, None);
}

#[test]
fn names_are_checked_by_whoever_has_no_keys() {
    for (set, variable) in [
        (&[("email_sender", "twilio")], Some("email_sender")),
        (&[("sms_sender", "carrier-pigeon")], Some("sms_sender")),
        (
            &[("sms_sender_second", "sendgrid")],
            Some("sms_sender_second"),
        ),
        (&[("email_sender", "none")], Some("email_sender")),
        (&[("email_sender_second", "none")], None),
        (&[("email_sender", "sendgrid")], None),
        (&[("sms_sender", "twilio")], None),
    ] {
        let refused = names(&read(set)).err().map(|error| error.variable);
        assert_eq!(refused, variable);
    }
}

#[test]
fn the_rest_is_checked_too() {
    let is = |name: &'static str, value: &'static str| read(&[(name, value)]);
    for (value, expected) in [
        ("1", Some(1)),
        ("64", Some(64)),
        ("0", None),
        ("65", None),
        ("many", None),
    ] {
        assert_eq!(
            sends_at_once(&is("sends_at_once", value)).ok(),
            expected,
            "{value}"
        );
    }
    assert_eq!(sends_at_once(&read(&[])).ok(), Some(16));
    assert!(falls_back_to_email(&is("channel_fallback", "email")).is_ok_and(|on| on));
    assert!(falls_back_to_email(&is("channel_fallback", "on")).is_err());
    assert!(sendgrid_public_keys(&is("sendgrid_webhook_key", "rubbish")).is_err());
    let shared = read(&[("twilio_auth_token", "a"), ("twilio_shared_key", "b")]);
    let error = twilio_secrets(&shared).err().map(|error| error.variable);
    assert_eq!(error, Some("twilio_shared_key_secret"));
}
