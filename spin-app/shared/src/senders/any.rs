//! The adapter that the settings chose, behind one type.

use super::acs_email::AcsEmail;
use super::acs_sms::AcsSms;
use super::outbox::Outbox;
use super::sendgrid::SendGrid;
use super::twilio::Twilio;
use super::{Asked, Found, Outgoing, Pace, Sender, Sent};
use crate::http::Http;
use crate::sql::Sql;

/// One of the adapters.
pub enum AnySender<'a, S, H> {
    /// SQLite.
    Outbox(Outbox<'a, S>),
    /// Email by SendGrid.
    SendGrid(SendGrid<H>),
    /// Texts by Twilio.
    Twilio(Twilio<H>),
    /// Texts by Azure Communication Services.
    AcsSms(AcsSms<'a, H>),
    /// Email by Azure Communication Services.
    AcsEmail(AcsEmail<'a, H>),
}

macro_rules! each {
    ($self:expr, $sender:ident => $what:expr) => {
        match $self {
            Self::Outbox($sender) => $what,
            Self::SendGrid($sender) => $what,
            Self::Twilio($sender) => $what,
            Self::AcsSms($sender) => $what,
            Self::AcsEmail($sender) => $what,
        }
    };
}

impl<S: Sql, H: Http> Sender for AnySender<'_, S, H> {
    fn name(&self) -> &'static str {
        each!(self, sender => sender.name())
    }

    async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Sent> {
        each!(self, sender => sender.send(messages, pace).await)
    }

    async fn find(&self, asked: &Asked) -> Found {
        each!(self, sender => sender.find(asked).await)
    }
}
