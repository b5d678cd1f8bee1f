//! Tables: their columns, alternate keys and relationships. A clinic's own table is a [`TableDefinition`], a value.

mod builtin;
mod definition;
mod platform;
mod system;

use std::collections::BTreeMap;

use punctual_stand_ins::Guid;

pub use builtin::{appointment, punctual};
pub use definition::{
    ColumnDefinition, KeyDefinition, Kind, Label, OnDelete, StatusDefinition, TableDefinition,
    Target,
};
pub(crate) use platform::metadata_id as id_of;
pub use system::MESSAGES;

/// All tables of an environment.
#[derive(Debug, Clone)]
pub struct Schema {
    tables: BTreeMap<String, Table>,
    /// Entity set → logical name.
    sets: BTreeMap<String, String>,
    /// (table, collection-valued navigation property) → (the table with the lookup, the lookup).
    collections: BTreeMap<(String, String), (String, String)>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// As it was defined.
    pub definition: TableDefinition,
    /// The platform's and its own, by logical name.
    pub columns: BTreeMap<String, Column>,
    /// Whether it has owner, state and alternate keys. System tables have not.
    pub standard: bool,
    /// Its `MetadataId`.
    pub metadata_id: Guid,
    /// Its object type code, which cookies and privileges use.
    pub type_code: i64,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its logical name.
    pub name: String,
    /// Its schema name: for a lookup, also the name of its navigation property, unless its targets say otherwise.
    pub schema_name: String,
    /// What it holds.
    pub kind: Kind,
    /// Only the platform writes it; what a client writes is ignored.
    pub read_only: bool,
    /// It can be written and never read.
    pub secret: bool,
}

impl Table {
    /// Its logical name.
    pub fn name(&self) -> &str {
        &self.definition.logical_name
    }

    /// The column with this logical name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// The column whose property this is: `_x_value` for a lookup, else its logical name.
    pub fn property(&self, property: &str) -> Option<&Column> {
        let lookup = property
            .strip_prefix('_')
            .and_then(|rest| rest.strip_suffix("_value"));
        let column = self.column(lookup.unwrap_or(property))?;
        let fits = column.is_lookup() == lookup.is_some() && !column.secret;
        fits.then_some(column)
    }

    /// The lookup behind a single-valued navigation property, and the table at its other end.
    pub fn navigation(&self, name: &str) -> Option<(&Column, &Target)> {
        self.columns.values().find_map(|column| {
            let target = column.targets().iter().find(|it| it.navigation == name)?;
            Some((column, target))
        })
    }

    /// The state that a status belongs to.
    pub fn state_of(&self, status: i64) -> Option<i64> {
        let mut all = self.definition.statuses.iter();
        all.find(|it| it.status == status).map(|it| it.state)
    }

    /// The status that a state begins with.
    pub fn first_status(&self, state: i64) -> Option<i64> {
        let mut all = self.definition.statuses.iter();
        all.find(|it| it.state == state).map(|it| it.status)
    }
}

impl Column {
    /// Whether it points at rows.
    pub fn is_lookup(&self) -> bool {
        matches!(self.kind, Kind::Lookup { .. })
    }

    /// What a lookup can point at.
    pub fn targets(&self) -> &[Target] {
        match &self.kind {
            Kind::Lookup { targets } => targets,
            _ => &[],
        }
    }

    /// Its property in JSON.
    pub fn property(&self) -> String {
        match self.is_lookup() {
            true => format!("_{}_value", self.name),
            false => self.name.clone(),
        }
    }

    /// The labels of its choices.
    pub fn labels<'a>(&'a self, table: &'a Table) -> Vec<(i64, &'a str)> {
        let statuses = table.definition.statuses.iter();
        match &self.kind {
            Kind::Choice { options } | Kind::MultiChoice { options } => options
                .iter()
                .map(|option| (option.value, option.label.as_str()))
                .collect(),
            Kind::State => {
                let mut states: Vec<_> = statuses
                    .map(|it| (it.state, it.state_label.as_str()))
                    .collect();
                states.sort_unstable();
                states.dedup();
                states
            }
            Kind::Status => statuses.map(|it| (it.status, it.label.as_str())).collect(),
            _ => Vec::new(),
        }
    }
}

impl Schema {
    /// An environment with these tables beside those of the system. The error names what does not fit.
    pub fn new(definitions: Vec<TableDefinition>) -> Result<Self, String> {
        let mut schema = Self {
            tables: BTreeMap::new(),
            sets: BTreeMap::new(),
            collections: BTreeMap::new(),
        };
        for table in system::tables() {
            schema.add(table)?;
        }
        for (number, definition) in definitions.into_iter().enumerate() {
            schema.add(platform::complete(definition, 10_000 + number as i64)?)?;
        }
        schema.check_targets()?;
        Ok(schema)
    }

    fn add(&mut self, table: Table) -> Result<(), String> {
        let name = table.name().to_owned();
        let set = table.definition.entity_set.clone();
        for column in table.columns.values() {
            for target in column.targets() {
                if let Some(collection) = &target.collection {
                    let end = (name.clone(), column.name.clone());
                    let key = (target.table.clone(), collection.clone());
                    if self.collections.insert(key, end).is_some() {
                        return Err(format!("{collection} of {} is there twice", target.table));
                    }
                }
            }
        }
        if self.sets.insert(set.clone(), name.clone()).is_some() {
            return Err(format!("the entity set {set} is there twice"));
        }
        match self.tables.insert(name.clone(), table) {
            Some(_) => Err(format!("the table {name} is there twice")),
            None => Ok(()),
        }
    }

    fn check_targets(&self) -> Result<(), String> {
        for table in self.tables.values() {
            for target in table.columns.values().flat_map(Column::targets) {
                if !self.tables.contains_key(&target.table) {
                    let (table, other) = (table.name(), &target.table);
                    return Err(format!("{table} points at {other}, which is no table"));
                }
            }
        }
        Ok(())
    }

    /// The table with this logical name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The table with this entity set.
    pub fn by_set(&self, set: &str) -> Option<&Table> {
        self.tables.get(self.sets.get(set)?)
    }

    /// All tables, by logical name.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The table and the lookup behind a collection-valued navigation property.
    pub fn collection(&self, table: &str, navigation: &str) -> Option<(&Table, &Column)> {
        let key = (table.to_owned(), navigation.to_owned());
        let (table, column) = self.collections.get(&key)?;
        let table = self.table(table)?;
        Some((table, table.column(column)?))
    }
}
