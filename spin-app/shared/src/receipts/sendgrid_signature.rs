//! The signature of SendGrid's event webhook: ECDSA over P-256 of the timestamp and the raw body.

use base64::{Engine, engine::general_purpose::STANDARD};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;

/// A public key from the webhook's settings.
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads it: SPKI in DER, in base64, without the lines of PEM.
    pub fn read(base64: &str) -> Option<Self> {
        let der = STANDARD.decode(base64.trim()).ok()?;
        Some(Self(VerifyingKey::from_public_key_der(&der).ok()?))
    }

    /// Whether the holder of the private key signed these bytes. The signature is ASN.1 DER in base64; the body is
    /// neither trimmed nor written anew.
    pub fn signed(&self, timestamp: &str, body: &[u8], signature: &str) -> bool {
        let Ok(der) = STANDARD.decode(signature) else {
            return false;
        };
        let Ok(signature) = Signature::from_der(&der) else {
            return false;
        };
        let text = [timestamp.as_bytes(), body].concat();
        self.0.verify(&text, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;
    use p256::pkcs8::EncodePublicKey;

    use super::*;

    #[test]
    fn timestamp_and_raw_body_are_signed() {
        let private = SigningKey::from_slice(&[7; 32]).unwrap();
        let public = private.verifying_key().to_public_key_der().unwrap();
        let public = PublicKey::read(&STANDARD.encode(public.as_bytes())).unwrap();
        let signature: Signature = private.sign(b"1700000000[ {} ]\r\n");
        let (r, s) = signature.split_scalars();
        let other_s = Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).unwrap();
        for signature in [signature, other_s] {
            let der = STANDARD.encode(signature.to_der());
            assert!(public.signed("1700000000", b"[ {} ]\r\n", &der));
            for (timestamp, body) in [
                ("1700000001", b"[ {} ]\r\n".as_slice()),
                ("1700000000", b"[ {} ]"),
                ("1700000000", b"[{}]\r\n"),
                ("", b"1700000000[ {} ]\n"),
            ] {
                assert!(!public.signed(timestamp, body, &der));
            }
            let raw = STANDARD.encode(signature.to_bytes());
            assert!(!public.signed("1700000000", b"[ {} ]\r\n", &raw));
        }
        for rubbish in ["", "=", "MEUCIQ==", "not base64"] {
            assert!(!public.signed("1700000000", b"[ {} ]\r\n", rubbish));
            assert!(PublicKey::read(rubbish).is_none());
        }
    }
}
