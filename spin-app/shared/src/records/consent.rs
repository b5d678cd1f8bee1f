//! The consent port: which addresses and numbers nothing more may go to, and why.
//!
//! An address is kept as it is used, in lower case, a number in E.164: it must be found again by whoever plans or sends,
//! in any component, and a hash of so small a set would hide nothing.

use super::{Page, RecordsError};
use crate::core::{Appointment, Blocks, Channel, Instant, Reason, STRANGER};
use crate::receipts::{address, number};

/// An address or a number that nothing more goes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppression {
    /// The channel.
    pub channel: Channel,
    /// The address or number, as [`key`] writes it.
    pub address: String,
    /// `opted-out` or `address-suppressed`.
    pub reason: Reason,
    /// Who told: a provider, or the person by `link` or `reply`.
    pub source: &'static str,
}

/// A suppression as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// A GUID that says nothing of the address.
    pub id: String,
    /// The channel.
    pub channel: Channel,
    /// The address or number.
    pub address: String,
    /// `opted-out` or `address-suppressed`.
    pub reason: Reason,
    /// Who told.
    pub source: String,
    /// Since when.
    pub since: Instant,
}

/// The port. An address may be suppressed for both reasons; what the person said is told first.
#[allow(async_fn_in_trait)]
pub trait Consent {
    /// These will be asked for soon: a store for which each question takes long may look them up with the next read.
    fn foresee(&self, _addresses: &[(Channel, String)]) {}

    /// Looks these up at once, and remembers them for as long as the request goes on. Not for whoever is about to send.
    async fn look_up(&self, _addresses: &[(Channel, String)]) -> Result<(), RecordsError> {
        Ok(())
    }

    /// Those of the addresses that are suppressed, each once, in any order.
    async fn suppressed(
        &self,
        addresses: &[(Channel, String)],
    ) -> Result<Vec<(Channel, String, Reason)>, RecordsError>;

    /// Suppresses; false when it was already, for this reason.
    async fn suppress(&self, entry: &Suppression, now: Instant) -> Result<bool, RecordsError>;

    /// Suppressions for the console, the newest first: on one channel, and with this text in the address.
    async fn suppressions(
        &self,
        channel: Option<Channel>,
        text: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Listed>, RecordsError>;

    /// The suppression of an address for a reason, as the list shows it.
    async fn suppression(
        &self,
        channel: Channel,
        address: &str,
        reason: Reason,
    ) -> Result<Option<Listed>, RecordsError>;

    /// Takes one back, whatever its reason; false when there is none of this id.
    async fn unsuppress(&self, id: &str) -> Result<bool, RecordsError>;

    /// Takes back what the person had said; false when nothing was. What the provider found out stays.
    async fn lift(&self, channel: Channel, address: &str) -> Result<bool, RecordsError>;
}

/// How an address or a number is kept and compared; none for what is neither.
pub fn key(channel: Channel, text: &str) -> Option<String> {
    match channel {
        Channel::Email => address(text),
        Channel::Sms => number(text),
    }
}

/// The address and the number of an appointment, as far as it has them.
pub fn contacts(appointment: &Appointment) -> impl Iterator<Item = (Channel, String)> {
    let email = appointment.email.as_deref().and_then(address);
    let phone = appointment.phone.as_deref().and_then(number);
    let email = email.map(|email| (Channel::Email, email));
    email
        .into_iter()
        .chain(phone.map(|phone| (Channel::Sms, phone)))
}

/// The blocks of each appointment's person, in the order given; one question for all of them.
pub async fn blocks<C: Consent>(
    consent: &C,
    appointments: &[&Appointment],
) -> Result<Vec<Blocks>, RecordsError> {
    let mut asked: Vec<_> = appointments.iter().flat_map(|a| contacts(a)).collect();
    asked.sort_by(|a, b| a.1.cmp(&b.1));
    asked.dedup();
    let found = match asked.is_empty() {
        true => Vec::new(),
        false => consent.suppressed(&asked).await?,
    };
    let reason = |channel: Channel, appointment: &Appointment| {
        let mut contacts = contacts(appointment).filter(|(of, _)| *of == channel);
        let (_, address) = contacts.next()?;
        let mut found = found.iter();
        let found = found.find(|(of, known, _)| *of == channel && *known == address);
        found.map(|(_, _, reason)| *reason)
    };
    let blocks = appointments.iter().map(|appointment| Blocks {
        email: reason(Channel::Email, appointment),
        sms: reason(Channel::Sms, appointment),
    });
    Ok(blocks.collect())
}

/// The blocks of one person; none for an appointment that is gone.
pub async fn blocks_of<C: Consent>(
    consent: &C,
    appointment: Option<&Appointment>,
) -> Result<Blocks, RecordsError> {
    let Some(appointment) = appointment else {
        return Ok(STRANGER.blocks);
    };
    let mut blocks = blocks(consent, &[appointment]).await?;
    Ok(blocks.remove(0))
}
