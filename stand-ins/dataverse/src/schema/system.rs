//! The platform's own tables, as far as Punctual and its scripts touch them: users, webhooks, failed jobs.

use std::collections::BTreeMap;

use super::definition::{Kind, TableDefinition};
use super::platform::{column, lookup, metadata_id, read_only};
use super::{Column, Table};

/// The messages that steps can be for, with the ids that they have in every environment.
pub const MESSAGES: [(&str, &str); 3] = [
    ("Create", "9ebdbb1b-ea3e-db11-86a7-000a3a5473e8"),
    ("Update", "20bebb1b-ea3e-db11-86a7-000a3a5473e8"),
    ("Delete", "a1bdbb1b-ea3e-db11-86a7-000a3a5473e8"),
];

const TEXT: Kind = Kind::Text { max_length: 2_000 };
const LONG: Kind = Kind::Text {
    max_length: 100_000,
};
const NUMBER: Kind = Kind::Integer {
    min: i32::MIN as i64,
    max: i32::MAX as i64,
};

pub(super) fn tables() -> Vec<Table> {
    let mut handler = lookup("eventhandler", "serviceendpoint");
    navigation(&mut handler, "eventhandler_serviceendpoint");
    let mut authvalue = column("authvalue", TEXT);
    authvalue.secret = true;
    let mut image_step = lookup("sdkmessageprocessingstepid", "sdkmessageprocessingstep");
    collection(
        &mut image_step,
        "sdkmessageprocessingstepid_sdkmessageprocessingstepimage",
    );
    vec![
        table(
            "systemuser",
            "systemusers",
            "fullname",
            8,
            vec![
                column("fullname", TEXT),
                column("applicationid", Kind::Guid),
                column("azureactivedirectoryobjectid", Kind::Guid),
                column("isdisabled", Kind::Boolean),
                lookup("businessunitid", "businessunit"),
            ],
        ),
        table(
            "businessunit",
            "businessunits",
            "name",
            10,
            vec![column("name", TEXT)],
        ),
        table(
            "organization",
            "organizations",
            "name",
            1019,
            vec![column("name", TEXT)],
        ),
        table(
            "serviceendpoint",
            "serviceendpoints",
            "name",
            4618,
            vec![
                column("name", TEXT),
                column("url", TEXT),
                column("contract", NUMBER),
                column("authtype", NUMBER),
                authvalue,
                read_only("isauthvalueset", Kind::Boolean),
                column("messageformat", NUMBER),
                column("namespaceformat", NUMBER),
                column("connectionmode", NUMBER),
                column("userclaim", NUMBER),
                column("description", TEXT),
            ],
        ),
        table(
            "sdkmessage",
            "sdkmessages",
            "name",
            4606,
            vec![column("name", TEXT)],
        ),
        table(
            "sdkmessagefilter",
            "sdkmessagefilters",
            "name",
            4607,
            vec![
                column("name", TEXT),
                column("primaryobjecttypecode", TEXT),
                lookup("sdkmessageid", "sdkmessage"),
            ],
        ),
        table(
            "sdkmessageprocessingstep",
            "sdkmessageprocessingsteps",
            "name",
            4608,
            vec![
                column("name", TEXT),
                column("stage", NUMBER),
                column("mode", NUMBER),
                column("rank", NUMBER),
                column("supporteddeployment", NUMBER),
                column("invocationsource", NUMBER),
                column("filteringattributes", LONG),
                column("asyncautodelete", Kind::Boolean),
                column("configuration", LONG),
                column("description", TEXT),
                column("statecode", NUMBER),
                column("statuscode", NUMBER),
                handler,
                lookup("sdkmessageid", "sdkmessage"),
                lookup("sdkmessagefilterid", "sdkmessagefilter"),
            ],
        ),
        table(
            "sdkmessageprocessingstepimage",
            "sdkmessageprocessingstepimages",
            "name",
            4615,
            vec![
                column("name", TEXT),
                column("imagetype", NUMBER),
                column("entityalias", TEXT),
                column("attributes", LONG),
                column("messagepropertyname", TEXT),
                column("description", TEXT),
                image_step,
            ],
        ),
        table(
            "asyncoperation",
            "asyncoperations",
            "name",
            4700,
            vec![
                column("name", TEXT),
                column("operationtype", NUMBER),
                column("statecode", NUMBER),
                column("statuscode", NUMBER),
                column("message", LONG),
                column("friendlymessage", LONG),
                column("errorcode", NUMBER),
                column("retrycount", NUMBER),
                column("messagename", TEXT),
                column("primaryentitytype", TEXT),
                column("regardingobjectid", Kind::Guid),
                column("startedon", Kind::Instant),
                column("completedon", Kind::Instant),
                column("requestid", Kind::Guid),
                column("correlationid", Kind::Guid),
                lookup("owningextensionid", "sdkmessageprocessingstep"),
            ],
        ),
    ]
}

fn table(name: &str, set: &str, primary_name: &str, code: i64, own: Vec<Column>) -> Table {
    let primary_id = format!("{name}id");
    let common = [
        column(&primary_id, Kind::Id),
        read_only("createdon", Kind::Instant),
        read_only("modifiedon", Kind::Instant),
        read_only("versionnumber", Kind::BigInteger),
    ];
    let all = own.into_iter().chain(common);
    let columns: BTreeMap<_, _> = all.map(|column| (column.name.clone(), column)).collect();
    Table {
        definition: TableDefinition {
            logical_name: name.into(),
            schema_name: name.into(),
            entity_set: set.into(),
            primary_id,
            primary_name: primary_name.into(),
            columns: Vec::new(),
            keys: Vec::new(),
            statuses: Vec::new(),
        },
        columns,
        standard: false,
        metadata_id: metadata_id(name),
        type_code: code,
    }
}

fn navigation(column: &mut Column, name: &str) {
    if let Kind::Lookup { targets } = &mut column.kind {
        targets[0].navigation = name.into();
    }
}

fn collection(column: &mut Column, name: &str) {
    if let Kind::Lookup { targets } = &mut column.kind {
        targets[0].collection = Some(name.into());
        targets[0].on_delete = super::definition::OnDelete::Cascade;
    }
}
