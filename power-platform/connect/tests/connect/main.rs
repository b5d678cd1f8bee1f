//! The program itself, against the stand-ins of Dataverse and Entra over loopback.

mod arrival;
mod environment;
mod first;
mod keys;
mod registration;
mod trouble;
