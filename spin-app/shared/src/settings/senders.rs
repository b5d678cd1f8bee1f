//! Who sends, and with which keys. Delivery alone has them.

use super::{SettingError, Variables, missing, required, sign_in};
use crate::receipts::sendgrid_signature::PublicKey;
use crate::receipts::twilio_signature::Secrets;
use crate::senders::{acs, twilio};

/// Calls to one provider under way at once, unless it is set otherwise.
const AT_ONCE: usize = 16;
const AT_ONCE_MAX: usize = 64;

/// Who sends one channel's messages.
#[derive(Debug, PartialEq)]
pub enum SenderChoice {
    /// The local outbox.
    Outbox,
    /// SendGrid, for email.
    SendGrid(SendGridSettings),
    /// Twilio, for texts.
    Twilio(TwilioSettings),
    /// Azure Communication Services, for either.
    Acs(AcsSettings),
}

/// What SendGrid needs.
#[derive(PartialEq)]
pub struct SendGridSettings {
    /// Its URL, without a slash at its end.
    pub endpoint: String,
    /// `SG.…`
    pub key: String,
    /// A verified address.
    pub from: String,
}

/// What Twilio needs.
#[derive(PartialEq)]
pub struct TwilioSettings {
    /// Its URL, without a slash at its end.
    pub endpoint: String,
    /// `AC…`
    pub account: String,
    /// An API key and its secret, or the account and its Auth Token.
    pub user: (String, String),
    /// Who texts.
    pub from: twilio::From,
}

/// What Azure Communication Services needs for one channel.
#[derive(PartialEq)]
pub struct AcsSettings {
    /// The resource's URL, without a slash at its end.
    pub endpoint: String,
    /// An access key, decoded; none: `sign_in` says who we are.
    pub key: Option<Vec<u8>>,
    /// A number or an address of ours.
    pub from: String,
}

/// The two providers of a channel.
#[derive(Debug, PartialEq)]
pub struct Choices {
    /// Who is tried first.
    pub first: SenderChoice,
    /// Who is tried where the first is down.
    pub second: Option<SenderChoice>,
}

/// The choices that `email_sender` knows.
const EMAIL_SENDERS: &[&str] = &["outbox", "sendgrid", "acs"];
/// The choices that `sms_sender` knows.
const SMS_SENDERS: &[&str] = &["outbox", "twilio", "acs"];

/// Who sends email.
pub fn email_senders(variables: &impl Variables) -> Result<Choices, SettingError> {
    choices(variables, "email_sender", "email_sender_second", |name| {
        Ok(match name {
            "outbox" => SenderChoice::Outbox,
            "sendgrid" => SenderChoice::SendGrid(SendGridSettings {
                endpoint: endpoint(variables, "sendgrid_endpoint")?,
                key: required(variables, "sendgrid_key")?,
                from: email_address(variables, "sendgrid_from")?,
            }),
            "acs" => {
                SenderChoice::Acs(acs(variables, email_address(variables, "acs_email_from")?)?)
            }
            other => return Err(no_such("email_sender", other, EMAIL_SENDERS)),
        })
    })
}

/// Who sends texts.
pub fn sms_senders(variables: &impl Variables) -> Result<Choices, SettingError> {
    choices(variables, "sms_sender", "sms_sender_second", |name| {
        Ok(match name {
            "outbox" => SenderChoice::Outbox,
            "twilio" => SenderChoice::Twilio(twilio(variables)?),
            "acs" => SenderChoice::Acs(acs(variables, required(variables, "acs_sms_from")?)?),
            other => return Err(no_such("sms_sender", other, SMS_SENDERS)),
        })
    })
}

fn choices(
    variables: &impl Variables,
    first: &'static str,
    second: &'static str,
    read: impl Fn(&str) -> Result<SenderChoice, SettingError>,
) -> Result<Choices, SettingError> {
    let name = variables.get(first).unwrap_or_else(|| "outbox".to_owned());
    let second = match variables.get(second).as_deref() {
        None | Some("none") => None,
        Some(same) if same == name => {
            return Err(SettingError {
                variable: second,
                detail: format!("is {same:?}, the same as {first}; it must be another, or none"),
            });
        }
        // It takes everything and sends nothing: whatever the first cannot take would be lost in it.
        Some("outbox") => {
            return Err(SettingError {
                variable: second,
                detail: "is \"outbox\", which sends nothing; it must be a provider, or none"
                    .to_owned(),
            });
        }
        Some(other) => Some(read(other).map_err(|error| match error.variable == first {
            true => SettingError {
                variable: second,
                ..error
            },
            false => error,
        })?),
    };
    Ok(Choices {
        first: read(&name)?,
        second,
    })
}

/// A choice that this build does not have.
fn no_such(variable: &'static str, chosen: &str, known: &[&str]) -> SettingError {
    SettingError {
        variable,
        detail: format!(
            "{chosen:?} is no sender of this channel; there are {}",
            known.join(", ")
        ),
    }
}

/// Whether the choices of both channels are known.
pub fn names(variables: &impl Variables) -> Result<(), SettingError> {
    let none = "none";
    for (variable, known, more) in [
        ("email_sender", EMAIL_SENDERS, ""),
        ("email_sender_second", EMAIL_SENDERS, none),
        ("sms_sender", SMS_SENDERS, ""),
        ("sms_sender_second", SMS_SENDERS, none),
    ] {
        let chosen = variables.get(variable);
        let chosen = chosen.filter(|chosen| !known.contains(&chosen.as_str()) && chosen != more);
        if let Some(chosen) = chosen {
            return Err(no_such(variable, &chosen, known));
        }
    }
    Ok(())
}

