//! From an event to the body of its webhook.

use bytes::Bytes;
use punctual_stand_ins::Guid;

use super::context::{
    Attribute, Choice, Context, Entity, Pair, Parameter, Reference, Variable, date, skewed_date,
};
use super::steps::{Image, Step};
use crate::api::annotations::formatted;
use crate::dataverse::Dataverse;
use crate::schema::{Column, Kind, Table};
use crate::store::{Changes, Event, Message, Row};
use crate::value::Value;

/// The body, and whether it was so large that it lost its parts.
pub(super) fn write(
    dataverse: &mut Dataverse,
    event: &Event,
    step: &Step,
    operation: Guid,
    now_ms: i64,
) -> (Bytes, bool) {
    let execution = Guid::next(&mut dataverse.random);
    let Some(table) = dataverse.schema.table(&event.table) else {
        return (Bytes::new(), false);
    };
    let mut context = context(dataverse, event, step, operation, now_ms);
    context.input_parameters = Some(input(dataverse, table, event, execution));
    context.parent_context = Some(parent(dataverse, event, step, operation, now_ms));
    context.pre_entity_images = Some(images(
        dataverse,
        table,
        event.before.as_ref(),
        step,
        |it| it.before,
    ));
    let mut after = images(dataverse, table, event.after.as_ref(), step, |it| it.after);
    if let Some(row) = &event.after {
        // The platform adds this one by itself.
        let definition = &table.definition;
        let columns = vec![
            definition.primary_name.clone(),
            definition.primary_id.clone(),
        ];
        let mut entity = entity(dataverse, table, row.id, &cells(row, &columns), false);
        entity.formatted_values.clear();
        after.insert(0, pair("AsynchronousStepPrimaryName", entity));
    }
    context.post_entity_images = Some(after);
    let whole = render(&context);
    if whole.len() <= dataverse.options.webhook_body_bytes {
        return (whole, false);
    }
    context.input_parameters = None;
    context.parent_context = None;
    context.pre_entity_images = None;
    context.post_entity_images = None;
    (render(&context), true)
}

/// The platform's serializer escapes slashes.
fn render(context: &Context) -> Bytes {
    let text = serde_json::to_string(context).unwrap_or_default();
    Bytes::from(text.replace('/', "\\/"))
}

fn pair<T>(key: &str, value: T) -> Pair<T> {
    Pair {
        key: key.to_owned(),
        value,
    }
}

fn context(
    dataverse: &Dataverse,
    event: &Event,
    step: &Step,
    operation: Guid,
    now_ms: i64,
) -> Context {
    let mut shared = vec![pair("IsAutoTransact", Variable::Flag(true))];
    if event.message == Message::Create {
        shared.push(pair("DefaultsAddedFlag", Variable::Flag(true)));
    }
    if let Some(tag) = &event.cause.tag {
        shared.push(pair("tag", Variable::Text(tag.clone())));
    }
    let output = match event.message {
        Message::Create => vec![pair("id", event.id)],
        _ => Vec::new(),
    };
    Context {
        business_unit_id: dataverse.ids.unit,
        correlation_id: event.cause.correlation_id,
        depth: 1,
        initiating_user_agent: String::new(),
        initiating_user_azure_active_directory_object_id: Guid::NIL,
        initiating_user_id: event.cause.user,
        input_parameters: None,
        is_executing_offline: false,
        is_in_transaction: false,
        is_offline_playback: false,
        isolation_mode: 1,
        message_name: event.message.name(),
        mode: 1,
        operation_created_on: skewed_date(now_ms, dataverse.options.skew_minutes),
        operation_id: operation,
        organization_id: dataverse.ids.organization,
        organization_name: dataverse.options.organization_name.clone(),
        output_parameters: output,
        owning_extension: Reference::bare("sdkmessageprocessingstep", step.id, None),
        parent_context: None,
        post_entity_images: None,
        pre_entity_images: None,
        primary_entity_id: event.id,
        primary_entity_name: event.table.clone(),
        request_id: event.cause.request_id,
        secondary_entity_name: "none",
        shared_variables: shared,
        stage: 40,
        user_azure_active_directory_object_id: Guid::NIL,
        user_id: event.cause.user,
    }
}

fn input(
    dataverse: &Dataverse,
    table: &Table,
    event: &Event,
    execution: Guid,
) -> Vec<Pair<Parameter>> {
    let target = match event.message {
        Message::Delete => Parameter::Reference(Reference::new(table.name(), event.id, None)),
        _ => Parameter::Entity(entity(dataverse, table, event.id, &event.target, true)),
    };
    let mut parameters = vec![pair("Target", target)];
    if event.of_state {
        parameters.push(pair("parentExecutionId", Parameter::Id(execution)));
    }
    parameters
}

