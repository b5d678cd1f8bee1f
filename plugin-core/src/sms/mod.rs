//! How a carrier counts a text, and how a text is made cheaper to send.
//!
//! A text travels in the GSM 7-bit default alphabet if every character of it is there, else as UCS-2. One
//! character decides: an "á" in an English sentence more than halves the room. So [`measure`] counts as
//! carriers bill, and [`fold`] replaces look-alikes where that pays.

mod fold;
mod gsm7;
mod look_alikes;
mod segments;

pub use fold::fold;
pub use segments::measure;
