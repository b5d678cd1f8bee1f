//! One request of each kind, as it would leave.

use std::cell::RefCell;
use std::future::ready;

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::LocalBoxFuture;
use punctual_app::core::rendering::{Email, Message, Sms, SmsEncoding, SmsSize};
use punctual_app::core::{Channel, Instant};
use punctual_app::http::{Answer, Call, Http, HttpError};
use punctual_app::senders::acs::{Access, Acs};
use punctual_app::senders::acs_email::AcsEmail;
use punctual_app::senders::acs_sms::AcsSms;
use punctual_app::senders::sendgrid::SendGrid;
use punctual_app::senders::twilio::{From, Twilio};
use punctual_app::senders::{Asked, Outgoing, Pace, Sender};
use punctual_app::signin::{SignInError, Token, Tokens};

/// 2026-06-01T09:00:00Z.
const START: Instant = 1_780_304_400_000;
/// An hour before.
const NOW: Instant = START - 3_600_000;
const NOTIFICATION: &str = "56a94a9c-6083-5c07-ad1b-fe969cacdd3d";
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

/// Writes down what goes out, and answers nothing.
#[derive(Default)]
struct Recorder(RefCell<Vec<Call>>);

impl Http for Recorder {
    async fn send(&self, call: Call) -> Result<Answer, HttpError> {
        self.0.borrow_mut().push(call);
        Err(HttpError::NoAnswer("it only writes down".to_owned()))
    }
}

/// Gives tokens for Azure Communication Services, by the name that the vendor's libraries ask with.
struct SignedIn;

impl Tokens for SignedIn {
    fn token<'a>(&'a self, resource: &'a str) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        assert_eq!(resource, "https://communication.azure.com/");
        let text = "a-token".to_owned();
        let expires_at = Instant::MAX;
        ready(Ok(Token { text, expires_at })).boxed_local()
    }

    fn renew<'a>(
        &'a self,
        resource: &'a str,
        _: &'a str,
    ) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        self.token(resource)
    }
}

/// A request, and where it stands in its vendor's specification.
pub struct Recorded {
    /// A file of `../shared/data/specs`.
    pub spec: &'static str,
    /// As the specification writes it.
    pub path: &'static str,
    /// The request.
    pub call: Call,
}

/// Every kind of request, at its shortest and at its longest.
pub fn all() -> Vec<Recorded> {
    const SENDGRID: (&str, &str) = ("tsg_mail_v3.json", "/v3/mail/send");
    const TWILIO: (&str, &str) = (
        "twilio_api_v2010.messages.subset.json",
        "/2010-04-01/Accounts/{AccountSid}/Messages.json",
    );
    const ACS_SMS: (&str, &str) = ("acs_sms_2026-01-23.resolved.json", "/sms");
    const ACS_EMAIL: &str = "acs_email_2025-09-01.resolved.json";
    let all = [
        (SENDGRID, sendgrid(false)),
        (SENDGRID, sendgrid(true)),
        (TWILIO, twilio_send(false)),
        (TWILIO, twilio_send(true)),
        (TWILIO, twilio_list()),
        (ACS_SMS, acs_sms()),
        ((ACS_EMAIL, "/emails:send"), acs_email(false)),
        ((ACS_EMAIL, "/emails:send"), acs_email(true)),
        (
            (ACS_EMAIL, "/emails/operations/{operationId}"),
            acs_operation(),
        ),
    ];
    let recorded = |((spec, path), call)| Recorded { spec, path, call };
    all.into_iter().map(recorded).collect()
}

