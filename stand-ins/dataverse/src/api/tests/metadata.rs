//! What clients ask about tables.

use super::*;

#[test]
fn tables_are_found_by_name() {
    check(
        &[
            "GET EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute&$filter=LogicalName eq 'appointment'",
            "GET EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'appointment' or EntitySetName eq 'punctual_notifications'",
            "GET EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'moon'",
            "GET EntityDefinitions?$filter=IsPrivate eq false",
            "GET EntityDefinitions(LogicalName='moon')",
            "GET EntityDefinitions(LogicalName='punctual_appointment')?$select=PrimaryNameAttribute,ObjectTypeCode",
            "GET EntityDefinitions(LogicalName='punctual_appointment')/Attributes(LogicalName='punctual_start')?$select=AttributeType",
            "GET EntityDefinitions(LogicalName='punctual_appointment')/ManyToOneRelationships",
            "POST EntityDefinitions\n{}",
        ],
        expect![[r##"
            200 {"value":[{"EntitySetName":"appointments","LogicalName":"appointment","MetadataId":"1d47c86f-2c5d-4b7f-878b-4affacad4406","PrimaryIdAttribute":"activityid"}]}
            200 {"value":[{"LogicalName":"appointment","MetadataId":"1d47c86f-2c5d-4b7f-878b-4affacad4406"},{"LogicalName":"punctual_notification","MetadataId":"a96aedda-4fc2-4420-9a90-6e2fa3eb80ad"}]}
            200 {"value":[]}
            501 {"error":{"code":"0x80060888","message":"The filter IsPrivate eq false on EntityDefinitions is not built into this stand-in of Dataverse."}}
            404 {"error":{"code":"0x80060888","message":"Could not find an entity with name 'moon'."}}
            200 {"MetadataId":"9864d408-22eb-4de2-9999-80ca63d2dc74","ObjectTypeCode":10000,"PrimaryNameAttribute":"punctual_name"}
            200 {"@odata.type":"#Microsoft.Dynamics.CRM.DateTimeAttributeMetadata","AttributeType":"DateTime","MetadataId":"311be447-8de6-49cc-8155-0bc7cd9c6cc3"}
            501 {"error":{"code":"0x80060888","message":"ManyToOneRelationships of a table is not built into this stand-in of Dataverse."}}
            501 {"error":{"code":"0x80060888","message":"Changing tables by the API is not built into this stand-in of Dataverse."}}
        "##]],
    );
}

#[test]
fn choices_come_with_their_labels() {
    let mut stage = Stage::new();
    let answer = stage.step("GET EntityDefinitions(LogicalName='punctual_notification')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)");
    let json: Json = serde_json::from_str(answer.strip_prefix("200 ").unwrap()).unwrap();
    let options = &json["value"][0]["OptionSet"]["Options"];
    assert_eq!(json["value"][0]["LogicalName"], "punctual_channel");
    assert_eq!(options[1]["Value"], 749_700_001);
    assert_eq!(options[1]["Label"]["LocalizedLabels"][0]["Label"], "SMS");
}

#[test]
fn an_index_that_failed_is_built_again_when_somebody_asks_for_it() {
    let key = "punctual_suppressionkey";
    let mut options = Options {
        key_index_ms: 60_000,
        ..Options::default()
    };
    options.key_index_failures.insert(key.into(), 2);
    let read = "GET EntityDefinitions(LogicalName='punctual_suppression')/Keys?$select=EntityKeyIndexStatus";
    let again = format!(
        "POST ReactivateEntityKey\n{{\"EntityLogicalName\":\"punctual_suppression\",\"EntityKeyLogicalName\":\"{key}\"}}"
    );
    let use_it = "GET punctual_suppressions(punctual_key='a')";
    run(
        &mut Stage::with(options),
        &[
            read,
            "+60",
            read,
            use_it,
            &again,
            read,
            "+60",
            read,
            &again,
            "+60",
            read,
            use_it,
            // There is nothing to do again now.
            &again,
            read,
            "GET EntityDefinitions(LogicalName='punctual_mark')/Keys?$select=EntityKeyIndexStatus",
            "POST ReactivateEntityKey\n{\"EntityLogicalName\":\"punctual_mark\",\"EntityKeyLogicalName\":\"moon\"}",
            "POST ReactivateEntityKey\n{}",
        ],
        expect![[r#"
            200 {"value":[{"EntityKeyIndexStatus":"Pending","MetadataId":"3c9f570b-917c-444f-a915-c65f77ccb249"}]}
            200 {"value":[{"EntityKeyIndexStatus":"Failed","MetadataId":"3c9f570b-917c-444f-a915-c65f77ccb249"}]}
            400 {"error":{"code":"0x80060890","message":"The specified key attributes are not a defined key for the punctual_suppression entity"}}
            204
            200 {"value":[{"EntityKeyIndexStatus":"Pending","MetadataId":"3c9f570b-917c-444f-a915-c65f77ccb249"}]}
            200 {"value":[{"EntityKeyIndexStatus":"Failed","MetadataId":"3c9f570b-917c-444f-a915-c65f77ccb249"}]}
            204
            200 {"value":[{"EntityKeyIndexStatus":"Active","MetadataId":"3c9f570b-917c-444f-a915-c65f77ccb249"}]}
            404 {"error":{"code":"0x80060891","message":"A record with the specified key values does not exist in punctual_suppression entity"}}
            204
            200 {"value":[{"EntityKeyIndexStatus":"Active","MetadataId":"3c9f570b-917c-444f-a915-c65f77ccb249"}]}
            200 {"value":[{"EntityKeyIndexStatus":"Active","MetadataId":"39183215-0d9c-410f-8add-54f46f7a8d0f"}]}
            404 {"error":{"code":"0x80060888","message":"Could not find an key with name 'moon'."}}
            400 {"error":{"code":"0x80060888","message":"The parameter EntityLogicalName is missing."}}
        "#]],
    );
}

#[test]
fn a_clinic_brings_its_own_table() {
    let table = r#"{
        "logical_name": "clinic_visit", "entity_set": "clinic_visits", "primary_name": "clinic_title",
        "columns": [
            {"name": "clinic_title", "type": "text", "max_length": 100},
            {"name": "clinic_when", "type": "instant"},
            {"name": "clinic_room", "type": "choice", "options": [{"value": 1, "label": "Blue"}]},
            {"name": "clinic_earlier", "schema_name": "clinic_Earlier", "type": "lookup", "targets":
                [{"table": "clinic_visit", "navigation": "clinic_Earlier", "collection": "clinic_later", "on_delete": "restrict"}]}
        ],
        "keys": [{"name": "clinic_key", "columns": ["clinic_title", "clinic_when"]}]
    }"#;
    let mut options = Options::default();
    options.tables.push(serde_json::from_str(table).unwrap());
    run(
        &mut Stage::with(options),
        &[
            "POST clinic_visits\n{\"clinic_visitid\":\"A1\",\"clinic_title\":\"a\",\"clinic_when\":\"2026-12-01T09:00:00Z\",\"clinic_room\":1}",
            "POST clinic_visits\n{\"clinic_visitid\":\"A2\",\"clinic_title\":\"a\",\"clinic_Earlier@odata.bind\":\"/clinic_visits(clinic_title='a',clinic_when=2026-12-01T09:00:00Z)\"}",
            "GET clinic_visits(A1)?$select=clinic_title&$expand=clinic_later($select=clinic_title)",
            "DELETE clinic_visits(A1)",
            "GET sdkmessagefilters?$select=primaryobjecttypecode&$filter=sdkmessageid/name eq 'Update' and primaryobjecttypecode eq 'clinic_visit'&$expand=sdkmessageid($select=name)",
        ],
        expect![[r#"
            204 odata-entityid=clinic_visits(A1)
            204 odata-entityid=clinic_visits(A2)
            200 {"clinic_later":[{"clinic_title":"a","clinic_visitid":"A2"}],"clinic_title":"a","clinic_visitid":"A1"}
            400 {"error":{"code":"0x80040227","message":"The object you tried to delete is associated with another object and cannot be deleted."}}
            200 {"value":[{"primaryobjecttypecode":"clinic_visit","sdkmessagefilterid":"c55b77f5-d626-4f9d-97f9-b8d4695f21a5","sdkmessageid":{"name":"Update","sdkmessageid":"20bebb1b-ea3e-db11-86a7-000a3a5473e8"}}]}
        "#]],
    );
}

#[test]
fn tables_that_do_not_fit_are_refused_by_name() {
    let refused = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        let token = Box::new(FixedToken("t".into()));
        Dataverse::new(options, token, 1, NOW_MS).err().unwrap()
    };
    let seen = [
        refused(|options| options.tables[0].primary_name = "moon".into()),
        refused(|options| options.tables[1].keys[0].columns = vec!["moon".into()]),
        refused(|options| options.tables.remove(0).columns.clear()),
        refused(|options| options.tables[1].entity_set = "appointments".into()),
        refused(|options| options.tables[0].columns[0].name = "createdon".into()),
    ];
    expect![[r#"
        punctual_appointment needs the text column moon
        the key punctual_notificationkey of punctual_notification needs columns that are there
        punctual_notification points at punctual_appointment, which is no table
        the entity set appointments is there twice
        punctual_appointment defines a column that the platform adds
    "#]]
    .assert_eq(&(seen.join("\n") + "\n"));
}
