//! Measures an encoded value without decoding it, and refuses what would cost too much or lead the codec astray.
//!
//! AMQP 1.0 part 1, sections 1.2 and 1.6: the high half of the format code says how the data is sized. So a value can be walked
//! over without knowing its type.
//!
//! What the codec (`serde_amqp` 0.18.0) does not do, and is done here; the fuzz test found most of it:
//!
//! | Input | The codec | Here |
//! |---|---|---|
//! | values nested without end | overflows the stack | [`DEPTH_MAX`] |
//! | many arrays of null, each of 65,536 | takes gigabytes | [`ELEMENTS_MAX`] |
//! | a map with an odd count | panics where overflow is checked | refused |
//! | an array of lists, maps, arrays or described values | loses its place, and may panic | refused; Service Bus sends none |
//! | an empty array with its constructor | does not read the constructor, and loses its place | the constructor is cut out |
//! | an empty array without constructor, against the standard | writes it so | taken |

use super::DecodeError;
use std::borrow::Cow;

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
    Scan::new(bytes).value(0, 0)
}

/// The first value in `bytes` as the codec can read it, and the number of bytes that it takes there.
///
/// # Errors
/// As [`measure`].
pub(super) fn prepare(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, usize), DecodeError> {
    let mut scan = Scan::new(bytes);
    let length = scan.value(0, 0)?;
    if scan.cuts.is_empty() {
        return Ok((Cow::Borrowed(&bytes[..length]), length));
    }
    let mut fit = bytes[..length].to_vec();
    // From the end, so that what is before keeps its place.
    for cut in scan.cuts.iter().rev() {
        fit.remove(cut.at);
        for size in &cut.sizes {
            shrink(&mut fit[size.at..size.at + size.width]);
        }
    }
    Ok((Cow::Owned(fit), length))
}

/// Takes one from a big-endian number, which is not 0.
fn shrink(number: &mut [u8]) {
    for byte in number.iter_mut().rev() {
        *byte = byte.wrapping_sub(1);
        if *byte != u8::MAX {
            return;
        }
    }
}

/// Where a size is written.
#[derive(Clone, Copy)]
struct Size {
    at: usize,
    width: usize,
}

/// A byte that the codec must not see, and the sizes that count it.
struct Cut {
    at: usize,
    sizes: Vec<Size>,
}

struct Scan<'a> {
    bytes: &'a [u8],
    elements: u32,
    /// The sizes around the value that is walked over.
    around: Vec<Size>,
    cuts: Vec<Cut>,
}