fn message(channel: Channel, full: bool) -> Outgoing {
    let message = match channel {
        Channel::Email => Message::Email(Email {
            subject: "Your appointment on 1 June".to_owned(),
            text: "Dear Zoë,\nsee you.".to_owned(),
            html: "<p>Dear Zoë,<br>see you.</p>".to_owned(),
        }),
        Channel::Sms => Message::Sms(Sms {
            text: "Clinic: 1 June 09:00 & café. Reply STOP to opt out.".to_owned(),
            size: SmsSize {
                encoding: SmsEncoding::Gsm7,
                segments: 1,
                units: 51,
            },
        }),
    };
    let recipient = match channel {
        Channel::Email => "zoe@example.com",
        Channel::Sms => "+12025550114",
    };
    Outgoing {
        notification_id: NOTIFICATION.to_owned(),
        appointment_id: "6f9619ff-8b86-d011-b42d-00cf4fc964ff".to_owned(),
        step: "PT1H".to_owned(),
        channel,
        recipient: recipient.to_owned(),
        attempt: 2,
        repeat_id: NOTIFICATION.to_owned(),
        first_attempt_at: NOW - 15_000,
        start_at: START,
        only: None,
        trace: None,
        message,
        unsubscribe_url: full
            .then(|| "https://reminders.example.com/unsubscribe?token=abc".to_owned()),
        calendar: full.then(|| "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned()),
    }
}

fn record<S: Sender>(recorder: &Recorder, sender: &S, channel: Channel, full: bool) -> Call {
    let pace = Pace {
        clock: &|| NOW,
        begin_by: NOW,
    };
    block_on(sender.send(&[message(channel, full)], &pace));
    recorder.0.borrow_mut().pop().expect("a request went out")
}

fn ask<S: Sender>(recorder: &Recorder, sender: &S) -> Call {
    let asked = Asked {
        notification_id: NOTIFICATION.to_owned(),
        repeat_id: NOTIFICATION.to_owned(),
        recipient: Some("+12025550114".to_owned()),
        text: None,
        first_attempt_at: NOW,
        quiet_since: NOW,
        now: NOW,
    };
    block_on(sender.find(&asked));
    recorder.0.borrow_mut().pop().expect("a request went out")
}

pub fn sendgrid(full: bool) -> Call {
    let recorder = Recorder::default();
    let sender = SendGrid {
        http: &recorder,
        endpoint: "https://api.sendgrid.com".to_owned(),
        key: "SG.a-key".to_owned(),
        from: "clinic@example.com".to_owned(),
        from_name: "Clinic".to_owned(),
        reply_to: full.then(|| "desk@example.com".to_owned()),
        at_once: 16,
    };
    record(&recorder, &sender, Channel::Email, full)
}

fn twilio<T>(full: bool, run: impl FnOnce(&Recorder, &Twilio<&Recorder>) -> T) -> T {
    let recorder = Recorder::default();
    let (user, from) = if full {
        let service = From::Service("MG0123456789abcdef0123456789abcdef".to_owned());
        (("SK0123456789abcdef0123456789abcdef", "a-secret"), service)
    } else {
        (
            (ACCOUNT, "a-token"),
            From::Number("+12025550100".to_owned()),
        )
    };
    let sender = Twilio {
        http: &recorder,
        endpoint: "https://api.twilio.com".to_owned(),
        account: ACCOUNT.to_owned(),
        user: (user.0.to_owned(), user.1.to_owned()),
        from,
        callback: full.then(|| "https://reminders.example.com/callbacks/twilio".to_owned()),
        at_once: 16,
    };
    run(&recorder, &sender)
}

pub fn twilio_send(full: bool) -> Call {
    twilio(full, |recorder, sender| {
        record(recorder, sender, Channel::Sms, full)
    })
}

pub fn twilio_list() -> Call {
    twilio(false, |recorder, sender| ask(recorder, sender))
}

fn acs<'a>(recorder: &'a Recorder, access: Access<'a>) -> Acs<'a, &'a Recorder> {
    Acs {
        http: recorder,
        endpoint: "https://contoso.communication.azure.com".to_owned(),
        access,
    }
}

pub fn acs_sms() -> Call {
    let recorder = Recorder::default();
    let sender = AcsSms {
        acs: acs(&recorder, Access::Key(b"a key".to_vec())),
        from: "+18445550100".to_owned(),
        at_once: 16,
    };
    record(&recorder, &sender, Channel::Sms, false)
}

pub fn acs_email(full: bool) -> Call {
    let recorder = Recorder::default();
    let sender = AcsEmail {
        acs: acs(&recorder, Access::SignIn(&SignedIn)),
        from: "clinic@example.com".to_owned(),
        reply_to: full.then(|| "desk@example.com".to_owned()),
        at_once: 16,
    };
    record(&recorder, &sender, Channel::Email, full)
}

pub fn acs_operation() -> Call {
    let recorder = Recorder::default();
    let sender = AcsEmail {
        acs: acs(&recorder, Access::Key(b"a key".to_vec())),
        from: "clinic@example.com".to_owned(),
        reply_to: None,
        at_once: 16,
    };
    ask(&recorder, &sender)
}
