//! `cargo xtask up` as people run it: a process of its own.

mod cloud;
mod kill;
mod process;