impl<'a> Scan<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            elements: 0,
            around: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// Walks over a value. Returns where it ends.
    fn value(&mut self, at: usize, depth: u32) -> Result<usize, DecodeError> {
        if depth > DEPTH_MAX {
            return Err(DecodeError::new("nested too deeply"));
        }
        let (code, at) = match self.byte(at)? {
            0 => {
                let at = self.descriptor(at + 1)?;
                (self.byte(at)?, at + 1)
            }
            code => (code, at + 1),
        };
        let width = if code < 0xD0 || code >> 4 == 0xE {
            1
        } else {
            4
        };
        match code >> 4 {
            0xC | 0xD => self.compound(code & 1 == 1, at, width, depth),
            0xE | 0xF => self.array(at, width),
            _ => self.primitive(code, at),
        }
    }

    /// Walks over a descriptor: a symbol or a number.
    fn descriptor(&mut self, at: usize) -> Result<usize, DecodeError> {
        match self.byte(at)? {
            code @ (0x44 | 0x53 | 0x80 | 0xA3 | 0xB3) => self.primitive(code, at + 1),
            _ => Err(DecodeError::new(
                "a descriptor is neither symbol nor number",
            )),
        }
    }

    fn primitive(&mut self, code: u8, at: usize) -> Result<usize, DecodeError> {
        let end = match code >> 4 {
            0x4 => at,
            0x5 => at + 1,
            0x6 => at + 2,
            0x7 => at + 4,
            0x8 => at + 8,
            0x9 => at + 16,
            0xA => at + 1 + self.number(at, 1)?,
            0xB => at + 4 + self.number(at, 4)?,
            _ => return Err(DecodeError::new("no such format code")),
        };
        self.within(end)
    }

    /// A list or a map: size, count, and as many values. `width` is that of size and count.
    fn compound(
        &mut self,
        map: bool,
        at: usize,
        width: usize,
        depth: u32,
    ) -> Result<usize, DecodeError> {
        let end = self.within(at + width + self.number(at, width)?)?;
        let count = self.number(at + width, width)?;
        if map && count % 2 == 1 {
            return Err(DecodeError::new("a map has a key without a value"));
        }
        self.charge(count)?;
        self.around.push(Size { at, width });
        let mut at = at + 2 * width;
        for _ in 0..count {
            at = self.value(at, depth + 1)?;
        }
        self.around.pop();
        Self::exactly(at, end)
    }

    /// An array: size, count, one constructor, and the data of as many values.
    fn array(&mut self, at: usize, width: usize) -> Result<usize, DecodeError> {
        let end = self.within(at + width + self.number(at, width)?)?;
        let count = self.number(at + width, width)?;
        self.charge(count)?;
        let size = Size { at, width };
        let mut at = at + 2 * width;
        if count == 0 && at == end {
            return Ok(end);
        }
        let code = self.byte(at)?;
        if count == 0 {
            let mut sizes = self.around.clone();
            sizes.push(size);
            self.cuts.push(Cut { at, sizes });
        }
        at += 1;
        if code == 0 || code >= 0xC0 {
            return Err(DecodeError::new("an array of anything but plain values"));
        }
        for _ in 0..count {
            at = self.primitive(code, at)?;
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
        let bytes = &self.bytes[at..at + width];
        Ok(bytes
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
        check(
            &[0x00; 100],
            Err("a descriptor is neither symbol nor number"),
        );
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

    #[test]
    fn what_the_codec_would_stumble_over_is_refused() {
        check(&[0xc1, 2, 1, 0x40], Err("a map has a key without a value"));
        let plain = "an array of anything but plain values";
        check(&[0xe0, 5, 1, 0x00, 0x53, 0x24, 0x45], Err(plain));
        check(&[0xe0, 4, 1, 0xc0, 1, 0], Err(plain));
        let descriptor = "a descriptor is neither symbol nor number";
        check(&[0x00, 0xc0, 1, 0, 0x40], Err(descriptor));
        check(
            &[0x00, 0x53, 1, 0x00, 0x53, 1, 0x40],
            Err("no such format code"),
        );
    }

    /// The value as the codec should see it, and then does.
    #[track_caller]
    fn check_prepared(bytes: &[u8], expected: &[u8], decoded: &str) {
        let (prepared, length) = prepare(bytes).unwrap();
        assert_eq!((&*prepared, length), (expected, bytes.len()));
        let (value, length) = crate::codec::decode::<crate::codec::Value>(bytes).unwrap();
        assert_eq!(
            (format!("{value:?}").as_str(), length),
            (decoded, bytes.len())
        );
    }

    #[test]
    fn empty_arrays_lose_their_constructors() {
        check_prepared(&[0xe0, 1, 0], &[0xe0, 1, 0], "Array(Array([]))");
        check_prepared(&[0xe0, 2, 0, 0xa3], &[0xe0, 1, 0], "Array(Array([]))");
        check_prepared(
            &[0xf0, 0, 0, 0, 5, 0, 0, 0, 0, 0xa3],
            &[0xf0, 0, 0, 0, 4, 0, 0, 0, 0],
            "Array(Array([]))",
        );
        check_prepared(
            &[0xc0, 10, 3, 0xe0, 2, 0, 0xa3, 0x41, 0xe0, 2, 0, 0x81],
            &[0xc0, 8, 3, 0xe0, 1, 0, 0x41, 0xe0, 1, 0],
            "List([Array(Array([])), Bool(true), Array(Array([]))])",
        );
        // The outer size goes from 256 to 255, across a byte.
        let head =
            |size: [u8; 2]| [&[0xd0, 0, 0], &size[..], &[0, 0, 0, 2, 0xb0, 0, 0, 0, 243]].concat();
        let bytes = [head([1, 0]), vec![7; 243], vec![0xe0, 2, 0, 0xa3]].concat();
        let fit = [head([0, 255]), vec![7; 243], vec![0xe0, 1, 0]].concat();
        let (prepared, length) = prepare(&bytes).unwrap();
        assert_eq!((&*prepared, length), (fit.as_slice(), bytes.len()));
        crate::codec::decode::<crate::codec::Value>(&bytes).unwrap();
    }
}
