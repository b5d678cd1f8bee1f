//! Chance, all of it out of the seed.

use punctual_stand_ins::Random;

/// A sequence of decisions.
pub struct Dice(Random);

impl Dice {
    /// The sequence of a seed. `purpose` keeps sequences apart, so that more of one does not shift another.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut random = Random::seeded(seed ^ purpose.wrapping_mul(0xA076_1D64_78BD_642F));
        random.next_u64();
        Self(random)
    }

    /// A number below `count`, which must not be 0.
    pub fn below(&mut self, count: u64) -> u64 {
        assert!(count > 0, "there is nothing to choose from");
        self.0.next_u64() % count
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = to.saturating_sub(from).max(0).unsigned_abs() + 1;
        from + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        // Nothing is drawn for what cannot happen: a profile without a fault is not shifted by the fault's draws.
        probability > 0.0 && self.0.chance(probability)
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap_or(0)]
    }

    /// These in a random order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).unwrap_or(0);
            all.swap(last, other);
        }
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> uuid::Uuid {
        uuid::Uuid::from_bytes(self.0.uuid())
    }
}
