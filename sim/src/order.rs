//! Who goes on next.

use crate::dice::Dice;
use crate::gates::GuestName;

/// Something that could happen next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// A guest goes on from the gate of this number.
    Guest(GuestName, u64),
    /// Bytes move on the connection of this number.
    Line(u64),
    /// The first of the events that are due happens.
    Event,
}

/// Decides.
pub trait Order {
    /// The place of the one that happens. There is at least one.
    fn pick(&mut self, choices: &[Next]) -> usize;
}

/// Any of them, each as likely.
pub struct AnyOrder(pub Dice);

impl Order for AnyOrder {
    fn pick(&mut self, choices: &[Next]) -> usize {
        if choices.len() == 1 {
            return 0;
        }
        usize::try_from(self.0.below(choices.len() as u64)).unwrap_or(0)
    }
}
