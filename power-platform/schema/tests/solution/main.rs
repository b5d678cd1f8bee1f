//! What holds of the solution source, looked at from outside: as files and as XML.

mod agreement;
mod checked_in;
mod components;
mod manual;
mod references;
mod roles;
mod shapes;
mod source;
mod webhook;
