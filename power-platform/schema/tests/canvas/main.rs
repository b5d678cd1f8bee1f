//! What holds of the canvas app in `power-platform/canvas`: its names are those of the solution, its rules those of the core, its
//! screens usable. Microsoft's own parser and engine are asked where they are installed.

mod layout;
mod microsoft;
mod names;
mod pictures;
mod rules;
mod source;
