//! Walks over encoded AMQP values without building them (AMQP 1.0, part 1, section 1.2).
//!
//! Everything from a peer is walked before `serde_amqp` sees it: lengths and counts must add up, and nesting has
//! a limit, so that no input can make the decoder recurse or allocate without end. The walk also says where one
//! value ends and the next begins, which is how a performative is told from its payload and a section from the next.

use std::fmt;

const DEEPEST_NESTING: u32 = 24;
const LARGEST_ARRAY_COUNT: usize = 65_536;

/// The bytes are no AMQP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

const CUT_SHORT: Malformed = Malformed("a value is cut short");

/// How many bytes the value at the beginning of `bytes` takes.
pub fn value_len(bytes: &[u8]) -> Result<usize, Malformed> {
    let mut walk = Walk { bytes, at: 0 };
    walk.value(DEEPEST_NESTING)?;
    Ok(walk.at)
}

/// Reads a numeric descriptor (`00 53 nn` or `00 80 …`): its code, and where the described value begins.
///
/// Names as descriptors (`amqp:open:list`) are legal AMQP, but no client of Service Bus sends them.
pub fn descriptor(bytes: &[u8]) -> Result<(u64, usize), Malformed> {
    match bytes {
        [0x00, 0x53, code, ..] => Ok((u64::from(*code), 3)),
        [0x00, 0x80, rest @ ..] => {
            let code = rest.first_chunk().ok_or(CUT_SHORT)?;
            Ok((u64::from_be_bytes(*code), 10))
        }
        [0x00, 0x44, ..] => Ok((0, 2)),
        _ => Err(Malformed("a value with a numeric descriptor was expected")),
    }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn value(&mut self, depth: u32) -> Result<(), Malformed> {
        let depth = depth
            .checked_sub(1)
            .ok_or(Malformed("values are nested too deeply"))?;
        match self.byte()? {
            0x00 => {
                self.value(depth)?;
                self.value(depth)
            }
            code => self.body(code, depth),
        }
    }

    /// What follows the constructor `code`.
    fn body(&mut self, code: u8, depth: u32) -> Result<(), Malformed> {
        match code {
            0x40..=0x45 => Ok(()),
            0x50..=0x56 => self.skip(1),
            0x60 | 0x61 => self.skip(2),
            0x70..=0x74 => self.skip(4),
            0x80..=0x84 => self.skip(8),
            0x94 | 0x98 => self.skip(16),
            0xa0 | 0xa1 | 0xa3 | 0xb0 | 0xb1 | 0xb3 => {
                let size = self.number(code)?;
                self.skip(size)
            }
            0xc0 | 0xd0 => self.compound(code, depth, 1),
            0xc1 | 0xd1 => self.compound(code, depth, 2),
            0xe0 | 0xf0 => self.array(code, depth),
            _ => Err(Malformed("there is no such constructor")),
        }
    }

    fn compound(&mut self, code: u8, depth: u32, multiple: usize) -> Result<(), Malformed> {
        let end = self.end(code)?;
        let count = self.number(code)?;
        if !count.is_multiple_of(multiple) {
            return Err(Malformed("a map has a key without a value"));
        }
        for _ in 0..count {
            self.value(depth)?;
        }
        self.expect_end(end)
    }

    fn array(&mut self, code: u8, depth: u32) -> Result<(), Malformed> {
        let end = self.end(code)?;
        let count = self.number(code)?;
        if count > LARGEST_ARRAY_COUNT {
            return Err(Malformed("an array has too many elements"));
        }
        // Some encoders leave the constructor out of an empty array.
        if count == 0 && self.at == end {
            return Ok(());
        }
        let depth = depth
            .checked_sub(1)
            .ok_or(Malformed("values are nested too deeply"))?;
        let mut element = self.byte()?;
        if element == 0x00 {
            self.value(depth)?;
            element = self.byte()?;
        }
        for _ in 0..count {
            self.body(element, depth)?;
        }
        self.expect_end(end)
    }

    /// Reads a size, and says where what it measures ends.
    fn end(&mut self, code: u8) -> Result<usize, Malformed> {
        let size = self.number(code)?;
        let end = self.at.checked_add(size).ok_or(CUT_SHORT)?;
        if end > self.bytes.len() {
            Err(CUT_SHORT)
        } else {
            Ok(end)
        }
    }

    fn expect_end(&self, end: usize) -> Result<(), Malformed> {
        if self.at == end {
            return Ok(());
        }
        Err(Malformed("a list, map or array is not as long as it says"))
    }

    /// A size or count: one byte wide in the narrow encodings (`a_`, `c_`, `e_`), else four.
    fn number(&mut self, code: u8) -> Result<usize, Malformed> {
        if code & 0x10 == 0 {
            return self.byte().map(usize::from);
        }
        let rest = &self.bytes[self.at..];
        let number = rest.first_chunk().ok_or(CUT_SHORT)?;
        self.at += 4;
        usize::try_from(u32::from_be_bytes(*number)).map_err(|_| CUT_SHORT)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = self.bytes.get(self.at).ok_or(CUT_SHORT)?;
        self.at += 1;
        Ok(*byte)
    }

    fn skip(&mut self, count: usize) -> Result<(), Malformed> {
        let at = self.at.checked_add(count).ok_or(CUT_SHORT)?;
        if at > self.bytes.len() {
            return Err(CUT_SHORT);
        }
        self.at = at;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(hex: &str, expected: Result<usize, &str>) {
        let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        assert_eq!(value_len(&bytes).map_err(|error| error.0), expected);
    }

    #[test]
    fn values_are_as_long_as_they_are() {
        check("40 ff", Ok(1));
        check("5502 ff", Ok(2));
        check("83 000001a2074f8195", Ok(9));
        check("98 00112233445566778899aabbccddeeff", Ok(17));
        check("a103616263 ff", Ok(5));
        check("b0 00000002 6162", Ok(7));
        check("45", Ok(1));
        check("c0 03 02 40 41 ff", Ok(5));
        check("d1 00000006 00000002 40 41", Ok(11));
        check("00 53 77 c1 03 02 40 41", Ok(8));
        check("e0 0a 01 81 0000000000000002", Ok(12));
        check("f0 0000000d 00000001 81 0000000000000002", Ok(18));
        check("e0 01 00", Ok(3));
        check("e0 02 00 40", Ok(4));
        check("e0 05 02 a3 01 61 00", Ok(7));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        check("", Err("a value is cut short"));
        check("a105616263", Err("a value is cut short"));
        check("ff", Err("there is no such constructor"));
        check("c0 04 02 40 41", Err("a value is cut short"));
        check(
            "c0 04 02 40 41 40",
            Err("a list, map or array is not as long as it says"),
        );
        check("c1 02 01 40", Err("a map has a key without a value"));
        check(
            "f0 00000005 00ffffff 40",
            Err("an array has too many elements"),
        );
        check("d0 ffffffff 00000001 40", Err("a value is cut short"));
        check(&"00".repeat(1000), Err("values are nested too deeply"));
        check(&("c0ff01".repeat(40) + "40"), Err("a value is cut short"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(length) = value_len(&bytes) {
                prop_assert!(length >= 1 && length <= bytes.len());
            }
        }
    }
}
