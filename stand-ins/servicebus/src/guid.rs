//! The byte order that .NET gives a GUID, which lock tokens have on the wire.

pub use punctual_stand_ins::Guid;

/// The same GUID with its first three fields in little-endian, as .NET writes it. Its own inverse.
///
/// An AMQP delivery-tag is a lock token in this order; an AMQP `uuid` and the text are in the other.
pub fn swapped(guid: Guid) -> Guid {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    Guid(ORDER.map(|index| guid.0[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_goes_both_ways() {
        let guid: Guid = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
        assert_eq!(
            swapped(guid).to_string(),
            "33221100-5544-7766-8899-aabbccddeeff"
        );
        assert_eq!(swapped(swapped(guid)), guid);
    }
}
