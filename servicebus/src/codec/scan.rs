//! Measures an encoded value without decoding it, and refuses what would cost too much to decode.
//!
//! AMQP 1.0 part 1, sections 1.2 and 1.6: the high half of the format code says how the data is sized. So a value can be walked
//! over without knowing its type.

use super::DecodeError;

/// How deep values may nest. Service Bus needs five levels.
pub const DEPTH_MAX: u32 = 16;

/// How many elements all lists, maps and arrays of one value may have together. An element can take no bytes on the
/// wire (a null in an array), yet always takes about 70 in memory.
pub const ELEMENTS_MAX: u32 = 16_384;

/// The number of bytes that the first value in `bytes` takes.
///
/// # Errors
/// If the value is cut off, its sizes contradict each other, or it is over [`DEPTH_MAX`] or [`ELEMENTS_MAX`].
pub fn measure(bytes: &[u8]) -> Result<usize, DecodeError> {
    let mut scan = Scan { bytes, elements: 0 };
    scan.value(0, 0)
}

struct Scan<'a> {
    bytes: &'a [u8],
    elements: u32,
}

impl Scan<'_> {
    /// Walks over a constructor and its data. Returns where it ends.
    fn value(&mut self, at: usize, depth: u32) -> Result<usize, DecodeError> {
        let (code, at) = self.constructor(at, depth)?;
        self.data(code, at, depth)
    }

    /// Walks over descriptors. Returns the format code, and where its data begins.
    fn constructor(&mut self, at: usize, depth: u32) -> Result<(u8, usize), DecodeError> {
        if depth > DEPTH_MAX {
            return Err(DecodeError::new("nested too deeply"));
        }
        match self.byte(at)? {
            0 => {
                let at = self.value(at + 1, depth + 1)?;
                self.constructor(at, depth + 1)
            }
            code => Ok((code, at + 1)),
        }
    }

    fn data(&mut self, code: u8, at: usize, depth: u32) -> Result<usize, DecodeError> {
        let end = match code >> 4 {
            0x4 => at,
            0x5 => at + 1,
            0x6 => at + 2,
            0x7 => at + 4,
            0x8 => at + 8,
            0x9 => at + 16,
            0xA => at + 1 + self.number(at, 1)?,
            0xB => at + 4 + self.number(at, 4)?,
            0xC => return self.compound(at, 1, depth),
            0xD => return self.compound(at, 4, depth),
            0xE => return self.array(at, 1, depth),
            0xF => return self.array(at, 4, depth),
            _ => return Err(DecodeError::new("no such format code")),
        };
        self.within(end)
    }

    /// A list or a map: size, count, and as many values. `width` is that of size and count.
    fn compound(&mut self, at: usize, width: usize, depth: u32) -> Result<usize, DecodeError> {
        let end = self.within(at + width + self.number(at, width)?)?;
        let count = self.number(at + width, width)?;
        self.charge(count)?;
        let mut at = at + 2 * width;
        for _ in 0..count {
            at = self.value(at, depth + 1)?;
        }
        Self::exactly(at, end)
    }

    /// An array: size, count, one constructor, and the data of as many values.
    fn array(&mut self, at: usize, width: usize, depth: u32) -> Result<usize, DecodeError> {
        let end = self.within(at + width + self.number(at, width)?)?;
        let count = self.number(at + width, width)?;
        self.charge(count)?;
        let (code, mut at) = self.constructor(at + 2 * width, depth + 1)?;
        for _ in 0..count {
            at = self.data(code, at, depth + 1)?;
        }
        Self::exactly(at, end)
    }

    fn charge(&mut self, count: usize) -> Result<(), DecodeError> {
        self.elements = u32::try_from(count)
            .ok()
            .and_then(|count| self.elements.checked_add(count))
            .filter(|sum| *sum <= ELEMENTS_MAX)
            .ok_or_else(|| DecodeError::new("too many elements"))?;
        Ok(())
    }

    fn number(&self, at: usize, width: usize) -> Result<usize, DecodeError> {
        self.within(at + width)?;
        Ok(self.bytes[at..at + width]
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn byte(&self, at: usize) -> Result<u8, DecodeError> {
        self.bytes.get(at).copied().ok_or_else(cut_off)
    }

    fn within(&self, end: usize) -> Result<usize, DecodeError> {
        if end > self.bytes.len() {
            return Err(cut_off());
        }
        Ok(end)
    }

    fn exactly(at: usize, end: usize) -> Result<usize, DecodeError> {
        if at != end {
            return Err(DecodeError::new("a size contradicts its content"));
        }
        Ok(end)
    }
}

fn cut_off() -> DecodeError {
    DecodeError::new("a value is cut off")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<usize, &str>) {
        assert_eq!(
            measure(bytes).map_err(|e| e.to_string()),
            expected.map_err(str::to_owned)
        );
    }

    #[test]
    fn values_end_where_their_sizes_say() {
        check(&[0x40], Ok(1));
        check(&[0x40, 0x40], Ok(1));
        check(&[0x43, 9], Ok(1));
        check(&[0x54, 10], Ok(2));
        check(&[0xa1, 3, b'a', b'b', b'c'], Ok(5));
        check(&[0xb1, 0, 0, 0, 1, b'a'], Ok(6));
        check(&[0xc0, 3, 2, 0x40, 0x41], Ok(5));
        check(&[0xc1, 5, 2, 0xa1, 1, b'k', 0x40], Ok(7));
        check(&[0xe0, 3, 1, 0x54, 7], Ok(5));
        check(&[0x00, 0x53, 0x24, 0x45], Ok(4));
        check(&[0x00, 0x53, 0x75, 0xa0, 2, 1, 2, 0x00], Ok(7));
    }

    #[test]
    fn what_is_cut_off_or_contradictory_is_refused() {
        check(&[], Err("a value is cut off"));
        check(&[0x00], Err("a value is cut off"));
        check(&[0x00, 0x53], Err("a value is cut off"));
        check(&[0x82, 0, 0], Err("a value is cut off"));
        check(&[0xb0, 0xff, 0xff, 0xff, 0xff], Err("a value is cut off"));
        check(&[0xc0, 200, 2, 0x40, 0x41], Err("a value is cut off"));
        check(
            &[0xc0, 3, 1, 0x40, 0x41],
            Err("a size contradicts its content"),
        );
        check(&[0x13], Err("no such format code"));
    }

    #[test]
    fn what_would_explode_is_refused() {
        check(&[0x00; 100], Err("nested too deeply"));
        let mut lists = vec![0x45];
        for _ in 0..40 {
            let mut outer = vec![0xc0, lists.len() as u8 + 1, 1];
            outer.append(&mut lists);
            lists = outer;
        }
        check(&lists, Err("nested too deeply"));
        check(
            &[0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40],
            Err("too many elements"),
        );
        let nulls = [0xf0, 0, 0, 0, 5, 0, 0, 0x20, 0, 0x40];
        check(&nulls, Ok(10));
        let mut thrice = vec![0xc0, 31, 3];
        thrice.extend([nulls; 3].concat());
        check(&thrice, Err("too many elements"));
    }
}
