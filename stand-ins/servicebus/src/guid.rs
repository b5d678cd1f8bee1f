//! GUIDs: as text, and in the byte order of .NET, which lock tokens have on the wire.

/// The 16 bytes of a GUID in the order of RFC 9562.
pub type Guid = [u8; 16];

/// The same GUID with its first three fields in little-endian, as .NET writes it. Its own inverse.
///
/// An AMQP delivery-tag is a lock token in this order; an AMQP `uuid` and the text are in the other.
pub fn swapped(guid: Guid) -> Guid {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    ORDER.map(|index| guid[index])
}

/// Lower-case text with dashes.
pub fn text(guid: Guid) -> String {
    let hex: Vec<String> = guid.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.concat();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// Reads [`text`], in either case and with or without dashes.
pub fn parse(text: &str) -> Option<Guid> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    if digits.len() != 32 {
        return None;
    }
    let mut guid = [0; 16];
    for (byte, pair) in guid.iter_mut().zip(digits.chunks(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = (high << 4 | low) as u8;
    }
    Some(guid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_order_go_both_ways() {
        let guid = parse("00112233-4455-6677-8899-AABBCCDDEEFF").unwrap();
        assert_eq!(text(guid), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(text(swapped(guid)), "33221100-5544-7766-8899-aabbccddeeff");
        assert_eq!(swapped(swapped(guid)), guid);
    }

    #[test]
    fn what_is_no_guid_is_none() {
        for text in [
            "",
            "0011",
            "00112233-4455-6677-8899-aabbccddeefg",
            "é0112233445566778899aabbccddeeff",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
