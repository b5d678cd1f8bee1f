//! GUIDs as Microsoft's services write them in JSON and URLs.

use std::fmt;
use std::str::FromStr;

use crate::Random;

/// A GUID. It reads either case, with dashes and with or without braces, and shows itself in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// All zeros.
    pub const NIL: Self = Self([0; 16]);

    /// The next one from this randomness.
    pub fn next(random: &mut Random) -> Self {
        Self(random.uuid())
    }
}

/// The text is no GUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoGuid;

impl fmt::Display for NoGuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected a GUID, as 00112233-4455-6677-8899-aabbccddeeff")
    }
}

impl std::error::Error for NoGuid {}

impl FromStr for Guid {
    type Err = NoGuid;

    fn from_str(text: &str) -> Result<Self, NoGuid> {
        let bare = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(text)
            .as_bytes();
        let dashes = [8, 13, 18, 23];
        if bare.len() != 36 || dashes.iter().any(|at| bare[*at] != b'-') {
            return Err(NoGuid);
        }
        let mut guid = [0; 16];
        let mut filled = 0;
        for (at, byte) in bare.iter().enumerate() {
            if dashes.contains(&at) {
                continue;
            }
            let digit = char::from(*byte).to_digit(16).ok_or(NoGuid)? as u8;
            guid[filled / 2] = guid[filled / 2] << 4 | digit;
            filled += 1;
        }
        Ok(Self(guid))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if [4, 6, 8, 10].contains(&at) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl serde::Serialize for Guid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Guid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read = text.parse::<Guid>().ok();
        assert_eq!(
            read.map(|guid| guid.to_string()).as_deref(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn guids_are_read_in_the_forms_that_urls_and_bodies_have() {
        let lower = "00112233-4455-6677-8899-aabbccddeeff";
        check(lower, Some(lower));
        check("00112233-4455-6677-8899-AABBCCDDEEFF", Some(lower));
        check("{00112233-4455-6677-8899-AABBCCDDEEFF}", Some(lower));
        check("{00112233-4455-6677-8899-aabbccddeeff", None);
        check("00112233445566778899aabbccddeeff", None);
        check("0011223-34455-6677-8899-aabbccddeeff", None);
        check("00112233-4455-6677-8899-aabbccddeefg", None);
        check("é0112233-4455-6677-8899-aabbccddeef", None);
        check("", None);
    }
}
