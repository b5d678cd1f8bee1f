//! Links in messages: the one that ends a person's emails, and those by which a person answers.

mod key;

pub use key::LinkKey;

use crate::core::rendering::Links as InMessage;
use crate::core::{Appointment, AppointmentStatus, Channel, Instant};
use crate::web::escape;

/// What a person can say to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// I shall come.
    Confirm,
    /// I shall not.
    Cancel,
}

impl Wish {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Confirm, Self::Cancel];

    /// Its name in settings and URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == name)
    }

    /// What the appointment is once it was said.
    pub fn status(self) -> AppointmentStatus {
        match self {
            Self::Confirm => AppointmentStatus::Confirmed,
            Self::Cancel => AppointmentStatus::Canceled,
        }
    }
}

/// What the token of an answer holds: an appointment, and when it was to begin when the message was written. Once it begins
/// at another time the answer is to something that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The appointment's id.
    pub appointment: String,
    /// Its start.
    pub start_at: Instant,
}

/// Where links lead, and how they are sealed. Without a key there are none.
#[derive(Default)]
pub struct Links {
    /// Where the application is reached from outside, without a slash at its end.
    pub public_url: Option<String>,
    /// What tokens are sealed with.
    pub key: Option<LinkKey>,
    /// What people may say by a link.
    pub wishes: Vec<Wish>,
    /// The clinic's own page for choosing another time.
    pub reschedule_url: Option<String>,
}

impl Links {
    /// All links of a message. `address` is the person's, as suppressions know it.
    pub fn of(
        &self,
        appointment: &Appointment,
        channel: Channel,
        address: Option<&str>,
    ) -> InMessage {
        InMessage {
            confirm: self.answer(Wish::Confirm, appointment),
            cancel: self.answer(Wish::Cancel, appointment),
            reschedule: self.reschedule(&appointment.id),
            unsubscribe: address
                .filter(|_| channel == Channel::Email)
                .and_then(|address| self.unsubscribe(channel, address)),
            calendar: None,
        }
    }

    /// Where one click ends the messages to this address.
    fn unsubscribe(&self, channel: Channel, address: &str) -> Option<String> {
        let (url, key) = (self.public_url.as_ref()?, self.key.as_ref()?);
        let token = key.unsubscribe(channel, address);
        Some(format!("{url}/unsubscribe?token={token}"))
    }

    /// Where a person says it; none where it may not be said, or need not: who has confirmed is not asked again.
    fn answer(&self, wish: Wish, appointment: &Appointment) -> Option<String> {
        let is_offered = self.wishes.contains(&wish) && appointment.status != wish.status();
        let start_at = appointment.start_at.filter(|_| is_offered)?;
        let (url, key) = (self.public_url.as_ref()?, self.key.as_ref()?);
        let ticket = Ticket {
            appointment: appointment.id.clone(),
            start_at,
        };
        let token = key.answer(wish, &ticket)?;
        Some(format!("{url}/answer/{}?token={token}", wish.name()))
    }

    /// The clinic's own page, which is told the appointment and can see by the signature that it is told by us.
    fn reschedule(&self, appointment: &str) -> Option<String> {
        let (url, key) = (self.reschedule_url.as_ref()?, self.key.as_ref()?);
        let joint = if url.contains('?') { '&' } else { '?' };
        let signature = key.sign("reschedule", appointment);
        let appointment = escape(appointment);
        Some(format!(
            "{url}{joint}appointment={appointment}&signature={signature}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::FieldChange;
    use crate::core::events::merge;

    const ID: &str = "3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5f";

    fn appointment(status: AppointmentStatus) -> Appointment {
        let changes = [FieldChange::StartAt(Some(7)), FieldChange::Status(status)];
        merge(ID, None, &changes, 0).dated.appointment
    }

    fn links(reschedule_url: &str) -> Links {
        Links {
            public_url: Some("https://reminders.example.com".to_owned()),
            key: Some(LinkKey::new("an example of a link key".to_owned())),
            wishes: Wish::ALL.to_vec(),
            reschedule_url: Some(reschedule_url.to_owned()),
        }
    }

    #[test]
    fn an_answer_names_its_wish_and_hides_the_rest() {
        let links = links("https://clinic.example/book");
        let made = links.of(
            &appointment(AppointmentStatus::Scheduled),
            Channel::Sms,
            Some("1"),
        );
        for (wish, url) in [(Wish::Confirm, made.confirm), (Wish::Cancel, made.cancel)] {
            let url = url.expect("a link");
            let begin = format!(
                "https://reminders.example.com/answer/{}?token=",
                wish.name()
            );
            let token = url.strip_prefix(&begin).expect(&url);
            assert!(!token.contains(&ID[..8]));
            let ticket = links
                .key
                .as_ref()
                .and_then(|key| key.open_answer(wish, token));
            let expected = Ticket {
                appointment: ID.to_owned(),
                start_at: 7,
            };
            assert_eq!(ticket, Some(expected));
        }
        assert_eq!(made.unsubscribe, None, "a text says STOP");
    }

    #[test]
    fn who_has_confirmed_is_not_asked_again() {
        let made = links("https://clinic.example").of(
            &appointment(AppointmentStatus::Confirmed),
            Channel::Email,
            None,
        );
        assert_eq!(made.confirm, None);
        assert!(made.cancel.is_some());
    }

    #[test]
    fn without_a_key_or_an_address_of_ours_there_are_none() {
        let whole = || links("https://clinic.example");
        for links in [
            Links {
                key: None,
                ..whole()
            },
            Links {
                public_url: None,
                reschedule_url: None,
                ..whole()
            },
            Links {
                wishes: Vec::new(),
                reschedule_url: None,
                ..whole()
            },
        ] {
            let made = links.of(
                &appointment(AppointmentStatus::Scheduled),
                Channel::Email,
                None,
            );
            let all = [made.confirm, made.cancel, made.reschedule, made.unsubscribe];
            assert!(all.iter().all(Option::is_none), "{all:?}");
        }
    }

    #[test]
    fn the_clinics_page_is_told_the_appointment_and_a_signature() {
        let url = |page: &str| {
            let appointment = appointment(AppointmentStatus::Scheduled);
            links(page)
                .of(&appointment, Channel::Email, None)
                .reschedule
        };
        let query =
            format!("appointment={ID}&signature=YXZz61Mm0_HRFCiqKvqy4PcdL_QpRs29PneBkiAlgJ0");
        let book = "https://clinic.example/book";
        assert_eq!(url(book), Some(format!("{book}?{query}")));
        assert_eq!(
            url("https://clinic.example/book?lang=de"),
            Some(format!("{book}?lang=de&{query}"))
        );
    }
}
