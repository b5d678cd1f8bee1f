//! Randomness from a seed, so that a run can be had again.

/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
///
/// The same seed gives the same numbers on every machine and in every version. Nothing here is secret: never
/// use it for keys.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The sequence of this seed.
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True with this probability: never at 0, always at 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        let unit = (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        unit < probability
    }

    /// The bytes of a version 4 UUID (RFC 9562, section 5.4).
    pub fn uuid(&mut self) -> [u8; 16] {
        let (high, low) = (self.next_u64(), self.next_u64());
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&high.to_be_bytes());
        bytes[8..].copy_from_slice(&low.to_be_bytes());
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence() {
        // The reference output for seed 1234567 (Vigna's splitmix64.c).
        let mut random = Random::seeded(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn chances_at_the_ends_are_certain() {
        let mut random = Random::seeded(1);
        assert!((0..1000).all(|_| random.chance(1.0) && !random.chance(0.0)));
        let heads = (0..1000).filter(|_| random.chance(0.5)).count();
        assert!((400..600).contains(&heads), "{heads}");
    }

    #[test]
    fn uuids_are_version_4() {
        let bytes = Random::seeded(7).uuid();
        assert_eq!((bytes[6] >> 4, bytes[8] >> 6), (4, 2));
    }
}