/// Behind a change of state is a SetState, whose parameters the parent tells.
fn parent(
    dataverse: &Dataverse,
    event: &Event,
    step: &Step,
    operation: Guid,
    now_ms: i64,
) -> Option<Box<Context>> {
    let row = event.after.as_ref().filter(|_| event.of_state)?;
    let choice = |column: &str| Parameter::Choice(Choice::new(row.integer(column).unwrap_or(0)));
    let moniker = Reference::new(&event.table, event.id, None);
    Some(Box::new(Context {
        input_parameters: Some(vec![
            pair("EntityMoniker", Parameter::Reference(moniker)),
            pair("State", choice("statecode")),
            pair("Status", choice("statuscode")),
        ]),
        parent_context: Some(None),
        post_entity_images: Some(Vec::new()),
        pre_entity_images: Some(Vec::new()),
        stage: 30,
        ..context(dataverse, event, step, operation, now_ms)
    }))
}

fn images(
    dataverse: &Dataverse,
    table: &Table,
    row: Option<&Row>,
    step: &Step,
    wanted: impl Fn(&Image) -> bool,
) -> Vec<Pair<Entity>> {
    let Some(row) = row else {
        return Vec::new();
    };
    let images = step.images.iter().filter(|image| wanted(image));
    let shown = images.map(|image| {
        let cells = cells(row, &image.columns);
        pair(
            &image.alias,
            entity(dataverse, table, row.id, &cells, false),
        )
    });
    shown.collect()
}

/// The cells of these columns that are not empty; of all without any.
fn cells(row: &Row, columns: &[String]) -> Changes {
    let wanted = |column: &str| columns.is_empty() || columns.iter().any(|it| it == column);
    let values = row
        .values
        .iter()
        .filter(|(column, _)| wanted(column) && *column != "versionnumber");
    values
        .map(|(column, value)| (column.clone(), Some(value.clone())))
        .collect()
}

fn entity(
    dataverse: &Dataverse,
    table: &Table,
    id: Guid,
    cells: &Changes,
    is_target: bool,
) -> Entity {
    let (mut attributes, mut labels) = (Vec::new(), Vec::new());
    for (name, value) in cells {
        let Some(column) = table.column(name) else {
            continue;
        };
        let value = value.as_ref();
        attributes.push(pair(name, attribute(dataverse, column, value, is_target)));
        let label = value.filter(|value| !matches!(value, Value::Reference(..)));
        let label = label
            .and_then(|value| formatted(&dataverse.store, &dataverse.schema, table, column, value));
        if let Some(label) = label {
            labels.push(pair(name, label));
        }
    }
    Entity {
        type_name: is_target.then(Entity::typed).flatten(),
        attributes,
        entity_state: (),
        formatted_values: labels,
        id,
        key_attributes: [],
        logical_name: table.name().to_owned(),
        related_entities: [],
        row_version: (),
    }
}

fn attribute(
    dataverse: &Dataverse,
    column: &Column,
    value: Option<&Value>,
    is_target: bool,
) -> Attribute {
    let Some(value) = value else {
        return Attribute::Null;
    };
    match value {
        Value::Text(text) => Attribute::Text(text.clone()),
        Value::Integer(number) => match column.kind {
            Kind::Choice { .. } | Kind::State | Kind::Status => {
                Attribute::Choice(Choice::new(*number))
            }
            _ => Attribute::Integer(*number),
        },
        Value::Decimal(number) => Attribute::Decimal(*number),
        Value::Boolean(flag) => Attribute::Flag(*flag),
        Value::Instant(at_ms) => Attribute::Text(date(*at_ms)),
        Value::Guid(id) => Attribute::Id(*id),
        Value::Choices(numbers) => {
            Attribute::Choices(numbers.iter().map(|number| Choice::new(*number)).collect())
        }
        Value::Reference(end, id) => {
            // An image tells the name too, a target does not.
            let named = dataverse.schema.table(end).filter(|_| !is_target);
            let name = named.and_then(|table| {
                let row = dataverse.store.get(end, *id)?;
                let name = row.text(&table.definition.primary_name);
                (!name.is_empty()).then(|| name.to_owned())
            });
            Attribute::Reference(Reference::new(end, *id, name))
        }
    }
}