fn twilio(variables: &impl Variables) -> Result<TwilioSettings, SettingError> {
    let account = required(variables, "twilio_account")?;
    if !is_sid(&account, "AC") {
        return Err(wrong(
            "twilio_account",
            "must be AC and 32 hexadecimal digits",
        ));
    }
    let user = match variables.get("twilio_key") {
        Some(key) => (key, required(variables, "twilio_key_secret")?),
        None => (account.clone(), required(variables, "twilio_auth_token")?),
    };
    let from = match variables.get("twilio_messaging_service") {
        Some(sid) if is_sid(&sid, "MG") => twilio::From::Service(sid),
        Some(_) => {
            return Err(wrong(
                "twilio_messaging_service",
                "must be MG and 32 hexadecimal digits",
            ));
        }
        None => twilio::From::Number(required(variables, "twilio_from")?),
    };
    Ok(TwilioSettings {
        endpoint: endpoint(variables, "twilio_endpoint")?,
        account,
        user,
        from,
    })
}

fn acs(variables: &impl Variables, from: String) -> Result<AcsSettings, SettingError> {
    let key = match (variables.get("acs_key"), sign_in(variables)?) {
        (Some(key), _) => {
            let key = acs::key(&key);
            Some(key.ok_or_else(|| wrong("acs_key", "must be an access key, in base64"))?)
        }
        (None, Some(_)) => None,
        (None, None) => {
            let detail = "is not set, and neither is sign_in; one of them must be, or the route stays closed";
            return Err(wrong("acs_key", detail));
        }
    };
    Ok(AcsSettings {
        endpoint: endpoint(variables, "acs_endpoint")?,
        key,
        from,
    })
}

/// An origin that must be there, without the slash at its end.
fn endpoint(variables: &impl Variables, variable: &'static str) -> Result<String, SettingError> {
    let text = required(variables, variable)?;
    if text.contains("unset.invalid") {
        return Err(missing(variable));
    }
    origin(variable, &text)
}

pub(super) fn origin(variable: &'static str, text: &str) -> Result<String, SettingError> {
    let bare = text.trim_end_matches('/');
    let rest = bare
        .strip_prefix("https://")
        .or_else(|| bare.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['?', '#', ' ', '_', '@']) => {
            Ok(bare.to_owned())
        }
        _ => Err(wrong(
            variable,
            "must be a URL such as https://reminders.example.com",
        )),
    }
}

fn email_address(
    variables: &impl Variables,
    variable: &'static str,
) -> Result<String, SettingError> {
    let address = required(variables, variable)?;
    match address.split_once('@') {
        Some((local, host)) if !local.is_empty() && host.contains('.') => Ok(address),
        _ => Err(wrong(variable, "must be an email address")),
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.len() == 34 && text.starts_with(prefix) && text[2..].bytes().all(|b| b.is_ascii_hexdigit())
}

pub(super) fn wrong(variable: &'static str, detail: &str) -> SettingError {
    SettingError {
        variable,
        detail: detail.to_owned(),
    }
}

/// Where answers to emails go, if anywhere.
pub fn reply_to(variables: &impl Variables) -> Result<Option<String>, SettingError> {
    match variables.get("email_reply_to") {
        None => Ok(None),
        Some(_) => email_address(variables, "email_reply_to").map(Some),
    }
}

/// Calls to one provider under way at once.
pub fn sends_at_once(variables: &impl Variables) -> Result<usize, SettingError> {
    let Some(text) = variables.get("sends_at_once") else {
        return Ok(AT_ONCE);
    };
    match text.parse() {
        Ok(number @ 1..=AT_ONCE_MAX) => Ok(number),
        _ => Err(wrong(
            "sends_at_once",
            "must be a whole number from 1 to 64",
        )),
    }
}

/// What Twilio's callbacks are signed with.
pub fn twilio_secrets(variables: &impl Variables) -> Result<Secrets, SettingError> {
    let mut auth_tokens = vec![required(variables, "twilio_auth_token")?];
    auth_tokens.extend(variables.get("twilio_auth_token_second"));
    let shared_key = match variables.get("twilio_shared_key") {
        Some(id) => Some((id, required(variables, "twilio_shared_key_secret")?)),
        None => None,
    };
    Ok(Secrets {
        auth_tokens,
        shared_key,
    })
}

/// The keys that SendGrid's events are signed with.
pub fn sendgrid_public_keys(variables: &impl Variables) -> Result<Vec<PublicKey>, SettingError> {
    const VARIABLE: &str = "sendgrid_webhook_key";
    let first = required(variables, VARIABLE)?;
    let second = variables.get("sendgrid_webhook_key_second");
    let read = |text: String| {
        PublicKey::read(&text)
            .ok_or_else(|| wrong(VARIABLE, "must be a public key as SendGrid shows it"))
    };
    std::iter::once(first).chain(second).map(read).collect()
}

/// Whether a text that cannot be delivered becomes an email.
pub fn falls_back_to_email(variables: &impl Variables) -> Result<bool, SettingError> {
    match variables.get("channel_fallback").as_deref() {
        None | Some("off") => Ok(false),
        Some("email") => Ok(true),
        Some(_) => Err(wrong("channel_fallback", "must be \"off\" or \"email\"")),
    }
}

/// Secrets are not told.
macro_rules! quiet {
    ($($name:ident),*) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.endpoint)
            }
        }
    )* };
}
quiet!(SendGridSettings, TwilioSettings, AcsSettings);

#[cfg(test)]
mod tests;
