//! Phone numbers, the words that stop a sender, and how many segments a text takes.

/// The GSM 7-bit default alphabet (3GPP TS 23.038, section 6.2.1), without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Its extension table (section 6.2.1.1): two septets each.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Whether this is a number in E.164: a plus, and up to fifteen digits that do not begin with zero. A number of the North
/// American plan has ten digits after the `+1`.
pub fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else {
        return false;
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let length = digits.len();
    plain
        && (2..=15).contains(&length)
        && !digits.starts_with('0')
        && (!digits.starts_with('1') || length == 11)
}

/// What a person wants by a message of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// To know who writes.
    Help,
}

impl Wish {
    /// The wish of a message, if it is one word that services know. `please stop` is none.
    pub fn of(text: &str) -> Option<Self> {
        match text.trim().to_ascii_uppercase().as_str() {
            "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "OPTOUT"
            | "REVOKE" => Some(Self::Stop),
            "START" | "YES" | "UNSTOP" => Some(Self::Start),
            "HELP" | "INFO" => Some(Self::Help),
            _ => None,
        }
    }
}

/// How many segments a text takes. What is not in the GSM alphabet makes the whole text UCS-2.
pub fn segments(text: &str) -> u32 {
    let septets = |letter| match () {
        () if BASIC.contains(letter) => Some(1),
        () if EXTENDED.contains(letter) => Some(2),
        () => None,
    };
    let gsm: Option<Vec<usize>> = text.chars().map(septets).collect();
    match gsm {
        Some(sizes) => fill(&sizes, 160, 153),
        None => {
            let sizes: Vec<_> = text.chars().map(char::len_utf16).collect();
            fill(&sizes, 70, 67)
        }
    }
}

/// Letters of these sizes into segments: one if they fit into `alone`, else parts of `part`, and no letter is split.
fn fill(sizes: &[usize], alone: usize, part: usize) -> u32 {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut segments, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > part {
            segments += 1;
            filled = 0;
        }
        filled += size;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_other_texts() {
        for good in ["+12025550123", "+442079460018", "+4930123456"] {
            assert!(is_e164(good), "{good}");
        }
        for bad in [
            "",
            "+",
            "abc",
            "12025550123",
            "+0123456",
            "+1202555012",
            "+112345678901",
            "+1 202 555 0123",
            "+1234567890123456",
        ] {
            assert!(!is_e164(bad), "{bad}");
        }
    }

    #[test]
    fn one_word_is_a_wish() {
        assert_eq!(Wish::of(" stop\n"), Some(Wish::Stop));
        assert_eq!(Wish::of("Unstop"), Some(Wish::Start));
        assert_eq!(Wish::of("info"), Some(Wish::Help));
        assert_eq!(Wish::of("please stop"), None);
    }

    #[test]
    fn segments_are_counted_as_the_vendor_counts_them() {
        assert_eq!(segments(&"a".repeat(160)), 1);
        assert_eq!(segments(&"a".repeat(161)), 2);
        assert_eq!(segments(&"á".repeat(70)), 1);
        assert_eq!(segments(&"á".repeat(71)), 2);
        let Some(text) = crate::testing::shared_text("data/vectors/sms_segments.json") else {
            return;
        };
        let vectors: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let text = vector["text"].as_str().unwrap();
            assert_eq!(segments(text), vector["segments"], "{}", vector["name"]);
        }
    }
}
