//! What becomes of messages to a person.

use std::collections::BTreeMap;

use serde::Serialize;

/// A fate for everybody, and others for some people. People are known by number or address, in any case.
#[derive(Debug, Clone, Serialize)]
pub struct Fates<F> {
    usual: F,
    people: BTreeMap<String, F>,
}

impl<F: Clone> Fates<F> {
    /// This fate for everybody.
    pub fn all(usual: F) -> Self {
        Self {
            usual,
            people: BTreeMap::new(),
        }
    }

    /// Sets the fate of messages to one person; to everybody without an own fate, if nobody is named.
    pub fn set(&mut self, who: Option<&str>, fate: F) {
        match who {
            Some(who) => drop(self.people.insert(who.to_lowercase(), fate)),
            None => self.usual = fate,
        }
    }

    /// The fate of messages to this person.
    pub fn of(&self, who: &str) -> F {
        self.people
            .get(&who.to_lowercase())
            .unwrap_or(&self.usual)
            .clone()
    }
}
