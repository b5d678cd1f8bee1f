//! Writing and reading single rows.

use super::*;

const NEW: &str = "POST punctual_appointments\n{\"punctual_appointmentid\":\"A1\",\"punctual_name\":\"Check-up\",\"punctual_start\":\"2026-12-01T09:00:00Z\"}";
const SHOWN: &str = "GET punctual_appointments(A1)?$select=punctual_name,punctual_start,statecode,statuscode,modifiedon";

#[test]
fn a_row_is_made_read_changed_and_deleted() {
    check(
        &[
            NEW,
            SHOWN,
            "+61",
            "PATCH punctual_appointments(A1)|if-match: *\n{\"punctual_start\":\"2026-12-01T10:00:00.750+01:00\",\"punctual_name\":null}",
            SHOWN,
            "DELETE punctual_appointments(A1)",
            SHOWN,
            "DELETE punctual_appointments(A1)",
        ],
        expect![[r#"
            204 odata-entityid=punctual_appointments(A1)
            200 {"modifiedon":"2026-11-23T09:00:00Z","punctual_appointmentid":"A1","punctual_name":"Check-up","punctual_start":"2026-12-01T09:00:00Z","statecode":0,"statuscode":1}
            204 odata-entityid=punctual_appointments(A1)
            200 {"modifiedon":"2026-11-23T09:01:01Z","punctual_appointmentid":"A1","punctual_name":null,"punctual_start":"2026-12-01T09:00:00Z","statecode":0,"statuscode":1}
            204
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_appointment' With Id = A1 Does Not Exist"}}
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_appointment' With Id = A1 Does Not Exist"}}
        "#]],
    );
}

#[test]
fn a_representation_shows_the_whole_row() {
    check(
        &[
            "POST punctual_notifications?$select=punctual_key,punctual_status|prefer: return=representation,odata.include-annotations=\"*\"\n{\"punctual_notificationid\":\"N1\",\"punctual_key\":\"k1\",\"punctual_status\":749700001}",
            "PATCH punctual_notifications(N1)?$select=punctual_status|prefer: return=representation\n{\"punctual_status\":749700003}",
            "GET punctual_notifications(N1)/punctual_status",
            "GET punctual_notifications(N1)/punctual_lasterror",
        ],
        expect![[r#"
            201 odata-entityid=punctual_notifications(N1) preference-applied=return=representation,odata.include-annotations="*" {"punctual_key":"k1","punctual_notificationid":"N1","punctual_status":749700001,"punctual_status@OData.Community.Display.V1.FormattedValue":"Scheduled"}
            200 odata-entityid=punctual_notifications(N1) preference-applied=return=representation {"punctual_notificationid":"N1","punctual_status":749700003}
            200 {"value":749700003}
            204
        "#]],
    );
}

#[test]
fn a_version_guards_a_write() {
    check(
        &[
            NEW,
            SHOWN,
            "PATCH punctual_appointments(A1)|if-match: ETAG\n{\"punctual_name\":\"One\"}",
            "PATCH punctual_appointments(A1)|if-match: ETAG\n{\"punctual_name\":\"Two\"}",
            "DELETE punctual_appointments(A1)|if-match: ETAG",
            SHOWN,
            "GET punctual_appointments(A1)|if-none-match: ETAG",
            "DELETE punctual_appointments(A1)|if-match: ETAG",
        ],
        expect![[r#"
            204 odata-entityid=punctual_appointments(A1)
            200 {"modifiedon":"2026-11-23T09:00:00Z","punctual_appointmentid":"A1","punctual_name":"Check-up","punctual_start":"2026-12-01T09:00:00Z","statecode":0,"statuscode":1}
            204 odata-entityid=punctual_appointments(A1)
            412 {"error":{"code":"0x80060882","message":"The version of the existing record doesn't match the RowVersion property provided."}}
            412 {"error":{"code":"0x80060882","message":"The version of the existing record doesn't match the RowVersion property provided."}}
            200 {"modifiedon":"2026-11-23T09:00:00Z","punctual_appointmentid":"A1","punctual_name":"One","punctual_start":"2026-12-01T09:00:00Z","statecode":0,"statuscode":1}
            304
            204
        "#]],
    );
}

#[test]
fn a_plain_patch_makes_what_is_not_there_and_a_guarded_one_does_not() {
    let body = "\n{\"punctual_name\":\"x\"}";
    check(
        &[
            &format!("PATCH punctual_appointments(A1)|if-match: *{body}"),
            &format!("PATCH punctual_appointments(A1)|if-match: W/\"5\"{body}"),
            &format!("PATCH punctual_appointments(A1){body}"),
            &format!("PATCH punctual_appointments(A1)|if-none-match: *{body}"),
            &format!("PATCH punctual_appointments(A2)|if-none-match: *{body}"),
            "POST punctual_appointments\n{\"punctual_appointmentid\":\"A1\"}",
        ],
        expect![[r#"
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_appointment' With Id = A1 Does Not Exist"}}
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_appointment' With Id = A1 Does Not Exist"}}
            204 odata-entityid=punctual_appointments(A1)
            412 {"error":{"code":"0x80040237","message":"A record with matching key values already exists."}}
            204 odata-entityid=punctual_appointments(A2)
            412 {"error":{"code":"0x80040237","message":"Cannot insert duplicate key."}}
        "#]],
    );
}

#[test]
fn an_alternate_key_is_unique_and_finds_its_row() {
    check(
        &[
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N1\",\"punctual_key\":\"k1\"}",
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N2\",\"punctual_key\":\"K1\"}",
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N2\"}",
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N3\"}",
            "PATCH punctual_notifications(N2)\n{\"punctual_key\":\"k1\"}",
            "GET punctual_notifications(punctual_key='K1')?$select=punctual_key",
            "GET punctual_notifications(punctual_key='k2')",
            "GET punctual_notifications(punctual_name='k1')",
            "GET punctual_notifications(punctual_key='a%2Fb')",
            "GET punctual_notifications(punctual_key='it''s')",
            "PATCH punctual_notifications(punctual_key='k3')\n{\"punctual_name\":\"made\"}",
            "PATCH punctual_notifications(punctual_key='k3')|prefer: return=representation\n{\"punctual_key\":\"other\"}",
            "PATCH punctual_notifications(punctual_key='k4')|if-match: *\n{}",
            "DELETE punctual_notifications(punctual_key='k1')",
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N4\",\"punctual_key\":\"k1\"}",
        ],
        expect![[r#"
            204 odata-entityid=punctual_notifications(N1)
            412 {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            204 odata-entityid=punctual_notifications(N2)
            204 odata-entityid=punctual_notifications(N3)
            412 {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            200 {"punctual_key":"k1","punctual_notificationid":"N1"}
            404 {"error":{"code":"0x80060891","message":"A record with the specified key values does not exist in punctual_notification entity"}}
            400 {"error":{"code":"0x80060890","message":"The specified key attributes are not a defined key for the punctual_notification entity"}}
            400 {"error":{"code":"0x80060888","message":"A potentially dangerous Request.Path value was detected from the client (/)."}}
            404 {"error":{"code":"0x80060891","message":"A record with the specified key values does not exist in punctual_notification entity"}}
            204 odata-entityid=punctual_notifications(punctual_key='k3')
            200 odata-entityid=punctual_notifications(f55540b2-bff0-4252-a028-52925a4dc852) preference-applied=return=representation {"_createdby_value":"71bb54d8-d101-45b9-834d-0bff90150280","_createdonbehalfby_value":null,"_modifiedby_value":"71bb54d8-d101-45b9-834d-0bff90150280","_modifiedonbehalfby_value":null,"_ownerid_value":"71bb54d8-d101-45b9-834d-0bff90150280","_owningbusinessunit_value":"f893a2ee-fb32-455e-b1c1-8690ee42c90b","_owninguser_value":"71bb54d8-d101-45b9-834d-0bff90150280","_punctual_appointment_value":null,"createdon":"2026-11-23T09:00:00Z","importsequencenumber":null,"modifiedon":"2026-11-23T09:00:00Z","overriddencreatedon":null,"punctual_appointmentid":null,"punctual_attempts":null,"punctual_channel":null,"punctual_dueat":null,"punctual_firstattemptat":null,"punctual_heldby":null,"punctual_key":"k3","punctual_lasterror":null,"punctual_lateness":null,"punctual_leaseuntil":null,"punctual_name":"made","punctual_notificationid":"f55540b2-bff0-4252-a028-52925a4dc852","punctual_provider":null,"punctual_providermessageid":null,"punctual_reason":null,"punctual_retryat":null,"punctual_sendnowat":null,"punctual_sentat":null,"punctual_sequencenumber":null,"punctual_startat":null,"punctual_status":null,"punctual_step":null,"punctual_template":null,"punctual_trace":null,"statecode":0,"statuscode":1,"timezoneruleversionnumber":0,"utcconversiontimezonecode":null,"versionnumber":1000039}
            404 {"error":{"code":"0x80060891","message":"A record with the specified key values does not exist in punctual_notification entity"}}
            204
            204 odata-entityid=punctual_notifications(N4)
        "#]],
    );
}

#[test]
fn keys_hold_only_when_their_index_is_active() {
    let options = Options {
        key_index_ms: 60_000,
        ..Options::default()
    };
    run(
        &mut Stage::with(options),
        &[
            "GET punctual_notifications(punctual_key='k1')",
            "GET EntityDefinitions(LogicalName='punctual_notification')/Keys?$select=EntityKeyIndexStatus,KeyAttributes",
            "+60",
            "GET EntityDefinitions(LogicalName='punctual_notification')/Keys?$select=EntityKeyIndexStatus,KeyAttributes",
            "GET punctual_notifications(punctual_key='k1')",
        ],
        expect![[r#"
            400 {"error":{"code":"0x80060890","message":"The specified key attributes are not a defined key for the punctual_notification entity"}}
            200 {"value":[{"EntityKeyIndexStatus":"Pending","KeyAttributes":["punctual_key"],"MetadataId":"c412bece-6cce-425b-a27a-1e6ca1c428f5"}]}
            200 {"value":[{"EntityKeyIndexStatus":"Active","KeyAttributes":["punctual_key"],"MetadataId":"c412bece-6cce-425b-a27a-1e6ca1c428f5"}]}
            404 {"error":{"code":"0x80060891","message":"A record with the specified key values does not exist in punctual_notification entity"}}
        "#]],
    );
}

#[test]
fn states_and_statuses_belong_together() {
    let shown = "GET punctual_appointments(A1)?$select=statecode,statuscode";
    let patch = |body: &str| format!("PATCH punctual_appointments(A1)\n{body}");
    check(
        &[
            NEW,
            &patch("{\"statuscode\":749700001}"),
            shown,
            &patch("{\"statuscode\":2}"),
            &patch("{\"statecode\":1,\"statuscode\":749700003}"),
            shown,
            &patch("{\"statecode\":0}"),
            shown,
            &patch("{\"statecode\":1}"),
            shown,
            &patch("{\"statecode\":7}"),
            "POST punctual_appointments\n{\"statecode\":1,\"statuscode\":2}",
            "POST punctual_appointments?$select=statecode,statuscode|prefer: return=representation\n{\"punctual_appointmentid\":\"A2\",\"statuscode\":749700001}",
        ],
        expect![[r#"
            204 odata-entityid=punctual_appointments(A1)
            204 odata-entityid=punctual_appointments(A1)
            200 {"punctual_appointmentid":"A1","statecode":0,"statuscode":749700001}
            400 {"error":{"code":"0x80048408","message":"2 is not a valid status code for state code 0 on punctual_appointment."}}
            204 odata-entityid=punctual_appointments(A1)
            200 {"punctual_appointmentid":"A1","statecode":1,"statuscode":749700003}
            204 odata-entityid=punctual_appointments(A1)
            200 {"punctual_appointmentid":"A1","statecode":0,"statuscode":1}
            204 odata-entityid=punctual_appointments(A1)
            200 {"punctual_appointmentid":"A1","statecode":1,"statuscode":2}
            400 {"error":{"code":"0x8004431a","message":"A validation error occurred. The value 7 of 'statecode' on record of type 'punctual_appointment' is outside the valid range. Accepted Values: 0,1"}}
            400 {"error":{"code":"0x80048408","message":"2 is not a valid status code for state code 0 on punctual_appointment."}}
            201 odata-entityid=punctual_appointments(A2) preference-applied=return=representation {"punctual_appointmentid":"A2","statecode":0,"statuscode":749700001}
        "#]],
    );
}

#[test]
fn values_must_fit_their_columns() {
    let long = "x".repeat(31);
    let post = |body: &str| format!("POST punctual_notifications\n{body}");
    check(
        &[
            &post(&format!("{{\"punctual_step\":\"{long}\"}}")),
            &post("{\"punctual_step\":5}"),
            &post("{\"punctual_attempts\":-1}"),
            &post("{\"punctual_attempts\":\"1\"}"),
            &post("{\"punctual_status\":1}"),
            &post("{\"punctual_status\":\"Sent\"}"),
            &post("{\"punctual_dueat\":\"2026-12-01\"}"),
            &post("{\"punctual_dueat\":\"1752-12-31T23:59:59Z\"}"),
            &post("{\"punctual_nothing\":1}"),
            &post("{\"punctual_appointment\":\"A1\"}"),
            &post("{\"Punctual_Appointment@odata.bind\":\"/punctual_appointments(A1)\"}"),
            &post("{\"punctual_appointment@odata.bind\":\"/punctual_appointments(A1)\"}"),
            &post("{\"punctual_appointment@odata.bind\":\"/punctual_notifications(A1)\"}"),
            &post("[1]"),
            &post("{"),
        ],
        expect![[r#"
            400 {"error":{"code":"0x80044331","message":"A validation error occurred. The length of the 'punctual_step' attribute of the 'punctual_notification' entity exceeded the maximum allowed length of '30'."}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : Microsoft.OData.ODataException: Cannot convert the literal '5' of 'punctual_step' to the expected type 'Edm.String'."}}
            400 {"error":{"code":"0x80044330","message":"A validation error occurred. The value -1 of 'punctual_attempts' on record of type 'punctual_notification' is outside the valid range."}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : Microsoft.OData.ODataException: Cannot convert the literal '\"1\"' of 'punctual_attempts' to the expected type 'Edm.Int32'."}}
            400 {"error":{"code":"0x8004431a","message":"A validation error occurred. The value 1 of 'punctual_status' on record of type 'punctual_notification' is outside the valid range. Accepted Values: 749700000,749700001,749700002,749700003,749700004,749700005,749700006,749700007,749700008"}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : Microsoft.OData.ODataException: Cannot convert the literal '\"Sent\"' of 'punctual_status' to the expected type 'Edm.Int32'."}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : Microsoft.OData.ODataException: Cannot convert the literal '\"2026-12-01\"' of 'punctual_dueat' to the expected type 'Edm.DateTimeOffset'."}}
            400 {"error":{"code":"0x80044352","message":"DateTime is less than minumum value supported by CrmDateTime. Actual value: before 01/01/1753 00:00:00, Minimum value supported: 01/01/1753 00:00:00"}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : Microsoft.OData.ODataException: Invalid property 'punctual_nothing' was found in entity 'Microsoft.Dynamics.CRM.punctual_notification'."}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."}}
            400 {"error":{"code":"0x80048d19","message":"Error identified in Payload provided by the user for Entity :'punctual_notifications', InnerException : Microsoft.OData.ODataException: An undeclared property 'Punctual_Appointment' which only has property annotations in the payload but no property value was found in the payload."}}
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_appointment' With Id = A1 Does Not Exist"}}
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_notification' With Id = A1 Does Not Exist"}}
            400 {"error":{"code":"0x80060888","message":"The body must be an object in JSON."}}
            400 {"error":{"code":"0x80060888","message":"An error occurred while validating input parameters: the body is no JSON (EOF while parsing an object at line 1 column 1)."}}
        "#]],
    );
}

#[test]
fn lookups_are_bound_shown_and_emptied() {
    check(
        &[
            NEW,
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N1\",\"punctual_appointment@odata.bind\":\"/punctual_appointments(A1)\"}",
            "GET punctual_notifications(N1)?$select=_punctual_appointment_value|prefer: odata.include-annotations=\"*\"",
            "GET punctual_notifications(N1)?$select=punctual_key&$expand=punctual_appointment($select=punctual_name)",
            "GET punctual_notifications(N1)/punctual_appointment?$select=punctual_name",
            "DELETE punctual_notifications(N1)/punctual_appointment/$ref",
            "GET punctual_notifications(N1)?$select=_punctual_appointment_value",
            "PUT punctual_notifications(N1)/punctual_appointment/$ref\n{\"@odata.id\":\"http://org.example.com/api/data/v9.2/punctual_appointments(A1)\"}",
            "DELETE punctual_appointments(A1)",
            "GET punctual_notifications(N1)?$select=_punctual_appointment_value",
        ],
        expect![[r#"
            204 odata-entityid=punctual_appointments(A1)
            204 odata-entityid=punctual_notifications(N1)
            200 preference-applied=odata.include-annotations="*" {"_punctual_appointment_value":"A1","_punctual_appointment_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"punctual_appointment","_punctual_appointment_value@Microsoft.Dynamics.CRM.lookuplogicalname":"punctual_appointment","_punctual_appointment_value@OData.Community.Display.V1.FormattedValue":"Check-up","punctual_notificationid":"N1"}
            200 {"punctual_appointment":{"punctual_appointmentid":"A1","punctual_name":"Check-up"},"punctual_key":null,"punctual_notificationid":"N1"}
            200 {"punctual_appointmentid":"A1","punctual_name":"Check-up"}
            204
            200 {"_punctual_appointment_value":null,"punctual_notificationid":"N1"}
            204
            204
            200 {"_punctual_appointment_value":null,"punctual_notificationid":"N1"}
        "#]],
    );
}

#[test]
fn callers_need_a_token_and_a_user() {
    let mut stage = Stage::new();
    run(
        &mut stage,
        &[
            "GET WhoAmI|authorization: ",
            "GET WhoAmI|authorization: Bearer other",
            "GET WhoAmI|mscrmcallerid: A1",
        ],
        expect![[r#"
            401
            401
            501 {"error":{"code":"0x80060888","message":"Impersonation is not built into this stand-in of Dataverse."}}
        "#]],
    );
    let stranger = |_: &str, _: i64| Ok(Caller::Application(Guid([9; 16])));
    stage.dataverse.bearer = Box::new(stranger);
    run(
        &mut stage,
        &["GET WhoAmI"],
        expect![[r#"
        403 {"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}
    "#]],
    );
    let known = stage.dataverse.options.application_users[0];
    stage.dataverse.bearer = Box::new(move |_: &str, _: i64| Ok(Caller::Application(known)));
    let answer = stage.step("GET WhoAmI");
    assert!(
        answer.starts_with("200 ") && answer.contains("OrganizationId"),
        "{answer}"
    );
}

#[test]
fn many_rows_are_written_all_or_none() {
    let post = |action: &str, targets: &str| {
        format!(
            "POST punctual_notifications/Microsoft.Dynamics.CRM.{action}\n{{\"Targets\":[{targets}]}}"
        )
    };
    check(
        &[
            &post(
                "CreateMultiple",
                "{\"punctual_notificationid\":\"N1\",\"punctual_key\":\"k1\"},{\"punctual_notificationid\":\"N2\",\"punctual_key\":\"k2\"}",
            ),
            &post(
                "CreateMultiple",
                "{\"punctual_key\":\"k3\"},{\"punctual_key\":\"k1\"}",
            ),
            &post(
                "UpdateMultiple",
                "{\"punctual_notificationid\":\"N1\",\"punctual_name\":\"a\"},{\"punctual_notificationid\":\"N9\"}",
            ),
            &post(
                "UpsertMultiple",
                "{\"@odata.id\":\"punctual_notifications(punctual_key='k2')\",\"punctual_name\":\"b\"},{\"@odata.id\":\"punctual_notifications(punctual_key='k4')\",\"punctual_name\":\"c\"}",
            ),
            "GET punctual_notifications?$select=punctual_key,punctual_name&$orderby=punctual_key",
            &post("DeleteMultiple", ""),
        ],
        expect![[r#"
            200 {"Ids":["N1","N2"]}
            412 {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            404 {"error":{"code":"0x80040217","message":"Entity 'punctual_notification' With Id = N9 Does Not Exist"}}
            204
            200 {"value":[{"punctual_key":"k1","punctual_name":null,"punctual_notificationid":"N1"},{"punctual_key":"k2","punctual_name":"b","punctual_notificationid":"N2"},{"punctual_key":"k4","punctual_name":"c","punctual_notificationid":"dca0c749-607e-4c86-b54b-3c40881e2907"}]}
            404 {"error":{"code":"0x8006088a","message":"Resource not found for the segment 'Microsoft.Dynamics.CRM.DeleteMultiple'."}}
        "#]],
    );
}
