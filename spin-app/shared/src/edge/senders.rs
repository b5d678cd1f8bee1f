//! The senders that the settings chose, ready for one request. Delivery alone calls this.

use super::{Ports, SpinHttp, SpinSql, SpinVariables};
use crate::core::rendering::Sender as Signature;
use crate::links::Links;
use crate::senders::acs::{Access, Acs};
use crate::senders::acs_email::AcsEmail;
use crate::senders::acs_sms::AcsSms;
use crate::senders::any::AnySender;
use crate::senders::outbox::Outbox;
use crate::senders::outlet::Outlet;
use crate::senders::sendgrid::SendGrid;
use crate::senders::twilio::Twilio;
use crate::settings::{self, AcsSettings, Choices, SenderChoice, SettingError};

/// A sender as a component uses it.
pub type SpinSender<'a> = AnySender<'a, SpinSql, SpinHttp>;

/// What all senders have in common.
struct Common<'a> {
    ports: &'a Ports,
    reply_to: Option<String>,
    callback: Option<String>,
    from_name: String,
    at_once: usize,
}

/// The two channels' senders, and what messages link to.
pub struct Senders<'a> {
    /// Email.
    pub email: Outlet<SpinSender<'a>>,
    /// Texts.
    pub sms: Outlet<SpinSender<'a>>,
    /// Links.
    pub links: Links,
    /// Calls to one provider under way at once.
    pub at_once: usize,
    /// Whether a text that cannot be delivered becomes an email.
    pub channel_fallback: bool,
}

impl<'a> Senders<'a> {
    /// Reads the settings. Refuses with the name of what is missing or wrong.
    pub fn open(ports: &'a Ports, signature: &Signature) -> Result<Self, SettingError> {
        let variables = &SpinVariables;
        let links = settings::links(variables)?;
        let at_once = settings::sends_at_once(variables)?;
        let common = Common {
            ports,
            reply_to: settings::reply_to(variables)?,
            callback: links
                .public_url
                .as_ref()
                .map(|url| format!("{url}/callbacks/twilio")),
            from_name: signature.name.clone(),
            at_once,
        };
        Ok(Self {
            email: common.outlet(settings::email_senders(variables)?, Common::email)?,
            sms: common.outlet(settings::sms_senders(variables)?, Common::sms)?,
            links,
            at_once,
            channel_fallback: settings::falls_back_to_email(variables)?,
        })
    }
}

impl<'a> Common<'a> {
    fn outlet(
        &self,
        choices: Choices,
        sender: impl Fn(&Self, SenderChoice) -> Result<SpinSender<'a>, SettingError>,
    ) -> Result<Outlet<SpinSender<'a>>, SettingError> {
        let second = choices.second.map(|choice| sender(self, choice));
        Ok(Outlet {
            first: sender(self, choices.first)?,
            second: second.transpose()?,
        })
    }

    fn email(&self, choice: SenderChoice) -> Result<SpinSender<'a>, SettingError> {
        Ok(match choice {
            SenderChoice::SendGrid(settings) => AnySender::SendGrid(SendGrid {
                http: SpinHttp::to("sendgrid", self.ports.journal()),
                endpoint: settings.endpoint,
                key: settings.key,
                from: settings.from,
                from_name: self.from_name.clone(),
                reply_to: self.reply_to.clone(),
                at_once: self.at_once,
            }),
            SenderChoice::Acs(settings) => AnySender::AcsEmail(AcsEmail {
                from: settings.from.clone(),
                acs: acs(settings, self.ports)?,
                reply_to: self.reply_to.clone(),
                at_once: self.at_once,
            }),
            // The settings name no sender of texts for email.
            SenderChoice::Outbox | SenderChoice::Twilio(_) => {
                AnySender::Outbox(Outbox(self.ports.sql()))
            }
        })
    }

    fn sms(&self, choice: SenderChoice) -> Result<SpinSender<'a>, SettingError> {
        Ok(match choice {
            SenderChoice::Twilio(settings) => AnySender::Twilio(Twilio {
                http: SpinHttp::to("twilio", self.ports.journal()),
                endpoint: settings.endpoint,
                account: settings.account,
                user: settings.user,
                from: settings.from,
                callback: self.callback.clone(),
                at_once: self.at_once,
            }),
            SenderChoice::Acs(settings) => {
                AnySender::AcsSms(acs_sms(settings, self.ports, self.at_once)?)
            }
            // The settings name no sender of email for texts.
            SenderChoice::Outbox | SenderChoice::SendGrid(_) => {
                AnySender::Outbox(Outbox(self.ports.sql()))
            }
        })
    }
}

/// The sender of texts by itself, for the one that confirms a stop.
pub fn acs_sms(
    settings: AcsSettings,
    ports: &Ports,
    at_once: usize,
) -> Result<AcsSms<'_, SpinHttp>, SettingError> {
    Ok(AcsSms {
        from: settings.from.clone(),
        acs: acs(settings, ports)?,
        at_once,
    })
}

fn acs(settings: AcsSettings, ports: &Ports) -> Result<Acs<'_, SpinHttp>, SettingError> {
    let access = match (settings.key, ports.tokens()) {
        (Some(key), _) => Access::Key(key),
        (None, Some(tokens)) => Access::SignIn(tokens),
        // The settings give no resource without a way to show who we are.
        (None, None) => return Err(settings::missing("sign_in")),
    };
    Ok(Acs {
        http: SpinHttp::to("acs", ports.journal()),
        endpoint: settings.endpoint,
        access,
    })
}
