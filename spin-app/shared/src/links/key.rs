//! What links are sealed and signed with.
//!
//! A token holds what it is for, sealed: so it works after the appointment is gone or has another address, nobody can make
//! one or read one, and no log that keeps URLs keeps an address. A token for one purpose opens nothing for another.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{Ticket, Wish};
use crate::core::{Channel, Instant, code, parse};

const NONCE_BYTES: usize = 12;
/// The longest address there is (RFC 5321), sealed, in base64, and some room.
const TOKEN_BYTES_MAX: usize = 600;
const UNSUBSCRIBE: &str = "unsubscribe";

/// What tokens are sealed with.
pub struct LinkKey(String);

impl LinkKey {
    /// From the setting.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// A token that ends the messages to this address. The same address has the same token, so that nothing need be kept.
    pub fn unsubscribe(&self, channel: Channel, address: &str) -> String {
        let text = format!("{}:{address}", code(channel));
        self.seal(UNSUBSCRIBE, text.as_bytes())
    }

    /// What such a token is for, if it is one of ours.
    pub fn open_unsubscribe(&self, token: &str) -> Option<(Channel, String)> {
        let text = String::from_utf8(self.open(UNSUBSCRIBE, token)?).ok()?;
        let (channel, address) = text.split_once(':')?;
        Some((parse(channel)?, address.to_owned()))
    }

    /// A token that says something to an appointment; none for an id that is no GUID. Two numbers and no text, since a text
    /// message has little room.
    pub fn answer(&self, wish: Wish, ticket: &Ticket) -> Option<String> {
        let appointment = guid_number(&ticket.appointment)?;
        let mut bytes = ticket.start_at.to_be_bytes().to_vec();
        bytes.extend(appointment.to_be_bytes());
        Some(self.seal(wish.name(), &bytes))
    }

    /// What such a token is for, if it is one of ours and for this wish.
    pub fn open_answer(&self, wish: Wish, token: &str) -> Option<Ticket> {
        let bytes = self.open(wish.name(), token)?;
        let (start_at, appointment) = bytes.split_first_chunk()?;
        Some(Ticket {
            appointment: guid_of(u128::from_be_bytes(appointment.try_into().ok()?)),
            start_at: Instant::from_be_bytes(*start_at),
        })
    }

    /// A signature by which the clinic's own page knows that a link is ours: HMAC-SHA-256 in base64url (RFC 4648, section 5)
    /// without padding, over `purpose`, a byte of zero, and `text`.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(purpose, text.as_bytes()))
    }

    /// The nonce is made of the text, so that equal texts have equal tokens and no other two have one nonce.
    fn seal(&self, purpose: &str, text: &[u8]) -> String {
        let nonce = self.derive(&format!("{purpose}/nonce"), text);
        let nonce = Nonce::from_slice(&nonce[..NONCE_BYTES]);
        // It fails only for texts of gigabytes.
        let sealed = self
            .cipher(purpose)
            .encrypt(nonce, text)
            .unwrap_or_default();
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, purpose: &str, token: &str) -> Option<Vec<u8>> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        self.cipher(purpose)
            .decrypt(Nonce::from_slice(nonce), sealed)
            .ok()
    }

    fn cipher(&self, purpose: &str) -> ChaCha20Poly1305 {
        let key = self.derive(&format!("{purpose}/key"), b"");
        ChaCha20Poly1305::new(Key::from_slice(&key))
    }

    fn derive(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.0.as_bytes())
            .expect("HMAC takes keys of any length: RFC 2104, section 3");
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

/// The number that a GUID writes, whichever case it has.
fn guid_number(text: &str) -> Option<u128> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let fits = |(at, byte): (usize, u8)| match DASHES.contains(&at) {
        true => byte == b'-',
        false => byte.is_ascii_hexdigit(),
    };
    let is_guid = text.len() == 36 && text.bytes().enumerate().all(fits);
    let digits = is_guid.then(|| text.replace('-', ""))?;
    u128::from_str_radix(&digits, 16).ok()
}

fn guid_of(number: u128) -> String {
    let digits = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_it_was_made_for_and_shows_nothing() {
        let key = LinkKey::new("a link key".to_owned());
        for address in ["zoe@example.com", "ü@example.com", ""] {
            let token = key.unsubscribe(Channel::Email, address);
            assert_eq!(token, key.unsubscribe(Channel::Email, address));
            assert_eq!(
                key.open_unsubscribe(&token),
                Some((Channel::Email, address.to_owned()))
            );
            let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            let shown = String::from_utf8_lossy(&bytes);
            assert!(!shown.contains("example") && !shown.contains("email"));
        }
        let (email, sms) = (
            key.unsubscribe(Channel::Email, "a"),
            key.unsubscribe(Channel::Sms, "a"),
        );
        assert_ne!(email, sms);
    }

    #[test]
    fn no_other_token_opens() {
        let key = LinkKey::new("a link key".to_owned());
        let token = key.unsubscribe(Channel::Email, "zoe@example.com");
        assert_eq!(
            LinkKey::new("another".to_owned()).open_unsubscribe(&token),
            None
        );
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(bytes).unwrap();
            assert_eq!(key.open_unsubscribe(&other), None, "{at}");
            assert_eq!(key.open_unsubscribe(&token[..at]), None, "{at}");
        }
        assert_eq!(key.open_unsubscribe(&format!("{token}AAAA")), None);
        assert_eq!(key.open_unsubscribe(&"A".repeat(601)), None);
    }

    #[test]
    fn a_token_for_one_wish_opens_nothing_else() {
        let key = LinkKey::new("a link key".to_owned());
        let ticket = Ticket {
            appointment: "3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5f".to_owned(),
            start_at: -1,
        };
        let token = key.answer(Wish::Confirm, &ticket).expect("it is a GUID");
        assert_eq!(token.len(), 70);
        assert_eq!(key.open_answer(Wish::Confirm, &token), Some(ticket));
        assert_eq!(key.open_answer(Wish::Cancel, &token), None);
        assert_eq!(key.open_unsubscribe(&token), None);
        let address = key.unsubscribe(Channel::Email, "1");
        assert_eq!(key.open_answer(Wish::Confirm, &address), None);
    }

    #[test]
    fn only_guids_are_put_into_a_ticket() {
        for (text, is_guid) in [
            ("3F2B8C1E-5d4a-4f6b-9c7d-0a1b2c3d4e5f", true),
            ("00000000-0000-0000-0000-000000000001", true),
            ("3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5", false),
            ("3f2b8c1e-5d4a-4f6b-9c7d+0a1b2c3d4e5f", false),
            ("3f2b8c1e5d4a4f6b9c7d0a1b2c3d4e5f", false),
            ("a", false),
        ] {
            let back = guid_number(text).map(guid_of);
            assert_eq!(back, is_guid.then(|| text.to_ascii_lowercase()));
        }
    }

    #[test]
    fn a_signature_is_what_the_manual_says() {
        // As in docs/answers.md, where it is computed with OpenSSL.
        let key = LinkKey::new("an example of a link key".to_owned());
        let id = "3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5f";
        assert_eq!(
            key.sign("reschedule", id),
            "YXZz61Mm0_HRFCiqKvqy4PcdL_QpRs29PneBkiAlgJ0"
        );
    }
}
