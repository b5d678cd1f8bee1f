//! The adapters of the providers through the suites.

use punctual_app::core::Channel;
use punctual_app::senders::Sender;
use punctual_app::senders::acs::{Access, Acs};
use punctual_app::senders::acs_email::AcsEmail;
use punctual_app::senders::acs_sms::AcsSms;
use punctual_app::senders::sendgrid::SendGrid;
use punctual_app::senders::twilio::{From, Twilio};

use super::provider::{AT_ONCE, Provider};
use super::{Finds, Post, Remote};

fn acs(provider: &Provider) -> Acs<'_, &Provider> {
    Acs {
        http: provider,
        endpoint: "https://contoso.communication.azure.com".to_owned(),
        access: Access::Key(b"planted-key".to_vec()),
    }
}

macro_rules! post {
    ($module:ident, $channels:expr, $finds:expr, |$provider:ident| $sender:expr) => {
        mod $module {
            use super::*;

            #[derive(Default)]
            pub struct Subject(Provider);

            impl Post for Subject {
                const CHANNELS: &'static [Channel] = $channels;
                const FINDS: Finds = $finds;

                fn sender(&self) -> impl Sender {
                    let $provider = &self.0;
                    $sender
                }

                fn taken(&self, notification: &str) -> usize {
                    self.0.count(notification)
                }
            }

            impl Remote for Subject {
                fn provider(&self) -> &Provider {
                    &self.0
                }
            }

            crate::sender::suite!(crate::sender::providers::$module::Subject::default());
            crate::sender::remote_suite!(crate::sender::providers::$module::Subject::default());
        }
    };
}

post!(sendgrid, &[Channel::Email], Finds::Never, |provider| {
    SendGrid {
        http: provider,
        endpoint: "https://api.sendgrid.com".to_owned(),
        key: "planted-key".to_owned(),
        from: "clinic@example.com".to_owned(),
        from_name: "Clinic".to_owned(),
        reply_to: None,
        at_once: AT_ONCE,
    }
});

post!(twilio, &[Channel::Sms], Finds::AmongOthers, |provider| {
    Twilio {
        http: provider,
        endpoint: "https://api.twilio.com".to_owned(),
        account: "AC0123456789abcdef0123456789abcdef".to_owned(),
        user: ("SK1".to_owned(), "planted-key".to_owned()),
        from: From::Number("+12025550100".to_owned()),
        callback: Some("https://reminders.example.com/callbacks/twilio".to_owned()),
        at_once: AT_ONCE,
    }
});

post!(acs_sms, &[Channel::Sms], Finds::ByRepeating, |provider| {
    AcsSms {
        acs: acs(provider),
        from: "+18445550100".to_owned(),
        at_once: AT_ONCE,
    }
});

post!(acs_email, &[Channel::Email], Finds::Itself, |provider| {
    AcsEmail {
        acs: acs(provider),
        from: "clinic@example.com".to_owned(),
        reply_to: None,
        at_once: AT_ONCE,
    }
});
