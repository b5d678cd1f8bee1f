//! The alternate keys: only an active index keeps two rows with the same key apart. Dataverse builds them in the
//! background after an import.

use std::thread::sleep;
use std::time::{Duration, Instant};

use punctual_solution::describe::{Key, Table};
use punctual_solution::tables::TABLES;
use serde_json::json;

use crate::api::{Api, ApiError};
use crate::report::Report;

/// How long to wait.
pub struct Patience {
    /// Look once, and change nothing.
    pub check: bool,
    /// No longer than this.
    pub longest: Duration,
    /// Between two looks.
    pub interval: Duration,
}

struct Index {
    table: &'static Table,
    key: &'static Key,
    begun_again: bool,
}

/// Waits until every index is active, and begins one that failed again, once.
pub fn wait(api: &Api, patience: &Patience, report: &mut Report) {
    let keys = TABLES
        .into_iter()
        .filter_map(|table| table.key.as_ref().map(|key| (table, key)));
    let mut waiting: Vec<_> = keys
        .map(|(table, key)| Index {
            table,
            key,
            begun_again: false,
        })
        .collect();
    let begun = Instant::now();
    loop {
        let is_last = begun.elapsed() >= patience.longest;
        waiting.retain_mut(|index| !index.is_settled(api, patience.check, is_last, report));
        if waiting.is_empty() {
            return;
        }
        let names: Vec<_> = waiting.iter().map(|index| index.key.name).collect();
        let seconds = begun.elapsed().as_secs();
        eprintln!(
            "waiting for the index of {} ({seconds} s)",
            names.join(", ")
        );
        sleep(patience.interval);
    }
}

impl Index {
    fn part(&self) -> String {
        format!("key {}", self.key.name)
    }

    /// Whether there is nothing more to wait for; the report then says what came of it.
    fn is_settled(&mut self, api: &Api, check: bool, is_last: bool, report: &mut Report) -> bool {
        let part = self.part();
        let status = match self.status(api) {
            Ok(status) => status,
            Err(error) => {
                report.failed(&part, &error);
                return true;
            }
        };
        match status.as_str() {
            "Active" if self.begun_again => {
                report.changed(&part, "its index failed, was begun again, and is active");
            }
            "Active" => report.fine(&part, "its index is active"),
            "Failed" if self.begun_again || check => {
                let advice = format!(
                    "Look for two rows of {} with the same {}, mend that, and run this again.",
                    self.table.plural,
                    self.key.columns.join(" and ")
                );
                report.wrong(&part, "its index failed", advice);
            }
            "Failed" => {
                self.begun_again = true;
                if let Err(error) = self.begin_again(api) {
                    report.failed(&part, &error);
                    return true;
                }
                return false;
            }
            "" => report.wrong(&part, "it is not there", "Import the solution again."),
            other if is_last => {
                report.wrong(
                    &part,
                    format!("its index is not active yet ({other})"),
                    "Dataverse is still building it: run this again in a while.",
                );
            }
            _ => return false,
        }
        true
    }

    /// `EntityKeyIndexStatus`; empty if there is no such key.
    fn status(&self, api: &Api) -> Result<String, ApiError> {
        let keys = api.get(&format!(
            "EntityDefinitions(LogicalName='{}')/Keys?$select=LogicalName,EntityKeyIndexStatus",
            self.table.name
        ))?;
        let mut keys = keys["value"].as_array().into_iter().flatten();
        let found = keys.find(|key| key["LogicalName"] == self.key.name);
        let status = found.and_then(|key| key["EntityKeyIndexStatus"].as_str());
        Ok(status.unwrap_or_default().to_owned())
    }

    fn begin_again(&self, api: &Api) -> Result<(), ApiError> {
        api.act(
            "ReactivateEntityKey",
            &json!({ "EntityLogicalName": self.table.name, "EntityKeyLogicalName": self.key.name }),
        )
    }
}
