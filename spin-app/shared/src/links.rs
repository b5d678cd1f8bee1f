//! The link that ends a person's emails.
//!
//! Its token holds channel and address themselves, sealed: so it works after the appointment is gone or has another
//! address, nobody can make one or read one, and no log that keeps URLs keeps an address.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::core::{Channel, code, parse};

const NONCE_BYTES: usize = 12;
/// The longest address there is (RFC 5321), sealed, in base64, and some room.
const TOKEN_BYTES_MAX: usize = 600;

/// What tokens are sealed with.
pub struct LinkKey(String);

impl LinkKey {
    /// From the setting.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// A token for this address. The same address has the same token, so that nothing need be kept.
    pub fn seal(&self, channel: Channel, address: &str) -> String {
        let text = format!("{}:{address}", code(channel));
        let nonce = self.derive("unsubscribe/nonce", text.as_bytes());
        let nonce = Nonce::from_slice(&nonce[..NONCE_BYTES]);
        // It fails only for texts of gigabytes.
        let sealed = self
            .cipher()
            .encrypt(nonce, text.as_bytes())
            .unwrap_or_default();
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// What a token is for, if it is one of ours.
    pub fn open(&self, token: &str) -> Option<(Channel, String)> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let text = self
            .cipher()
            .decrypt(Nonce::from_slice(nonce), sealed)
            .ok()?;
        let text = String::from_utf8(text).ok()?;
        let (channel, address) = text.split_once(':')?;
        Some((parse(channel)?, address.to_owned()))
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(Key::from_slice(&self.derive("unsubscribe/key", b"")))
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

/// Where links lead, and how they are sealed. Without either there are none.
pub struct Links {
    /// Where the application is reached from outside, without a slash at its end.
    pub public_url: Option<String>,
    /// What tokens are sealed with.
    pub key: Option<LinkKey>,
}

impl Links {
    /// Where one click ends the messages to this address.
    pub fn unsubscribe(&self, channel: Channel, address: &str) -> Option<String> {
        let (url, key) = (self.public_url.as_ref()?, self.key.as_ref()?);
        let token = key.seal(channel, address);
        Some(format!("{url}/unsubscribe?token={token}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_it_was_made_for_and_shows_nothing() {
        let key = LinkKey::new("a link key".to_owned());
        for address in ["zoe@example.com", "ü@example.com", ""] {
            let token = key.seal(Channel::Email, address);
            assert_eq!(token, key.seal(Channel::Email, address));
            assert_eq!(key.open(&token), Some((Channel::Email, address.to_owned())));
            let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            let shown = String::from_utf8_lossy(&bytes);
            assert!(!shown.contains("example") && !shown.contains("email"));
        }
        let (email, sms) = (key.seal(Channel::Email, "a"), key.seal(Channel::Sms, "a"));
        assert_ne!(email, sms);
    }

    #[test]
    fn no_other_token_opens() {
        let key = LinkKey::new("a link key".to_owned());
        let token = key.seal(Channel::Email, "zoe@example.com");
        assert_eq!(LinkKey::new("another".to_owned()).open(&token), None);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(bytes).unwrap();
            assert_eq!(key.open(&other), None, "{at}");
            assert_eq!(key.open(&token[..at]), None, "{at}");
        }
        assert_eq!(key.open(&format!("{token}AAAA")), None);
        assert_eq!(key.open(&"A".repeat(601)), None);
    }
}
