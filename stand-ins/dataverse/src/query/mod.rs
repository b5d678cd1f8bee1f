//! Queries: the options of a URL, which rows they mean, and in which pages.

mod apply;
mod bind;
mod cookie;
mod expand;
pub mod filter;
mod lexer;
mod options;
mod parser;
mod run;

pub use apply::Apply;
pub use expand::Expand;
pub use filter::Filter;
pub use options::{Options, Order, decode, pairs};
pub use run::{Page, one, page};
