//! A unit of work: writes that happen together or not at all, and the events that they raise.

use punctual_stand_ins::{Guid, Random};

use super::event::{Cause, Event, Message};
use super::state::{begins_in, settle_state, wrong_status};
use super::{Changes, Row, Store, folded_key};
use crate::refusal::Refusal;
use crate::schema::{OnDelete, Schema, Table};
use crate::value::Value;

/// Writes that happen together.
pub struct Work<'a> {
    schema: &'a Schema,
    store: &'a mut Store,
    random: &'a mut Random,
    cause: Cause,
    unit: Guid,
    now_ms: i64,
    undo: Vec<(&'a Table, Guid, Option<Row>)>,
    events: Vec<Event>,
}

impl<'a> Work<'a> {
    /// Begins, for a request of a user of a business unit.
    pub fn begin(
        schema: &'a Schema,
        store: &'a mut Store,
        random: &'a mut Random,
        unit: Guid,
        cause: Cause,
        now_ms: i64,
    ) -> Self {
        Self {
            schema,
            store,
            random,
            cause,
            unit,
            // The platform keeps whole seconds.
            now_ms: now_ms.div_euclid(1000) * 1000,
            undo: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The rows as they are now.
    pub fn store(&self) -> &Store {
        self.store
    }

    /// The table with this logical name.
    pub fn table(&self, name: &str) -> Result<&'a Table, Refusal> {
        let table = self.schema.table(name);
        table.ok_or_else(|| Refusal::no_segment(name))
    }

    /// What is written from now on is because of this.
    pub fn because_of(&mut self, cause: Cause) {
        self.cause = cause;
    }

    /// Makes it stay, and tells what happened.
    pub fn commit(self) -> Vec<Event> {
        self.events
    }

    /// Makes it undone.
    pub fn roll_back(mut self) {
        while let Some((table, id, row)) = self.undo.pop() {
            self.store.replace(table, id, row);
        }
    }

    fn put(&mut self, table: &'a Table, row: Row) {
        let id = row.id;
        let old = self.store.replace(table, id, Some(row));
        self.undo.push((table, id, old));
    }

    /// A new row; its id is in the changes, or made.
    pub fn create(&mut self, table: &'a Table, mut changes: Changes) -> Result<Guid, Refusal> {
        let primary_id = &table.definition.primary_id;
        let id = match changes.remove(primary_id) {
            Some(Some(Value::Guid(id))) => id,
            _ => Guid::next(self.random),
        };
        if self.store.get(table.name(), id).is_some() {
            return Err(Refusal::new(
                412,
                "0x80040237",
                "Cannot insert duplicate key.",
            ));
        }
        let mut row = Row {
            id,
            version: 0,
            values: Default::default(),
        };
        self.default_columns(table, &mut row, &mut changes)?;
        for (column, change) in changes {
            if let Some(value) = change {
                row.values.insert(column, value);
            }
        }
        self.check_keys(table, &row)?;
        self.stamp(table, &mut row, true);
        let target = row.values.iter();
        let mut target: Changes = target
            .map(|(column, value)| (column.clone(), Some(value.clone())))
            .collect();
        target.remove("versionnumber");
        if table.standard {
            target.insert("modifiedonbehalfby".into(), None);
        }
        self.put(table, row.clone());
        self.raise(Message::Create, table, id, target, (None, Some(row)), false);
        Ok(id)
    }

    /// Owner, state and status of a new row. A state cannot be chosen when a row is made.
    fn default_columns(
        &mut self,
        table: &Table,
        row: &mut Row,
        changes: &mut Changes,
    ) -> Result<(), Refusal> {
        if !table.standard {
            if table.column("statecode").is_some() {
                let number = |value| Some(Value::Integer(value));
                changes.entry("statecode".into()).or_insert(number(0));
                changes.entry("statuscode".into()).or_insert(number(1));
            }
            return Ok(());
        }
        let first = table.definition.statuses.first();
        let (state, first) = first.map_or((0, 1), |it| (it.state, it.status));
        changes.remove("statecode");
        let status = match changes.remove("statuscode") {
            Some(Some(Value::Integer(status))) => status,
            _ => first,
        };
        // A built-in table may have several states that are open; its rows may begin in any of them.
        let of_status = table.state_of(status).unwrap_or(state);
        if of_status != state && !begins_in(table, of_status) {
            return Err(wrong_status(table, status, state));
        }
        row.values
            .insert("statecode".into(), Value::Integer(of_status));
        row.values
            .insert("statuscode".into(), Value::Integer(status));
        let user = Value::Reference("systemuser".into(), self.cause.user);
        row.values.insert("ownerid".into(), user.clone());
        row.values.insert("owninguser".into(), user);
        let unit = Value::Reference("businessunit".into(), self.unit);
        row.values.insert("owningbusinessunit".into(), unit);
        row.values
            .insert("timezoneruleversionnumber".into(), Value::Integer(0));
        Ok(())
    }

    /// Dates, users and the version.
    fn stamp(&mut self, table: &Table, row: &mut Row, new: bool) {
        let now = Value::Instant(self.now_ms);
        let user = Value::Reference("systemuser".into(), self.cause.user);
        let primary_id = table.definition.primary_id.clone();
        row.values.insert(primary_id, Value::Guid(row.id));
        row.values.insert("modifiedon".into(), now.clone());
        if table.standard {
            row.values.insert("modifiedby".into(), user.clone());
        }
        if new {
            let overridden = row.values.get("overriddencreatedon").cloned();
            row.values
                .insert("createdon".into(), overridden.unwrap_or(now));
            if table.standard {
                row.values.insert("createdby".into(), user);
            }
        }
        if table.column("isauthvalueset").is_some() {
            let set = row.get("authvalue").is_some();
            row.values
                .insert("isauthvalueset".into(), Value::Boolean(set));
        }
        row.version = self.store.next_version();
        let version = Value::Integer(row.version as i64);
        row.values.insert("versionnumber".into(), version);
    }

    /// Changes a row. Ordinary columns and state raise an event each, in this order.
    pub fn update(
        &mut self,
        table: &'a Table,
        id: Guid,
        mut changes: Changes,
    ) -> Result<(), Refusal> {
        let Some(before) = self.store.get(table.name(), id).cloned() else {
            return Err(Refusal::no_row(table.name(), id));
        };
        changes.remove(&table.definition.primary_id);
        let mut state = Changes::new();
        if table.standard {
            for column in ["statecode", "statuscode"] {
                if let Some(change) = changes.remove(column) {
                    state.insert(column.into(), change);
                }
            }
        }
        let mut row = before;
        if !changes.is_empty() || state.is_empty() {
            row = self.write(table, row, changes, false)?;
        }
        if !state.is_empty() {
            let state = settle_state(table, &row, &state)?;
            self.write(table, row, state, true)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        table: &'a Table,
        before: Row,
        changes: Changes,
        of_state: bool,
    ) -> Result<Row, Refusal> {
        let mut row = before.clone();
        for (column, change) in &changes {
            match change {
                Some(value) => drop(row.values.insert(column.clone(), value.clone())),
                None => drop(row.values.remove(column)),
            }
        }
        self.check_keys(table, &row)?;
        self.stamp(table, &mut row, false);
        self.put(table, row.clone());
        let mut target = changes;
        for column in [
            table.definition.primary_id.as_str(),
            "modifiedon",
            "modifiedby",
        ] {
            if let Some(value) = row.get(column) {
                target.insert(column.into(), Some(value.clone()));
            }
        }
        if table.standard {
            target.insert("modifiedonbehalfby".into(), None);
        }
        let rows = (Some(before), Some(row.clone()));
        self.raise(Message::Update, table, row.id, target, rows, of_state);
        Ok(row)
    }

    /// Gives a row a new version, as a write of somebody else does. No step hears of it.
    pub fn touch(&mut self, table: &'a Table, id: Guid) {
        if let Some(mut row) = self.store.get(table.name(), id).cloned() {
            self.stamp(table, &mut row, false);
            self.put(table, row);
        }
    }

    /// Takes a row away, and does with those that point at it what their relationship says.
    pub fn delete(&mut self, table: &'a Table, id: Guid) -> Result<(), Refusal> {
        let Some(before) = self.store.get(table.name(), id).cloned() else {
            return Err(Refusal::no_row(table.name(), id));
        };
        let schema = self.schema;
        for other in schema.tables() {
            for column in other.columns.values() {
                let mut targets = column.targets().iter();
                let Some(target) = targets.find(|it| it.table == table.name()) else {
                    continue;
                };
                let rows = self.store.rows(other).pointing_at(&column.name, id);
                let ids: Vec<_> = rows.map(|row| row.id).collect();
                for pointing in ids {
                    match target.on_delete {
                        OnDelete::Cascade => self.delete(other, pointing)?,
                        OnDelete::RemoveLink => self.unlink(other, pointing, &column.name),
                        OnDelete::Restrict => {
                            let message = "The object you tried to delete is associated with another object and cannot be deleted.";
                            return Err(Refusal::new(400, "0x80040227", message));
                        }
                    }
                }
            }
        }
        let old = self.store.replace(table, id, None);
        self.undo.push((table, id, old));
        let rows = (Some(before), None);
        self.raise(Message::Delete, table, id, Changes::new(), rows, false);
        Ok(())
    }

    fn unlink(&mut self, table: &'a Table, id: Guid, column: &str) {
        if let Some(mut row) = self.store.get(table.name(), id).cloned() {
            row.values.remove(column);
            self.stamp(table, &mut row, false);
            self.put(table, row);
        }
    }

    fn check_keys(&self, table: &Table, row: &Row) -> Result<(), Refusal> {
        for (number, key) in table.definition.keys.iter().enumerate() {
            let folded = folded_key(&key.columns, row);
            let other = folded.and_then(|folded| self.store.rows(table).by_key(number, &folded));
            if other.is_some_and(|other| other.id != row.id) {
                return Err(Refusal::duplicate(&key.name));
            }
        }
        Ok(())
    }

    fn raise(
        &mut self,
        message: Message,
        table: &Table,
        id: Guid,
        target: Changes,
        (before, after): (Option<Row>, Option<Row>),
        of_state: bool,
    ) {
        if table.standard {
            self.events.push(Event {
                message,
                table: table.name().to_owned(),
                id,
                target,
                before,
                after,
                of_state,
                cause: self.cause.clone(),
            });
        }
    }
}
