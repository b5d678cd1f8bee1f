//! The key of the webhook: what Dataverse sends in `x-punctual-key`, and Punctual's variable `webhook_key`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::secrets::Secrets;

const VARIABLE: &str = "PUNCTUAL_WEBHOOK_KEY";
const SHORTEST: usize = 24;
const LONGEST: usize = 256;

/// A key that is long enough, and made of what needs no escaping in a header and in XML.
pub struct WebhookKey(String);

impl WebhookKey {
    /// From the file, or from the environment. None: there is none.
    pub fn find(file: Option<&Path>, secrets: &mut Secrets) -> Result<Option<Self>> {
        let (key, name) = match (file, std::env::var(VARIABLE)) {
            (Some(path), _) => {
                let key = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                (key, "--key-file")
            }
            (None, Ok(key)) if !key.is_empty() => (key, VARIABLE),
            (None, _) => return Ok(None),
        };
        let key = key.trim();
        secrets.add(key);
        Self::new(key).with_context(|| name).map(Some)
    }

    fn new(key: &str) -> Result<Self> {
        if !(SHORTEST..=LONGEST).contains(&key.len()) {
            bail!("a key has {SHORTEST} to {LONGEST} letters; `openssl rand -hex 32` makes one");
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        if !key.chars().all(fits) {
            bail!(
                "a key is made of letters, digits and -._~+/= alone; `openssl rand -hex 32` makes one"
            );
        }
        Ok(Self(key.to_owned()))
    }

    /// `authvalue` of the endpoint.
    pub fn settings(&self) -> String {
        let Self(key) = self;
        format!("<settings><setting name=\"x-punctual-key\" value=\"{key}\" /></settings>")
    }

    /// What tells one key from another without telling it: 32 bits of a hash. Dataverse never gives a key back, so this
    /// stands beside it, and a second run knows that there is nothing to do.
    pub fn mark(&self, endpoint: &str) -> String {
        let digest = Sha256::digest(format!("punctual/webhook-key\n{endpoint}\n{}", self.0));
        digest[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_and_plain() {
        let refused = |key: &str| WebhookKey::new(key).err().map(|error| error.to_string());
        assert_eq!(refused("0123456789abcdef-._~+/=0"), None);
        let short = "a key has 24 to 256 letters; `openssl rand -hex 32` makes one";
        assert_eq!(refused("0123456789abcdef0123456").as_deref(), Some(short));
        assert_eq!(refused(&"0".repeat(257)).as_deref(), Some(short));
        let plain =
            "a key is made of letters, digits and -._~+/= alone; `openssl rand -hex 32` makes one";
        for odd in ["\"", "<", " ", "ä", "\n", "&"] {
            let key = format!("{}{odd}", "0".repeat(30));
            assert_eq!(refused(&key).as_deref(), Some(plain), "{odd:?}");
        }
    }

    #[test]
    fn a_mark_tells_keys_and_endpoints_apart() {
        let key =
            |last: &str| WebhookKey::new(&format!("{}{last}", "0".repeat(30))).expect("a key");
        let mark = key("1").mark("e");
        assert_eq!(mark.len(), 8);
        assert_eq!(mark, key("1").mark("e"));
        assert_ne!(mark, key("2").mark("e"));
        assert_ne!(mark, key("1").mark("f"));
    }
}
