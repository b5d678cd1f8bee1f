//! `fermyon:spin/variables`: the component's own variables, all known since the start.

use super::bindings::fermyon::spin::variables::{Error, Host};
use super::state::GuestState;
use crate::template;

impl Host for GuestState {
    async fn get(&mut self, name: String) -> wasmtime::Result<Result<String, Error>> {
        if let Err(error) = template::check_name(&name) {
            return Ok(Err(Error::InvalidName(error.to_string())));
        }
        let value = self.component.variables.get(&name).cloned();
        Ok(value.ok_or_else(|| {
            Error::Undefined(format!("no variable for {:?}.{name:?}", self.component.id))
        }))
    }
}
