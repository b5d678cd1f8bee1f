//! Where in a trace something happens, as W3C Trace Context writes it
//! (<https://www.w3.org/TR/trace-context/>, level 1): `00-<trace, 32 hex>-<span, 16 hex>-<flags, 2 hex>`.

/// A span of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Never zero.
    trace: u128,
    /// Never zero.
    id: u64,
}

impl Span {
    /// A new trace.
    pub fn root(random: [u64; 3]) -> Self {
        let trace = (u128::from(random[0]) << 64) | u128::from(random[1]);
        Self {
            trace: trace.max(1),
            id: random[2].max(1),
        }
    }

    /// Reads a `traceparent`. None for what is none, and for the future version 255, which is forbidden. Of later versions
    /// only what this one has is read.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace) = (parts.next()?, parts.next()?);
        let (id, flags) = (parts.next()?, parts.next()?);
        let is_hex = |text: &str, length| {
            let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            text.len() == length && text.bytes().all(digit)
        };
        let whole = is_hex(version, 2) && is_hex(trace, 32) && is_hex(id, 16) && is_hex(flags, 2);
        let too_long = version == "00" && parts.next().is_some();
        if !whole || too_long || version == "ff" {
            return None;
        }
        let span = Self {
            trace: u128::from_str_radix(trace, 16).ok()?,
            id: u64::from_str_radix(id, 16).ok()?,
        };
        (span.trace != 0 && span.id != 0).then_some(span)
    }

    /// The trace that a GUID names, as Dataverse's correlation id does. The sender tells no span, so this one is its first.
    pub fn of_guid(guid: &str, random: u64) -> Option<Self> {
        let hex: String = guid.trim_matches(['{', '}']).split('-').collect();
        let is_hex = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let trace = u128::from_str_radix(&hex, 16).ok()?;
        (is_hex && trace != 0).then_some(Self {
            trace,
            id: random.max(1),
        })
    }

    /// Another span of the same trace.
    pub fn sibling(self, random: u64) -> Self {
        Self {
            id: random.max(1),
            ..self
        }
    }

    /// The trace, 32 hex digits.
    pub fn trace_id(self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The span, 16 hex digits.
    pub fn span_id(self) -> String {
        format!("{:016x}", self.id)
    }
}

/// The `traceparent`. Everything is recorded, so the flag "sampled" is set.
impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "00-{:032x}-{:016x}-01", self.trace, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_reads_as_the_recommendation_says() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(Span::read(good).unwrap().to_string(), good);
        for (text, reads) in [
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
                true,
            ),
            // A later version may say more.
            (
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what",
                true,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what",
                false,
            ),
            (
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                false,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                false,
            ),
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                false,
            ),
            (
                "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(Span::read(text).is_some(), reads, "{text}");
        }
    }

    #[test]
    fn a_correlation_id_is_a_trace() {
        let span = Span::of_guid("0af76519-16cd-43dd-8448-eb211c80319c", 7).unwrap();
        assert_eq!(span.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(span.span_id(), "0000000000000007");
        assert_eq!(span.sibling(0).span_id(), "0000000000000001");
        for wrong in [
            "",
            "0af76519",
            "00000000-0000-0000-0000-000000000000",
            "+af76519-16cd-43dd-8448-eb211c80319c",
        ] {
            assert_eq!(Span::of_guid(wrong, 7), None, "{wrong}");
        }
    }
}
